// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/visibility/visibility_value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// The column that a name in a filter stands for: a custom attribute, a built-in one with or
/// without `Temporal` in front, or a column of the store. Nothing: there is none.
std::optional<visibility_column>
find_column(const std::string& name, const namespace_entry& name_space);

/// The number of a status by its name, `TimedOut` or `WORKFLOW_EXECUTION_STATUS_TIMED_OUT`.
std::optional<std::int64_t> status_number(std::string_view name);

/// Nanoseconds of what a filter may say for a duration: a number of them, `1h30m`, `1d`,
/// `hh:mm:ss`. Nothing: `problem` says why not, in the real server's words.
std::optional<std::int64_t> duration_of_filter(const std::string& text, std::string& problem);

} // namespace troupe::embedded
