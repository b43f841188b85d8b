// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace base_test
