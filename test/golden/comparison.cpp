// SPDX-License-Identifier: Apache-2.0
#include "test/golden/comparison.hpp"

#include "test/support/history_normaliser.hpp"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <map>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // recorded events have old fields set

namespace troupe::test {
namespace {

std::string as_json(const temporal::api::history::v1::HistoryEvent& event) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  (void)google::protobuf::util::MessageToJsonString(event, &text, options);
  return text;
}

std::string replaced(std::string in, const std::string& from, const std::string& to) {
  for (auto at = in.find(from); at != std::string::npos; at = in.find(from, at + to.size()))
    in.replace(at, from.size(), to);
  return in;
}

void say_in_our_words(google::protobuf::Message& message, const std::vector<word>& words) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    const bool is_text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (is_text && !field->is_repeated())
      for (const auto& each : words)
        reflection.SetString(
            &message,
            field,
            replaced(reflection.GetString(message, field), each.recorded, each.ours));
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    if (!field->is_repeated())
      say_in_our_words(*reflection.MutableMessage(&message, field), words);
    else
      for (int at = 0; at < reflection.FieldSize(message, field); ++at)
        say_in_our_words(*reflection.MutableRepeatedMessage(&message, field, at), words);
  }
}

/// A marker of a local activity says when it ran and in which words of its own: left out on both
/// sides. What it gave stays.
void forget_run_of_local_activity(temporal::api::history::v1::HistoryEvent& event) {
  if (event.marker_recorded_event_attributes().marker_name() == "core_local_activity")
    event.mutable_marker_recorded_event_attributes()->mutable_details()->erase("data");
}

std::string event_types(const history& of) {
  std::string text;
  for (const auto& event : of.events())
    text += (text.empty() ? "" : " ") + type_name(event);
  return text;
}

} // namespace

void in_our_words(history& recorded, const std::vector<word>& words) {
  say_in_our_words(recorded, words);
}

void forget_builds(history& recorded) {
  for (auto& event : *recorded.mutable_events()) {
    // Our workers name no build.
    if (event.has_workflow_task_started_event_attributes())
      event.mutable_workflow_task_started_event_attributes()->clear_worker_version();
    else if (event.has_workflow_task_completed_event_attributes())
      event.mutable_workflow_task_completed_event_attributes()->clear_worker_version();
    else if (event.has_activity_task_scheduled_event_attributes())
      event.mutable_activity_task_scheduled_event_attributes()->clear_use_workflow_build_id();
    else if (event.has_start_child_workflow_execution_initiated_event_attributes())
      event.mutable_start_child_workflow_execution_initiated_event_attributes()
          ->clear_inherit_build_id();
  }
}

void forget_namespaces(history& recorded) {
  for (auto& event : *recorded.mutable_events()) {
    if (event.has_signal_external_workflow_execution_initiated_event_attributes())
      event.mutable_signal_external_workflow_execution_initiated_event_attributes()
          ->clear_namespace_();
    else if (event.has_request_cancel_external_workflow_execution_initiated_event_attributes())
      event.mutable_request_cancel_external_workflow_execution_initiated_event_attributes()
          ->clear_namespace_();
  }
}

void forget_go(history& recorded) {
  std::map<std::string, std::string> timers;
  std::map<std::string, std::string> activities;
  std::map<std::string, temporal::api::sdk::v1::UserMetadata> summaries;
  const auto renamed = [](std::map<std::string, std::string>& names, const std::string& theirs) {
    return names.try_emplace(theirs, std::to_string(names.size() + 1)).first->second;
  };
  const auto is_none = [](const google::protobuf::Duration& timeout) {
    return timeout.seconds() == 0 && timeout.nanos() == 0;
  };
  for (auto& event : *recorded.mutable_events()) {
    if (event.has_timer_started_event_attributes()) {
      auto& timer = *event.mutable_timer_started_event_attributes();
      timer.set_timer_id(renamed(timers, timer.timer_id()));
      if (event.has_user_metadata())
        summaries[timer.timer_id()] = event.user_metadata();
    } else if (event.has_timer_fired_event_attributes()) {
      auto& timer = *event.mutable_timer_fired_event_attributes();
      timer.set_timer_id(renamed(timers, timer.timer_id()));
    } else if (event.has_timer_canceled_event_attributes()) {
      auto& timer = *event.mutable_timer_canceled_event_attributes();
      timer.set_timer_id(renamed(timers, timer.timer_id()));
      if (const auto summary = summaries.find(timer.timer_id()); summary != summaries.end())
        *event.mutable_user_metadata() = summary->second;
    } else if (event.has_activity_task_scheduled_event_attributes()) {
      auto& activity = *event.mutable_activity_task_scheduled_event_attributes();
      activity.set_activity_id(renamed(activities, activity.activity_id()));
    } else if (event.has_nexus_operation_scheduled_event_attributes()) {
      auto& operation = *event.mutable_nexus_operation_scheduled_event_attributes();
      if (is_none(operation.schedule_to_close_timeout()))
        operation.clear_schedule_to_close_timeout();
      if (is_none(operation.schedule_to_start_timeout()))
        operation.clear_schedule_to_start_timeout();
      if (is_none(operation.start_to_close_timeout()))
        operation.clear_start_to_close_timeout();
    }
  }
}

std::string compare(history_comparison& world, const history& recorded, const history& made) {
  const int count = std::max(recorded.events_size(), made.events_size());
  for (int at = 0; at < count; ++at) {
    temporal::api::history::v1::HistoryEvent want;
    temporal::api::history::v1::HistoryEvent got;
    if (at < recorded.events_size())
      want = recorded.events(at);
    if (at < made.events_size())
      got = made.events(at);
    forget_run_of_local_activity(want);
    forget_run_of_local_activity(got);
    const auto what = world.difference(want, got);
    if (at < recorded.events_size() && at < made.events_size() && what.empty())
      continue;
    std::string report = "event " + std::to_string(at + 1) + " differs\nrecorded types: "
                         + event_types(recorded) + "\nour types:      " + event_types(made);
    report += "\nrecorded: " + (at < recorded.events_size() ? as_json(want) : "no more events\n");
    report += "ours: " + (at < made.events_size() ? as_json(got) : "no more events\n");
    return report + what;
  }
  return time_difference(recorded, made);
}

} // namespace troupe::test
