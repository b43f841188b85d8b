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

/// Rows under centred headings, their control characters escaped, two spaces before every column,
/// each as wide as its widest cell.
std::string table(
    const std::vector<std::string>& headings,
    const std::vector<std::vector<std::string>>& rows,
    const std::vector<align>& alignment = {},
    bool with_headings = true);

/// One line of such a table, for tables that are printed as they grow.
std::string table_row(
    const std::vector<std::string>& cells,
    const std::vector<std::size_t>& widths,
    const std::vector<align>& alignment = {});

/// One `name  value` a line, values in one column.
struct property {
  std::string name, value;
  bool is_block = false; ///< the value has lines of its own, made by us
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

/// The same for people: `1h 0m 0s`, `3d 1h 0m 0s`.
std::string spaced_duration(const google::protobuf::Duration& span);

} // namespace troupe::cli
