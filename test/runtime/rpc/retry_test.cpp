// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/call_metrics.hpp"
#include "runtime/rpc/retry.hpp"
#include "runtime/telemetry/registry.hpp"
#include "test/runtime/rpc/fake_transport.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture {
  test::manual_executor clock;
  test::fake_transport over{clock};
  double random = 0.5; // no jitter
  rpc::retry_policy policy;
  std::optional<rpc::retrying_transport> retrying;
  int replies = 0;
  rpc_status status;
  std::string reply;
  std::shared_ptr<telemetry::registry> metrics = std::make_shared<telemetry::registry>();
  std::unique_ptr<telemetry::meter> meter = metrics->add_meter();
  rpc::call_metrics counts{*meter};

  rpc::transport::call_id start(std::chrono::milliseconds timeout = 30s) {
    return start({"/s/m", rpc::bytes{std::string{"request"}}, timeout, {}});
  }
  rpc::transport::call_id start(rpc::call what) {
    if (!retrying)
      retrying.emplace(over, clock, policy, [this] { return random; }, &counts);
    return retrying->start(std::move(what), [this](rpc_status ended, rpc::bytes message) {
      ++replies;
      status = std::move(ended);
      reply = message.str();
    });
  }

  void fail(status_code code, int times = 1, std::string message = "no") {
    for (int i = 0; i < times; ++i)
      over.answers.push_back({{code, message, {}}, {}});
  }

  std::vector<std::chrono::milliseconds> pauses() const {
    std::vector<std::chrono::milliseconds> all;
    for (std::size_t i = 1; i < over.seen.size(); ++i)
      all.push_back(
          std::chrono::round<std::chrono::milliseconds>(over.seen[i].at - over.seen[i - 1].at));
    return all;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(retry, fixture)

BOOST_AUTO_TEST_CASE(retries_exactly_the_codes_that_may_go_away) {
  for (int code = 1; code <= 16; ++code) {
    const auto value = static_cast<status_code>(code);
    const bool expected = value == status_code::data_loss || value == status_code::internal
                          || value == status_code::unknown
                          || value == status_code::resource_exhausted
                          || value == status_code::aborted || value == status_code::out_of_range
                          || value == status_code::unavailable;
    BOOST_TEST_CONTEXT(to_string(value))
    BOOST_TEST(rpc::is_retryable({value, "text", {}}) == expected);
  }
  BOOST_TEST(!rpc::is_retryable({}));
}

BOOST_AUTO_TEST_CASE(never_retries_a_message_that_is_too_large) {
  for (std::string text :
       {"grpc: received message larger than max (5 vs. 4)",
        "grpc: message after decompression larger than max",
        "grpc: received message after decompression larger than max 4194304",
        "CLIENT: Received message larger than max (5 vs. 4)"})
    BOOST_TEST(!rpc::is_retryable({status_code::resource_exhausted, text, {}}), text);
  BOOST_TEST(
      rpc::is_retryable({status_code::resource_exhausted, "namespace rate limit exceeded", {}}));
}

BOOST_AUTO_TEST_CASE(pauses_grow_up_to_the_maximum) {
  fail(status_code::unavailable, 10);
  over.answers.push_back({{}, "answer"});
  start(60s);
  clock.advance(60s);
  const std::vector<std::chrono::milliseconds> expected = {
      100ms, 170ms, 289ms, 491ms, 835ms, 1420ms, 2414ms, 4103ms, 5000ms, 5000ms};
  BOOST_TEST(replies == 1);
  BOOST_TEST(status.ok());
  BOOST_TEST(reply == "answer");
  BOOST_TEST((pauses() == expected));
}

BOOST_AUTO_TEST_CASE(an_exhausted_service_gets_longer_pauses) {
  fail(status_code::resource_exhausted, 5);
  over.answers.push_back({{}, "answer"});
  start(60s);
  clock.advance(60s);
  const std::vector<std::chrono::milliseconds> expected = {1s, 2s, 4s, 8s, 10s};
  BOOST_TEST((pauses() == expected));
}

BOOST_AUTO_TEST_CASE(jitter_moves_a_pause_by_a_fifth_at_most) {
  const rpc::retry_policy defaults;
  BOOST_TEST((rpc::retry_delay(defaults, 1, status_code::unavailable, 0.0) == 80ms));
  const auto longest = rpc::retry_delay(defaults, 1, status_code::unavailable, 1.0);
  BOOST_TEST((longest >= 119'999us && longest <= 120ms));
}

BOOST_AUTO_TEST_CASE(sends_the_same_bytes_again) {
  fail(status_code::unavailable, 3);
  over.answers.push_back({{}, "answer"});
  start();
  clock.advance(30s);
  BOOST_REQUIRE(over.seen.size() == 4);
  for (const auto& attempt : over.seen)
    BOOST_TEST(attempt.memory == over.seen.front().memory);
}

BOOST_AUTO_TEST_CASE(the_deadline_covers_all_attempts) {
  fail(status_code::unavailable, 100);
  start(1s);
  clock.advance(10s);
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::unavailable));
  // 100 + 170 + 289 = 559 ms; another 491 ms would be too late.
  BOOST_TEST(over.seen.size() == 4);
  BOOST_TEST((over.seen.back().timeout == 442ms));
}

BOOST_AUTO_TEST_CASE(reports_at_once_what_is_not_retryable) {
  fail(status_code::not_found);
  start();
  clock.run_until_idle();
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::not_found));
  BOOST_TEST(over.seen.size() == 1);
}

BOOST_AUTO_TEST_CASE(gives_up_after_the_maximum_of_attempts) {
  policy.maximum_attempts = 2;
  fail(status_code::unavailable, 5);
  start();
  clock.advance(30s);
  BOOST_TEST(replies == 1);
  BOOST_TEST(over.seen.size() == 2);
}

BOOST_AUTO_TEST_CASE(cancelling_in_a_pause_ends_the_call) {
  fail(status_code::unavailable);
  const auto id = start();
  clock.run_until_idle();
  retrying->cancel(id);
  BOOST_TEST(replies == 0);
  clock.advance(30s);
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::cancelled));
  BOOST_TEST(over.seen.size() == 1);
}

BOOST_AUTO_TEST_CASE(cancelling_an_attempt_ends_the_call) {
  const auto id = start();
  retrying->cancel(id);
  retrying->cancel(id);
  clock.advance(30s);
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::cancelled));
}

BOOST_AUTO_TEST_CASE(destroying_it_in_a_pause_ends_the_call) {
  fail(status_code::unavailable);
  start();
  clock.run_until_idle();
  retrying.reset();
  clock.advance(30s);
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::cancelled));
  BOOST_TEST(clock.pending_timers() == 0);
}

BOOST_AUTO_TEST_CASE(each_attempt_is_counted_with_its_status) {
  fail(status_code::unavailable, 2);
  over.answers.push_back({{}, "fine"});
  start();
  clock.advance(20s);
  BOOST_TEST(replies == 1);
  const auto seen = metrics->read();
  BOOST_TEST(seen.total("request", {{"operation", "m"}}) == 3);
  BOOST_TEST(
      seen.total("request_failure", {{"operation", "m"}, {"status_code", "UNAVAILABLE"}}) == 2);
  BOOST_TEST(seen.total("request_failure") == 2);
  BOOST_TEST(seen.histogram("request_latency").count == 3u);
  BOOST_TEST(seen.find("long_request") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_long_poll_is_counted_apart_and_has_not_failed_when_its_time_is_over) {
  for (const auto code :
       {status_code::deadline_exceeded, status_code::cancelled, status_code::permission_denied}) {
    fail(code);
    start({.method = "/s/m", .request = {}, .timeout = 30s, .headers = {}, .is_long_poll = true});
    clock.advance(20s);
  }
  const auto seen = metrics->read();
  BOOST_TEST(replies == 3);
  BOOST_TEST(seen.total("long_request", {{"operation", "m"}}) == 3);
  BOOST_TEST(seen.histogram("long_request_latency").count == 3u);
  BOOST_TEST(seen.total("long_request_failure", {{"status_code", "PERMISSION_DENIED"}}) == 1);
  BOOST_TEST(seen.total("long_request_failure") == 1);
  BOOST_TEST(seen.find("request") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_tried_once_is_not_tried_again) {
  fail(status_code::unavailable, 2);
  start({.method = "/s/m", .request = {}, .timeout = 30s, .headers = {}, .is_tried_once = true});
  clock.advance(20s);
  BOOST_TEST(replies == 1);
  BOOST_CHECK(status.code == status_code::unavailable);
  BOOST_TEST(over.seen.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_must_not_be_sent_is_refused_later_and_never_seen) {
  start(
      {.method = "/s/m",
       .request = {},
       .timeout = 30s,
       .headers = {},
       .problem = "it is nonsense"});
  BOOST_TEST(replies == 0); // never inside `start`
  clock.advance(20s);
  BOOST_TEST(replies == 1);
  BOOST_CHECK(status.code == status_code::invalid_argument);
  BOOST_TEST(status.message == "it is nonsense");
  BOOST_TEST(over.seen.empty());
}

BOOST_AUTO_TEST_CASE(what_ends_after_its_transport_is_counted_no_more) {
  start();
  retrying.reset();
  clock.advance(20s);
  BOOST_TEST(replies == 1);
  BOOST_TEST(metrics->read().total("request_failure") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
