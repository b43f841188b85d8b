// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/routes.hpp"

#include "runtime/base/text/percent.hpp"

#include <cstddef>
#include <map>

namespace troupe::gateway {

namespace {

/// A path's template, cut at its slashes. A segment in braces is any text, also none.
struct pattern {
  std::string_view service;
  const route* row;
  std::vector<std::string> segments;
};

/// Each without its escapes: one for a slash ends no segment. Nothing if one is broken.
std::optional<std::vector<std::string>> segments_of(std::string_view path) {
  std::vector<std::string> out;
  path.remove_prefix(1); // each begins with a slash
  while (true) {
    const auto slash = path.find('/');
    auto text = path_segment_text(path.substr(0, slash));
    if (!text)
      return {};
    out.push_back(std::move(*text));
    if (slash == std::string_view::npos)
      return out;
    path.remove_prefix(slash + 1);
  }
}

bool is_field(std::string_view segment) {
  return segment.starts_with('{');
}

bool fits(const pattern& what, const std::vector<std::string>& segments) {
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (!is_field(what.segments[i]) && what.segments[i] != segments[i])
      return false;
  return true;
}

/// By method and number of segments.
using pattern_index = std::map<std::pair<verb, std::size_t>, std::vector<pattern>>;

pattern_index all_patterns() {
  pattern_index index;
  const auto add = [&](std::string_view service, std::span<const route> rows) {
    for (const auto& row : rows)
      for (const auto& path : {std::string{row.path}, versioned_path(row.path)}) {
        auto segments = *segments_of(path);
        index[{row.with, segments.size()}].push_back({service, &row, std::move(segments)});
      }
  };
  add("temporal.api.workflowservice.v1.WorkflowService", workflow_routes());
  add("temporal.api.operatorservice.v1.OperatorService", operator_routes());
  return index;
}

} // namespace

std::string versioned_path(std::string_view path) {
  if (path == "/cluster")
    return "/api/v1/cluster-info";
  if (path.starts_with("/cluster/"))
    path.remove_prefix(std::string_view{"/cluster"}.size());
  return "/api/v1" + std::string{path};
}

std::optional<destination> find_route(verb with, std::string_view path) {
  static const auto index = all_patterns();
  if (!path.starts_with('/'))
    return {};
  auto segments = segments_of(path);
  if (!segments)
    return {};
  const auto some = index.find({with, segments->size()});
  if (some == index.end())
    return {};
  for (const auto& each : some->second) {
    if (!fits(each, *segments))
      continue;
    destination found{each.service, each.row, {}};
    for (std::size_t i = 0; i < segments->size(); ++i)
      if (const std::string_view name = each.segments[i]; is_field(name))
        found.fields.emplace_back(name.substr(1, name.size() - 2), std::move((*segments)[i]));
    return found;
  }
  return {};
}

} // namespace troupe::gateway
