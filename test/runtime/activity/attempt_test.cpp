// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/answer.hpp"
#include "runtime/activity/attempt.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>

#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

namespace troupe_attempt_test {

struct order {
  std::string what;
  int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (what, count))

} // namespace troupe_attempt_test

namespace {

using troupe_attempt_test::order;
using step = activity::attempt::step;
using kind = activity::outcome::kind;

inline constexpr activity::contract<std::string(order, std::string)> ship{"ship"};
inline constexpr activity::contract<void()> nothing{"nothing"};

std::string shipped(const order& what, std::string_view to) {
  return std::to_string(what.count) + " " + what.what + " to " + std::string{to};
}

struct harbour {
  std::string name;
  std::string ship_from(order what, std::string to) const {
    return name + ": " + shipped(what, to);
  }
  activity::async<std::string> ship_slowly(activity::context ctx, order what, std::string to) {
    co_await ctx.sleep(1h);
    co_return name + ": " + shipped(what, to);
  }
};

struct fixture {
  std::shared_ptr<activity::attempt> make(activity::implementation what, payloads input) {
    auto known = std::make_shared<activity::registry>();
    const auto name = what.name.empty() ? "anything" : what.name;
    known->add(std::move(what));
    auto environment =
        std::make_shared<activity::environment>(activity::environment{.activities = known});
    activity::task task{.info = {.task_token = "token", .activity_type = name}};
    task.info.workflow_id = "w";
    task.input = std::move(input);
    return std::make_shared<activity::attempt>(environment, std::move(task), where);
  }
  static payloads an_order() { return make_payloads(order{"crates", 3}, std::string{"Oslo"}); }

  /// Runs a plain one.
  static const activity::outcome& run(activity::attempt& what) {
    BOOST_REQUIRE(what.next() == step::run_on_pool);
    what.run_on_pool();
    what.pool_finished();
    BOOST_REQUIRE(what.next() == step::ended);
    return what.result();
  }
  template <class Request>
  static Request sent(const rpc::call& what) {
    Request request;
    BOOST_REQUIRE(request.ParseFromString(what.request.str()));
    return request;
  }

  test::manual_executor where;
};

std::string message_of_error(const activity::outcome& what) {
  return what.error ? to_failure_error(what.error)->message() : std::string{};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(attempt, fixture)

BOOST_AUTO_TEST_CASE(a_function_a_lambda_and_members_of_objects_serve_a_contract) {
  const auto text = [&](activity::implementation what) {
    auto one = make(std::move(what), an_order());
    return decode_value<std::string>(run(*one).value);
  };
  BOOST_CHECK_EQUAL(text(activity::implement<ship>(&shipped)), "3 crates to Oslo");
  BOOST_CHECK_EQUAL(
      text(activity::implement<ship>([](activity::context ctx, order what, std::string) {
        return ctx.info().activity_type + " " + what.what;
      })),
      "ship crates");
  auto bergen = std::make_shared<harbour>(harbour{"Bergen"});
  BOOST_CHECK_EQUAL(
      text(activity::implement<ship>(bergen, &harbour::ship_from)), "Bergen: 3 crates to Oslo");
  BOOST_CHECK_EQUAL(
      text(activity::implement<ship>(std::ref(*bergen), &harbour::ship_from)),
      "Bergen: 3 crates to Oslo");
}

BOOST_AUTO_TEST_CASE(a_coroutine_runs_where_it_is_started_and_waits_without_blocking) {
  auto bergen = std::make_shared<harbour>(harbour{"Bergen"});
  auto one = make(activity::implement<ship>(bergen, &harbour::ship_slowly), an_order());
  BOOST_REQUIRE(one->next() == step::run_on_shard);
  bool finished = false;
  one->run_on_shard([&] { finished = true; });
  where.run_until_idle();
  BOOST_CHECK(!finished);
  where.advance(1h);
  BOOST_CHECK(finished);
  BOOST_CHECK_EQUAL(decode_value<std::string>(one->result().value), "Bergen: 3 crates to Oslo");
}

BOOST_AUTO_TEST_CASE(nothing_travels_as_a_null_payload) {
  auto one = make(activity::implement<nothing>([] {}), {});
  BOOST_CHECK_EQUAL(run(*one).value.encoding(), "binary/null");
}

BOOST_AUTO_TEST_CASE(what_nothing_else_serves_goes_to_the_one_for_all_others_with_its_payloads) {
  auto one = make(
      activity::implement_others([](activity::context ctx, payloads input) -> payload {
        return encode_value(ctx.info().activity_type + " " + std::to_string(input.size()));
      }),
      an_order());
  BOOST_CHECK_EQUAL(decode_value<std::string>(run(*one).value), "anything 2");
}

BOOST_AUTO_TEST_CASE(arguments_that_do_not_fit_fail_the_attempt_and_name_the_argument) {
  auto one = make(activity::implement<ship>(&shipped), make_payloads(order{"crates", 3}, 7));
  const auto& came = run(*one);
  BOOST_CHECK(came.what == kind::failed);
  BOOST_CHECK(message_of_error(came).find("argument 2") != std::string::npos);
  auto few = make(activity::implement<ship>(&shipped), {});
  BOOST_CHECK(run(*few).what == kind::failed);
}

BOOST_AUTO_TEST_CASE(an_unknown_type_fails_the_attempt_and_names_the_known_ones) {
  auto known = std::make_shared<activity::registry>();
  known->add(activity::implement<ship>(&shipped));
  known->add(activity::implement<nothing>([] {}));
  auto environment =
      std::make_shared<activity::environment>(activity::environment{.activities = known});
  activity::task task;
  task.info.activity_type = "sink";
  task.info.workflow_id = "w";
  activity::attempt one{environment, std::move(task), where};
  BOOST_REQUIRE(one.next() == step::ended);
  const auto error = to_failure_error(one.result().error);
  BOOST_CHECK_EQUAL(
      error->message(),
      "Activity function sink for workflow w is not registered on this worker, available "
      "activities: nothing, ship");
  BOOST_CHECK_EQUAL(error->distinction(), "NotFoundError");
  BOOST_CHECK_THROW(known->add(activity::implement<ship>(&shipped)), std::invalid_argument);
  BOOST_CHECK_THROW(known->add({"__temporal_x", nullptr}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_it_as_cancelled_only_if_that_was_asked_for) {
  struct row {
    cancel_reason asked;
    kind expected;
    std::string_view type;
  };
  for (const auto& [asked, expected, type] : std::initializer_list<row>{
           {cancel_reason::requested, kind::canceled, ""},
           {cancel_reason::paused, kind::failed, "ActivityPause"},
           {cancel_reason::reset, kind::failed, "ActivityReset"},
           {cancel_reason::worker_shutdown, kind::failed, "WorkerShutdown"},
           {cancel_reason::not_found, kind::failed, "CanceledError"},
           {cancel_reason::timed_out, kind::failed, "CanceledError"},
           {cancel_reason::none, kind::failed, "CanceledError"}}) {
    auto one = make(
        activity::implement<nothing>(
            [] { throw canceled_error("stopped", make_payloads(std::string{"half"})); }),
        {});
    if (asked != cancel_reason::none)
      one->cancel(asked);
    const auto& came = run(*one);
    BOOST_TEST_CONTEXT(to_string(asked)) {
      BOOST_CHECK(came.what == expected);
      if (expected == kind::canceled) {
        BOOST_CHECK_EQUAL(decode_value<std::string>(came.details.at(0)), "half");
      } else {
        const auto error = to_failure_error(came.error);
        BOOST_CHECK_EQUAL(error->distinction(), type);
        BOOST_CHECK(!dynamic_cast<const application_error&>(*error).non_retryable());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(other_errors_after_a_request_to_cancel_are_failures) {
  auto one = make(activity::implement<nothing>([] { throw std::runtime_error("disk full"); }), {});
  one->cancel(cancel_reason::requested);
  const auto& came = run(*one);
  BOOST_CHECK(came.what == kind::failed);
  BOOST_CHECK_EQUAL(message_of_error(came), "disk full");
}

BOOST_AUTO_TEST_CASE(what_is_completed_later_is_left_open_but_not_locally) {
  const auto leaves = [](activity::context ctx) {
    try {
      ctx.complete_later();
    } catch (const application_error&) {
      throw;
    } catch (const std::exception&) { // a handler of errors lets it through
    }
  };
  auto one = make(activity::implement<nothing>(leaves), {});
  BOOST_CHECK(run(*one).what == kind::later);
  auto known = std::make_shared<activity::registry>();
  known->add(activity::implement<nothing>(leaves));
  activity::task task;
  task.info.activity_type = "nothing";
  task.info.is_local = true;
  activity::attempt local{
      std::make_shared<activity::environment>(activity::environment{.activities = known}),
      std::move(task),
      where};
  const auto& came = run(local);
  BOOST_CHECK(came.what == kind::failed);
  const auto* told = find_cause<application_error>(came.error);
  BOOST_REQUIRE(told != nullptr);
  BOOST_TEST(told->non_retryable());
}

BOOST_AUTO_TEST_CASE(of_heartbeats_only_the_newest_is_kept_and_it_is_told_once) {
  int told = 0;
  auto one = make(
      activity::implement<nothing>([](activity::context ctx) {
        for (int i = 0; i < 5; ++i)
          ctx.heartbeat(i, std::string{"of 5"});
      }),
      {});
  one->state().listen([&] { ++told; });
  run(*one);
  BOOST_CHECK_EQUAL(told, 1);
  const auto newest = one->state().take_details();
  BOOST_REQUIRE(newest);
  BOOST_CHECK_EQUAL(decode_value<int>(newest->at(0)), 4);
  BOOST_CHECK_EQUAL(newest->size(), 2u);
  BOOST_CHECK(!one->state().take_details());
}

BOOST_AUTO_TEST_CASE(the_next_attempt_reads_what_the_last_one_told) {
  auto known = std::make_shared<activity::registry>();
  known->add(activity::implement<nothing>([](activity::context ctx) {
    if (ctx.heartbeat_details<int>().value() != 4 || ctx.heartbeat_details<std::string>(1) != "of 5"
        || ctx.heartbeat_details<int>(2))
      throw std::runtime_error("other details");
  }));
  activity::task task;
  task.info.activity_type = "nothing";
  task.last_details = make_payloads(4, std::string{"of 5"});
  activity::attempt one{
      std::make_shared<activity::environment>(activity::environment{.activities = known}),
      std::move(task),
      where};
  BOOST_CHECK_EQUAL(message_of_error(run(one)), "");
}

BOOST_AUTO_TEST_CASE(a_failure_takes_the_details_along_that_were_not_sent) {
  auto one = make(
      activity::implement<nothing>([](activity::context ctx) {
        ctx.heartbeat(std::string{"half"});
        throw application_error(
            "no more", {.type = "OutOfStock", .next_retry_delay = std::chrono::seconds{3}});
      }),
      {});
  one->state().listen([] {});
  run(*one);
  const auto request = sent<wire::RespondActivityTaskFailedRequest>(activity::answer_of(*one, 1s));
  BOOST_CHECK_EQUAL(request.task_token(), "token");
  BOOST_CHECK_EQUAL(request.namespace_(), "default");
  BOOST_CHECK_EQUAL(request.failure().application_failure_info().type(), "OutOfStock");
  BOOST_CHECK_EQUAL(request.failure().application_failure_info().next_retry_delay().seconds(), 3);
  BOOST_CHECK_EQUAL(request.last_heartbeat_details().payloads(0).data(), R"("half")");
}

BOOST_AUTO_TEST_SUITE_END()
