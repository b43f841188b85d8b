// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"
#include "runtime/base/log/protobuf_log.hpp"
#include "runtime/base/text/printable.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <temporal/api/common/v1/message.pb.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <limits>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#ifndef __has_feature // of Clang alone
#define __has_feature(what) 0
#endif

namespace {

namespace log_api = troupe::log;

class recording_sink final : public log_api::sink {
public:
  void write(const log_api::line& what) override {
    std::string line{what.message};
    for (const auto& each : what.fields)
      line.append(" ").append(each.key).append("=").append(each.value);
    lines.push_back(std::move(line));
  }

  std::vector<std::string> lines;
};

/// What the process writes to its standard error meanwhile.
class stderr_capture {
public:
  stderr_capture() : before_(dup(2)), file_(std::tmpfile()) { dup2(fileno(file_), 2); }
  ~stderr_capture() {
    dup2(before_, 2);
    close(before_);
    std::fclose(file_);
  }
  stderr_capture(const stderr_capture&) = delete;
  stderr_capture& operator=(const stderr_capture&) = delete;

  [[nodiscard]] std::vector<std::string> lines() const {
    BOOST_TEST(log_api::flush());
    std::string text(static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)), '\0');
    BOOST_TEST(pread(fileno(file_), text.data(), text.size(), 0) == ssize_t(text.size()));
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      all.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return all;
  }

private:
  int before_;
  std::FILE* file_;
};

} // namespace

// The C library has a function of this name, so the suite's namespace needs one around it.
namespace base_test {

BOOST_AUTO_TEST_SUITE(log)

BOOST_AUTO_TEST_CASE(knows_the_words_of_the_temporal_tools) {
  auto level = log_api::level::error;
  BOOST_TEST(log_api::parse_level("debug", level));
  BOOST_TEST((level == log_api::level::debug));
  BOOST_TEST(log_api::parse_level("warn", level));
  BOOST_TEST((level == log_api::level::warn));
  BOOST_TEST(log_api::parse_level("never", level));
  BOOST_TEST((level == log_api::level::off));
  BOOST_TEST(!log_api::parse_level("loud", level));
  BOOST_TEST(!log_api::parse_level("", level));
}

BOOST_AUTO_TEST_CASE(writes_what_is_severe_enough_to_the_sink) {
  log_api::configure(log_api::level::info, log_api::format::text);
  const auto sink = std::make_shared<recording_sink>();
  log_api::set_sink(sink);
  BOOST_TEST(log_api::enabled(log_api::level::info));
  BOOST_TEST(!log_api::enabled(log_api::level::debug));
  log_api::info("started", {{"port", "7233"}, {"namespace", "default"}});
  log_api::debug("detail");
  log_api::error("broken");
  log_api::configure(log_api::level::off, log_api::format::text);
  BOOST_TEST(!log_api::enabled(log_api::level::error));
  BOOST_TEST(
      (sink->lines == std::vector<std::string>{"started port=7233 namespace=default", "broken"}));
}

BOOST_AUTO_TEST_CASE(a_line_is_one_line_whatever_its_values_hold) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"plain", "id=plain"},
      {"h\xC3\xA9", "id=h\xC3\xA9"},
      {"", "id=\"\""},
      {"two words", "id=\"two words\""},
      {"a\rlevel=error", "id=\"a\\rlevel=error\""},
      {"a\nb", "id=\"a\\nb\""},
      {"\x1B[2J", "id=\"\\u001b[2J\""},
      {"\xC2\x9B"
       "2J",
       "id=\"\\u009b2J\""},
      {"\x7F", "id=\"\\u007f\""},
      {"\xFF", "id=\"\xEF\xBF\xBD\""},
      {"a\\nb", "id=\"a\\\\nb\""}};
  for (const auto shape : {log_api::format::text, log_api::format::json}) {
    stderr_capture captured;
    log_api::configure(log_api::level::info, shape);
    for (const auto& [value, shown] : rows)
      log_api::info("said", {{"id", value}});
    log_api::configure(log_api::level::off, log_api::format::text);
    const auto lines = captured.lines();
    BOOST_REQUIRE(lines.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (shape == log_api::format::text)
        BOOST_TEST(lines[i].ends_with("msg=\"said\" " + rows[i].second), lines[i]);
      else
        BOOST_TEST(troupe::is_printable(lines[i]), lines[i]);
  }
}

BOOST_AUTO_TEST_CASE(numbers_and_truth_values_are_bare_in_json) {
  const log_api::field fields[] = {
      {"attempt", 3}, {"bytes", std::size_t{7}}, {"sticky", true}, {"id", "3"}};
  const auto text = log_api::to_text(
      {log_api::level::warn, std::chrono::system_clock::time_point{}, "said", fields},
      log_api::format::json);
  BOOST_TEST(
      text.find(R"("level":"warn","msg":"said","attempt":3,"bytes":7,"sticky":true,"id":"3"})")
          != std::string::npos,
      text);
  BOOST_TEST(text.starts_with(R"({"time":"19)"), text);
}

BOOST_AUTO_TEST_CASE(each_kind_of_value_is_what_json_has_for_it) {
  constexpr auto infinite = std::numeric_limits<double>::infinity();
  const std::string text = "text";
  const std::pair<log_api::value, std::string> rows[] = {
      {0.1, "0.1"},
      {0.1F, "0.1"},
      {5.0, "5"},
      {-2.5e300, "-2.5e+300"},
      {std::numeric_limits<double>::denorm_min(), "5e-324"},
      {infinite, R"("inf")"},
      {-infinite, R"("-inf")"},
      {std::numeric_limits<double>::quiet_NaN(), R"("nan")"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
      {std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"},
      {std::uint8_t{200}, "200"},
      {short{-1}, "-1"},
      {'"', R"("\"")"},
      {false, "false"},
      {"true", R"("true")"},
      {text, R"("text")"},
      {std::string_view{text}, R"("text")"}};
  for (const auto& [value, json] : rows) {
    const log_api::field fields[] = {{"v", value}};
    const auto line = log_api::to_text(
        {log_api::level::warn, std::chrono::system_clock::time_point{}, "m", fields},
        log_api::format::json);
    BOOST_TEST(line.ends_with("\"v\":" + json + "}\n"), line);
  }
  // A pointer is no truth value, an enum no number.
  static_assert(!std::constructible_from<log_api::value, void*>);
  static_assert(!std::constructible_from<log_api::value, log_api::level>);
}

/// Blocks in `write` until it is let go.
class stuck_sink final : public log_api::sink {
public:
  void write(const log_api::line& what) override {
    entered.release();
    may_go.acquire();
    lines.emplace_back(what.message);
    may_go.release();
  }
  std::counting_semaphore<> entered{0};
  std::counting_semaphore<> may_go{0};
  std::vector<std::string> lines;
};

BOOST_AUTO_TEST_CASE(who_logs_does_not_wait_for_a_sink_that_is_stuck) {
  const auto sink = std::make_shared<stuck_sink>();
  log_api::configure(
      {.threshold = log_api::level::info, .shape = {}, .to = sink, .queue_lines = 10});
  const auto lost = log_api::lost_lines();
  log_api::info("first");
  sink->entered.acquire(); // it has the first line and keeps it
  for (int i = 0; i < 30; ++i)
    log_api::info("more");
  BOOST_TEST(log_api::lost_lines() - lost == 20u);
  BOOST_TEST(!log_api::flush(std::chrono::milliseconds{1}));
  sink->may_go.release();
  BOOST_TEST(log_api::flush());
  log_api::configure(log_api::level::off, log_api::format::text);
  BOOST_TEST(sink->lines.size() == 12u); // with the line that tells of the dropped ones
  BOOST_TEST(sink->lines.back().starts_with("log lines were dropped"));
}

BOOST_AUTO_TEST_CASE(a_sink_that_throws_loses_its_line_and_nothing_else) {
  struct throwing final : log_api::sink {
    void write(const log_api::line& what) override {
      if (what.message == "bad")
        throw std::runtime_error("full disk");
      lines.emplace_back(what.message);
    }
    std::vector<std::string> lines;
  };
  stderr_capture captured;
  for (const std::size_t room : {100, 0}) { // queued, and where they arise
    const auto sink = std::make_shared<throwing>();
    const auto lost = log_api::lost_lines();
    log_api::configure(
        {.threshold = log_api::level::info, .shape = {}, .to = sink, .queue_lines = room});
    log_api::info("bad");
    log_api::info("good");
    log_api::configure(log_api::level::off, log_api::format::text);
    BOOST_TEST(sink->lines == std::vector<std::string>{"good"}, boost::test_tools::per_element());
    BOOST_TEST(log_api::lost_lines() - lost == 1u);
  }
  BOOST_TEST(captured.lines().size() == 1u); // it says so once
  BOOST_TEST(captured.lines()[0].find("full disk") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_come_in_their_order_from_one_thread_at_a_time) {
  struct ordered final : log_api::sink {
    void write(const log_api::line& what) override {
      BOOST_TEST(busy.exchange(true) == false);
      lines.emplace_back(what.fields[0].value);
      busy = false;
    }
    std::atomic<bool> busy{false};
    std::vector<std::string> lines;
  };
  for (const std::size_t room : {100'000, 0}) {
    const auto sink = std::make_shared<ordered>();
    log_api::configure(
        {.threshold = log_api::level::info, .shape = {}, .to = sink, .queue_lines = room});
    {
      std::vector<std::jthread> threads;
      for (char name : {'a', 'b', 'c'})
        threads.emplace_back([name] {
          for (int i = 100; i < 400; ++i)
            log_api::info("line", {{"n", std::string{name} + std::to_string(i)}});
        });
    }
    log_api::configure(log_api::level::off, log_api::format::text);
    BOOST_TEST(sink->lines.size() == 900u);
    for (const char name : {'a', 'b', 'c'}) {
      std::vector<std::string> of_one;
      std::ranges::copy_if(sink->lines, std::back_inserter(of_one), [&](const auto& each) {
        return each[0] == name;
      });
      BOOST_TEST(of_one.size() == 300u);
      BOOST_TEST(std::ranges::is_sorted(of_one));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_sink_may_log) {
  struct talking final : log_api::sink {
    void write(const log_api::line& what) override {
      ++lines;
      if (what.message == "first")
        log_api::info("second");
    }
    int lines = 0;
  };
  for (const std::size_t room : {100, 0}) {
    const auto sink = std::make_shared<talking>();
    log_api::configure(
        {.threshold = log_api::level::info, .shape = {}, .to = sink, .queue_lines = room});
    log_api::info("first");
    BOOST_TEST(log_api::flush());
    BOOST_TEST(log_api::flush());
    log_api::configure(log_api::level::off, log_api::format::text);
    BOOST_TEST(sink->lines == (room == 0 ? 1 : 2)); // it cannot wait for itself
  }
}

BOOST_AUTO_TEST_CASE(the_level_changes_at_run_time) {
  const auto sink = std::make_shared<recording_sink>();
  log_api::configure({.threshold = log_api::level::warn, .shape = {}, .to = sink});
  log_api::info("too quiet");
  log_api::set_level(log_api::level::debug);
  BOOST_TEST((log_api::current_level() == log_api::level::debug));
  log_api::debug("heard");
  log_api::configure(log_api::level::off, log_api::format::text);
  BOOST_TEST(sink->lines == std::vector<std::string>{"heard"}, boost::test_tools::per_element());
}

#if !__has_feature(thread_sanitizer) // which ends a child that starts a thread
BOOST_AUTO_TEST_CASE(a_process_that_ends_or_forks_writes_what_it_had_to_say) {
  log_api::configure(log_api::level::info, log_api::format::text);
  log_api::info("the parent has its thread");
  BOOST_TEST(log_api::flush());
  stderr_capture captured;
  const auto child = fork();
  if (child == 0) {
    log_api::info("from the child");
    log_api::flush();
    _exit(0);
  }
  int status = 1;
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  log_api::info("from the parent");
  const auto lines = captured.lines();
  log_api::configure(log_api::level::off, log_api::format::text);
  BOOST_REQUIRE(lines.size() == 2u);
  BOOST_TEST(lines[0].find("from the child") != std::string::npos);
  BOOST_TEST(lines[1].find("from the parent") != std::string::npos);
}
#endif

BOOST_AUTO_TEST_CASE(protobuf_writes_to_our_log_and_not_past_it) {
  troupe::adopt_protobuf_log();
  temporal::api::common::v1::WorkflowType message;
  const std::string bad{"\x0A\x01\xFF", 3}; // a name that is no UTF-8
  stderr_capture captured;
  log_api::configure(log_api::level::info, log_api::format::text);
  BOOST_TEST(!message.ParseFromString(bad));
  BOOST_TEST(captured.lines().empty());
  log_api::configure(log_api::level::debug, log_api::format::text);
  BOOST_TEST(!message.ParseFromString(bad));
  log_api::configure(log_api::level::off, log_api::format::text);
  const auto lines = captured.lines();
  BOOST_REQUIRE(lines.size() == 1);
  BOOST_TEST(lines[0].find("from=protobuf") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace base_test
