// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/replayer.hpp"

#include "runtime/workflow/engine.hpp"

#include <troupe/error.hpp>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {
namespace {

using google::protobuf::Message;

/// Compares the fields that command and event attributes have in common by name; the service adds
/// others of its own.
void compare_fields(const Message& command, const Message& event, const history_event& where) {
  const auto& from = *command.GetDescriptor();
  const auto& to = *event.GetDescriptor();
  for (int i = 0; i != from.field_count(); ++i) {
    const auto* mine = from.field(i);
    const auto* other = to.FindFieldByName(mine->name());
    if (other == nullptr || other->type() != mine->type())
      continue;
    google::protobuf::util::MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    if (const auto* trace =
            temporal::api::failure::v1::Failure::descriptor()->FindFieldByName("stack_trace"))
      differencer.IgnoreField(trace);
    differencer.set_message_field_comparison(
        google::protobuf::util::MessageDifferencer::EQUIVALENT);
    // Two messages of different types: bring the field of one into the type of the other.
    const std::unique_ptr<Message> copy{command.New()};
    const std::unique_ptr<Message> mine_alone{command.New()};
    const auto move_field = [&](const Message& source,
                                const google::protobuf::FieldDescriptor* field,
                                Message& target) {
      const auto& in = *source.GetReflection();
      const auto& out = *target.GetReflection();
      if (field->is_repeated()) {
        for (int k = 0; k != in.FieldSize(source, field); ++k) {
          if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE)
            out.AddMessage(&target, mine)->CopyFrom(in.GetRepeatedMessage(source, field, k));
        }
        return;
      }
      switch (field->cpp_type()) {
      case google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE:
        if (in.HasField(source, field))
          out.MutableMessage(&target, mine)->CopyFrom(in.GetMessage(source, field));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_STRING:
        out.SetString(&target, mine, in.GetString(source, field));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_INT64:
        out.SetInt64(&target, mine, in.GetInt64(source, field));
        break;
      default: break; // enums and flags that the service may fill in
      }
    };
    move_field(event, other, *copy);
    move_field(command, mine, *mine_alone);
    if (!differencer.Compare(*copy, *mine_alone))
      throw nondeterminism_error(
          event_text(where)
          + ": what the workflow's code asked for differs from the history: " + difference);
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
  result.message = to_failure_error(error)->message();
  result.error = std::move(error);
  result.nondeterministic = nondeterministic;
  return result;
}

} // namespace

void compare_contents(const wire_command& command, const history_event& event) {
  const auto* mine = set_attributes(command);
  const auto* recorded = set_attributes(event);
  if (mine == nullptr || recorded == nullptr)
    throw nondeterminism_error(event_text(event) + " has no attributes");
  compare_fields(*mine, *recorded, event);
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  differencer.set_message_field_comparison(google::protobuf::util::MessageDifferencer::EQUIVALENT);
  // A cancel's event repeats the metadata of what it cancels.
  if (command.has_user_metadata()
      && !differencer.Compare(event.user_metadata(), command.user_metadata()))
    throw nondeterminism_error(event_text(event) + " has other user metadata: " + difference);
}

testing::replay_result replay(
    std::shared_ptr<const definition> definition,
    std::shared_ptr<const environment> environment,
    temporal::api::history::v1::History&& history) {
  auto run = detail::make_ref<engine>(std::move(definition), std::move(environment), std::string{});
  testing::replay_result result;
  try {
    run->apply(history, true, true);
    result.run_id = run->run_id();
    if (run->task_error() != nullptr)
      result = failed(run->run_id(), run->task_error(), false);
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
  const auto known = definitions_.find(started.workflow_type().name());
  if (known == definitions_.end())
    return unreadable(
        "no workflow of type '" + started.workflow_type().name() + "' was added to the replayer");
  auto environment = std::make_shared<workflow::environment>();
  environment->converter = options_.converter;
  environment->name_space = options_.name_space;
  environment->task_queue = started.task_queue().name();
  if (options_.compare_contents)
    environment->on_match = &workflow::compare_contents;
  return workflow::replay(known->second, std::move(environment), std::move(history));
}

} // namespace troupe::testing
