// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_describe.hpp"

#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_follow.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/protocol/json_value.hpp"

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <cstdio>
#include <map>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace enums = temporal::api::enums::v1;
using response = api::workflowservice::v1::DescribeWorkflowExecutionResponse;
using payload = api::common::v1::Payload;

// Lines of `name  value`; `some` leaves out what is empty.
class card {
public:
  explicit card(time_format style) : style_(style) {}

  card& line(const char* name, std::string value) {
    lines_.emplace_back(name, std::move(value));
    return *this;
  }
  card& line(const char* name, std::int64_t value) { return line(name, std::to_string(value)); }

  card& some(const char* name, const std::string& value) {
    return value.empty() ? *this : line(name, value);
  }
  card& some(const char* name, const google::protobuf::Timestamp& value) {
    return value.seconds() == 0 && value.nanos() == 0 ? *this : time(name, value);
  }
  card& some(const char* name, bool has, const google::protobuf::Message& value) {
    return has ? line(name, to_json(value, payload_style::shorthand)) : *this;
  }

  card& time(const char* name, const google::protobuf::Timestamp& value) {
    const bool unset = value.seconds() == 0 && value.nanos() == 0;
    return line(name, unset ? "" : time_text(value, style_, std::chrono::system_clock::now()));
  }

  [[nodiscard]] std::string str() const { return property_list(lines_); }

private:
  time_format style_;
  properties lines_;
};

// Text as protobuf's text format quotes it.
std::string text_format(const std::string& bytes) {
  std::string out{'"'};
  for (const char c : bytes) {
    switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7F) {
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
        out += escaped;
      } else {
        out += c;
      }
    }
  }
  return out + '"';
}

template <class Fields>
std::string field_map(const Fields& fields) {
  if (fields.empty())
    return {};
  std::map<std::string, const payload*> sorted;
  for (const auto& [name, value] : fields)
    sorted[name] = &value;
  std::string out;
  for (const auto& [name, value] : sorted) {
    out += (out.empty() ? "" : " ") + name + ':';
    const std::map<std::string, std::string> metadata{
        value->metadata().begin(), value->metadata().end()};
    std::string text;
    for (const auto& [key, bytes] : metadata)
      text += (text.empty() ? "" : " ") + std::string{"metadata:{key:"} + text_format(key)
              + " value:" + text_format(bytes) + '}';
    if (!value->data().empty())
      text += (text.empty() ? "" : " ") + std::string{"data:"} + text_format(value->data());
    out += text;
  }
  return "map[" + out + ']';
}

// Cards are separated by an empty line.
template <class List, class Card>
std::string cards(const List& of, Card make) {
  std::string out;
  for (const auto& each : of)
    out += (out.empty() ? "" : "\n") + make(each).str();
  return out;
}

std::string link_url(const api::common::v1::Link::WorkflowEvent& to) {
  const auto escape = [](const std::string& text) {
    std::string out;
    append_path_segment(out, text);
    return out;
  };
  auto url = "temporal:///namespaces/" + escape(to.namespace_()) + "/workflows/"
             + escape(to.workflow_id()) + '/' + escape(to.run_id()) + "/history";
  const auto type = [](enums::EventType of) {
    return camel_case(enums::EventType_Name(of), "EVENT_TYPE_");
  };
  if (to.has_event_ref()) {
    url += '?';
    if (to.event_ref().event_id() > 0)
      url += "eventID=" + std::to_string(to.event_ref().event_id()) + '&';
    url += "eventType=" + type(to.event_ref().event_type()) + "&referenceType=EventReference";
  } else if (to.has_request_id_ref()) {
    url +=
        "?eventType=" + type(to.request_id_ref().event_type())
        + "&referenceType=RequestIdReference&requestID=" + escape(to.request_id_ref().request_id());
  }
  return url;
}

class description {
public:
  description(const response& of, const global_flags& flags)
      : of_(of), flags_(flags), style_(flags.time_style()) {}

  std::string execution(const std::string& name_space) const {
    const auto& info = of_.workflow_execution_info();
    return card{style_}
        .line("WorkflowId", info.execution().workflow_id())
        .line("RunId", info.execution().run_id())
        .line("Type", info.type().name())
        .line("Namespace", name_space)
        .line("TaskQueue", info.task_queue())
        .line("AssignedBuildId", info.assigned_build_id())
        .time("StartTime", info.start_time())
        .some("CloseTime", info.close_time())
        .some("ExecutionTime", info.execution_time())
        .some("Memo", field_map(info.memo().fields()))
        .some("SearchAttributes", field_map(info.search_attributes().indexed_fields()))
        .line("StateTransitionCount", info.state_transition_count())
        .line("HistoryLength", info.history_length())
        .line("HistorySize", info.history_size_bytes())
        .some("ParentWorkflowId", info.parent_execution().workflow_id())
        .some("ParentRunId", info.parent_execution().run_id())
        .some("RootWorkflowId", info.root_execution().workflow_id())
        .some("RootRunId", info.root_execution().run_id())
        .str();
  }

  std::string extended() const {
    const auto& info = of_.workflow_extended_info();
    // The zero time of other languages, year 1, stands for "none".
    const auto known = [](const google::protobuf::Timestamp& time) {
      return time.seconds() == -62135596800 ? google::protobuf::Timestamp{} : time;
    };
    return card{style_}
        .line("CancelRequested", info.cancel_requested() ? "true" : "false")
        .some("ExecutionExpirationTime", known(info.execution_expiration_time()))
        .some("RunExpirationTime", known(info.run_expiration_time()))
        .some("LastResetTime", info.last_reset_time())
        .some("OriginalStartTime", info.original_start_time())
        .str();
  }

  std::string pause() const {
    const auto& info = of_.workflow_extended_info().pause_info();
    return card{style_}
        .some("Identity", info.identity())
        .some("Reason", info.reason())
        .some("PausedTime", info.paused_time())
        .str();
  }

  std::string metadata() const {
    const auto& data = of_.execution_config().user_metadata();
    const auto text = [](bool has, const payload& of) {
      return has ? to_json(of, payload_style::shorthand) : std::string{"<nil>"};
    };
    return card{style_}
        .line("StaticSummary", text(data.has_summary(), data.summary()))
        .line("StaticDetails", text(data.has_details(), data.details()))
        .str();
  }

  std::string versioning() const {
    const auto& info = of_.workflow_execution_info().versioning_info();
    auto deployment = info.deployment_version().deployment_name();
    auto build = info.deployment_version().build_id();
    if (const auto dot = info.version().find('.'); deployment.empty() && dot != std::string::npos) {
      deployment = info.version().substr(0, dot);
      build = info.version().substr(dot + 1);
    }
    const auto& override = info.versioning_override();
    return card{style_}
        .line(
            "Behavior",
            camel_case(enums::VersioningBehavior_Name(info.behavior()), "VERSIONING_BEHAVIOR_"))
        .line("DeploymentName", deployment)
        .line("BuildId", build)
        .some(
            "OverrideBehavior",
            override.has_pinned()     ? "Pinned"
            : override.auto_upgrade() ? "AutoUpgrade"
                                      : "")
        .some("OverridePinnedVersionDeploymentName", override.pinned().version().deployment_name())
        .some("OverridePinnedVersionBuildId", override.pinned().version().build_id())
        .some(
            "TransitionVersionDeploymentName",
            info.version_transition().deployment_version().deployment_name())
        .some("TransitionVersionBuildId", info.version_transition().deployment_version().build_id())
        .str();
  }

  static std::string trigger_of(const api::workflow::v1::CallbackInfo::Trigger& from) {
    if (from.has_workflow_closed())
      return "WorkflowClosed";
    if (from.has_update_workflow_execution_completed())
      return "UpdateCompleted " + from.update_workflow_execution_completed().update_id();
    return "Unknown";
  }

  std::string callbacks() const {
    return cards(of_.callbacks(), [&](const api::workflow::v1::CallbackInfo& each) {
      std::string links;
      for (const auto& link : each.callback().links())
        if (link.has_workflow_event())
          links += (links.empty() ? "" : ", ") + link_url(link.workflow_event());
      return card{style_}
          .line("URL", each.callback().nexus().url())
          .line("Links", '[' + links + ']')
          .line("Trigger", trigger_of(each.trigger()))
          .line("State", camel_case(enums::CallbackState_Name(each.state()), "CALLBACK_STATE_"))
          .line("Attempt", each.attempt())
          .some("RegistrationTime", each.registration_time())
          .some("NextAttemptScheduleTime", each.next_attempt_schedule_time())
          .some("LastAttemptCompleteTime", each.last_attempt_complete_time())
          .some("LastAttemptFailure", each.has_last_attempt_failure(), each.last_attempt_failure())
          .some("BlockedReason", each.blocked_reason());
    });
  }

  std::string activities() const {
    return cards(of_.pending_activities(), [&](const api::workflow::v1::PendingActivityInfo& each) {
      std::string details;
      for (const auto& one : each.heartbeat_details().payloads())
        details += (details.empty() ? "[" : ", ") + to_json(one, payload_style::shorthand);
      return card{style_}
          .line("ActivityId", each.activity_id())
          .line("Type", each.activity_type().name())
          .line(
              "State",
              camel_case(enums::PendingActivityState_Name(each.state()), "PENDING_ACTIVITY_STATE_"))
          .line("Attempt", each.attempt())
          .line("MaximumAttempts", each.maximum_attempts())
          .time("ScheduledTime", each.scheduled_time())
          .some("LastStartedTime", each.last_started_time())
          .some("LastHeartbeatTime", each.last_heartbeat_time())
          .some("ExpirationTime", each.expiration_time())
          .some("LastFailure", each.has_last_failure(), each.last_failure())
          .some("LastWorkerIdentity", each.last_worker_identity())
          .some("LastHeartbeatDetails", details.empty() ? details : details + ']');
    });
  }

  std::string children() const {
    return cards(
        of_.pending_children(), [&](const api::workflow::v1::PendingChildExecutionInfo& each) {
          return card{style_}
              .line("WorkflowId", each.workflow_id())
              .line("RunId", each.run_id())
              .line("WorkflowTypeName", each.workflow_type_name())
              .line("InitiatedId", each.initiated_id())
              .line(
                  "ParentClosePolicy",
                  camel_case(
                      enums::ParentClosePolicy_Name(each.parent_close_policy()),
                      "PARENT_CLOSE_POLICY_"));
        });
  }

  std::string nexus_operations() const {
    return cards(
        of_.pending_nexus_operations(),
        [&](const api::workflow::v1::PendingNexusOperationInfo& each) {
          const auto& cancel = each.cancellation_info();
          const auto cancel_state =
              cancel.state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_UNSPECIFIED
                  ? std::string{}
                  : camel_case(
                        enums::NexusOperationCancellationState_Name(cancel.state()),
                        "NEXUS_OPERATION_CANCELLATION_STATE_");
          return card{style_}
              .line("Endpoint", each.endpoint())
              .line("Service", each.service())
              .line("Operation", each.operation())
              .line(
                  "OperationToken",
                  each.operation_token().empty() ? each.operation_id() : each.operation_token())
              .line(
                  "State",
                  camel_case(
                      enums::PendingNexusOperationState_Name(each.state()),
                      "PENDING_NEXUS_OPERATION_STATE_"))
              .line("Attempt", each.attempt())
              .line("ScheduleToCloseTimeout", spaced_duration(each.schedule_to_close_timeout()))
              .line("StartToCloseTimeout", spaced_duration(each.start_to_close_timeout()))
              .line("ScheduleToStartTimeout", spaced_duration(each.schedule_to_start_timeout()))
              .some("NextAttemptScheduleTime", each.next_attempt_schedule_time())
              .some("LastAttemptCompleteTime", each.last_attempt_complete_time())
              .some(
                  "LastAttemptFailure",
                  each.has_last_attempt_failure(),
                  each.last_attempt_failure())
              .some("BlockedReason", each.blocked_reason())
              .some("CancelationState", cancel_state)
              .some(
                  "CancelationAttempt",
                  cancel.attempt() == 0 ? "" : std::to_string(cancel.attempt()))
              .some("CancelationRequestedTime", cancel.requested_time())
              .some("CancelationNextAttemptScheduleTime", cancel.next_attempt_schedule_time())
              .some("CancelationLastAttemptCompleteTime", cancel.last_attempt_complete_time())
              .some(
                  "CancelationLastAttemptFailure",
                  cancel.has_last_attempt_failure(),
                  cancel.last_attempt_failure())
              .some("CancelationBlockedReason", cancel.blocked_reason());
        });
  }

  // While the run is open.
  void print_pending() const {
    const auto heading = [this](const char* what, int count) {
      say_heading(std::string{"Pending "} + what + ": " + std::to_string(count), flags_);
    };
    print("\n");
    heading("Activities", of_.pending_activities_size());
    if (of_.pending_activities_size() > 0)
      print('\n' + activities() + '\n');
    heading("Child Workflows", of_.pending_children_size());
    if (of_.pending_children_size() > 0)
      print('\n' + children());
    heading("Nexus Operations", of_.pending_nexus_operations_size());
    if (of_.pending_nexus_operations_size() > 0)
      print('\n' + nexus_operations() + '\n');
  }

  void
  print_all(const api::history::v1::HistoryEvent* closed, const std::string& name_space) const {
    const auto& info = of_.workflow_execution_info();
    say_heading("Execution Info:", flags_);
    print(execution(name_space));
    if (of_.has_workflow_extended_info()) {
      say_heading("Extended Execution Info:", flags_);
      print(extended());
    }
    if (of_.workflow_extended_info().has_pause_info()) {
      say_heading("Pause Info:", flags_);
      print(pause());
    }
    const auto& user = of_.execution_config().user_metadata();
    if (!user.summary().data().empty() || !user.details().data().empty()) {
      print("\n");
      say_heading("Metadata:", flags_);
      print(metadata());
    }
    if (info.has_versioning_info()) {
      print("\n");
      say_heading("Versioning Info:", flags_);
      print('\n' + versioning());
    }
    if (of_.callbacks_size() > 0) {
      print("\n");
      say_heading("Callbacks: " + std::to_string(of_.callbacks_size()), flags_);
      print('\n' + callbacks() + '\n');
    }
    if (closed == nullptr)
      return print_pending();
    print("\n");
    const bool timed = info.has_start_time() && info.has_close_time();
    print_result(
        *closed,
        timed ? from_proto(info.close_time()) - from_proto(info.start_time())
              : std::chrono::nanoseconds{},
        flags_);
  }

private:
  const response& of_;
  const global_flags& flags_;
  time_format style_;
};

} // namespace

void print_description(
    const response& of,
    const api::history::v1::HistoryEvent* closed,
    const std::string& name_space,
    const global_flags& flags) {
  description{of, flags}.print_all(closed, name_space);
}

void print_reset_points(const response& of, const global_flags& flags) {
  const auto& points = of.workflow_execution_info().auto_reset_points().points();
  say_heading("Auto Reset Points: " + std::to_string(points.size()), flags);
  print(cards(points, [&](const api::workflow::v1::ResetPointInfo& each) {
    return card{flags.time_style()}
        .line("BinaryChecksum", each.binary_checksum())
        .time("CreateTime", each.create_time())
        .line("RunId", each.run_id())
        .line("EventId", each.first_workflow_task_completed_id());
  }));
}

std::string description_json(
    const response& of, const api::history::v1::HistoryEvent* closed, const global_flags& flags) {
  auto json = to_json(of, style_of(flags));
  if (closed == nullptr)
    return json;
  // The real tool merges the additions into a map, so the names of the whole answer come sorted,
  // those inside of the additions as they were.
  auto parsed = parse_json(json);
  if (!parsed)
    return json;
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i < parsed->items.size(); ++i)
    fields[parsed->names[i]] = write_json(parsed->items[i], {.sort_names = true});
  fields["closeEvent"] = to_json(*closed, style_of(flags));
  if (closed->has_workflow_execution_completed_event_attributes())
    fields["result"] = result_json(*closed, flags);
  json_object out;
  for (const auto& [name, value] : fields)
    out.raw(name, value);
  return out.str();
}

} // namespace troupe::cli
