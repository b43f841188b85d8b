// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/span_pusher.hpp"
#include "test/runtime/otlp/collector.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;
using otlp::options_error;
using otlp::sampling_ratio;
using test::collector;

namespace {

otlp::environment of(std::map<std::string, std::string> variables) {
  return [all = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional{found->second};
  };
}

std::unique_ptr<otlp::span_pusher> pusher(const std::string& url, const trace_options& traces) {
  return std::make_unique<otlp::span_pusher>(
      otlp::resolve({.endpoint = url}, of({})), traces, traces.ratio.value_or(1));
}

trace_span named(std::string name) {
  return {.name = std::move(name), .context = {{1}, {1}, true}};
}

bool has(const std::string& request, const std::string& name) {
  return request.find("\"name\":\"" + name + "\"") != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(span_pusher)

BOOST_AUTO_TEST_CASE(a_full_batch_goes_at_once_and_the_rest_at_the_end) {
  collector to;
  auto pushes = pusher(to.url(), {.max_batch = 2, .interval = 1h});
  pushes->record(named("one"));
  pushes->record(named("two"));
  const auto first = to.wait_for(1)[0];
  BOOST_TEST(first.starts_with("POST /v1/traces HTTP/1.1\r\n"));
  BOOST_TEST(has(first, "one"));
  BOOST_TEST(has(first, "two"));
  pushes->record(named("three"));
  pushes = nullptr;
  const auto all = to.wait_for(2);
  BOOST_TEST(all.size() == 2u);
  BOOST_TEST(has(all[1], "three"));
}

BOOST_AUTO_TEST_CASE(an_interval_pushes_what_there_is) {
  collector to;
  const auto pushes = pusher(to.url(), {.interval = 1ms});
  pushes->record(named("one"));
  BOOST_TEST(has(to.wait_for(1)[0], "one"));
}

BOOST_AUTO_TEST_CASE(what_finds_the_queue_full_is_counted) {
  test::captured_log log;
  collector to;
  {
    // No batch is ever full, so nothing leaves before the end.
    auto pushes = pusher(to.url(), {.max_queued = 1, .max_batch = 2, .interval = 1h});
    pushes->record(named("kept"));
    pushes->record(named("lost"));
    pushes->record(named("lost too"));
  }
  BOOST_TEST(to.wait_for(1).size() == 1u);
  const auto lines = log.lines_of("spans were dropped since their queue was full");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("count") == "2");
}

BOOST_AUTO_TEST_CASE(a_collector_that_refuses_is_told_once_and_holds_up_no_end) {
  test::captured_log log;
  collector to{"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"};
  {
    auto pushes = pusher(to.url(), {.max_batch = 1, .interval = 1h});
    for (int i = 0; i < 20; ++i)
      pushes->record(named("x"));
  }
  const auto lines = log.lines_of("traces could not be pushed, they are lost");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("error") == "HTTP 503 busy");
}

BOOST_AUTO_TEST_CASE(samples_about_as_many_as_it_is_told_and_the_same_again) {
  const auto half = pusher("http://127.0.0.1:1", {.ratio = 0.5, .interval = 1h});
  int count = 0;
  trace_id id{};
  for (int i = 0; i < 256; ++i) {
    id[8] = static_cast<std::uint8_t>(i);
    count += half->samples(id) ? 1 : 0;
    BOOST_TEST(half->samples(id) == half->samples(id));
  }
  BOOST_TEST(count == 128);
  BOOST_TEST(!pusher("http://127.0.0.1:1", {.ratio = 0.0, .interval = 1h})->samples(trace_id{}));
  trace_id most;
  most.fill(255);
  BOOST_TEST(pusher("http://127.0.0.1:1", {.ratio = 1.0, .interval = 1h})->samples(most));
}

BOOST_AUTO_TEST_CASE(the_environment_says_how_many_are_sampled) {
  BOOST_TEST(sampling_ratio({}, of({})) == 1.0);
  BOOST_TEST(sampling_ratio({}, of({{"OTEL_TRACES_SAMPLER", "always_off"}})) == 0.0);
  BOOST_TEST(sampling_ratio({}, of({{"OTEL_TRACES_SAMPLER", "parentbased_always_on"}})) == 1.0);
  const auto tenth =
      of({{"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", "0.1"}});
  BOOST_TEST(sampling_ratio({}, tenth) == 0.1);
  BOOST_TEST(sampling_ratio({.ratio = 0.5}, tenth) == 0.5);
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_refused) {
  BOOST_CHECK_THROW((void)sampling_ratio({.ratio = 1.5}, of({})), options_error);
  BOOST_CHECK_THROW((void)sampling_ratio({}, of({{"OTEL_TRACES_SAMPLER", "x"}})), options_error);
  BOOST_CHECK_THROW(
      (void)sampling_ratio(
          {}, of({{"OTEL_TRACES_SAMPLER", "traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", "many"}})),
      options_error);
  BOOST_CHECK_THROW((void)pusher("ftp://safe:4318", {}), options_error);
  BOOST_CHECK_THROW((void)pusher("http://here", {.max_batch = 0}), options_error);
  BOOST_CHECK_THROW((void)pusher("http://here", {.interval = 0ms}), options_error);
}

BOOST_AUTO_TEST_SUITE_END()
