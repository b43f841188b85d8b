// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/documents/manual.hpp"
#include "apps/troupe/program.hpp"

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe::cli;

namespace {

struct all_commands {
  CLI::App app;
  global_flags flags;
  table_command table;
  all_commands() {
    declare_program(app, flags, [](CLI::App&, const global_flags&) {});
    table = command_table(app);
  }
};

const table_flag* find_flag(const table_command& in, const std::string& name) {
  for (const auto& flag : in.flags)
    if (flag.names.front() == name)
      return &flag;
  return nullptr;
}

const table_command& command(const table_command& root, const std::string& path) {
  const table_command* found = nullptr;
  for_each_command(root, [&](const table_command& each) {
    if (each.path == path)
      found = &each;
  });
  BOOST_REQUIRE_MESSAGE(found != nullptr, path);
  return *found;
}

// As roff would print it.
std::string plain(std::string page) {
  for (const auto* escape : {"\\-", "\\&", "\\fB", "\\fR", "\\fI"})
    for (std::size_t at; (at = page.find(escape)) != std::string::npos;)
      page.replace(at, std::string{escape}.size(), std::string{escape} == "\\-" ? "-" : "");
  return page;
}

} // namespace

BOOST_AUTO_TEST_SUITE(manual)

BOOST_FIXTURE_TEST_CASE(every_command_has_a_page_with_all_of_its_flags, all_commands) {
  const auto pages = manual_pages(table);
  std::size_t count = 0;
  for_each_command(table, [&](const table_command& each) {
    auto name = each.path + ".1";
    std::ranges::replace(name, ' ', '-');
    BOOST_REQUIRE_MESSAGE(pages.contains(name), name);
    const auto page = plain(pages.at(name));
    BOOST_TEST(page.find(each.help) != std::string::npos);
    for (const auto& flag : each.flags)
      for (const auto& spelling : flag.names)
        BOOST_TEST(page.find(spelling) != std::string::npos, name << " lacks " << spelling);
    ++count;
  });
  BOOST_TEST(pages.size() == count);
  BOOST_TEST(count > 20U);
}

BOOST_FIXTURE_TEST_CASE(a_command_has_its_own_flags_and_those_that_count_for_it, all_commands) {
  const auto& start = command(table, "troupe workflow start");
  BOOST_REQUIRE(find_flag(start, "--workflow-id") != nullptr);
  BOOST_TEST(find_flag(start, "--workflow-id")->group == "Flags");
  BOOST_TEST(find_flag(start, "--address")->group == "Client Flags");
  BOOST_TEST(find_flag(start, "--profile")->group == "Global Flags");
  BOOST_TEST(find_flag(table, "--address") == nullptr);
}

BOOST_FIXTURE_TEST_CASE(what_this_build_refuses_is_not_in_the_table, all_commands) {
  BOOST_TEST(find_flag(command(table, "troupe workflow start"), "--client-authority") == nullptr);
  for (const auto& below : table.commands)
    BOOST_TEST(below.name() != "schedule");
}

BOOST_FIXTURE_TEST_CASE(flags_know_their_type_and_their_choices, all_commands) {
  const auto* output = find_flag(table, "--output");
  BOOST_REQUIRE(output != nullptr);
  const std::vector<std::string> formats{"text", "json", "jsonl", "none"};
  BOOST_TEST(output->choices == formats, boost::test_tools::per_element());
  BOOST_TEST(output->initially == "text");
  BOOST_TEST(output->type == "string");
  BOOST_TEST(find_flag(table, "--profile")->choices.empty());
  const auto* tls = find_flag(command(table, "troupe workflow start"), "--tls");
  BOOST_REQUIRE(tls != nullptr);
  BOOST_TEST(tls->type.empty());
}

BOOST_AUTO_TEST_CASE(texts_that_roff_would_take_for_requests_are_escaped) {
  table_command odd{
      .path = "troupe",
      .help = ".so /etc/passwd \\fB'x'",
      .commands = {},
      .flags = {},
      .arguments = {}};
  odd.flags.push_back(
      {.names = {"--x"},
       .type = "",
       .initially = "",
       .help = "'quoted",
       .group = "Flags",
       .choices = {}});
  const auto page = manual_pages(odd).at("troupe.1");
  BOOST_TEST(page.find("\n.so") == std::string::npos);
  BOOST_TEST(page.find("\\&.so /etc/passwd \\efB'x'") != std::string::npos);
  BOOST_TEST(page.find("\n\\&'quoted") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
