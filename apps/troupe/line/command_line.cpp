// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/line/command_line.hpp"

#include "apps/troupe/cli.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace troupe::cli {
namespace {

using option_list = std::vector<const CLI::Option*>;

bool is_switch(const CLI::Option& option) {
  return option.get_expected_min() == 0;
}

bool is_flag(const CLI::Option& option) {
  return !option.get_lnames().empty();
}

const CLI::App* subcommand(const CLI::App& of, const std::string& name) {
  for (const auto* each : of.get_subcommands([](const CLI::App*) { return true; }))
    if (each->check_name(name))
      return each;
  return nullptr;
}

// Help is everywhere, the version only at the root.
option_list flags_of(const CLI::App& command) {
  option_list all;
  for (const auto* app = &command; app != nullptr; app = app->get_parent())
    for (const auto* option : app->get_options())
      if (is_flag(*option) && (app == &command || option != app->get_version_ptr()))
        all.push_back(option);
  return all;
}

const CLI::Option* by_name(const option_list& all, const std::string& name) {
  const auto found =
      std::ranges::find_if(all, [&](const auto* each) { return each->check_lname(name); });
  return found == all.end() ? nullptr : *found;
}

const CLI::Option* by_letter(const option_list& all, char letter) {
  const auto found = std::ranges::find_if(
      all, [&](const auto* each) { return each->check_sname(std::string{letter}); });
  return found == all.end() ? nullptr : *found;
}

bool is_option_word(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

// True if the next word is this one's value, as far as can be told before the command is known.
bool takes_next(const option_list& known, const std::string& word) {
  if (word.find('=') != std::string::npos)
    return false;
  if (word.starts_with("--")) {
    const auto* flag = by_name(known, word.substr(2));
    return flag == nullptr || !is_switch(*flag);
  }
  if (word.size() != 2 || word.front() != '-')
    return false;
  const auto* flag = by_letter(known, word[1]);
  return flag == nullptr || !is_switch(*flag);
}

// The first word that is neither a flag nor the value of one; `words.size()` if there is none.
std::size_t first_plain(const option_list& known, std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--")
      break;
    if (takes_next(known, words[i]))
      ++i;
    else if (!words[i].empty() && words[i].front() != '-')
      return i;
  }
  return words.size();
}

class reader {
public:
  reader(command_line& to, const CLI::App& command) : to_(to), known_(flags_of(command)) {}

  void read(const std::vector<std::string>& words) {
    words_ = words;
    while (next_ < words_.size()) {
      const auto word = words_[next_++];
      if (!is_option_word(word)) {
        to_.arguments.push_back(word);
      } else if (word == "--") {
        to_.arguments.insert(
            to_.arguments.end(), words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
        return;
      } else if (word[1] == '-') {
        read_long(word);
      } else {
        read_short(word.substr(1));
      }
    }
  }

private:
  void set(const CLI::Option& flag, std::string value) {
    if (is_switch(flag)) {
      const auto read = switch_value(value);
      if (read.empty())
        throw command_error(
            "invalid argument " + go_quoted(value) + " for " + go_quoted(shown(flag))
            + " flag: strconv.ParseBool: parsing " + go_quoted(value) + ": invalid syntax");
      value = read;
    }
    if (flag.check_lname("help"))
      to_.wants_help = value == "true";
    else if (flag.check_lname("version") && is_switch(flag))
      to_.wants_version = value == "true";
    else
      to_.flags.push_back({&flag, std::move(value)});
  }

  static std::string shown(const CLI::Option& flag) {
    const auto name = "--" + flag.get_lnames().front();
    return flag.get_snames().empty() ? name : '-' + flag.get_snames().front() + ", " + name;
  }

  void read_long(const std::string& word) {
    if (word.size() == 2 || word[2] == '-' || word[2] == '=')
      throw command_error("bad flag syntax: " + word);
    const auto equals = word.find('=');
    const auto name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto* flag = by_name(known_, name);
    if (flag == nullptr)
      throw command_error("unknown flag: --" + name);
    if (equals != std::string::npos)
      set(*flag, word.substr(equals + 1));
    else if (is_switch(*flag))
      set(*flag, "true");
    else if (next_ < words_.size())
      set(*flag, words_[next_++]);
    else
      throw command_error("flag needs an argument: --" + name);
  }

  void read_short(std::string letters) {
    while (!letters.empty()) {
      const auto all = letters;
      const char letter = letters.front();
      letters.erase(0, 1);
      const auto* flag = by_letter(known_, letter);
      if (flag == nullptr)
        throw command_error(std::string{"unknown shorthand flag: '"} + letter + "' in -" + all);
      if (letters.size() > 1 && letters.front() == '=') {
        set(*flag, letters.substr(1));
        return;
      }
      if (is_switch(*flag)) {
        set(*flag, "true");
      } else if (!letters.empty()) {
        set(*flag, letters);
        return;
      } else if (next_ < words_.size()) {
        set(*flag, words_[next_++]);
        return;
      } else {
        throw command_error(std::string{"flag needs an argument: '"} + letter + "' in -" + all);
      }
    }
  }

  command_line& to_;
  option_list known_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

} // namespace

std::string switch_value(const std::string& text) {
  static constexpr std::array yes{"1", "t", "T", "true", "TRUE", "True"};
  static constexpr std::array no{"0", "f", "F", "false", "FALSE", "False"};
  if (std::ranges::find(yes, text) != yes.end())
    return "true";
  return std::ranges::find(no, text) != no.end() ? "false" : "";
}

std::string go_quoted(const std::string& text) {
  return quote_json(text);
}

option_list command_line::known_flags() const {
  return flags_of(*command);
}

void command_line::add_missing(const std::map<std::string, std::string>& values) {
  for (const auto* flag : known_flags()) {
    const auto value = values.find(flag->get_lnames().front());
    if (value == values.end()
        || std::ranges::any_of(flags, [&](const auto& each) { return each.flag == flag; }))
      continue;
    const auto text = is_switch(*flag) ? switch_value(value->second) : value->second;
    if (is_switch(*flag) && text.empty())
      throw command_error(
          "failed setting flag " + value->first + " from config with value "
          + go_quoted(value->second));
    flags.push_back({flag, text});
  }
}

std::vector<std::string> command_line::canonical() const {
  // Each flag stands behind the command that declares it.
  std::vector<std::string> all;
  std::vector<const CLI::App*> chain;
  for (const auto* app = command; app != nullptr; app = app->get_parent())
    chain.insert(chain.begin(), app);
  for (std::size_t level = 0; level < chain.size(); ++level) {
    if (level > 0)
      all.push_back(words[level - 1]);
    const auto own = chain[level]->get_options();
    for (const auto& [flag, value] : flags) {
      if (std::ranges::find(own, flag) == own.end())
        continue;
      const auto name = "--" + flag->get_lnames().front();
      if (is_switch(*flag)) {
        all.push_back(name + '=' + value);
      } else {
        all.push_back(name);
        all.push_back(value);
      }
    }
  }
  // What stands behind a command that is only refused is not for CLI11.
  if (!arguments.empty() && !command->get_prefix_command()) {
    all.emplace_back("--");
    all.insert(all.end(), arguments.begin(), arguments.end());
  }
  std::ranges::reverse(all);
  return all;
}

command_line read_command_line(const CLI::App& root, const std::vector<std::string>& words) {
  command_line line;
  line.command = &root;
  line.path = root.get_name();
  auto rest = words;
  while (true) {
    const auto at = first_plain(flags_of(*line.command), rest);
    const auto* next = at < rest.size() ? subcommand(*line.command, rest[at]) : nullptr;
    if (next == nullptr)
      break;
    line.command = next;
    line.words.push_back(next->get_name());
    line.path += ' ' + next->get_name();
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (line.command->get_prefix_command()) {
    line.arguments = std::move(rest);
    return line;
  }
  try {
    reader{line, *line.command}.read(rest);
  } catch (const command_error& error) {
    throw command_error(std::string{error.what()} + " (see " + line.path + " --help)");
  }
  return line;
}

} // namespace troupe::cli
