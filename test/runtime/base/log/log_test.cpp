// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"
#include "runtime/base/log/protobuf_log.hpp"
#include "runtime/base/text/printable.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/common/v1/message.pb.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace log_api = troupe::log;

class recording_sink final : public log_api::sink {
public:
  void
  write(log_api::level, std::string_view message, std::span<const log_api::field> fields) override {
    std::string line{message};
    for (const auto& [key, value] : fields)
      line.append(" ").append(key).append("=").append(value);
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
