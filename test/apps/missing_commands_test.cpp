// SPDX-License-Identifier: Apache-2.0
// The commands and flags of the Temporal CLI, as recorded from its help, held against ours: each is
// there or refused by name.
#include "apps/troupe/line/command_line.hpp"
#include "apps/troupe/program.hpp"

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace troupe::cli;

namespace {

struct recorded_command {
  std::string path;
  std::vector<std::string> words, flags;
};

// A command a line, then its own flags: `-o,--output=`, with `=` where a value belongs to it.
std::vector<recorded_command> recorded_commands() {
  std::ifstream file{TROUPE_TEST_DATA "/apps/temporal_commands.txt"};
  std::vector<recorded_command> all;
  for (std::string line; std::getline(file, line);) {
    recorded_command command;
    std::istringstream words{line};
    for (std::string word; words >> word;)
      if (word.starts_with('-')) {
        command.flags.push_back(word);
      } else {
        command.path += (command.path.empty() ? "" : " ") + word;
        command.words.push_back(word);
      }
    all.push_back(std::move(command));
  }
  return all;
}

std::string error_of(std::vector<std::string> words) {
  words.insert(words.begin(), "troupe");
  std::vector<const char*> raw;
  for (const auto& each : words)
    raw.push_back(each.c_str());
  return run_program(static_cast<int>(raw.size()), raw.data(), add_server_command).error;
}

struct declared {
  CLI::App app{"", "troupe"};
  global_flags flags;
  declared() { declare_program(app, flags, add_server_command); }
};

std::vector<std::string>
with_flag(const recorded_command& command, std::string flag, bool is_long) {
  auto words = command.words;
  const bool takes_value = flag.ends_with('=');
  if (takes_value)
    flag.pop_back();
  const auto comma = flag.find(',');
  words.push_back(
      comma == std::string::npos ? flag
      : is_long                  ? flag.substr(comma + 1)
                                 : flag.substr(0, comma));
  if (takes_value)
    words.emplace_back("value");
  return words;
}

} // namespace

BOOST_AUTO_TEST_SUITE(missing_commands)

BOOST_AUTO_TEST_CASE(every_command_of_the_temporal_cli_is_there_or_refused_by_name) {
  const declared program;
  std::size_t present = 0, refused = 0;
  for (const auto& command : recorded_commands()) {
    if (command.words.empty())
      continue;
    const auto line = read_command_line(program.app, command.words);
    BOOST_TEST_CONTEXT(command.path) {
      BOOST_TEST(line.words == command.words, boost::test_tools::per_element());
      if (!line.command->get_prefix_command()) {
        ++present;
        continue;
      }
      ++refused;
      for (const auto* behind : {"--help", "--anything", "word"}) {
        auto words = command.words;
        words.emplace_back(behind);
        BOOST_TEST(
            error_of(words) == command.path + " is not supported by this build of troupe yet");
      }
      auto topic = command.words;
      topic.insert(topic.begin(), "help");
      BOOST_TEST(error_of(topic) == command.path + " is not supported by this build of troupe yet");
    }
  }
  BOOST_TEST(present > 40U);
  BOOST_TEST(refused > 40U);
}

BOOST_AUTO_TEST_CASE(every_flag_of_a_command_that_is_there_is_known_by_both_its_names) {
  const declared program;
  std::size_t seen = 0;
  for (const auto& command : recorded_commands()) {
    if (read_command_line(program.app, command.words).command->get_prefix_command())
      continue;
    for (const auto& flag : command.flags)
      for (const bool is_long : {true, false})
        BOOST_TEST_CONTEXT(command.path << ' ' << flag) {
          ++seen;
          BOOST_CHECK_NO_THROW(read_command_line(program.app, with_flag(command, flag, is_long)));
        }
  }
  BOOST_TEST(seen > 300U);
}

BOOST_AUTO_TEST_CASE(what_is_behind_a_flag_that_is_refused_does_not_matter) {
  for (const auto* command : {"list", "count", "describe"})
    BOOST_TEST(
        error_of({"workflow", command, "--client-authority", "x"})
        == "--client-authority is not supported by this build of troupe yet");
}

BOOST_AUTO_TEST_SUITE_END()
