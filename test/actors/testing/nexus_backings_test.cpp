// SPDX-License-Identifier: Apache-2.0
// What a Nexus operation can be, and what its handler can do meanwhile: from a workflow through the
// service to a handler and back, in virtual time.

#include <troupe/activity/implementation.hpp>
#include <troupe/client/nexus_completion.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/callback.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/history/v1/message.pb.h>

#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;
namespace api = temporal::api;
namespace enums = temporal::api::enums::v1;

namespace {

constexpr activity::contract<std::string(std::string)> charge{"charge"};
constexpr activity::contract<std::string()> stay{"stay"};

/// Talks to whoever knows it.
struct order {
  static constexpr std::string_view name = "Order";
  static constexpr workflow::signal<std::string> note{"note"};
  static constexpr workflow::query<std::string()> notes{"notes"};
  static constexpr workflow::update<std::string(std::string)> approve{"approve"};
  static constexpr workflow::update<std::string(std::string)> approve_later{"approve_later"};

  std::string written;
  async<std::string> run(workflow::context ctx) {
    ctx.on_signal<note>([this](std::string text) { written += text + ';'; });
    ctx.on_query<notes>([this] { return written; });
    ctx.on_update<approve>([this](std::string who) {
      if (who == "nobody")
        throw application_error("who?", {.type = "Nobody"});
      written += "approved by " + who + ';';
      return "thanks, " + who;
    });
    ctx.on_update<approve_later>([this, ctx](std::string who) -> async<std::string> {
      co_await ctx.sleep(1h);
      written += "approved late by " + who + ';';
      co_return "thanks, " + who;
    });
    co_await ctx.wait_condition([this] { return written.find("close;") != std::string::npos; });
    co_return written;
  }
};

struct orders : nexus::service<"orders"> {
  static constexpr operation<std::string, std::string> decide{"decide"};
  static constexpr operation<std::string, std::string> talk{"talk"};
  static constexpr operation<std::string, std::string> later{"later"};
  static constexpr auto operations = std::tuple{decide, talk, later};
};

/// Calls one operation; gives its result, or says why there is none.
struct caller {
  static constexpr std::string_view name = "Caller";
  async<std::string>
  run(workflow::context ctx, std::string operation, std::string input, bool cancels) {
    auto scope = ctx.make_scope();
    auto client = scope.context().nexus_client<orders>({.endpoint = "orders"});
    auto call = operation == "decide" ? client.execute<orders::decide>(input)
                : operation == "talk" ? client.execute<orders::talk>(input)
                                      : client.execute<orders::later>(input);
    if (cancels) {
      co_await ctx.sleep(10min);
      scope.cancel();
    }
    auto outcome = co_await call.as_result();
    if (outcome)
      co_return *outcome;
    const auto error = to_failure_error(outcome.error());
    co_return error->cause()
        ? std::string{error->cause()->kind()} + ": " + error->cause()->message()
        : error->message();
  }
};

struct fixture {
  environment env{
      {.service = {
           .endpoints = {{"orders", "default", "q"}},
           .dynamic_config = {
               {"activity.enableStandalone", "true"},
               {"nexusoperation.enableStandalone", "true"}}}}};
  client to = env.connect();
  worker serves = env.make_worker(to, {.task_queue = "q"});
  std::optional<nexus::callback> kept;

  fixture() {
    serves.add(nexus::handler_for<orders>(
        nexus::operation_handler<orders::decide>(
            [](nexus::start_context, std::string how) -> nexus::start_result<std::string> {
              if (how == "update")
                return nexus::start_update<order::approve>({.workflow_id = "order"}, "Ann");
              if (how == "refused update")
                return nexus::start_update<order::approve>({.workflow_id = "order"}, "nobody");
              if (how == "long update")
                return nexus::start_update<order::approve_later>(
                    {.workflow_id = "order", .update_id = "long"}, "Ann");
              if (how == "activity")
                return nexus::start_activity<charge>({.start_to_close_timeout = 1min}, "Ann");
              if (how == "staying activity")
                return nexus::start_activity<stay>(
                    {.id = "stays", .start_to_close_timeout = 24h, .heartbeat_timeout = 10s});
              if (how == "workflow")
                return nexus::start_workflow_named<std::string>("Order", {.id = "from handler"});
              return "at once";
            }),
        nexus::sync<orders::talk>(
            [](nexus::start_context ctx, std::string what) -> nexus::async<std::string> {
              const auto client = ctx.client().async();
              if (what == "without workflows") {
                co_await client.start_activity<charge>(
                    {.id = "alone", .task_queue = "q", .start_to_close_timeout = 1min}, "Ann");
                const auto operations = client.nexus_client<orders>("orders");
                co_await operations.start<orders::decide>("now", {.id = "begun"});
                co_return co_await operations.execute<orders::decide>("now", {.id = "done"});
              }
              const auto handle = client.get_workflow("order");
              co_await handle.signal<order::note>("signalled");
              const auto seen = co_await handle.query<order::notes>();
              const auto said = co_await handle.execute_update<order::approve>("Bob");
              co_await client.signal_with_start_workflow<order>(
                  {.id = "by signal", .task_queue = "q"}, message<order::note>("hello"));
              co_await client.start_workflow<order>({.id = "by start", .task_queue = "q"});
              co_return seen + ' ' + said;
            }),
        nexus::operation_handler<orders::later>(
            [this](nexus::start_context ctx, std::string in) -> nexus::async_started {
              kept = nexus::callback::of(ctx, "mine-" + in);
              return {kept->token};
            },
            [](nexus::cancel_context) {})));
    serves.add<order>().add<caller>();
    serves.add(activity::implement<charge>(
        [](activity::context, const std::string& who) { return who + " paid"; }));
    serves.add(activity::implement<stay>([](activity::context ctx) -> activity::async<std::string> {
      do
        ctx.heartbeat();
      while (co_await ctx.sleep(1s));
      ctx.throw_if_cancelled();
      co_return "left";
    }));
    serves.start();
    start_order();
  }

  void start_order() {
    (void)to.start_workflow<order>({.id = "order", .task_queue = "q"});
    env.run();
  }

  std::string call(const std::string& operation, const std::string& input, bool cancels = false) {
    return to.execute_workflow<caller>(
        {.id = "caller", .task_queue = "q"}, operation, input, cancels);
  }

  std::vector<api::history::v1::HistoryEvent>
  events(const std::string& workflow, enums::EventType type) {
    std::vector<api::history::v1::HistoryEvent> found;
    for (const auto& each : to.get_workflow(workflow).fetch_history().events)
      if (each.message().event_type() == type)
        found.push_back(each.message());
    return found;
  }
  /// The only one.
  api::history::v1::HistoryEvent event(const std::string& workflow, enums::EventType type) {
    const auto found = events(workflow, type);
    BOOST_REQUIRE(found.size() == 1u);
    return found[0];
  }

  /// The event shows that the caller's operation is behind it.
  void check_comes_from_caller(const api::history::v1::HistoryEvent& event) {
    BOOST_REQUIRE(event.links_size() == 1);
    const auto& link = event.links(0).workflow_event();
    BOOST_TEST(link.workflow_id() == "caller");
    BOOST_TEST(link.event_ref().event_type() == enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nexus_backings, fixture)

BOOST_AUTO_TEST_CASE(one_start_function_decides_what_an_operation_goes_on_as) {
  BOOST_TEST(call("decide", "now") == "at once");
  BOOST_TEST(events("caller", enums::EVENT_TYPE_NEXUS_OPERATION_STARTED).empty());
  BOOST_TEST(call("decide", "activity") == "Ann paid");
  const auto started = event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
  const auto token =
      nexus::parse_token(started.nexus_operation_started_event_attributes().operation_token());
  BOOST_REQUIRE(token.has_value());
  const auto id = std::get<nexus::activity_token>(*token).activity_id;
  BOOST_TEST(
      id
      == event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED)
             .nexus_operation_scheduled_event_attributes()
             .request_id());
  BOOST_TEST(started.links(0).activity().activity_id() == id);
  BOOST_CHECK(to.get_activity(id).describe().status == activity_status::completed);
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_an_update_ends_with_it) {
  BOOST_TEST(call("decide", "long update") == "thanks, Ann");
  const auto started = event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
  const auto token =
      nexus::parse_token(started.nexus_operation_started_event_attributes().operation_token());
  BOOST_REQUIRE(token.has_value());
  const auto& update = std::get<nexus::workflow_update_token>(*token);
  BOOST_TEST(update.workflow_id == "order");
  BOOST_TEST(update.update_id == "long");
  BOOST_TEST(!update.run_id.empty());
  BOOST_TEST(
      started.links(0).workflow_event().request_id_ref().event_type()
      == enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
  check_comes_from_caller(event("order", enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED));
}

BOOST_AUTO_TEST_CASE(several_callers_share_one_update) {
  std::vector<workflow_handle<std::string>> handles;
  for (const char* id : {"a", "b", "c"})
    handles.push_back(
        to.start_workflow<caller>({.id = id, .task_queue = "q"}, "decide", "long update", false));
  for (const auto& each : handles)
    BOOST_TEST(each.result() == "thanks, Ann");
  BOOST_TEST(events("order", enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED).size() == 1u);
  // Who comes when it is over has its result at once.
  BOOST_TEST(call("decide", "long update") == "thanks, Ann");
  BOOST_TEST(events("caller", enums::EVENT_TYPE_NEXUS_OPERATION_STARTED).empty());
}

BOOST_AUTO_TEST_CASE(an_update_that_fails_fails_the_operation) {
  BOOST_TEST(call("decide", "refused update") == "ApplicationFailure: who?");
  to.get_workflow("order").signal<order::note>("close");
  env.run();
  BOOST_TEST(call("decide", "update").find("NexusHandlerFailure") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_update_whose_workflow_ends_before_fails_the_operation) {
  const auto waits = to.start_workflow<caller>(
      {.id = "caller", .task_queue = "q"}, "decide", "long update", false);
  env.run();
  to.get_workflow("order").terminate("enough");
  BOOST_TEST(
      waits.result().find("the Workflow completed before the Update completed")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(cancelling_goes_by_what_the_operation_went_on_as) {
  BOOST_TEST(call("decide", "staying activity", true).find("CanceledFailure") == 0u);
  BOOST_CHECK(to.get_activity("stays").describe().status == activity_status::canceled);
  BOOST_TEST(call("decide", "workflow", true).find("CanceledFailure") == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_handler_does_with_its_client_is_linked_both_ways) {
  BOOST_TEST(call("talk", "") == "signalled; thanks, Bob");
  check_comes_from_caller(event("order", enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED));
  check_comes_from_caller(event("order", enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED));
  check_comes_from_caller(event("by signal", enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED));
  check_comes_from_caller(event("by start", enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED));
  const auto done = event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED);
  std::vector<std::string> to_what;
  for (const auto& each : done.links()) {
    const auto& link = each.workflow_event();
    const auto type =
        link.has_event_ref() ? link.event_ref().event_type() : link.request_id_ref().event_type();
    to_what.push_back(link.workflow_id() + ' ' + enums::EventType_Name(type));
  }
  BOOST_TEST(
      to_what
          == (std::vector<std::string>{
              "order EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED",
              "order EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
              "by signal EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED",
              "by start EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"}),
      boost::test_tools::per_element());
  // A link by a request's id can be followed.
  const auto signalled = event("order", enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  BOOST_TEST(
      done.links(0).workflow_event().request_id_ref().request_id()
      == signalled.workflow_execution_signaled_event_attributes().request_id());
}

BOOST_AUTO_TEST_CASE(what_a_handler_starts_without_a_workflow_is_linked) {
  BOOST_TEST(call("talk", "without workflows") == "at once");
  const auto done = event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED);
  BOOST_REQUIRE(done.links_size() == 3);
  BOOST_TEST(done.links(0).activity().activity_id() == "alone");
  BOOST_TEST(done.links(0).activity().run_id() == to.get_activity("alone").describe().run_id);
  BOOST_TEST(done.links(1).nexus_operation().operation_id() == "begun");
  BOOST_TEST(done.links(2).nexus_operation().operation_id() == "done");
  BOOST_TEST(done.links(2).nexus_operation().namespace_() == "default");
  BOOST_TEST(
      done.links(2).nexus_operation().run_id() == to.get_operation("done").describe().run_id);
}

BOOST_AUTO_TEST_CASE(an_operation_is_completed_from_elsewhere_by_its_callback) {
  const auto run = [this](auto complete) {
    kept.reset();
    const auto waits =
        to.start_workflow<caller>({.id = "caller", .task_queue = "q"}, "later", "7", false);
    env.run();
    BOOST_REQUIRE(kept.has_value());
    // As it comes back from where it was kept.
    const data_converter converter;
    const auto where = converter.from_payload<nexus::callback>(converter.to_payload(*kept));
    BOOST_TEST((where == *kept));
    complete(nexus_completion{to, where});
    return waits.result();
  };
  BOOST_TEST(run([](const auto& at) { at.succeed(std::string{"paid"}); }) == "paid");
  BOOST_TEST(
      event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_STARTED)
          .nexus_operation_started_event_attributes()
          .operation_token()
      == "mine-7");
  BOOST_TEST(
      run([](const auto& at) { at.fail(application_error{"no money", {.type = "Poor"}}); })
      == "ApplicationFailure: no money");
  BOOST_TEST(
      run([](const auto& at) {
        at.fail(nexus::operation_error::canceled("not wanted"));
      }).find("CanceledFailure")
      == 0u);
}

BOOST_AUTO_TEST_CASE(an_operation_is_completed_once) {
  const auto waits =
      to.start_workflow<caller>({.id = "caller", .task_queue = "q"}, "later", "7", false);
  env.run();
  const nexus_completion at{to, *kept};
  at.succeed(std::string{"paid"});
  BOOST_TEST(waits.result() == "paid");
  const auto refused_as = [](status_code code) {
    return [code](const rpc_error& error) { return error.status().code == code; };
  };
  BOOST_CHECK_EXCEPTION(
      at.succeed(std::string{"again"}), rpc_error, refused_as(status_code::already_exists));
  // Its caller is gone, or has given up.
  const auto other =
      to.start_workflow<caller>({.id = "caller", .task_queue = "q"}, "later", "8", false);
  env.run();
  other.terminate("enough");
  BOOST_CHECK_EXCEPTION(
      (nexus_completion{to, *kept}.succeed(std::string{"late"})),
      rpc_error,
      refused_as(status_code::failed_precondition));
}

BOOST_AUTO_TEST_SUITE_END()
