// SPDX-License-Identifier: Apache-2.0
// The expected texts are what the Temporal CLI prints.
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <limits>
#include <tuple>

using namespace troupe::cli;
using namespace std::chrono_literals;

namespace {

google::protobuf::Timestamp at(std::int64_t seconds, std::int32_t nanos = 0) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

std::string ago(std::chrono::seconds distance) {
  const std::chrono::system_clock::time_point now{std::chrono::seconds{1'700'000'000}};
  return time_text(at(1'700'000'000 - distance.count()), time_format::relative, now);
}

} // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(centres_headings_over_left_aligned_cells) {
  BOOST_TEST(
      table({}, {"Status", "WorkflowId", "Type", "StartTime"}, {{"Terminated", "w1", "W1", "now"}})
      == "    Status    WorkflowId  Type  StartTime\n"
         "  Terminated  w1          W1    now      \n");
}

BOOST_AUTO_TEST_CASE(leaves_out_headings_from_the_second_page_on) {
  BOOST_TEST(table({}, {"A", "B"}, {{"1", "2"}}, {{}, false}) == "  1  2\n");
}

BOOST_AUTO_TEST_CASE(colours_move_no_column) {
  global_flags flags;
  flags.color = "always";
  BOOST_TEST(
      table(flags, {"A", "Wide"}, {{"long", "x"}})
      == "   \x1b[35mA\x1b[0m    \x1b[35mWide\x1b[0m\n  long  x   \n");
  BOOST_TEST(
      table_row({"1", "no"}, {2, 4}, {{align::right}}, {"", "\x1b[31m"})
      == "   1  \x1b[31mno\x1b[0m  \n");
  BOOST_TEST(
      property_list({{"Status", "COMPLETED", false, "\x1b[32m"}, {"Result", "1"}})
      == "  Status  \x1b[32mCOMPLETED\x1b[0m\n  Result  1\n");
  flags.output = "json"; // JSON is never coloured
  BOOST_TEST(table(flags, {"A"}, {}) == "  A\n");
}

BOOST_AUTO_TEST_CASE(only_what_asks_for_colours_gets_them) {
  global_flags flags;
  flags.color = "never";
  BOOST_TEST(!flags.is_coloured());
  flags.color = "always";
  BOOST_TEST(flags.is_coloured());
  BOOST_TEST(painted(colour::green, "ok", flags) == "\x1b[32mok\x1b[0m");
  BOOST_TEST(painted(colour::green, "ok", global_flags{}) == "ok"); // no terminal
}

BOOST_AUTO_TEST_CASE(prints_rows_of_a_growing_table_at_fixed_widths) {
  const std::vector<std::size_t> widths{3, 20, 26};
  BOOST_TEST(
      heading_row({}, {"ID", "Time", "Type"}, widths)
      == "  ID           Time                     Type           \n");
  BOOST_TEST(
      table_row(
          {"3", "2026-11-23T01:29:15Z", "WorkflowExecutionTimedOut"}, widths, {{align::right}})
      == "    3  2026-11-23T01:29:15Z  WorkflowExecutionTimedOut \n");
}

BOOST_AUTO_TEST_CASE(aligns_the_values_of_properties) {
  BOOST_TEST(
      property_list({{"RunTime", "650ms"}, {"Status", ""}}) == "  RunTime  650ms\n  Status    \n");
  BOOST_TEST(property_list({}) == "");
}

BOOST_AUTO_TEST_CASE(counts_characters_not_bytes) {
  BOOST_TEST(
      table({}, {"A"}, {{"\xC3\xA9\xC3\xA9"}, {"abc"}}) == "   A \n  \xC3\xA9\xC3\xA9 \n  abc\n");
}

BOOST_AUTO_TEST_CASE(counts_the_columns_of_a_terminal) {
  BOOST_TEST(display_width("") == 0);
  BOOST_TEST(display_width("abc") == 3);
  BOOST_TEST(display_width("\xE4\xB8\xAD\xE6\x96\x87") == 4);                     // wide
  BOOST_TEST(display_width("\xEF\xBC\xA1") == 2);                                 // full width
  BOOST_TEST(display_width("\xEF\xBD\xB1") == 1);                                 // half width
  BOOST_TEST(display_width("e\xCC\x81") == 1);                                    // a mark above
  BOOST_TEST(display_width("\xF0\x9F\x98\x80") == 2);                             // an emoji
  BOOST_TEST(display_width("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9") == 2); // joined
  BOOST_TEST(display_width("\xED\x95\x9C\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB") == 4); // Hangul
  BOOST_TEST(
      display_width("a\xFF"
                    "b")
      == 3);
}

BOOST_AUTO_TEST_CASE(columns_stand_below_each_other) {
  BOOST_TEST(
      table({}, {"Id", "T"}, {{"\xE4\xB8\xAD\xE6\x96\x87", "x"}, {"abcd", "y"}})
      == "   Id   T\n  \xE4\xB8\xAD\xE6\x96\x87  x\n  abcd  y\n");
}

BOOST_AUTO_TEST_CASE(cells_and_properties_are_one_line_each) {
  BOOST_TEST(
      table({}, {"A", "B"}, {{"x\x1B[2J\n", "\xC2\x9B"}})
      == "       A          B   \n  x\\u001b[2J\\n  \\u009b\n");
  BOOST_TEST(property_list({{"Type", "W\n  Status  X"}}) == "  Type  W\\n  Status  X\n");
  BOOST_TEST(property_list({{"Failure", "\n  a\r", true}}) == "  Failure  \n  a\\r\n");
}

BOOST_AUTO_TEST_CASE(tells_how_long_ago_a_time_was) {
  BOOST_TEST(ago(0s) == "now");
  BOOST_TEST(ago(1s) == "1 second ago");
  BOOST_TEST(ago(59s) == "59 seconds ago");
  BOOST_TEST(ago(-90s) == "1 minute from now");
  BOOST_TEST(ago(2h) == "2 hours ago");
  BOOST_TEST(ago(24h * 6) == "6 days ago");
  BOOST_TEST(ago(24h * 15) == "2 weeks ago");
  BOOST_TEST(ago(24h * 65) == "2 months ago");
  BOOST_TEST(ago(24h * 400) == "1 year ago");
  BOOST_TEST(ago(24h * 600) == "2 years ago");
  BOOST_TEST(ago(24h * 360 * 38) == "a long while ago");
  const auto today = std::chrono::system_clock::time_point{} + 24h * 365 * 56;
  BOOST_TEST(time_text(at(INT64_MIN), time_format::relative, today) == "a long while ago");
  BOOST_TEST(time_text(at(-62'135'596'800), time_format::relative, today) == "a long while ago");
  BOOST_TEST(time_text(at(INT64_MAX), time_format::relative, today) == "a long while from now");
}

BOOST_AUTO_TEST_CASE(prints_times_as_asked) {
  BOOST_TEST(
      time_text(at(1'795'397'352, 10'264'961), time_format::iso, {}) == "2026-11-23T01:29:12Z");
  BOOST_TEST(
      time_text(at(1'795'397'352, 116'762'000), time_format::raw, {})
      == "2026-11-23 01:29:12.116762 +0000 UTC");
  BOOST_TEST(time_text(at(1'795'397'352), time_format::raw, {}) == "2026-11-23 01:29:12 +0000 UTC");
}

BOOST_AUTO_TEST_CASE(spaces_out_durations_for_people) {
  google::protobuf::Duration span;
  span.set_seconds(25 * 3600);
  BOOST_TEST(spaced_duration(span) == "1d 1h 0m 0s");
  span.set_seconds(0);
  BOOST_TEST(spaced_duration(span) == "0s");
  for (const auto& [nanos, text] : std::vector<std::pair<int, std::string>>{
           {727'020'679, "727.020679ms"},
           {53'754, "53.754\u00b5s"},
           {7, "7ns"},
           {-5'000'000, "-5ms"}}) {
    span.set_nanos(nanos);
    BOOST_TEST(spaced_duration(span) == text);
  }
  span.set_seconds(113);
  span.set_nanos(581'856'197);
  BOOST_TEST(spaced_duration(span) == "1m 53.581856197s");
}

BOOST_AUTO_TEST_CASE(prints_numbers_with_as_few_digits_as_tell_them_apart) {
  const std::tuple<double, const char*, const char*> numbers[] = {
      {0, "0", "0"},
      {2, "2", "2"},
      {-0.5, "-0.5", "-0.5"},
      {1.100000023841858, "1.100000023841858", "1.100000023841858"},
      {0.0001, "0.0001", "0.0001"},
      {0.00001, "1e-05", "0.00001"},
      {999999, "999999", "999999"},
      {123456792, "1.23456792e+08", "123456792"},
      {1e22, "1e+22", "1e+22"},
      {std::numeric_limits<double>::infinity(), "+Inf", "\"+Inf\""},
      {-std::numeric_limits<double>::infinity(), "-Inf", "\"-Inf\""},
      {std::numeric_limits<double>::quiet_NaN(), "NaN", "\"NaN\""},
  };
  for (const auto& [number, text, json] : numbers) {
    BOOST_TEST(go_number(number) == text);
    BOOST_TEST(go_number_json(number) == json);
  }
  BOOST_TEST(go_number(0.1F) == "0.1");
  BOOST_TEST(go_number_json(0.1F) == "0.1");
  for (const double edge : {std::numeric_limits<double>::max(), std::numeric_limits<double>::min()})
    BOOST_TEST(std::stod(go_number_json(edge)) == edge);
}

BOOST_AUTO_TEST_CASE(reads_durations) {
  BOOST_TEST((parse_duration("1h30m", "x") == 90min));
  BOOST_TEST((parse_duration("1.5s", "x") == 1500ms));
  BOOST_TEST((parse_duration("3d", "x") == 72h));
  BOOST_TEST((parse_duration("0", "x") == 0s));
  BOOST_TEST((parse_duration("-5ms", "x") == -5ms));
  BOOST_TEST((parse_duration("10us", "x") == 10us));
}

BOOST_AUTO_TEST_CASE(refuses_durations_that_are_none_and_names_the_flag) {
  for (const auto* bad : {"", "5", "s", "1x", "1..5s", "1h30", "-", "1e3s", "99999999999h"})
    BOOST_CHECK_THROW(parse_duration(bad, "x"), command_error);
  BOOST_CHECK_EXCEPTION(
      parse_duration("5", "run-timeout"), command_error, [](const command_error& error) {
        return std::string{error.what()}.find("--run-timeout") != std::string::npos;
      });
}

BOOST_AUTO_TEST_SUITE_END()
