// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/attribute_json.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/standalone/operation_view.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"

#include <temporal/api/workflow/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <charconv>
#include <limits>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using row_info = temporal::api::workflow::v1::WorkflowExecutionInfo;

constexpr std::size_t largest_page = 1000;
/// A page ends early once it holds this much: clients take no answers above 4 MiB.
constexpr std::size_t largest_page_bytes = 3 * 1024 * 1024;
/// Of a row that is copied into the answer.
constexpr std::size_t bytes_per_unit = 512;
/// Of search attributes, which are read and written again.
constexpr std::size_t attribute_bytes_per_unit = 64;

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

std::string key_of_record(const row_info& row) {
  const auto& fields = row.search_attributes().indexed_fields();
  const auto division = fields.find(std::string{division_attribute});
  const auto is = [&](std::string_view what) {
    return division != fields.end() && division->second.data() == quote_json(what);
  };
  const auto& id = row.execution().workflow_id();
  if (is(activity_division))
    return standalone_key(activity_prefix, id);
  return is(operation_division) ? standalone_key(operation_prefix, id) : id;
}

std::int64_t nanoseconds(const google::protobuf::Timestamp& time) {
  return from_proto(time).time_since_epoch().count();
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

std::vector<visibility_index::run_name> visibility_index::some(std::size_t most) const {
  std::vector<run_name> found;
  for (auto at = rows_.begin(); at != rows_.end() && found.size() < most; ++at)
    found.push_back({key_of_record(*at->second), at->second->execution().run_id()});
  return found;
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
  auto scan = visibility_scan::list(request, name_space);
  if (!scan)
    return scan.error();
  while (!scan->step(*this))
    ;
  response.CopyFrom(scan->response());
  return {};
}

rpc_status visibility_index::count(
    const wire::CountWorkflowExecutionsRequest& request,
    const namespace_entry& name_space,
    wire::CountWorkflowExecutionsResponse& response) const {
  auto scan = visibility_scan::count(request, name_space);
  if (!scan)
    return scan.error();
  while (!scan->step(*this))
    ;
  response.CopyFrom(scan->response());
  return {};
}

visibility_scan::visibility_scan(visibility_query query, rows_of whose)
    : query_(std::move(query)), whose_(whose) {}
visibility_scan::visibility_scan(visibility_scan&&) noexcept = default;
visibility_scan& visibility_scan::operator=(visibility_scan&&) noexcept = default;
visibility_scan::~visibility_scan() = default;

template <class Request>
result<visibility_scan, rpc_status> visibility_scan::make_list(
    const Request& request, const namespace_entry& name_space, rows_of whose) {
  auto query = visibility_query::compile(
      request.query(), name_space, visibility_query::purpose::list, whose);
  if (!query)
    return unexpected{std::move(query.error())};
  visibility_scan made{std::move(*query), whose};
  if (!request.next_page_token().empty()) {
    visibility_index::key last{};
    if (!visibility_index::decode_token(request.next_page_token(), last))
      return unexpected{hidden_error("unreadable page token of a list")};
    made.last_ = std::move(last);
  }
  const auto wanted = request.page_size();
  made.page_size_ = wanted <= 0 || static_cast<std::size_t>(wanted) > largest_page
                        ? largest_page
                        : static_cast<std::size_t>(wanted);
  made.listed_ = std::make_unique<wire::ListWorkflowExecutionsResponse>();
  for (const auto& [name, column] : name_space.custom_attributes)
    made.types_.emplace(name, column.second);
  return made;
}

template <class Request>
result<visibility_scan, rpc_status> visibility_scan::make_count(
    const Request& request, const namespace_entry& name_space, rows_of whose) {
  auto query = visibility_query::compile(
      request.query(), name_space, visibility_query::purpose::count, whose);
  if (!query)
    return unexpected{std::move(query.error())};
  visibility_scan made{std::move(*query), whose};
  made.counted_ = std::make_unique<wire::CountWorkflowExecutionsResponse>();
  return made;
}

result<visibility_scan, rpc_status> visibility_scan::list(
    const wire::ListWorkflowExecutionsRequest& request, const namespace_entry& name_space) {
  return make_list(request, name_space, rows_of::workflows);
}
result<visibility_scan, rpc_status> visibility_scan::count(
    const wire::CountWorkflowExecutionsRequest& request, const namespace_entry& name_space) {
  return make_count(request, name_space, rows_of::workflows);
}
result<visibility_scan, rpc_status> visibility_scan::list(
    const wire::ListActivityExecutionsRequest& request, const namespace_entry& name_space) {
  return make_list(request, name_space, rows_of::activities);
}
result<visibility_scan, rpc_status> visibility_scan::count(
    const wire::CountActivityExecutionsRequest& request, const namespace_entry& name_space) {
  return make_count(request, name_space, rows_of::activities);
}
result<visibility_scan, rpc_status> visibility_scan::list(
    const wire::ListNexusOperationExecutionsRequest& request, const namespace_entry& name_space) {
  return make_list(request, name_space, rows_of::operations);
}
result<visibility_scan, rpc_status> visibility_scan::count(
    const wire::CountNexusOperationExecutionsRequest& request, const namespace_entry& name_space) {
  return make_count(request, name_space, rows_of::operations);
}

void visibility_scan::finish() {
  if (counted_)
    finish_count();
  if (whose_ == rows_of::activities)
    show_as<wire::ListActivityExecutionsResponse, wire::CountActivityExecutionsResponse>(
        [](const row_info& from, auto& to) { show_activity_row(from, *to.add_executions()); });
  else if (whose_ == rows_of::operations)
    show_as<
        wire::ListNexusOperationExecutionsResponse,
        wire::CountNexusOperationExecutionsResponse>(
        [](const row_info& from, auto& to) { show_operation_row(from, *to.add_operations()); });
}

template <class Listed, class Counted, class Show>
void visibility_scan::show_as(Show show) {
  if (counted_) {
    auto shown = std::make_unique<Counted>();
    shown->set_count(counted_->count());
    for (const auto& from : counted_->groups()) {
      auto& group = *shown->add_groups();
      group.set_count(from.count());
      *group.mutable_group_values() = from.group_values();
    }
    shown_ = std::move(shown);
    return;
  }
  auto shown = std::make_unique<Listed>();
  for (const auto& from : listed_->executions())
    show(from, *shown);
  shown->set_next_page_token(listed_->next_page_token());
  shown_ = std::move(shown);
}

const google::protobuf::Message& visibility_scan::response() const {
  if (shown_)
    return *shown_;
  if (listed_)
    return *listed_;
  return *counted_;
}

void visibility_scan::canonicalise(row_info& row) const {
  if (row.search_attributes().indexed_fields().empty())
    return;
  auto& fields = *row.mutable_search_attributes()->mutable_indexed_fields();
  for (auto at = fields.begin(); at != fields.end();) {
    auto type = attribute_type::unknown;
    if (const auto custom = types_.find(at->first); custom != types_.end())
      type = custom->second;
    else if (const auto known = system_attributes().find(at->first);
             known != system_attributes().end())
      type = known->second;
    else if (is_operation_column(at->first))
      type = attribute_type::keyword;
    auto listed = listed_attribute(at->second, static_cast<int>(type));
    if (!listed) {
      at = fields.erase(at);
      continue;
    }
    at->second = std::move(*listed);
    ++at;
  }
}

bool visibility_scan::take(const visibility_index::key& at, const row_info& row) {
  if (counted_) {
    ++total_;
    if (row.status() >= 0 && row.status() < static_cast<int>(by_status_.size()))
      ++by_status_[static_cast<std::size_t>(row.status())];
    return false;
  }
  const auto bytes = row.ByteSizeLong();
  if (listed_->executions_size() > 0 && page_bytes_ + bytes > largest_page_bytes) {
    listed_->set_next_page_token(visibility_index::encode_token(last_taken_)); // it begins the next
    return true;
  }
  auto& shown = *listed_->add_executions();
  shown = row;
  canonicalise(shown);
  last_taken_ = at;
  page_bytes_ += bytes;
  if (static_cast<std::size_t>(listed_->executions_size()) < page_size_)
    return false;
  listed_->set_next_page_token(visibility_index::encode_token(at));
  return true;
}

bool visibility_scan::step(const visibility_index& index, std::size_t budget) {
  auto at = last_ ? index.rows_.upper_bound(*last_) : index.rows_.begin();
  std::size_t spent = 0;
  for (; at != index.rows_.end() && spent < budget; ++at) {
    const auto bytes_before = page_bytes_;
    const bool is_wanted = query_.matches(*at->second, spent);
    if (is_wanted && take(at->first, *at->second)) {
      finish();
      return true;
    }
    if (page_bytes_ != bytes_before)
      spent += (page_bytes_ - bytes_before) / bytes_per_unit
               + static_cast<std::size_t>(at->second->search_attributes().GetCachedSize())
                     / attribute_bytes_per_unit;
    if (spent >= budget)
      last_ = at->first;
  }
  if (at != index.rows_.end())
    return false;
  finish();
  return true;
}

void visibility_scan::finish_count() {
  counted_->set_count(total_);
  for (std::size_t status = 0; query_.groups_by_status() && status < by_status_.size(); ++status) {
    if (by_status_[status] == 0)
      continue;
    auto& group = *counted_->add_groups();
    group.set_count(by_status_[status]);
    auto& value = *group.add_group_values();
    (*value.mutable_metadata())["encoding"] = "json/plain";
    (*value.mutable_metadata())["type"] = "Keyword";
    value.set_data('"' + std::string{status_names[status]} + '"');
  }
}

} // namespace troupe::embedded
