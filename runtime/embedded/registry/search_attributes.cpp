// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/registry/namespaces.hpp"

#include <array>
#include <set>
#include <string_view>
#include <vector>

namespace troupe::embedded {

namespace {

/// The columns that custom attributes of one type may take, as the real server's SQL store has
/// them.
struct column_pool {
  attribute_type type;
  std::string_view prefix;
  std::string_view type_name;
  int size;
};

constexpr std::array<column_pool, 7> pools{
    {{attribute_type::text, "Text", "Text", 3},
     {attribute_type::keyword, "Keyword", "Keyword", 10},
     {attribute_type::integer, "Int", "Int", 3},
     {attribute_type::real, "Double", "Double", 3},
     {attribute_type::boolean, "Bool", "Bool", 3},
     {attribute_type::datetime, "Datetime", "Datetime", 3},
     {attribute_type::keyword_list, "KeywordList", "KeywordList", 3}}};

const column_pool* pool_of(attribute_type type) {
  for (const auto& pool : pools)
    if (pool.type == type)
      return &pool;
  return nullptr;
}

std::string name_of(attribute_type type) {
  const auto* pool = pool_of(type);
  return pool == nullptr ? std::to_string(static_cast<int>(type)) : std::string{pool->type_name};
}

bool is_reserved(const std::string& name) {
  return system_attributes().contains(name) || name.starts_with("Temporal") || name == "NamespaceId"
         || name == "Memo" || name == "MemoEncoding" || name == "VisibilityTaskKey";
}

} // namespace

const std::map<std::string, attribute_type, std::less<>>& system_attributes() {
  using enum attribute_type;
  static const std::map<std::string, attribute_type, std::less<>> all{
      {"WorkflowId", keyword},
      {"RunId", keyword},
      {"WorkflowType", keyword},
      {"ExecutionStatus", keyword},
      {"TaskQueue", keyword},
      {"ParentWorkflowId", keyword},
      {"ParentRunId", keyword},
      {"RootWorkflowId", keyword},
      {"RootRunId", keyword},
      {"StartTime", datetime},
      {"ExecutionTime", datetime},
      {"CloseTime", datetime},
      {"TemporalScheduledStartTime", datetime},
      {"HistoryLength", integer},
      {"HistorySizeBytes", integer},
      {"ExecutionDuration", integer},
      {"StateTransitionCount", integer},
      {"TemporalExternalPayloadCount", integer},
      {"TemporalExternalPayloadSizeBytes", integer},
      {"TemporalChangeVersion", keyword_list},
      {"BinaryChecksums", keyword_list},
      {"BuildIds", keyword_list},
      {"TemporalPauseInfo", keyword_list},
      {"TemporalReportedProblems", keyword_list},
      {"TemporalUsedWorkerDeploymentVersions", keyword_list},
      {"BatcherNamespace", keyword},
      {"BatcherUser", keyword},
      {"TemporalScheduledById", keyword},
      {"TemporalNamespaceDivision", keyword},
      {"TemporalWorkerDeployment", keyword},
      {"TemporalWorkerDeploymentVersion", keyword},
      {"TemporalWorkflowVersioningBehavior", keyword},
      {"TemporalSchedulePaused", boolean},
  };
  return all;
}

attribute_type type_of_column(std::string_view name) {
  for (const auto& pool : pools) {
    if (!name.starts_with(pool.prefix) || name.size() != pool.prefix.size() + 2)
      continue;
    const auto number = name.substr(pool.prefix.size());
    const auto digit = [&](std::size_t at) { return number[at] - '0'; };
    const bool is_number = digit(0) >= 0 && digit(0) <= 9 && digit(1) >= 0 && digit(1) <= 9;
    const int value = digit(0) * 10 + digit(1);
    if (is_number && value >= 1 && value <= pool.size)
      return pool.type;
  }
  return attribute_type::unknown;
}

rpc_status namespace_registry::add_attributes(
    std::string_view name_space, const std::map<std::string, attribute_type>& wanted) {
  auto* entry = find(name_space);
  if (entry == nullptr && !name_space.empty())
    return namespace_absent(std::string{name_space});
  if (wanted.empty())
    return bad_argument("SearchAttributes are not set on request.");
  for (const auto& [name, type] : wanted)
    if (is_reserved(name))
      return bad_argument("Search attribute " + name + " is reserved by system.");
  if (entry == nullptr)
    return bad_argument("Namespace is not set on request.");
  auto changed = entry->custom_attributes;
  for (const auto& [name, type] : wanted) {
    const auto* pool = pool_of(type);
    if (pool == nullptr)
      return bad_argument(
          "Unknown search attribute type: " + std::to_string(static_cast<int>(type)) + ".");
    if (changed.contains(name))
      continue;
    std::set<std::string> taken;
    for (const auto& [other, column] : changed)
      taken.insert(column.first);
    std::string free;
    for (int i = 1; i <= pool->size && free.empty(); ++i) {
      auto column = std::string{pool->prefix} + (i < 10 ? "0" : "") + std::to_string(i);
      if (!taken.contains(column))
        free = std::move(column);
    }
    if (free.empty())
      return bad_argument(
          "Unable to create search attributes: cannot have more than " + std::to_string(pool->size)
          + " search attribute of type " + std::string{pool->type_name} + ".");
    changed[name] = {std::move(free), type};
  }
  entry->custom_attributes = std::move(changed);
  return {};
}

rpc_status namespace_registry::ensure_attributes(
    std::string_view name_space, const std::map<std::string, attribute_type>& wanted) {
  if (const auto* entry = find(name_space))
    for (const auto& [name, type] : wanted)
      if (const auto known = entry->custom_attributes.find(name);
          known != entry->custom_attributes.end() && known->second.second != type)
        return plain_status(
            status_code::failed_precondition,
            name + " is of the type " + name_of(known->second.second) + " there and cannot become "
                + name_of(type));
  return add_attributes(name_space, wanted);
}

rpc_status namespace_registry::remove_attributes(
    std::string_view name_space, const std::vector<std::string>& names) {
  auto* entry = find(name_space);
  if (entry == nullptr && !name_space.empty())
    return namespace_absent(std::string{name_space});
  if (names.empty())
    return bad_argument("SearchAttributes are not set on request.");
  if (entry == nullptr)
    return bad_argument("Namespace is not set on request.");
  for (const auto& name : names)
    if (system_attributes().contains(name))
      return bad_argument("Unable to remove non-custom search attributes: " + name + ".");
  for (const auto& name : names)
    entry->custom_attributes.erase(name);
  return {};
}

} // namespace troupe::embedded
