// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_follow.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/terminal/failure_text.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <deque>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;
using event = api::history::v1::HistoryEvent;

// The service answers a long poll empty a second before this is over.
constexpr std::chrono::seconds long_poll{30};

std::string type_of(const event& of) {
  return camel_case(api::enums::v1::EventType_Name(of.event_type()), "EVENT_TYPE_");
}

// Payloads that there are none of. An empty list within one is a value, and stays.
void drop_empty_lists(json_value& of) {
  for (std::size_t i = of.names.size(); i-- > 0;)
    if (of.items[i].is == json_value::type::array && of.items[i].items.empty()) {
      of.names.erase(of.names.begin() + static_cast<std::ptrdiff_t>(i));
      of.items.erase(of.items.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

// Everything of the event on lines of `path: value`, its attributes lifted to the top.
void print_section(const event& of, const global_flags& flags) {
  print(
      "--------------- [" + std::to_string(of.event_id()) + "] " + type_of(of)
      + " ---------------\n");
  const auto json = to_json(of, style_of(flags));
  auto parsed = parse_json(json);
  if (!parsed) // messages in messages, deeper than our reader goes
    print(printable(json) + '\n');
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](const std::string& path, const std::string& text) {
    lines.emplace_back(path, text);
  };
  for (std::size_t i = 0; parsed && i < parsed->items.size(); ++i) {
    const auto& name = parsed->names[i];
    if (name == "eventId" || name == "eventType")
      continue;
    const bool is_attributes = name.ends_with("Attributes");
    if (is_attributes)
      drop_empty_lists(parsed->items[i]);
    flatten_json(parsed->items[i], is_attributes ? "" : name, add);
  }
  std::ranges::sort(lines);
  for (const auto& [path, text] : lines)
    print(
        printable(path) + ": "
        + printable(text, path.ends_with("stackTrace") ? line_breaks::keep : line_breaks::escape)
        + '\n');
}

// Terminated and continued-as-new runs have no result to print.
bool has_result(const event& of) {
  switch (of.event_type()) {
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: return true;
  default: return false;
  }
}

std::string status_of(const event& closed) {
  switch (closed.event_type()) {
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: return "COMPLETED";
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: return "FAILED";
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: return "TIMEOUT";
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: return "CANCELED";
  default: return "";
  }
}

// The colour of an event in the table: how something ended, or that it began.
std::string escape_of(const event& of, const global_flags& flags) {
  switch (of.event_type()) {
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
  case api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_FAILED:
  case api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_FAILED:
  case api::enums::v1::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
  case api::enums::v1::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
  case api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
  case api::enums::v1::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    return escape_of(colour::red, flags);
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
  case api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
  case api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
  case api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    return escape_of(colour::yellow, flags);
  case api::enums::v1::EVENT_TYPE_TIMER_CANCELED:
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
  case api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    return escape_of(colour::magenta, flags);
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
  case api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    return escape_of(colour::green, flags);
  case api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
  case api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
    return escape_of(colour::blue, flags);
  default: return {};
  }
}

} // namespace

// -- reading -----------------------------------------------------------------------------------

struct history_reader::state {
  connection& over;
  history_request what;
  std::string token;
  std::deque<event> page;
  bool at_end = false;
};

history_reader::history_reader(connection& over, history_request what)
    : state_(std::make_unique<state>(state{over, std::move(what), {}, {}, false})) {}

history_reader::~history_reader() = default;

void history_reader::read_page(const std::string& what) {
  auto& [over, asked, token, page, at_end] = *state_;
  const auto fill = [&](auto& request) {
    request.set_namespace_(over.name_space());
    request.mutable_execution()->set_workflow_id(asked.workflow_id);
    request.mutable_execution()->set_run_id(asked.run_id);
    request.set_next_page_token(token);
  };
  const auto take = [&](auto& response) {
    for (auto& each : *response.mutable_history()->mutable_events())
      page.push_back(std::move(each));
    token = response.next_page_token();
    at_end = token.empty();
  };
  if (asked.reverse) {
    wf::GetWorkflowExecutionHistoryReverseRequest request;
    wf::GetWorkflowExecutionHistoryReverseResponse response;
    fill(request);
    over.call(what, methods::get_workflow_execution_history_reverse, request, response);
    return take(response);
  }
  wf::GetWorkflowExecutionHistoryRequest request;
  wf::GetWorkflowExecutionHistoryResponse response;
  fill(request);
  request.set_wait_new_event(asked.follow);
  request.set_skip_archival(asked.follow);
  request.set_history_event_filter_type(
      asked.only_close ? api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
                       : api::enums::v1::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
  if (!asked.follow) {
    over.call(what, methods::get_workflow_execution_history, request, response);
    return take(response);
  }
  const auto status =
      over.try_poll(methods::get_workflow_execution_history, request, response, long_poll);
  if (status.code == status_code::deadline_exceeded)
    return; // nothing happened meanwhile
  if (!status.ok())
    throw command_error(what + ": " + status.message);
  take(response);
}

std::optional<event> history_reader::next(const std::string& what) {
  while (state_->page.empty()) {
    if (state_->at_end)
      return std::nullopt;
    read_page(what);
  }
  auto first = std::move(state_->page.front());
  state_->page.pop_front();
  return first;
}

event wait_for_close(connection& over, const std::string& workflow_id, std::string run_id) {
  while (true) {
    history_reader reader{over, {workflow_id, run_id, true, false, true}};
    auto closed = reader.next("failed getting close event");
    if (!closed)
      throw command_error("missing close event");
    if (!closed->has_workflow_execution_continued_as_new_event_attributes())
      return *std::move(closed);
    run_id = closed->workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
  }
}

// -- printing ----------------------------------------------------------------------------------

std::optional<event> print_progress(
    connection& over, const history_request& what, bool detailed, const global_flags& flags) {
  static const std::vector<std::size_t> widths{3, 20, 26};
  const auto* failing = "displaying history failed";
  say_heading("Progress:", flags);
  if (!detailed)
    print(heading_row(flags, {"ID", "Time", "Type"}, widths));
  std::optional<event> result;
  auto request = what;
  auto reader = std::make_unique<history_reader>(over, request);
  bool first = true;
  while (auto each = reader->next(failing)) {
    if (detailed) {
      if (!first)
        print("\n");
      print_section(*each, flags);
    } else {
      print(table_row(
          {std::to_string(each->event_id()),
           rfc3339(instant{each->event_time().seconds(), 0}),
           type_of(*each)},
          widths,
          {{align::right}},
          {"", "", escape_of(*each, flags)}));
    }
    first = false;
    if (has_result(*each))
      result = *each;
    // The table goes on with the run that took over; backwards and in detail it is this run only.
    if (!detailed && !what.reverse
        && each->has_workflow_execution_continued_as_new_event_attributes()) {
      request.run_id =
          each->workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
      reader = std::make_unique<history_reader>(over, request);
    }
  }
  print("\n");
  return result;
}

std::string result_json(const event& completed, const global_flags& flags) {
  const auto& attributes = completed.workflow_execution_completed_event_attributes();
  if (!attributes.has_result())
    return "null";
  if (attributes.result().payloads_size() == 1)
    return to_json(attributes.result().payloads(0), style_of(flags));
  return to_json(attributes.result(), style_of(flags));
}

void print_result(
    const event& closed, std::chrono::nanoseconds duration, const global_flags& flags) {
  properties lines;
  constexpr std::chrono::milliseconds shown{10};
  if (const auto rounded = duration / shown * shown; rounded.count() > 0)
    lines.emplace_back("RunTime", go_duration(rounded));
  else if (duration.count() > 0)
    lines.emplace_back("RunTime", "0s");
  const bool is_done = closed.has_workflow_execution_completed_event_attributes();
  lines.push_back(
      {"Status",
       status_of(closed),
       false,
       escape_of(is_done ? colour::green : colour::red, flags)});
  if (closed.has_workflow_execution_completed_event_attributes()) {
    const auto json = result_json(closed, flags);
    const auto parsed = parse_json(json);
    lines.emplace_back("Result", parsed ? write_json(*parsed, {.escape_html = true}) : json);
    const auto& result = closed.workflow_execution_completed_event_attributes().result();
    if (!result.payloads().empty()) {
      const auto& metadata = result.payloads(0).metadata();
      if (const auto encoding = metadata.find("encoding"); encoding != metadata.end())
        lines.emplace_back("ResultEncoding", encoding->second);
    }
  }
  if (closed.has_workflow_execution_failed_event_attributes())
    lines.push_back(
        {"Failure",
         failure_text(closed.workflow_execution_failed_event_attributes().failure()),
         true});
  say_heading("Results:", flags);
  print(property_list(lines));
}

void add_result(json_object& to, const event& closed, const global_flags& flags) {
  const auto status = status_of(closed);
  to.text("status", status.empty() ? "<unknown>" : status);
  to.raw("closeEvent", to_json(closed, style_of(flags)));
  if (closed.has_workflow_execution_completed_event_attributes())
    to.raw("result", result_json(closed, flags));
}

void require_completed(const event& closed) {
  if (closed.event_type() != api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
    throw failed_outcome("workflow failed");
}

} // namespace troupe::cli
