// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/line/flags.hpp"

#include "apps/troupe/line/command_line.hpp"
#include "runtime/base/time/duration_text.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <functional>
#include <limits>
#include <sstream>
#include <utility>

namespace troupe::cli {
namespace {

constexpr const char* no_number = "invalid syntax";
constexpr const char* out_of_range = "value out of range";

/// Sets the flag to one value; what it returns is why not, empty if it did.
using set_value = std::function<std::string(const std::string&)>;

CLI::Option* declare(
    CLI::App& to,
    const std::string& names,
    const set_value& set,
    const std::string& help,
    const char* type,
    const std::string& initially = {}) {
  // Called for each value as it comes: CLI11 gathers nothing, so nothing is split or cut.
  auto* option = to.add_option(
      names,
      [set, names](const CLI::results_t& given) {
        for (const auto& value : given)
          if (const auto why = set(value); !why.empty()) {
            auto shown = names.substr(0, names.find(',', names.find("--")));
            if (const auto comma = shown.find(','); comma != std::string::npos)
              shown.insert(comma + 1, " ");
            throw command_error(
                "invalid argument " + go_quoted(value) + " for " + go_quoted(shown)
                + " flag: " + why);
          }
        return true;
      },
      help);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->trigger_on_parse();
  option->type_name(type);
  if (!initially.empty())
    option->default_str(initially);
  return option->expected(1)->allow_extra_args(false);
}

CLI::Option*
declare_switch(CLI::App& to, const std::string& names, const set_value& set, const char* help) {
  return declare(to, names, set, help, "")->expected(0, 1);
}

template <class Integer>
CLI::Option* declare_integer(CLI::App& to, const char* names, Integer& value, const char* help) {
  return declare(
      to,
      names,
      [&value](const std::string& given) {
        std::int64_t read = 0;
        auto why = read_integer(given, read);
        if (why.empty() && !std::in_range<Integer>(read))
          why = out_of_range;
        if (why.empty())
          value = static_cast<Integer>(read);
        else
          why = "strconv.ParseInt: parsing " + go_quoted(given) + ": " + why;
        return why;
      },
      help,
      "int",
      value == 0 ? "" : std::to_string(value));
}

// Why a text is no duration, in Go's words; empty if it is one.
std::string duration_fault(const std::string& given) {
  if (parse_go_duration(given, true))
    return {};
  const auto is_number = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
  std::string_view rest = given;
  if (rest.starts_with('-') || rest.starts_with('+'))
    rest.remove_prefix(1);
  while (!rest.empty() && is_number(rest.front())) {
    rest.remove_prefix(std::min(
        static_cast<std::size_t>(std::ranges::find_if_not(rest, is_number) - rest.begin()),
        rest.size()));
    const auto end = static_cast<std::size_t>(std::ranges::find_if(rest, is_number) - rest.begin());
    const auto unit = rest.substr(0, end);
    if (unit.empty())
      return "time: missing unit in duration " + go_quoted(given);
    static constexpr std::array<std::string_view, 9> units{
        "ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h", "d"};
    if (std::ranges::find(units, unit) == units.end())
      return "time: unknown unit " + go_quoted(std::string{unit}) + " in duration "
             + go_quoted(given);
    rest.remove_prefix(end);
  }
  return "time: invalid duration " + go_quoted(given);
}

// `fault` says why a text is none, empty if it is one.
CLI::Option* declare_duration(
    CLI::App& to,
    const char* names,
    std::string& value,
    const char* help,
    std::string (*fault)(const std::string&)) {
  return declare(
      to,
      names,
      [&value, fault](const std::string& given) {
        auto why = fault(given);
        if (why.empty())
          value = given;
        return why;
      },
      help,
      "duration",
      value == "0s" ? "" : value);
}

// Takes any text, or whether a switch is on; `Value` may be an optional.
template <class Value>
auto kept_in(Value& value) {
  return [&value](const std::string& given) {
    value = given;
    return std::string{};
  };
}

template <class Value>
auto switched(Value& value) {
  return [&value](const std::string& given) {
    value = given == "true";
    return std::string{};
  };
}

// The value of a digit in any base up to 16; 16 if it is none.
unsigned digit_value(char c) {
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

} // namespace

CLI::Option* add_text(CLI::App& to, const char* names, std::string& value, const char* help) {
  return declare(to, names, kept_in(value), help, "string", value);
}

CLI::Option*
add_text(CLI::App& to, const char* names, std::optional<std::string>& value, const char* help) {
  return declare(to, names, kept_in(value), help, "string");
}

CLI::Option*
add_list(CLI::App& to, const char* names, std::vector<std::string>& values, const char* help) {
  return declare(
      to,
      names,
      [&values](const std::string& given) {
        values.push_back(given);
        return std::string{};
      },
      help,
      "string...");
}

CLI::Option* add_switch(CLI::App& to, const char* names, bool& value, const char* help) {
  return declare_switch(to, names, switched(value), help);
}

CLI::Option*
add_switch(CLI::App& to, const char* names, std::optional<bool>& value, const char* help) {
  return declare_switch(to, names, switched(value), help);
}

CLI::Option* add_number(CLI::App& to, const char* names, std::int64_t& value, const char* help) {
  return declare_integer(to, names, value, help);
}

CLI::Option* add_number(CLI::App& to, const char* names, std::int32_t& value, const char* help) {
  return declare_integer(to, names, value, help);
}

CLI::Option* add_number(CLI::App& to, const char* names, float& value, const char* help) {
  return declare(
      to,
      names,
      [&value](const std::string& given) {
        float read = 0;
        const auto error = read_real(given, read);
        if (error == std::errc::invalid_argument)
          return "strconv.ParseFloat: parsing " + go_quoted(given) + ": " + no_number;
        if (error == std::errc::result_out_of_range)
          return "strconv.ParseFloat: parsing " + go_quoted(given) + ": " + out_of_range;
        value = read;
        return std::string{};
      },
      help,
      "float32");
}

std::errc read_real(const std::string& text, float& to) {
  const auto* end = text.data() + text.size();
  const auto* from = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [stop, error] = std::from_chars(from, end, to);
  return stop != end ? std::errc::invalid_argument : error;
}

CLI::Option* add_duration(CLI::App& to, const char* names, std::string& value, const char* help) {
  return declare_duration(to, names, value, help, duration_fault);
}

CLI::Option* add_wait(CLI::App& to, const char* names, std::string& value, const char* help) {
  return declare_duration(to, names, value, help, [](const std::string& given) {
    auto why = duration_fault(given);
    if (why.empty() && parse_go_duration(given, true)->count() < 0)
      why = "it is negative";
    return why;
  });
}

CLI::Option* add_choice(
    CLI::App& to,
    const char* names,
    std::string& value,
    std::vector<std::string> choices,
    const char* help) {
  std::string all;
  for (const auto& each : choices)
    all += (all.empty() ? "" : " ") + each;
  auto* option = declare(
      to,
      names,
      [&value, choices = std::move(choices)](const std::string& given) {
        if (std::ranges::find(choices, given) == choices.end()) {
          auto why = given + " is not one of required values of";
          for (const auto& each : choices)
            why += (&each == &choices.front() ? " " : ", ") + each;
          return why;
        }
        value = given;
        return std::string{};
      },
      help,
      "string",
      value);
  // CLI11 keeps nothing for its users with a flag but the names of its validators.
  return option->check(CLI::Validator([](std::string&) { return std::string{}; }, "", all));
}

std::vector<std::string> choices_of(CLI::Option& flag) {
  std::vector<std::string> choices;
  try {
    std::istringstream names{flag.get_validator(0)->get_name()};
    for (std::string each; names >> each;)
      choices.push_back(each);
  } catch (const CLI::OptionNotFound&) {
    // It takes any value.
  }
  return choices;
}

CLI::Option* add_choices(
    CLI::App& to,
    const char* names,
    std::vector<std::string>& values,
    std::vector<std::string> choices,
    const char* help) {
  return declare(
      to,
      names,
      [&values, choices = std::move(choices)](const std::string& given) {
        const auto found = std::ranges::find_if(
            choices, [&](const auto& each) { return boost::iequals(each, given); });
        if (found == choices.end()) {
          auto why = "invalid value: " + given + ", allowed values are:";
          for (const auto& each : choices)
            why += (&each == &choices.front() ? " " : ", ") + each;
          return why;
        }
        values.push_back(*found);
        return std::string{};
      },
      help,
      "string...");
}

void ignore_flag(CLI::App& to, const std::string& names, const char* help) {
  declare(to, names, [](const std::string&) { return std::string{}; }, help, "stringArray");
}

void refuse_flag(CLI::App& to, const std::string& names, bool takes_value) {
  const auto refuse = [name = names.substr(names.find("--"))](const std::string&) -> std::string {
    throw command_error(name + " is not supported by this build of troupe yet");
  };
  auto* option = takes_value ? declare(to, names, refuse, "not supported yet", "string")
                             : declare_switch(to, names, refuse, "not supported yet");
  option->group("");
}

std::string read_integer(const std::string& text, std::int64_t& to) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+'))
    rest.remove_prefix(1);
  unsigned base = 10;
  bool prefixed = false;
  if (rest.size() > 1 && rest.front() == '0') {
    const auto kind = std::tolower(static_cast<unsigned char>(rest[1]));
    base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
    rest.remove_prefix(kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1);
    prefixed = true;
  }
  const auto most =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1U : 0U);
  std::uint64_t total = 0;
  bool may_separate = prefixed, any = false, too_large = false;
  for (const char c : rest) {
    if (c == '_') {
      if (!may_separate)
        return no_number;
      may_separate = false;
      continue;
    }
    const auto digit = digit_value(c);
    if (digit >= base)
      return no_number;
    too_large = too_large || total > (most - digit) / base;
    total = total * base + digit;
    any = true;
    may_separate = true;
  }
  if (!any || !may_separate)
    return no_number;
  if (too_large)
    return out_of_range;
  to = static_cast<std::int64_t>(negative ? 0 - total : total);
  return {};
}

} // namespace troupe::cli
