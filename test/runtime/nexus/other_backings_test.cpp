// SPDX-License-Identifier: Apache-2.0
// Operations that go on as an update or as an activity.
#include "runtime/nexus/other_backings.hpp"
#include "runtime/protocol/links.hpp"
#include "test/runtime/nexus/support.hpp"

#include <troupe/testing/nexus.hpp>
#include <troupe/workflow/contract.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using namespace nexus_test;
using step = nexus::operation_call::step;
namespace enums = temporal::api::enums::v1;

namespace {

struct order {
  static constexpr workflow::update<std::string(std::string, int)> approve{"approve"};
  static constexpr workflow::update<std::string(std::string)> close{"close"};
};
constexpr activity::contract<std::string(std::string, int)> charge{"charge"};

struct order_service : nexus::service<"orders"> {
  static constexpr operation<std::string, std::string> decide{"decide"};
  static constexpr operation<std::string, std::string> own_cancel{"own-cancel"};
  static constexpr operation<std::string, std::string> two_cancels{"two-cancels"};
  static constexpr auto operations = std::tuple{decide, own_cancel, two_cancels};
};

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};

const std::string caller_link =
    "temporal:///namespaces/caller-ns/workflows/c/r/history"
    "?eventID=6&eventType=NexusOperationScheduled&referenceType=EventReference";

struct backings : fixture {
  std::vector<std::string> cancelled;

  backings() {
    const auto decide = [](nexus::start_context,
                           std::string how) -> nexus::start_result<std::string> {
      if (how == "now")
        return std::string{"done"};
      if (how == "update")
        return nexus::start_update<order::approve>({.workflow_id = "order 7"}, "Ann", 3);
      if (how == "braces")
        return nexus::start_update<order::close>(
            {.workflow_id = "order 7", .run_id = "run", .update_id = "own"}, {"Ann"});
      if (how == "of nobody")
        return nexus::start_update_named<std::string>("approve", {});
      if (how == "activity")
        return nexus::start_activity<charge>({.start_to_close_timeout = 90s}, "Ann", 3);
      return nexus::start_activity_named<std::string>(
          "charge", {.id = "own", .task_queue = "other-tq"}, how);
    };
    services->add(nexus::handler_for<order_service>(
        nexus::operation_handler<order_service::decide>(decide),
        nexus::operation_handler<order_service::own_cancel>(
            decide,
            [this](nexus::cancel_context, const nexus::workflow_update_token& token) {
              cancelled.push_back("update " + token.update_id);
            }),
        nexus::operation_handler<order_service::two_cancels>(
            decide,
            overloaded{
                [this](nexus::cancel_context, nexus::workflow_update_token) -> nexus::async<> {
                  cancelled.push_back("update");
                  co_return;
                },
                [this](nexus::cancel_context, nexus::activity_token token) -> nexus::async<> {
                  cancelled.push_back("activity " + token.activity_id);
                  co_return;
                }})));
  }

  std::shared_ptr<nexus::operation_call> described(const std::string& how) {
    auto task = start_task("orders", "decide");
    auto& start = *task.mutable_request()->mutable_start_operation();
    start.mutable_payload()->set_data('"' + how + '"');
    auto& link = *start.add_links();
    link.set_url(caller_link);
    link.set_type(std::string{protocol::workflow_event_link_type});
    auto call = accept(task);
    run(*call);
    return call;
  }

  std::shared_ptr<nexus::operation_call>
  cancelling(const std::string& operation, const nexus::operation_token& token) {
    auto call = accept(cancel_task("orders", operation, nexus::make_token(token)));
    run(*call);
    return call;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(other_backings, backings)

BOOST_AUTO_TEST_CASE(the_start_function_decides_at_run_time) {
  const auto now = described("now");
  BOOST_TEST(
      completed(*now).response().start_operation().sync_success().payload().data() == "\"done\"");
  BOOST_TEST(described("update")->service_call().method == nexus::update_workflow_method);
  BOOST_TEST(described("activity")->service_call().method == nexus::start_activity_method);
}

BOOST_AUTO_TEST_CASE(an_update_is_sent_with_the_callback_and_the_links_of_the_request) {
  const auto request =
      sent<service::UpdateWorkflowExecutionRequest>(described("update")->service_call());
  BOOST_TEST(request.namespace_() == "handler-ns");
  BOOST_TEST(request.workflow_execution().workflow_id() == "order 7");
  BOOST_TEST(request.workflow_execution().run_id() == "");
  BOOST_CHECK(
      request.wait_policy().lifecycle_stage()
      == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
  const auto& asked = request.request();
  BOOST_TEST(asked.meta().update_id() == "request-id"); // the same if it is tried again
  BOOST_TEST(asked.meta().identity() == "handler-worker");
  BOOST_TEST(asked.request_id() == "request-id");
  BOOST_TEST(asked.input().name() == "approve");
  BOOST_TEST(asked.input().args().payloads_size() == 2);
  BOOST_TEST(asked.links(0).workflow_event().workflow_id() == "c");
  BOOST_REQUIRE(asked.completion_callbacks_size() == 1);
  const auto& callback = asked.completion_callbacks(0);
  BOOST_TEST(callback.nexus().url() == "temporal://system");
  BOOST_TEST(callback.nexus().header().at("temporal-callback-token") == "callback-token");
  BOOST_TEST(
      callback.nexus().header().at("nexus-operation-token")
      == nexus::make_token(
          nexus::workflow_update_token{"handler-ns", "order 7", "", "request-id"}));
  BOOST_TEST(callback.links_size() == 1);
  const auto own =
      sent<service::UpdateWorkflowExecutionRequest>(described("braces")->service_call());
  BOOST_TEST(own.request().meta().update_id() == "own");
  BOOST_TEST(own.workflow_execution().run_id() == "run");
  BOOST_TEST(own.request().input().args().payloads(0).data() == "\"Ann\"");
}

BOOST_AUTO_TEST_CASE(an_accepted_update_is_known_by_the_run_that_took_it) {
  const auto call = described("update");
  service::UpdateWorkflowExecutionResponse reply;
  reply.set_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED);
  call->on_reply({}, reply.SerializeAsString());
  BOOST_CHECK(call->next() == step::call_service); // once more: it is not accepted yet
  reply.set_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
  reply.mutable_update_ref()->mutable_workflow_execution()->set_run_id("the-run");
  auto& link = *reply.mutable_link()->mutable_workflow_event();
  link.set_namespace_("handler-ns");
  link.set_workflow_id("order 7");
  link.set_run_id("the-run");
  link.mutable_request_id_ref()->set_request_id("request-id");
  link.mutable_request_id_ref()->set_event_type(
      enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
  call->on_reply({}, reply.SerializeAsString());
  const auto success = completed(*call).response().start_operation().async_success();
  BOOST_TEST(
      success.operation_token()
      == nexus::make_token(
          nexus::workflow_update_token{"handler-ns", "order 7", "the-run", "request-id"}));
  BOOST_REQUIRE(success.links_size() == 1);
  BOOST_TEST(success.links(0).url().find("requestID=request-id") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_update_that_has_its_outcome_ends_the_operation_at_once) {
  const auto call = described("update");
  service::UpdateWorkflowExecutionResponse reply;
  reply.set_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  auto& result = *reply.mutable_outcome()->mutable_success()->add_payloads();
  (*result.mutable_metadata())["encoding"] = "json/plain";
  result.set_data("\"yes\"");
  call->on_reply({}, reply.SerializeAsString());
  const auto success = completed(*call).response().start_operation().sync_success();
  BOOST_TEST(success.payload().data() == "\"yes\"");
  const auto refused = described("update");
  reply.mutable_outcome()->mutable_failure()->set_message("not today");
  refused->on_reply({}, reply.SerializeAsString());
  const auto failure = completed(*refused).response().start_operation().failure();
  BOOST_TEST(failure.message() == "update request-id of workflow order 7 failed");
  BOOST_TEST(failure.cause().message() == "not today");
}

BOOST_AUTO_TEST_CASE(an_update_without_a_workflow_or_a_callback_is_refused) {
  const auto nobodys = described("of nobody");
  BOOST_TEST(
      failed(*nobodys).failure().message()
      == "the handler described an update of no workflow: set .workflow_id in "
         "nexus::start_update");
  auto task = start_task("orders", "decide");
  task.mutable_request()->mutable_start_operation()->clear_callback();
  task.mutable_request()->mutable_start_operation()->mutable_payload()->set_data("\"update\"");
  const auto call = accept(task);
  run(*call);
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(an_activity_is_started_with_the_callback_and_the_links_of_the_request) {
  const auto call = described("activity");
  const auto request = sent<service::StartActivityExecutionRequest>(call->service_call());
  BOOST_TEST(request.activity_id() == "request-id");
  BOOST_TEST(request.request_id() == "request-id");
  BOOST_TEST(request.activity_type().name() == "charge");
  BOOST_TEST(request.task_queue().name() == "handler-tq");
  BOOST_TEST(request.start_to_close_timeout().seconds() == 90);
  BOOST_TEST(request.input().payloads_size() == 2);
  BOOST_TEST(request.links(0).workflow_event().workflow_id() == "c");
  BOOST_TEST(request.on_conflict_options().attach_completion_callbacks());
  BOOST_TEST(
      request.completion_callbacks(0).nexus().header().at("nexus-operation-token")
      == nexus::make_token(nexus::activity_token{"handler-ns", "request-id", ""}));
  service::StartActivityExecutionResponse reply;
  reply.set_run_id("the-run");
  call->on_reply({}, reply.SerializeAsString());
  const auto success = completed(*call).response().start_operation().async_success();
  BOOST_TEST(
      success.operation_token()
      == nexus::make_token(nexus::activity_token{"handler-ns", "request-id", "the-run"}));
  BOOST_TEST(
      success.links(0).url()
      == "temporal:///namespaces/handler-ns/activities/request-id/the-run/details");
  const auto own = sent<service::StartActivityExecutionRequest>(described("x")->service_call());
  BOOST_TEST(own.activity_id() == "own");
  BOOST_TEST(own.task_queue().name() == "other-tq");
}

BOOST_AUTO_TEST_CASE(a_taken_id_is_the_handlers_trouble) {
  const auto call = described("activity");
  call->on_reply({status_code::already_exists, "activity execution already started", {}}, {});
  const auto failure = failed(*call).failure();
  BOOST_TEST(failure.message() == "Activity execution already started");
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "INTERNAL");
}

BOOST_AUTO_TEST_CASE(cancelling_goes_by_what_the_token_names) {
  const auto run_cancel = cancelling("decide", nexus::workflow_run_token{"handler-ns", "w"});
  BOOST_TEST(
      sent<service::RequestCancelWorkflowExecutionRequest>(run_cancel->service_call())
          .workflow_execution()
          .workflow_id()
      == "w");
  const auto activity = cancelling("decide", nexus::activity_token{"handler-ns", "a", "r"});
  BOOST_TEST(activity->service_call().method == nexus::cancel_activity_method);
  const auto request =
      sent<service::RequestCancelActivityExecutionRequest>(activity->service_call());
  BOOST_TEST(request.activity_id() == "a");
  BOOST_TEST(request.run_id() == "r");
  BOOST_TEST(!request.request_id().empty());
  activity->on_reply({}, {});
  BOOST_TEST(completed(*activity).response().has_cancel_operation());
  const auto update =
      cancelling("decide", nexus::workflow_update_token{"handler-ns", "w", "r", "u"});
  BOOST_TEST(failed(*update).failure().nexus_handler_failure_info().type() == "NOT_IMPLEMENTED");
}

BOOST_AUTO_TEST_CASE(a_cancel_function_for_one_sort_of_token_leaves_the_others_alone) {
  const auto update =
      cancelling("own-cancel", nexus::workflow_update_token{"handler-ns", "w", "r", "u"});
  BOOST_TEST(completed(*update).response().has_cancel_operation());
  BOOST_TEST((cancelled == std::vector<std::string>{"update u"}));
  const auto activity = cancelling("own-cancel", nexus::activity_token{"handler-ns", "a", ""});
  BOOST_TEST(activity->service_call().method == nexus::cancel_activity_method);
}

BOOST_AUTO_TEST_CASE(an_object_with_overloads_serves_several_sorts) {
  cancelling("two-cancels", nexus::workflow_update_token{"handler-ns", "w", "r", "u"});
  cancelling("two-cancels", nexus::activity_token{"handler-ns", "a", ""});
  BOOST_TEST((cancelled == std::vector<std::string>{"update", "activity a"}));
  const auto run_cancel = cancelling("two-cancels", nexus::workflow_run_token{"handler-ns", "w"});
  BOOST_CHECK(run_cancel->next() == step::call_service);
}

BOOST_AUTO_TEST_CASE(a_test_sees_what_would_have_been_begun_and_cancelled) {
  testing::nexus_environment env;
  env.add(nexus::handler_for<order_service>(
      nexus::operation_handler<order_service::decide>(
          [](nexus::start_context, std::string how) -> nexus::start_result<std::string> {
            if (how == "update")
              return nexus::start_update<order::approve>({.workflow_id = "order 7"}, "Ann", 3);
            return nexus::start_activity<charge>({.start_to_close_timeout = 90s}, "Ann", 3);
          }),
      nexus::sync<order_service::own_cancel>(
          [](nexus::start_context, std::string in) { return in; }),
      nexus::sync<order_service::two_cancels>(
          [](nexus::start_context, std::string in) { return in; })));
  const auto updated = env.start<order_service, order_service::decide>("update");
  BOOST_TEST(updated.update->name == "approve");
  BOOST_TEST(updated.update->workflow_id == "order 7");
  BOOST_TEST(updated.update->update_id == "test-request-id");
  BOOST_TEST(updated.update->arguments.size() == 2u);
  const auto activity = env.start<order_service, order_service::decide>("activity");
  BOOST_TEST(activity.activity->type == "charge");
  BOOST_TEST(activity.activity->id == "test-request-id");
  BOOST_TEST(
      *env.cancel("orders", "decide", activity.token).cancelled_activity == "test-request-id");
  BOOST_CHECK(
      env.cancel("orders", "decide", updated.token).handler_error().type()
      == nexus::handler_error_type::not_implemented);
}

BOOST_AUTO_TEST_CASE(a_token_of_elsewhere_or_of_nobody_cancels_nothing) {
  const auto elsewhere = cancelling("decide", nexus::workflow_run_token{"other-ns", "w"});
  BOOST_TEST(failed(*elsewhere).failure().nexus_handler_failure_info().type() == "BAD_REQUEST");
  BOOST_TEST(
      failed(*elsewhere).failure().message()
      == "the operation token is of namespace 'other-ns', and this handler serves 'handler-ns'");
  const auto own = accept(cancel_task("orders", "decide", "a token of its own"));
  BOOST_TEST(failed(*own).failure().nexus_handler_failure_info().type() == "NOT_IMPLEMENTED");
}

BOOST_AUTO_TEST_SUITE_END()
