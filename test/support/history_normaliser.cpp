// SPDX-License-Identifier: Apache-2.0
#include "test/support/history_normaliser.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/taskqueue/v1/message.pb.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace troupe::test {
namespace {

namespace pb = google::protobuf;
namespace history = temporal::api::history::v1;

bool is_dropped(const pb::FieldDescriptor& field) {
  static const std::set<std::string_view> names{
      "task_id",
      "stack_trace",
      "sdk_metadata",
      "metering_metadata",
      "history_size_bytes",
      "prev_auto_reset_points",
      "source_version_stamp",
      "inherit_build_id"};
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE
      && field.message_type() == pb::Timestamp::descriptor())
    return true;
  // The service does not write who started an activity: no poll of an activity says its build.
  if (field.name() == "worker_version"
      && field.containing_type()->name() == "ActivityTaskStartedEventAttributes")
    return true;
  return names.contains(field.name());
}

constexpr std::size_t uuid_size = 36;

bool is_hex(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

bool is_id(std::string_view text) {
  if (text.size() != uuid_size)
    return false;
  for (std::size_t n = 0; n < uuid_size; ++n) {
    const bool dash = n == 8 || n == 13 || n == 18 || n == 23;
    if (dash ? text[n] != '-' : !is_hex(text[n]))
      return false;
  }
  return true;
}

/// Who acted: the same part in both worlds, whatever tool plays it.
std::string role(const std::string& identity) {
  if (identity == "golden-client" || identity.starts_with("temporal-cli:"))
    return "<client>";
  if (identity.ends_with("worker"))
    return "<worker " + identity + '>';
  return identity;
}

void clean_map_entry(pb::Message& entry) {
  const auto& reflection = *entry.GetReflection();
  const auto* key = entry.GetDescriptor()->map_key();
  const auto* value = entry.GetDescriptor()->map_value();
  if (key->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING
      && value->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING
      && reflection.GetString(entry, key) == "temporal-callback-token")
    reflection.SetString(&entry, value, "<token>");
}

double seconds_of(const pb::Timestamp& time) {
  return static_cast<double>(time.seconds()) + static_cast<double>(time.nanos()) / 1e9;
}

/// True for a run's first task if its backoff is fixed: that of a run which continued as new
/// depends on how long the run before took.
bool is_first_task(const history::History& of, int at) {
  return at == 1 && of.events(1).has_workflow_task_scheduled_event_attributes()
         && of.events(0).workflow_execution_started_event_attributes().initiator()
                != temporal::api::enums::v1::CONTINUE_AS_NEW_INITIATOR_WORKFLOW;
}

bool has_continued(const history::HistoryEvent& event) {
  return event.workflow_execution_started_event_attributes().initiator()
         == temporal::api::enums::v1::CONTINUE_AS_NEW_INITIATOR_WORKFLOW;
}

bool has_backoff(const history::HistoryEvent& event) {
  const auto& backoff =
      event.workflow_execution_started_event_attributes().first_workflow_task_backoff();
  return backoff.seconds() > 0 || backoff.nanos() > 0;
}

/// The event that decides when this one comes; 0 if none does.
std::int64_t sets_the_time_of(const history::History& of, int at) {
  if (is_first_task(of, at))
    return 1;
  const auto& event = of.events(at);
  using enum_type = history::HistoryEvent::AttributesCase;
  switch (event.attributes_case()) {
  case enum_type::kTimerFiredEventAttributes:
    return event.timer_fired_event_attributes().started_event_id();
  case enum_type::kNexusOperationTimedOutEventAttributes:
    return event.nexus_operation_timed_out_event_attributes().scheduled_event_id();
  case enum_type::kActivityTaskTimedOutEventAttributes: {
    const auto& out = event.activity_task_timed_out_event_attributes();
    switch (out.failure().timeout_failure_info().timeout_type()) {
    case temporal::api::enums::v1::TIMEOUT_TYPE_START_TO_CLOSE: return out.started_event_id();
    case temporal::api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_START:
    case temporal::api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE: return out.scheduled_event_id();
    default: return 0; // of heartbeats: the last one stands in no history
    }
  }
  case enum_type::kWorkflowTaskTimedOutEventAttributes:
    return event.workflow_task_timed_out_event_attributes().started_event_id();
  case enum_type::kWorkflowExecutionTimedOutEventAttributes: return 1;
  default: return 0;
  }
}

} // namespace

std::string normaliser::with_numbers(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto part = std::string_view{text}.substr(at, uuid_size);
    if (!is_id(part)) {
      out += text[at++];
      continue;
    }
    const auto number = numbers_.try_emplace(std::string{part}, numbers_.size() + 1).first->second;
    out += "<id " + std::to_string(number) + '>';
    at += uuid_size;
  }
  return out;
}

void normaliser::clean_text(pb::Message& message, const pb::FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    for (int at = 0; at < reflection.FieldSize(message, &field); ++at)
      reflection.SetRepeatedString(
          &message, &field, at, with_numbers(reflection.GetRepeatedString(message, &field, at)));
    return;
  }
  const auto text = reflection.GetString(message, &field);
  reflection.SetString(
      &message, &field, field.name() == "identity" ? role(text) : with_numbers(text));
}

void normaliser::normalise(history::HistoryEvent& event) {
  if (event.has_workflow_execution_started_event_attributes()) {
    auto& started = *event.mutable_workflow_execution_started_event_attributes();
    if (started.has_workflow_execution_expiration_time()) {
      // The field that says so is a time, and times are dropped: tell it in one that stays.
      const auto left =
          seconds_of(started.workflow_execution_expiration_time()) - seconds_of(event.event_time());
      started.mutable_workflow_execution_timeout()->set_nanos(
          static_cast<std::int32_t>(std::lround(left)));
    }
  }
  clean(event);
}

void normaliser::clean(pb::Message& message) {
  if (auto* queue = dynamic_cast<temporal::api::taskqueue::v1::TaskQueue*>(&message);
      queue && queue->kind() == temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY)
    queue->set_name("<sticky>");
  if (auto* started = dynamic_cast<history::WorkflowExecutionStartedEventAttributes*>(&message);
      started
      && started->initiator() == temporal::api::enums::v1::CONTINUE_AS_NEW_INITIATOR_WORKFLOW) {
    // What is left of the second that has to lie between two runs: how much depends on the machine.
    auto& backoff = *started->mutable_first_workflow_task_backoff();
    if (backoff.nanos() > 0)
      backoff.set_seconds(backoff.seconds() + 1);
    backoff.clear_nanos();
  }
  const auto& reflection = *message.GetReflection();
  if (message.GetDescriptor()->options().map_entry())
    clean_map_entry(message);
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (is_dropped(*field)) {
      reflection.ClearField(&message, field);
      continue;
    }
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      clean_text(message, *field);
      continue;
    }
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    if (field->is_repeated()) {
      for (int at = 0; at < reflection.FieldSize(message, field); ++at)
        clean(*reflection.MutableRepeatedMessage(&message, field, at));
      continue;
    }
    auto* inner = reflection.MutableMessage(&message, field);
    clean(*inner);
    // Inside a oneof being set says which; elsewhere an empty message says nothing.
    if (inner->ByteSizeLong() == 0 && !field->real_containing_oneof()
        && field->message_type()->full_name() != "google.protobuf.Duration")
      reflection.ClearField(&message, field);
  }
}

std::string
history_comparison::difference(history::HistoryEvent& expected, history::HistoryEvent& actual) {
  // There the run before took a second and more, and nothing is left to wait for.
  if (has_continued(expected) && !has_backoff(expected) && has_continued(actual)
      && actual.workflow_execution_started_event_attributes()
                 .first_workflow_task_backoff()
                 .seconds()
             <= 1)
    actual.mutable_workflow_execution_started_event_attributes()
        ->clear_first_workflow_task_backoff();
  expected_.normalise(expected);
  actual_.normalise(actual);
  std::string report;
  pb::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(expected, actual) ? std::string{} : report;
}

std::string
history_comparison::difference(const history::History& expected, const history::History& actual) {
  std::string report;
  const int count = std::max(expected.events_size(), actual.events_size());
  for (int at = 0; at < count; ++at) {
    const std::string want =
        at < expected.events_size() ? type_name(expected.events(at)) : "(no more events)";
    const std::string got =
        at < actual.events_size() ? type_name(actual.events(at)) : "(no more events)";
    if (want != got)
      return report + "event " + std::to_string(at + 1) + ": expected " + want + ", got " + got;
    auto left = expected.events(at);
    auto right = actual.events(at);
    if (const auto text = difference(left, right); !text.empty())
      report += "event " + std::to_string(at + 1) + " (" + want + "): " + text;
  }
  return report;
}

std::string time_difference(const history::History& expected, const history::History& actual) {
  // The real server may be late: it looks for what is due once a second, and tasks take their time.
  constexpr double most_late = 1.5;
  constexpr double most_early = 0.1;
  const int count = std::min(expected.events_size(), actual.events_size());
  std::string report;
  for (int at = 0; at < count; ++at) {
    const auto cause = sets_the_time_of(expected, at);
    if (cause <= 0 || cause > at || sets_the_time_of(actual, at) != cause)
      continue;
    const auto passed = [&](const history::History& of) {
      return seconds_of(of.events(at).event_time())
             - seconds_of(of.events(static_cast<int>(cause) - 1).event_time());
    };
    const auto want = passed(expected);
    const auto got = passed(actual);
    if (got < want - most_late || got > want + most_early)
      report += "event " + std::to_string(at + 1) + " (" + type_name(expected.events(at))
                + ") came after " + std::to_string(got) + " s instead of " + std::to_string(want)
                + " s\n";
  }
  return report;
}

history::History load_history(const std::string& relative_path) {
  const std::string path = std::string{TROUPE_TEST_DATA} + "/histories/" + relative_path;
  std::ifstream file{path};
  if (!file)
    throw std::runtime_error{"no recorded history at " + path};
  std::ostringstream text;
  text << file.rdbuf();
  history::History out;
  pb::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const auto status = pb::util::JsonStringToMessage(text.str(), &out, lenient);
  if (!status.ok())
    throw std::runtime_error{relative_path + ": " + std::string{status.message()}};
  return out;
}

std::string type_name(const history::HistoryEvent& event) {
  constexpr std::string_view prefix = "EVENT_TYPE_";
  const auto full = temporal::api::enums::v1::EventType_Name(event.event_type());
  std::string name;
  bool upper = true;
  for (const char letter :
       std::string_view{full}.substr(full.starts_with(prefix) ? prefix.size() : 0)) {
    if (letter == '_') {
      upper = true;
      continue;
    }
    name +=
        !upper && letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    upper = false;
  }
  return name;
}

} // namespace troupe::test
