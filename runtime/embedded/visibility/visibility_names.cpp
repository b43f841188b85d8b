// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_names.hpp"

#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/duration_text.hpp"

#include <temporal/api/enums/v1/workflow.pb.h>

#include <charconv>
#include <cstdio>

namespace troupe::embedded {

namespace {

using store = visibility_column::store;
namespace enums = temporal::api::enums::v1;

constexpr std::string_view reserved_prefix = "Temporal";

store store_of(const std::string& name, attribute_type type) {
  if (name == "ExecutionStatus")
    return store::number;
  switch (type) {
  case attribute_type::integer:
  case attribute_type::real:
  case attribute_type::boolean: return store::number;
  case attribute_type::datetime: return store::time;
  case attribute_type::text:
  case attribute_type::keyword_list: return store::words;
  default: return store::text;
  }
}

visibility_column
make(const std::string& alias, const std::string& name, attribute_type type, bool is_custom) {
  auto kept = store_of(name, type);
  // Only by this name: `TemporalCloseTime` is the bare column.
  if (alias == "CloseTime" && !is_custom)
    kept = store::open_end;
  return {alias, name, type, kept, is_custom};
}

/// The store's columns for custom attributes may be named too, if nobody does.
std::optional<visibility_column>
store_column(const std::string& name, const namespace_entry& name_space) {
  for (const auto& [attribute, column] : name_space.custom_attributes)
    if (column.first == name)
      return make(name, attribute, column.second, true);
  const auto type = type_of_column(name);
  return type == attribute_type::unknown ? std::nullopt
                                         : std::optional{make(name, name, type, true)};
}

} // namespace

std::optional<visibility_column>
find_column(const std::string& name, const namespace_entry& name_space) {
  const auto& system = system_attributes();
  if (!system.contains(name) && !name.starts_with(reserved_prefix)) {
    if (const auto custom = name_space.custom_attributes.find(name);
        custom != name_space.custom_attributes.end())
      return make(name, name, custom->second.second, true);
    if (name == "ScheduleId")
      return make(name, "WorkflowId", attribute_type::keyword, false);
  }
  const auto try_system = [&](const std::string& full) -> std::optional<visibility_column> {
    const auto found = system.find(full);
    return found == system.end() ? std::nullopt
                                 : std::optional{make(name, full, found->second, false)};
  };
  if (auto found = try_system(name))
    return found;
  if (auto found = store_column(name, name_space))
    return found;
  if (auto found = try_system(std::string{reserved_prefix} + name))
    return found;
  return name.starts_with(reserved_prefix) ? try_system(name.substr(reserved_prefix.size()))
                                           : std::nullopt;
}

std::optional<std::int64_t> status_number(std::string_view name) {
  constexpr std::string_view prefix = "WORKFLOW_EXECUTION_STATUS_";
  enums::WorkflowExecutionStatus status{};
  if (enums::WorkflowExecutionStatus_Parse(std::string{name}, &status))
    return status;
  const auto full = enum_name(name, prefix);
  // The short form is taken in its own letters only.
  if (enums::WorkflowExecutionStatus_Parse(full, &status) && camel_case(full, prefix) == name)
    return status;
  return std::nullopt;
}

std::optional<std::int64_t> duration_of_filter(const std::string& text, std::string& problem) {
  std::int64_t nanos = 0;
  const auto* end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, nanos);
      error == std::errc{} && at == end)
    return nanos;
  if (const auto span = parse_go_duration(text, true))
    return span->count();
  long long hours = 0;
  long long minutes = 0;
  long long seconds = 0;
  // What stands behind is not looked at, as there.
  if (text.size() > 100
      || std::sscanf(text.c_str(), "%18lld:%18lld:%18lld", &hours, &minutes, &seconds) != 3)
    problem = "invalid duration";
  else if (hours < 0)
    problem = "invalid duration: hours must be a positive number";
  else if (minutes < 0 || minutes > 59)
    problem = "invalid duration: minutes must be from 0 to 59";
  else if (seconds < 0 || seconds > 59)
    problem = "invalid duration: seconds must be from 0 to 59";
  if (!problem.empty())
    return std::nullopt;
  constexpr std::int64_t second = 1'000'000'000;
  if (__builtin_mul_overflow(std::int64_t{hours}, 3600 * second, &nanos)
      || __builtin_add_overflow(nanos, (minutes * 60 + seconds) * second, &nanos)) {
    problem = "invalid duration";
    return std::nullopt;
  }
  return nanos;
}

} // namespace troupe::embedded
