// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/workflow/contract.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/update/v1/message.pb.h>

#include <stdexcept>
#include <string>
#include <tuple>

namespace troupe::test {

namespace wire = temporal::api::workflowservice::v1;
namespace updates = temporal::api::update::v1;
using namespace std::chrono_literals;

struct counter {
  static constexpr workflow::update<int(int)> add{"add"};
  static constexpr workflow::update<int(int)> add_slowly{"add-slowly"};
  static constexpr workflow::update<void(std::string)> fail{"fail"};
  static constexpr workflow::signal<int> bump{"bump"};
  static constexpr workflow::query<int()> total{"total"};
};

struct negative : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Handlers by contract and members, registered before `run` begins.
struct counts {
  using failure_types = std::tuple<negative>;
  std::string log;
  int total = 0;

  explicit counts(workflow::context ctx) {
    ctx.on_update<counter::add>(this, &counts::add, &counts::check_add, {.description = "Adds."});
    ctx.on_update<counter::add_slowly>(this, &counts::add_slowly);
    ctx.on_update<counter::fail>(this, &counts::fail);
    ctx.on_signal<counter::bump>(this, &counts::bump, {.description = "Bumps."});
    ctx.on_query<counter::total>(this, &counts::get, {.description = "The sum."});
    ctx.set_current_details("**counts**");
  }
  async<std::string> run(workflow::context ctx, int until) {
    log += "run ";
    co_await ctx.wait_condition([this, until] { return total >= until; });
    co_return log + std::to_string(total);
  }

  int add(int n) {
    log += "add" + std::to_string(n) + " ";
    return total += n;
  }
  void check_add(int n) const {
    if (n < 0)
      throw application_error("negative not allowed", {.type = "Negative"});
  }
  async<int> add_slowly(workflow::context ctx, int n) {
    const auto me = ctx.current_update();
    log += "slow" + me->name + me->id + " ";
    co_await ctx.sleep(1s);
    co_return total += n;
  }
  async<> fail(std::string how) {
    if (how == "failure")
      throw application_error("update failed", {.type = "UpdateError"});
    if (how == "type")
      throw negative("of a type that fails workflows");
    throw std::runtime_error("bug in the handler");
    co_return;
  }
  async<> bump(workflow::context ctx, int n) {
    log += "bump ";
    co_await ctx.sleep(1s);
    total += n;
  }
  int get() const { return total; }
};

/// Adds an update to the messages of a task, as the service words it.
template <class... Args>
void add_update(
    wire::PollWorkflowTaskQueueResponse& to,
    const std::string& id,
    const std::string& name,
    const Args&... args) {
  auto& message = *to.add_messages();
  message.set_id(id + "/request");
  message.set_protocol_instance_id(id);
  message.set_event_id(to.started_event_id() - 1);
  updates::Request request;
  request.mutable_meta()->set_update_id(id);
  request.mutable_meta()->set_identity("client");
  request.mutable_input()->set_name(name);
  for (const auto& each : make_payloads(args...)) {
    auto& one = *request.mutable_input()->mutable_args()->add_payloads();
    (*one.mutable_metadata())["encoding"] = "json/plain";
    one.set_data(each.data);
  }
  message.mutable_body()->PackFrom(request);
}

inline const wire::RespondWorkflowTaskCompletedRequest&
answer_of(const workflow::activation_result& result) {
  BOOST_REQUIRE_MESSAGE(result.answer != nullptr, result.reason);
  BOOST_REQUIRE_MESSAGE(failure_of(result).empty(), result.reason);
  return static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
}

/// The messages of an answer in words.
inline std::string said(const workflow::activation_result& result) {
  std::string text;
  for (const auto& message : answer_of(result).messages()) {
    text += (text.empty() ? "" : "; ") + message.id();
    updates::Acceptance acceptance;
    updates::Rejection rejection;
    updates::Response response;
    if (message.body().UnpackTo(&acceptance))
      text += " after " + std::to_string(acceptance.accepted_request_sequencing_event_id()) + " "
              + acceptance.accepted_request_message_id() + " "
              + acceptance.accepted_request().input().name();
    else if (message.body().UnpackTo(&rejection))
      text += ": " + rejection.failure().message();
    else if (message.body().UnpackTo(&response))
      text += response.outcome().has_failure()
                  ? ": " + response.outcome().failure().message()
                  : " " + response.outcome().success().payloads(0).data();
  }
  return text;
}

inline history_builder idle(int until = 100) {
  auto told = history().started("W", until).task();
  return told.task_started();
}

/// A run that waits, and a task that brings what `add` adds to it.
template <class W, class Add>
workflow::activation_result told(Add add) {
  auto instance = make_instance<W>();
  auto task = idle().to_task();
  add(task);
  return apply(instance, std::move(task));
}

/// A query of a run that is cached.
inline wire::PollWorkflowTaskQueueResponse query_named(const std::string& name) {
  wire::PollWorkflowTaskQueueResponse task;
  task.mutable_workflow_execution()->set_run_id("run-1");
  task.mutable_query()->set_query_type(name);
  task.set_previous_started_event_id(1000);
  return task;
}

} // namespace troupe::test
