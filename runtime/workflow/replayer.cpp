// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/replayer.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/workflow/engine.hpp"
#include "runtime/workflow/interception.hpp"
#include "runtime/workflow/machines/local_activity_machine.hpp"

#include <troupe/error.hpp>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <map>
#include <vector>

namespace troupe::workflow {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// JSON with its keys in order and no other choices: equal values give equal text.
std::string canonical(const google::protobuf::Value& value) {
  if (value.has_struct_value()) {
    std::map<std::string, std::string> members;
    for (const auto& [key, member] : value.struct_value().fields())
      members.emplace(key, canonical(member));
    std::string text;
    for (const auto& [key, member] : members)
      text += (text.empty() ? "{" : ",") + key + ":" + member;
    return text.empty() ? "{}" : text + "}";
  }
  if (value.has_list_value()) {
    std::string text;
    for (const auto& element : value.list_value().values())
      text += (text.empty() ? "[" : ",") + canonical(element);
    return text.empty() ? "[]" : text + "]";
  }
  if (value.has_string_value())
    return "'" + value.string_value() + "'";
  if (value.has_bool_value())
    return value.bool_value() ? "true" : "false";
  return value.has_number_value() ? std::to_string(value.number_value()) : "null";
}

/// Brings JSON payloads into one form: writers differ in how they escape.
void normalise(Message& message) {
  if (auto* one = dynamic_cast<temporal::api::common::v1::Payload*>(&message)) {
    const auto encoding = one->metadata().find("encoding");
    google::protobuf::Value value;
    if (encoding != one->metadata().end() && encoding->second == "json/plain"
        && google::protobuf::util::JsonStringToMessage(one->data(), &value).ok())
      one->set_data(canonical(value));
    return;
  }
  if (auto* one = dynamic_cast<temporal::api::failure::v1::Failure*>(&message))
    one->clear_stack_trace();
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    if (field->is_repeated())
      for (int i = 0; i != reflection.FieldSize(message, field); ++i)
        normalise(*reflection.MutableRepeatedMessage(&message, field, i));
    else
      normalise(*reflection.MutableMessage(&message, field));
  }
}

bool holds_user_data(const FieldDescriptor& field) {
  return field.message_type() == temporal::api::common::v1::Payload::descriptor()
         || field.message_type() == temporal::api::common::v1::Payloads::descriptor()
         || field.message_type() == temporal::api::failure::v1::Failure::descriptor();
}

/// What `field` of `of` holds, as text; equal contents give equal text.
std::string text_of(const Message& of, const FieldDescriptor& field) {
  const auto& reflection = *of.GetReflection();
  const auto message_text = [](const Message& one) {
    const std::unique_ptr<Message> copy{one.New()};
    copy->CopyFrom(one);
    normalise(*copy);
    google::protobuf::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    std::string text;
    printer.PrintToString(*copy, &text);
    return text;
  };
  if (field.is_repeated()) {
    std::vector<std::string> parts; // maps have no order
    for (int i = 0; i != reflection.FieldSize(of, &field); ++i)
      parts.push_back(
          field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
              ? message_text(reflection.GetRepeatedMessage(of, &field, i))
              : std::string{});
    std::ranges::sort(parts);
    std::string text;
    for (const auto& part : parts)
      text += "{" + part + "}";
    return text;
  }
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_MESSAGE:
    // The service adds the kind of a queue.
    if (field.message_type() == temporal::api::taskqueue::v1::TaskQueue::descriptor())
      return static_cast<const temporal::api::taskqueue::v1::TaskQueue&>(
                 reflection.GetMessage(of, &field))
          .name();
    return message_text(reflection.GetMessage(of, &field));
  case FieldDescriptor::CPPTYPE_STRING: return reflection.GetString(of, &field);
  case FieldDescriptor::CPPTYPE_INT64: return std::to_string(reflection.GetInt64(of, &field));
  default: return {}; // enums and flags, which the service may fill in
  }
}

/// The service fills in what a retry policy leaves out: only what the code asked for counts.
std::string asked_of(const Message& policy, const Message& by) {
  const std::unique_ptr<Message> copy{policy.New()};
  copy->CopyFrom(policy);
  std::vector<const FieldDescriptor*> kept;
  by.GetReflection()->ListFields(by, &kept);
  std::vector<const FieldDescriptor*> all;
  copy->GetReflection()->ListFields(*copy, &all);
  for (const auto* field : all)
    if (std::ranges::find(kept, field) == kept.end())
      copy->GetReflection()->ClearField(copy.get(), field);
  return copy->ShortDebugString();
}

/// A command as the service writes it down: it shortens the time limits of an activity to that of
/// all attempts. When what a marker tells of began and ended is no matter of the code's.
std::unique_ptr<Message> as_recorded(const Message& attributes) {
  std::unique_ptr<Message> copy{attributes.New()};
  copy->CopyFrom(attributes);
  namespace commands = temporal::api::command::v1;
  if (auto* activity = dynamic_cast<commands::ScheduleActivityTaskCommandAttributes*>(copy.get())) {
    const auto shorten = [](google::protobuf::Duration& limit,
                            const google::protobuf::Duration& most) {
      if (from_proto(most) > duration{} && from_proto(limit) > from_proto(most))
        limit = most;
    };
    const auto& all = activity->schedule_to_close_timeout();
    if (activity->has_start_to_close_timeout())
      shorten(*activity->mutable_start_to_close_timeout(), all);
    if (activity->has_schedule_to_start_timeout())
      shorten(*activity->mutable_schedule_to_start_timeout(), all);
    if (activity->has_heartbeat_timeout())
      shorten(*activity->mutable_heartbeat_timeout(), activity->start_to_close_timeout());
  }
  if (auto* marker = dynamic_cast<commands::RecordMarkerCommandAttributes*>(copy.get()))
    if (marker->marker_name() == local_marker_name)
      marker->mutable_details()->erase("data");
  namespace events = temporal::api::history::v1;
  if (auto* marker = dynamic_cast<events::MarkerRecordedEventAttributes*>(copy.get()))
    if (marker->marker_name() == local_marker_name)
      marker->mutable_details()->erase("data");
  return copy;
}

/// Compares the fields that command and event have in common by name. What the command leaves to
/// the service is skipped.
void compare_fields(const Message& command, const Message& event, const history_event& where) {
  const auto& mine = *command.GetDescriptor();
  for (int i = 0; i != mine.field_count(); ++i) {
    const auto& asked = *mine.field(i);
    const auto* recorded = event.GetDescriptor()->FindFieldByName(asked.name());
    if (recorded == nullptr || recorded->type() != asked.type())
      continue;
    if (asked.name() == "namespace" && text_of(command, asked).empty())
      continue; // the workflow's own
    const bool is_message =
        asked.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !asked.is_repeated();
    if (is_message && !holds_user_data(asked)
        && !command.GetReflection()->HasField(command, &asked))
      continue;
    auto in_code = text_of(command, asked);
    auto in_history = text_of(event, *recorded);
    if (is_message
        && asked.message_type() == temporal::api::common::v1::RetryPolicy::descriptor()) {
      const auto& policy = command.GetReflection()->GetMessage(command, &asked);
      in_code = policy.ShortDebugString();
      in_history = asked_of(event.GetReflection()->GetMessage(event, recorded), policy);
    }
    if (in_code != in_history)
      throw_mismatch(where, asked.name(), in_history, in_code);
  }
}

const Message* set_attributes(const Message& of) {
  const auto& reflection = *of.GetReflection();
  const auto* group = of.GetDescriptor()->FindOneofByName("attributes");
  const auto* field = group == nullptr ? nullptr : reflection.GetOneofFieldDescriptor(of, group);
  return field == nullptr ? nullptr : &reflection.GetMessage(of, field);
}

testing::replay_result failed(std::string run_id, std::exception_ptr error, bool nondeterministic) {
  testing::replay_result result;
  result.run_id = std::move(run_id);
  result.message = describe(error);
  result.error = std::move(error);
  result.nondeterministic = nondeterministic;
  return result;
}

/// Where the code of this history runs: a reset has given it another run than it began in. Empty if
/// there was none, as its beginning then says it.
std::string run_of_last_reset(const temporal::api::history::v1::History& history) {
  for (auto event = history.events().rbegin(); event != history.events().rend(); ++event)
    if (const auto& failed = event->workflow_task_failed_event_attributes();
        failed.cause() == temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW)
      return failed.new_run_id();
  return {};
}

} // namespace

void compare_contents(const wire_command& command, const history_event& event) {
  const auto* mine = set_attributes(command);
  const auto* recorded = set_attributes(event);
  if (mine == nullptr || recorded == nullptr)
    throw nondeterminism_error(event_text(event) + " has no attributes");
  compare_fields(*as_recorded(*mine), *as_recorded(*recorded), event);
  // A cancel's event repeats the metadata of what it cancels.
  const auto& field = *command.GetDescriptor()->FindFieldByName("user_metadata");
  if (!command.has_user_metadata())
    return;
  const auto in_code = text_of(command, field);
  const auto in_history = text_of(event, *event.GetDescriptor()->FindFieldByName("user_metadata"));
  if (in_code != in_history)
    throw_mismatch(event, "user metadata", in_history, in_code);
}

testing::replay_result replay(
    std::shared_ptr<const definition> definition,
    std::shared_ptr<const environment> environment,
    temporal::api::history::v1::History&& history) {
  auto run = detail::make_ref<engine>(
      std::move(definition), std::move(environment), run_of_last_reset(history));
  testing::replay_result result;
  try {
    run->apply(history, {.replay_only = true, .to_the_end = true});
    result.run_id = run->run_id();
    if (run->task_error() != nullptr)
      std::rethrow_exception(run->task_error());
  } catch (const nondeterminism_error&) {
    result = failed(run->run_id(), std::current_exception(), true);
  } catch (...) {
    result = failed(run->run_id(), std::current_exception(), false);
  }
  run->evict();
  return result;
}

} // namespace troupe::workflow

namespace troupe::testing {
namespace {

using temporal::api::history::v1::History;

replay_result unreadable(std::string text) {
  replay_result result;
  result.error = std::make_exception_ptr(workflow::history_error(text));
  result.message = std::move(text);
  return result;
}

} // namespace

replayer::replayer(replay_options options) : options_(std::move(options)) {}

void replayer::add(std::shared_ptr<const workflow::definition> definition) {
  auto name = definition->name;
  definitions_.insert_or_assign(std::move(name), std::move(definition));
}

replay_result replayer::replay_json(std::string_view json, std::string_view workflow_id) const {
  History history;
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &history, lenient);
  if (!status.ok())
    return unreadable("this is no history in JSON: " + status.ToString());
  return replay_binary(history.SerializeAsString(), workflow_id);
}

replay_result replayer::replay_binary(std::string_view bytes, std::string_view workflow_id) const {
  History history;
  if (!history.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return unreadable("this is no serialized history");
  if (history.events_size() == 0
      || !history.events(0).has_workflow_execution_started_event_attributes())
    return unreadable("the history does not begin with WorkflowExecutionStarted");
  auto& started = *history.mutable_events(0)->mutable_workflow_execution_started_event_attributes();
  if (started.workflow_id().empty())
    started.set_workflow_id(std::string{workflow_id});
  const auto type = started.workflow_type().name();
  auto known = workflow::find_definition(definitions_, type);
  if (!known) {
    auto other = unreadable("no workflow of type '" + type + "' was added to the replayer");
    other.workflow_type = type;
    return other;
  }
  auto environment = std::make_shared<workflow::environment>();
  environment->converter = options_.converter;
  environment->name_space = options_.name_space;
  environment->failure_types = options_.workflow_failure_types;
  environment->interceptors = workflow::interceptors_of_runs(options_.interceptors);
  environment->task_queue = started.task_queue().name();
  if (options_.compare_contents)
    environment->on_match = &workflow::compare_contents;
  auto result = workflow::replay(std::move(known), std::move(environment), std::move(history));
  result.workflow_type = type;
  return result;
}

} // namespace troupe::testing
