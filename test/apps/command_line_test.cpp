// SPDX-License-Identifier: Apache-2.0
// The grammar of command lines: each row was tried with the Temporal CLI.
#include "apps/troupe/cli.hpp"
#include "apps/troupe/line/command_line.hpp"
#include "apps/troupe/line/flags.hpp"

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace troupe::cli;

namespace {

/// Two levels of commands with a flag of each kind.
struct fixture {
  CLI::App app{"", "tool"};
  std::string output, address, id, run, query;
  std::vector<std::string> inputs;
  bool follow = false, detailed = false, tls = false;

  fixture() {
    app.set_version_flag("-v,--version", "1");
    add_text(app, "-o,--output", output, "");
    auto* group = app.add_subcommand("work", "");
    add_text(*group, "--address", address, "");
    add_switch(*group, "--tls", tls, "");
    auto* show = group->add_subcommand("show", "");
    add_text(*show, "-w,--workflow-id", id, "");
    add_text(*show, "-r,--run-id,--run", run, "");
    add_list(*show, "-i,--input", inputs, "");
    add_switch(*show, "-f,--follow", follow, "");
    add_switch(*show, "-d,--detailed", detailed, "");
    auto* list = group->add_subcommand("list", "");
    add_text(*list, "-q,--query", query, "");
  }

  command_line read(std::vector<std::string> words) { return read_command_line(app, words); }

  // `path name=value ... argument ...`
  std::string told(std::vector<std::string> words) {
    try {
      const auto line = read(std::move(words));
      auto out = line.path;
      for (const auto& [flag, value] : line.flags)
        out += ' ' + flag->get_lnames().front() + '=' + value;
      for (const auto& argument : line.arguments)
        out += " <" + argument + '>';
      return out + (line.wants_help ? " help" : "") + (line.wants_version ? " version" : "");
    } catch (const command_error& error) {
      const std::string text = error.what();
      return "! " + text.substr(0, text.find(" (see "));
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(command_line, fixture)

BOOST_AUTO_TEST_CASE(takes_values_behind_a_space_an_equals_sign_or_nothing) {
  BOOST_TEST(told({"work", "show", "--workflow-id", "x"}) == "tool work show workflow-id=x");
  BOOST_TEST(told({"work", "show", "--workflow-id=x"}) == "tool work show workflow-id=x");
  BOOST_TEST(told({"work", "show", "-w", "x"}) == "tool work show workflow-id=x");
  BOOST_TEST(told({"work", "show", "-wx"}) == "tool work show workflow-id=x");
  BOOST_TEST(told({"work", "show", "-w=x"}) == "tool work show workflow-id=x");
  BOOST_TEST(told({"work", "show", "--workflow-id=a=b"}) == "tool work show workflow-id=a=b");
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_a_value) {
  BOOST_TEST(
      told({"work", "show", "--run-id=", "-w", "x"}) == "tool work show run-id= workflow-id=x");
  BOOST_TEST(told({"work", "show", "-r", "", "-w", "x"}) == "tool work show run-id= workflow-id=x");
  // A letter with nothing behind its equals sign has the sign for a value.
  BOOST_TEST(told({"work", "show", "-w="}) == "tool work show workflow-id==");
}

BOOST_AUTO_TEST_CASE(a_value_is_the_next_word_whatever_it_looks_like) {
  BOOST_TEST(told({"work", "show", "-w", "-f"}) == "tool work show workflow-id=-f");
  BOOST_TEST(told({"work", "show", "-w", "--"}) == "tool work show workflow-id=--");
  BOOST_TEST(told({"work", "list", "-q", "list"}) == "tool work list query=list");
  BOOST_TEST(told({"--output", "work", "work", "list"}) == "tool work list output=work");
  BOOST_TEST(
      told({"work", "show", "-i", "[1,2]", "-i", "[]"}) == "tool work show input=[1,2] input=[]");
}

BOOST_AUTO_TEST_CASE(switches_take_a_value_only_with_an_equals_sign) {
  BOOST_TEST(told({"work", "show", "-f", "x"}) == "tool work show follow=true <x>");
  BOOST_TEST(told({"work", "show", "--follow", "false"}) == "tool work show follow=true <false>");
  for (const auto* yes : {"1", "t", "T", "true", "TRUE", "True"})
    BOOST_TEST(
        told({"work", "show", std::string{"--follow="} + yes}) == "tool work show follow=true");
  for (const auto* no : {"0", "f", "F", "false", "FALSE", "False"})
    BOOST_TEST(told({"work", "show", std::string{"-f="} + no}) == "tool work show follow=false");
  for (const auto* neither : {"no", "yes", "tRUE", "2", " true"})
    BOOST_TEST(
        told({"work", "show", std::string{"--follow="} + neither})
        == std::string{"! invalid argument \""} + neither
               + "\" for \"-f, --follow\" flag: strconv.ParseBool: parsing \"" + neither
               + "\": invalid syntax");
  BOOST_TEST(told({"work", "--tls", "list"}) == "tool work list tls=true");
  BOOST_TEST(told({"work", "list", "--tls", "list"}) == "tool work list tls=true <list>");
}

BOOST_AUTO_TEST_CASE(letters_stand_in_clusters) {
  BOOST_TEST(told({"work", "show", "-fd"}) == "tool work show follow=true detailed=true");
  BOOST_TEST(told({"work", "show", "-fw", "x"}) == "tool work show follow=true workflow-id=x");
  BOOST_TEST(told({"work", "show", "-fwx"}) == "tool work show follow=true workflow-id=x");
  BOOST_TEST(told({"work", "show", "-wf", "x"}) == "tool work show workflow-id=f <x>");
  BOOST_TEST(told({"work", "show", "-fx"}) == "! unknown shorthand flag: 'x' in -x");
  BOOST_TEST(told({"work", "show", "-fw"}) == "! flag needs an argument: 'w' in -w");
}

BOOST_AUTO_TEST_CASE(flags_belong_to_a_command_and_to_those_below_it) {
  BOOST_TEST(
      told({"-o", "json", "work", "--address", "a", "list", "--query=q"})
      == "tool work list output=json address=a query=q");
  BOOST_TEST(
      told({"work", "list", "-ojson", "--address=a"}) == "tool work list output=json address=a");
  BOOST_TEST(told({"--address", "a", "work", "list"}) == "tool work list address=a");
  BOOST_TEST(told({"work", "--query", "q", "list"}) == "tool work list query=q");
  BOOST_TEST(told({"work", "list", "-w", "x"}) == "! unknown shorthand flag: 'w' in -w");
  BOOST_TEST(told({"--tls", "work", "list"}) == "! unknown flag: --tls");
}

BOOST_AUTO_TEST_CASE(two_dashes_end_the_flags) {
  BOOST_TEST(told({"work", "show", "--", "-f"}) == "tool work show <-f>");
  BOOST_TEST(told({"work", "--", "show"}) == "tool work <show>");
  BOOST_TEST(told({"work", "show", "-"}) == "tool work show <->");
  BOOST_TEST(told({"work", "show", ""}) == "tool work show <>");
}

BOOST_AUTO_TEST_CASE(aliases_are_the_same_flag) {
  BOOST_TEST(told({"work", "show", "--run", "x"}) == "tool work show run-id=x");
}

BOOST_AUTO_TEST_CASE(names_what_it_cannot_read) {
  BOOST_TEST(told({"work", "show", "--workflow-id"}) == "! flag needs an argument: --workflow-id");
  BOOST_TEST(told({"work", "show", "--workflow"}) == "! unknown flag: --workflow");
  BOOST_TEST(told({"work", "show", "--x=secret"}) == "! unknown flag: --x");
  BOOST_TEST(told({"work", "show", "---x"}) == "! bad flag syntax: ---x");
  BOOST_TEST(told({"work", "show", "--=x"}) == "! bad flag syntax: --=x");
}

BOOST_AUTO_TEST_CASE(help_is_everywhere_and_the_version_at_the_root) {
  BOOST_TEST(told({"work", "show", "-h"}) == "tool work show help");
  BOOST_TEST(told({"work", "show", "--help=false"}) == "tool work show");
  BOOST_TEST(told({"work", "show", "-h", "--x"}) == "! unknown flag: --x");
  BOOST_TEST(told({"-v"}) == "tool version");
  BOOST_TEST(told({"work", "-v"}) == "! unknown shorthand flag: 'v' in -v");
}

BOOST_AUTO_TEST_CASE(what_is_read_reaches_the_flags_unchanged) {
  const std::vector<std::string> odd{"[1,2,3]", "[]", "{}", "", "-1", "a,b", "\"x\"", "--", " "};
  std::vector<std::string> words{
      "work", "show", "-w", "first", "-w=last", "--detailed=false", "-f"};
  for (const auto& each : odd) {
    words.emplace_back("-i");
    words.push_back(each);
  }
  app.parse(read(words).canonical());
  BOOST_TEST(inputs == odd, boost::test_tools::per_element());
  BOOST_TEST(id == "last");
  BOOST_TEST(follow);
  BOOST_TEST(!detailed);
}

BOOST_AUTO_TEST_CASE(a_file_gives_only_what_the_line_does_not) {
  auto line = read({"work", "show", "-w", "x", "--follow=false"});
  line.add_missing(
      {{"workflow-id", "other"},
       {"address", "a"},
       {"follow", "true"},
       {"detailed", "T"},
       {"no", ""}});
  app.parse(line.canonical());
  BOOST_TEST(id == "x");
  BOOST_TEST(address == "a");
  BOOST_TEST(!follow);
  BOOST_TEST(detailed);
  auto bad = read({"work", "show"});
  BOOST_CHECK_THROW(bad.add_missing({{"follow", "no"}}), command_error);
}

BOOST_AUTO_TEST_CASE(reads_integers_as_go_does) {
  const std::vector<std::pair<std::string, std::int64_t>> good{
      {"0", 0},
      {"-7", -7},
      {"+7", 7},
      {"0x1F", 31},
      {"0b101", 5},
      {"0o17", 15},
      {"017", 15},
      {"1_000", 1000},
      {"0_17", 15},
      {"0x_1f", 31},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN}};
  for (const auto& [text, value] : good) {
    std::int64_t read = -1;
    const auto why = read_integer(text, read);
    BOOST_TEST(why == "", text);
    BOOST_TEST(read == value, text);
  }
  std::int64_t unread = 0;
  for (const auto* bad :
       {"",
        "-",
        "x",
        "1e3",
        "1.0",
        "08",
        "0x",
        "0b2",
        " 1",
        "1 ",
        "0x1_",
        "1__0",
        "1_",
        "_1",
        "0x__1"})
    BOOST_TEST(read_integer(bad, unread) == "invalid syntax", bad);
  for (const auto* large : {"9223372036854775808", "-9223372036854775809", "0xfffffffffffffffff"})
    BOOST_TEST(read_integer(large, unread) == "value out of range", large);
}

BOOST_AUTO_TEST_SUITE_END()
