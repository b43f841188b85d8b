// SPDX-License-Identifier: Apache-2.0
#include "test/golden/comparison.hpp"

#include "test/support/history_normaliser.hpp"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>

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

std::string compare(history_comparison& world, const history& recorded, const history& made) {
  const int count = std::max(recorded.events_size(), made.events_size());
  for (int at = 0; at < count; ++at) {
    temporal::api::history::v1::HistoryEvent want;
    temporal::api::history::v1::HistoryEvent got;
    if (at < recorded.events_size())
      want = recorded.events(at);
    if (at < made.events_size())
      got = made.events(at);
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
