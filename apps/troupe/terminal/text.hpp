// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/duration_text.hpp"
#include "runtime/base/time/time_text.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Timestamp;
class Duration;
} // namespace google::protobuf

namespace troupe::cli {

/// Columns of a terminal: two for wide characters, none for marks that combine, one sequence of
/// joined characters as one.
std::size_t display_width(std::string_view text);

enum class align { left, right, center };

/// How a table looks besides its cells.
struct table_style {
  std::vector<align> alignment; ///< left where it says nothing
  bool with_headings = true;
  std::size_t indent = 1; ///< times two spaces before every column
};

/// Rows under centred headings in their colour, their control characters escaped, each column as
/// wide as its widest cell.
std::string table(
    const global_flags& flags,
    const std::vector<std::string>& headings,
    const std::vector<std::vector<std::string>>& rows,
    const table_style& style = {});

/// Such a table or, in JSON, a list of objects with the headings for names, small at the front.
void print_rows(
    const std::vector<std::string>& headings,
    const std::vector<std::vector<std::string>>& rows,
    const global_flags& flags);

/// One line of such a table, for tables that are printed as they grow. `escapes` are those of the
/// cells' colours, empty for none.
std::string table_row(
    const std::vector<std::string>& cells,
    const std::vector<std::size_t>& widths,
    const table_style& style = {},
    const std::vector<std::string>& escapes = {});
/// The line of headings over them.
std::string heading_row(
    const global_flags& flags,
    const std::vector<std::string>& headings,
    const std::vector<std::size_t>& widths,
    std::size_t indent = 1);

/// One `name  value` a line, values in one column.
struct property {
  std::string name, value;
  bool is_block = false; ///< the value has lines of its own, made by us
  std::string escape{};  ///< of the value's colour
};
using properties = std::vector<property>;
std::string property_list(const properties& of);

/// `now`, `5 seconds ago`, `2 hours from now`; or the time itself, by the format asked for.
std::string time_text(
    const google::protobuf::Timestamp& time,
    time_format style,
    std::chrono::system_clock::time_point now);

/// A duration as Go prints it: `72h0m0s`, `1.5s`, `650ms`.
using troupe::go_duration;
std::string go_duration(const google::protobuf::Duration& span);

/// A number as Go prints it: as few digits as tell it apart, with an exponent below 1e-4 and from
/// 1e+6 on; `NaN`, `+Inf`.
std::string go_number(float value);
std::string go_number(double value);
/// The same in JSON, where exponents begin below 1e-6 and at 1e+21; what is no number is a string.
std::string go_number_json(float value);
std::string go_number_json(double value);

/// The same for people: `1h 0m 0s`, `3d 1h 0m 0s`.
std::string spaced_duration(const google::protobuf::Duration& span);

} // namespace troupe::cli
