// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility.hpp"

#include "runtime/base/time.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/visibility/visibility_lexer.hpp"
#include "runtime/embedded/visibility/visibility_query.hpp"

#include <temporal/api/workflow/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <charconv>
#include <limits>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using row_info = temporal::api::workflow::v1::WorkflowExecutionInfo;

constexpr int largest_page = 1000;

constexpr std::array<std::string_view, 9> status_names{
    "Unspecified",
    "Running",
    "Completed",
    "Failed",
    "Canceled",
    "Terminated",
    "ContinuedAsNew",
    "TimedOut",
    "Paused"};

std::string status_name(int status) {
  return std::string{
      status > 0 && status < static_cast<int>(status_names.size())
          ? status_names[static_cast<std::size_t>(status)]
          : status_names[0]};
}

std::int64_t nanoseconds(const google::protobuf::Timestamp& time) {
  return from_proto(time).time_since_epoch().count();
}

attribute_value text_or_null(const std::string& text) {
  return text.empty() ? attribute_value{} : attribute_value{text};
}

/// Reads one JSON string at `at`; false if there is none.
bool read_json_string(std::string_view json, std::size_t& at, std::string& out) {
  if (at >= json.size() || json[at] != '"')
    return false;
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\' || at + 1 >= json.size()) {
      out += json[at];
      continue;
    }
    switch (json[++at]) {
    case 'n': out += '\n'; break;
    case 't': out += '\t'; break;
    default: out += json[at];
    }
  }
  if (at >= json.size())
    return false;
  ++at;
  return true;
}

/// The value of a custom attribute: a JSON scalar, or a list of strings.
attribute_value from_json(std::string_view json, attribute_type type) {
  std::size_t at = 0;
  std::string text;
  if (json.empty() || json == "null")
    return {};
  if (json.front() == '[') {
    std::vector<std::string> list;
    for (at = 1; at < json.size(); ++at) {
      text.clear();
      if (json[at] == '"' && read_json_string(json, at, text))
        list.push_back(text);
    }
    return list;
  }
  if (read_json_string(json, at, text)) {
    if (type == attribute_type::keyword_list)
      return std::vector<std::string>{text};
    time_point when{};
    if (type == attribute_type::datetime && parse_rfc3339(text, when))
      return std::int64_t{when.time_since_epoch().count()};
    return text;
  }
  if (json == "true" || json == "false")
    return json == "true";
  std::int64_t integer = 0;
  const auto* end = json.data() + json.size();
  if (auto [stop, error] = std::from_chars(json.data(), end, integer);
      error == std::errc{} && stop == end)
    return type == attribute_type::real ? attribute_value{static_cast<double>(integer)}
                                        : attribute_value{integer};
  double real = 0;
  if (auto [stop, error] = std::from_chars(json.data(), end, real);
      error == std::errc{} && stop == end)
    return real;
  return {};
}

attribute_value read(const row_info& row, std::string_view name, attribute_type type) {
  if (name == "WorkflowId")
    return row.execution().workflow_id();
  if (name == "RunId")
    return row.execution().run_id();
  if (name == "WorkflowType")
    return row.type().name();
  if (name == "ExecutionStatus")
    return status_name(row.status());
  if (name == "TaskQueue")
    return row.task_queue();
  if (name == "StartTime")
    return nanoseconds(row.start_time());
  if (name == "ExecutionTime")
    return nanoseconds(row.execution_time());
  if (name == "CloseTime")
    return row.has_close_time() ? attribute_value{nanoseconds(row.close_time())}
                                : attribute_value{};
  if (name == "ParentWorkflowId")
    return text_or_null(row.parent_execution().workflow_id());
  if (name == "ParentRunId")
    return text_or_null(row.parent_execution().run_id());
  if (name == "RootWorkflowId")
    return text_or_null(row.root_execution().workflow_id());
  if (name == "RootRunId")
    return text_or_null(row.root_execution().run_id());
  if (name == "ExecutionDuration")
    return row.has_close_time()
               ? attribute_value{std::int64_t{from_proto(row.execution_duration()).count()}}
               : attribute_value{};
  // The real store knows these three only of closed runs.
  if (name == "HistoryLength")
    return row.has_close_time() ? attribute_value{std::int64_t{row.history_length()}}
                                : attribute_value{};
  if (name == "HistorySizeBytes")
    return row.has_close_time() ? attribute_value{std::int64_t{row.history_size_bytes()}}
                                : attribute_value{};
  if (name == "StateTransitionCount")
    return row.has_close_time() ? attribute_value{std::int64_t{row.state_transition_count()}}
                                : attribute_value{};
  const auto& fields = row.search_attributes().indexed_fields();
  auto found = fields.find(std::string{name});
  return found == fields.end() ? attribute_value{} : from_json(found->second.data(), type);
}

result<visibility_query, std::string>
compile(const std::string& text, const namespace_entry& name_space, bool allow_group_by) {
  std::map<std::string, attribute_type, std::less<>> attributes;
  for (const auto& [name, column] : name_space.custom_attributes)
    attributes.emplace(name, column.second);
  return visibility_query::compile(text, attributes, allow_group_by);
}

bool matches(const visibility_query& query, const row_info& row) {
  return query.matches(
      [&](std::string_view name, attribute_type type) { return read(row, name, type); });
}

} // namespace

visibility_index::visibility_index() = default;
visibility_index::~visibility_index() = default;

visibility_index::key visibility_index::key_of(const row_info& row) {
  return {
      row.has_close_time() ? -nanoseconds(row.close_time())
                           : std::numeric_limits<std::int64_t>::min(),
      -nanoseconds(row.start_time()),
      row.execution().run_id()};
}

void visibility_index::put(row_info row) {
  const auto run_id = row.execution().run_id();
  auto place = key_of(row);
  auto [known, is_new] = keys_.try_emplace(run_id, place);
  if (!is_new) {
    auto node = rows_.extract(known->second);
    known->second = place;
    *node.mapped() = std::move(row);
    node.key() = std::move(place);
    rows_.insert(std::move(node));
    return;
  }
  rows_.emplace(std::move(place), std::make_unique<row_info>(std::move(row)));
}

void visibility_index::remove(const std::string& run_id) {
  auto known = keys_.find(run_id);
  if (known == keys_.end())
    return;
  rows_.erase(known->second);
  keys_.erase(known);
}

std::string visibility_index::encode_token(const key& last) {
  return "v1/" + std::to_string(last.close) + "/" + std::to_string(last.start) + "/" + last.run_id;
}

bool visibility_index::decode_token(const std::string& token, key& out) {
  if (!token.starts_with("v1/"))
    return false;
  const char* at = token.data() + 3;
  const char* end = token.data() + token.size();
  for (auto* number : {&out.close, &out.start}) {
    const auto [stop, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || stop == end || *stop != '/')
      return false;
    at = stop + 1;
  }
  out.run_id.assign(at, end);
  return true;
}

rpc_status visibility_index::list(
    const wire::ListWorkflowExecutionsRequest& request,
    const namespace_entry& name_space,
    wire::ListWorkflowExecutionsResponse& response) const {
  auto query = compile(request.query(), name_space, false);
  if (!query)
    return bad_argument(query.error());
  auto at = rows_.begin();
  if (!request.next_page_token().empty()) {
    key last;
    if (!decode_token(request.next_page_token(), last))
      return hidden_error("unreadable page token of a list");
    at = rows_.upper_bound(last);
  }
  const int size = request.page_size() <= 0 || request.page_size() > largest_page
                       ? largest_page
                       : request.page_size();
  for (; at != rows_.end(); ++at) {
    if (!matches(*query, *at->second))
      continue;
    *response.add_executions() = *at->second;
    if (response.executions_size() == size) {
      response.set_next_page_token(encode_token(at->first));
      break;
    }
  }
  return {};
}

rpc_status visibility_index::count(
    const wire::CountWorkflowExecutionsRequest& request,
    const namespace_entry& name_space,
    wire::CountWorkflowExecutionsResponse& response) const {
  auto query = compile(request.query(), name_space, true);
  if (!query)
    return bad_argument(query.error());
  std::array<std::int64_t, status_names.size()> by_status{};
  std::int64_t total = 0;
  for (const auto& [place, row] : rows_) {
    if (!matches(*query, *row))
      continue;
    ++total;
    if (row->status() >= 0 && row->status() < static_cast<int>(by_status.size()))
      ++by_status[static_cast<std::size_t>(row->status())];
  }
  response.set_count(total);
  for (std::size_t status = 0; query->groups_by_status() && status < by_status.size(); ++status) {
    if (by_status[status] == 0)
      continue;
    auto& group = *response.add_groups();
    group.set_count(by_status[status]);
    auto& value = *group.add_group_values();
    (*value.mutable_metadata())["encoding"] = "json/plain";
    (*value.mutable_metadata())["type"] = "Keyword";
    value.set_data('"' + std::string{status_names[status]} + '"');
  }
  return {};
}

} // namespace troupe::embedded
