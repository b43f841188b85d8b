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
      "worker_version",
      "binary_checksum",
      "history_size_bytes",
      "prev_auto_reset_points",
      "source_version_stamp",
      "inherit_build_id"};
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE
      && field.message_type() == pb::Timestamp::descriptor())
    return true;
  return names.contains(field.name());
}

bool is_hex(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

/// Every UUID in a text reads `<id>`.
std::string without_ids(const std::string& text) {
  constexpr std::size_t size = 36;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    bool uuid = at + size <= text.size();
    for (std::size_t n = 0; uuid && n < size; ++n) {
      const bool dash = n == 8 || n == 13 || n == 18 || n == 23;
      uuid = dash ? text[at + n] == '-' : is_hex(text[at + n]);
    }
    if (uuid) {
      out += "<id>";
      at += size;
    } else {
      out += text[at++];
    }
  }
  return out;
}

void clean_text(pb::Message& message, const pb::FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    for (int at = 0; at < reflection.FieldSize(message, &field); ++at)
      reflection.SetRepeatedString(
          &message, &field, at, without_ids(reflection.GetRepeatedString(message, &field, at)));
    return;
  }
  const auto text = reflection.GetString(message, &field);
  if (field.name() == "identity" && text != "history-service") {
    reflection.ClearField(&message, &field);
    return;
  }
  reflection.SetString(&message, &field, without_ids(text));
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

} // namespace

void normalise(pb::Message& message) {
  if (auto* queue = dynamic_cast<temporal::api::taskqueue::v1::TaskQueue*>(&message);
      queue && queue->kind() == temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY)
    queue->set_name("<sticky>");
  if (auto* started = dynamic_cast<history::WorkflowExecutionStartedEventAttributes*>(&message);
      started
      && started->initiator() == temporal::api::enums::v1::CONTINUE_AS_NEW_INITIATOR_WORKFLOW)
    started->clear_first_workflow_task_backoff();
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
        normalise(*reflection.MutableRepeatedMessage(&message, field, at));
      continue;
    }
    auto* inner = reflection.MutableMessage(&message, field);
    normalise(*inner);
    // Inside a oneof being set says which; elsewhere an empty message says nothing.
    if (inner->ByteSizeLong() == 0 && !field->real_containing_oneof()
        && field->message_type()->full_name() != "google.protobuf.Duration")
      reflection.ClearField(&message, field);
  }
}

std::string difference(history::HistoryEvent expected, history::HistoryEvent actual) {
  normalise(expected);
  normalise(actual);
  std::string report;
  pb::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(expected, actual) ? std::string{} : report;
}

std::string difference(const history::History& expected, const history::History& actual) {
  std::string report;
  const int count = std::max(expected.events_size(), actual.events_size());
  for (int at = 0; at < count; ++at) {
    const std::string want =
        at < expected.events_size() ? type_name(expected.events(at)) : "(no more events)";
    const std::string got =
        at < actual.events_size() ? type_name(actual.events(at)) : "(no more events)";
    if (want != got)
      return report + "event " + std::to_string(at + 1) + ": expected " + want + ", got " + got;
    if (const auto text = difference(expected.events(at), actual.events(at)); !text.empty())
      report += "event " + std::to_string(at + 1) + " (" + want + "): " + text;
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
