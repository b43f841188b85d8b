// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

/// The kinds of flags that commands have. `names` are those of CLI11 (`-w,--workflow-id`); the
/// first long one is the flag's name, more of them are aliases. A flag given twice has its last
/// value, a list collects them; every value is read by itself and refused in the words of the
/// Temporal CLI.
///
/// What the flags write to must outlive the command's parse.
namespace troupe::cli {

CLI::Option* add_text(CLI::App& to, const char* names, std::string& value, const char* help);
/// Tells a text that was given as empty from one that was not given.
CLI::Option*
add_text(CLI::App& to, const char* names, std::optional<std::string>& value, const char* help);
CLI::Option*
add_list(CLI::App& to, const char* names, std::vector<std::string>& values, const char* help);
CLI::Option* add_switch(CLI::App& to, const char* names, bool& value, const char* help);
CLI::Option*
add_switch(CLI::App& to, const char* names, std::optional<bool>& value, const char* help);
CLI::Option* add_number(CLI::App& to, const char* names, std::int64_t& value, const char* help);
CLI::Option* add_number(CLI::App& to, const char* names, std::int32_t& value, const char* help);
CLI::Option* add_number(CLI::App& to, const char* names, float& value, const char* help);
/// Checked at once, kept as text for `parse_duration`.
CLI::Option* add_duration(CLI::App& to, const char* names, std::string& value, const char* help);
/// The same, of a wait: a negative one is refused.
CLI::Option* add_wait(CLI::App& to, const char* names, std::string& value, const char* help);
CLI::Option* add_choice(
    CLI::App& to,
    const char* names,
    std::string& value,
    std::vector<std::string> choices,
    const char* help);

/// A list of such choices, in any case.
CLI::Option* add_choices(
    CLI::App& to,
    const char* names,
    std::vector<std::string>& values,
    std::vector<std::string> choices,
    const char* help);

/// The values that a flag made by `add_choice` takes; of others none.
std::vector<std::string> choices_of(CLI::Option& flag);

/// Takes a flag of the Temporal CLI that changes nothing there either, whatever it is set to.
void ignore_flag(CLI::App& to, const std::string& names, const char* help);

/// Names a flag of the Temporal CLI whose feature this build has not: using it is refused by name.
void refuse_flag(CLI::App& to, const std::string& names, bool takes_value = true);

/// An integer as Go reads it: decimal, `0x1f`, `0o17`, `0b1`, `1_000`. What it returns is why it is
/// none, empty if it is one.
std::string read_integer(const std::string& text, std::int64_t& to);

/// A number as Go reads it. What it returns says whether it is one that fits: `std::errc{}`, else
/// `invalid_argument` or `result_out_of_range`.
std::errc read_real(const std::string& text, float& to);

} // namespace troupe::cli
