// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/activities.hpp"

#include "bench/kitchen_sink/interpreter.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/client/activity_handle.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kitchen_sink {

namespace {

namespace activity = troupe::activity;
namespace wire = temporal::api::workflowservice::v1;
using namespace std::chrono_literals;

std::int64_t add_one_now(const activity::context& ctx, std::int64_t to, int failures) {
  if (ctx.info().attempt <= failures)
    throw std::runtime_error{"an attempt that was to fail"};
  return to + 1;
}

activity::async<> be_late(activity::context ctx) {
  for (int beats = 0; co_await ctx.sleep(500ms); ++beats)
    ctx.heartbeat(beats);
  throw troupe::canceled_error{"no time left"};
}

activity::async<> go_on(activity::context ctx) {
  for (int beats = 0; co_await ctx.sleep(500ms); ++beats) {
    if (ctx.worker_shutdown().is_cancelled())
      throw std::runtime_error{"its worker stops"};
    ctx.heartbeat(beats);
  }
  throw troupe::canceled_error{"enough"};
}

activity::async<std::int64_t> take_its_time(activity::context ctx, std::int64_t milliseconds) {
  if (!co_await ctx.sleep(std::chrono::milliseconds{milliseconds}))
    throw troupe::canceled_error{"no time left"};
  co_return milliseconds;
}

activity::async<std::int64_t> ask_own_workflow(activity::context ctx, int key) {
  const auto who =
      ctx.client().async().get_workflow<std::int64_t>(ctx.info().workflow_id, ctx.info().run_id);
  co_return co_await who.query<interpreter::asked>(key);
}

activity::async<>
complete_by_ids(activity::context ctx, std::string activity_id, std::int64_t result) {
  const auto& me = ctx.info();
  const troupe::activity_handle other{ctx.client(), me.workflow_id, me.run_id, activity_id};
  co_await other.async()
      .with_context(
          {.name_space = me.name_space,
           .workflow_id = me.workflow_id,
           .workflow_type = me.workflow_type,
           .activity_type = activities::leave_open.name,
           .task_queue = me.task_queue})
      .complete(result); // not found before its start: tried again
}

/// Asks the service something about another activity of the workflow.
template <class Request>
void ask_service(
    const activity::context& ctx,
    std::string_view method,
    const std::string& activity_id,
    Request request = {}) {
  const auto& me = ctx.info();
  request.set_namespace_(me.name_space);
  request.mutable_execution()->set_workflow_id(me.workflow_id);
  request.mutable_execution()->set_run_id(me.run_id);
  request.set_identity("another activity");
  request.set_id(activity_id);
  (void)ctx.client().call_service(
      "WorkflowService/" + std::string{method}, request.SerializeAsString());
}

troupe::pending_activity describe_other(const activity::context& ctx, const std::string& id) {
  const auto about =
      ctx.client().get_workflow(ctx.info().workflow_id, ctx.info().run_id).describe();
  const auto found = std::ranges::find(about.activities, id, &troupe::pending_activity::id);
  require(found != about.activities.end(), "an activity that waits is described");
  return *found;
}

void pause(const activity::context& ctx, const std::string& id) {
  ask_service<wire::PauseActivityRequest>(ctx, "PauseActivity", id);
  require(describe_other(ctx, id).is_paused, "an activity is paused");
}

void unpause(const activity::context& ctx, const std::string& id) {
  require(describe_other(ctx, id).is_paused, "an activity was paused and is no more");
  ask_service<wire::UnpauseActivityRequest>(ctx, "UnpauseActivity", id);
}

void reset(const activity::context& ctx, const std::string& id) {
  ask_service<wire::ResetActivityRequest>(ctx, "ResetActivity", id);
}

void hurry(const activity::context& ctx, const std::string& id) {
  wire::UpdateActivityOptionsRequest request;
  auto& policy = *request.mutable_activity_options()->mutable_retry_policy();
  policy.mutable_initial_interval()->set_seconds(1);
  request.mutable_update_mask()->add_paths("retry_policy.initial_interval");
  ask_service(ctx, "UpdateActivityOptions", id, request);
}

} // namespace

troupe::application_error error_of(std::int64_t carried, bool is_retryable) {
  return troupe::application_error{
      "it was to fail",
      {.type = "KitchenSink",
       .non_retryable = !is_retryable,
       .details = {troupe::encode_value(carried)}}};
}

std::int64_t carried_by(const std::exception_ptr& error) {
  const auto* found = troupe::find_cause<troupe::application_error>(
      error, [](const auto& one) { return one.type() == "KitchenSink"; });
  if (found == nullptr)
    std::rethrow_exception(error);
  return troupe::decode_value<std::int64_t>(found->details().at(0));
}

void require(bool holds, const char* what) {
  if (!holds)
    throw troupe::application_error{what, {.type = "Broken", .non_retryable = true}};
}

void add_activities_to(troupe::worker& to) {
  using namespace activities;
  to.add(activity::implement<add_one>(&add_one_now))
      .add(activity::implement<give_up>([](std::int64_t carried) { throw error_of(carried); }))
      .add(activity::implement<run_late>(&be_late))
      .add(activity::implement<run_on>(&go_on))
      .add(activity::implement<take_time>(&take_its_time))
      .add(activity::implement<ask_back>(&ask_own_workflow))
      .add(activity::implement<leave_open>(
          [](activity::context ctx) -> std::int64_t { ctx.complete_later(); }))
      .add(activity::implement<complete_other>(&complete_by_ids))
      .add(activity::implement<pause_other>(&pause))
      .add(activity::implement<unpause_other>(&unpause))
      .add(activity::implement<reset_other>(&reset))
      .add(activity::implement<hurry_other>(&hurry));
}

} // namespace kitchen_sink
