// SPDX-License-Identifier: Apache-2.0
// Messages of workers about updates. This service has none yet, so none that a worker answers is
// there; what can be wrong with a message before that is said as the real server says it.
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/command/commands.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/protocol/v1/message.pb.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace troupe::embedded {
namespace {

constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;
constexpr std::string_view updates = "temporal.api.update.v1";

/// The request is refused as it is, and its task stays open.
command_failure malformed(std::string why) {
  return {enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED, std::move(why), false};
}

std::string cited(std::string_view text) {
  return excerpt(text, longest_error_text);
}

bool is_full_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  bool begins = true;
  for (const char c : name) {
    if (!(is_letter(c) || (!begins && (c == '.' || (c >= '0' && c <= '9')))))
      return false;
    begins = c == '.';
  }
  return !begins;
}

} // namespace

command_failure refuse_message(const api::protocol::v1::Message& what) {
  if (!what.has_body())
    return malformed("nil message body");
  const std::string_view url = what.body().type_url();
  const auto name = url.substr(url.rfind('/') + 1); // all of it if there is no slash
  if (!is_full_name(name))
    return malformed("no message name specified");
  const auto dot = name.rfind('.');
  if (dot == std::string::npos)
    return malformed("failed to extract protocol type: no . found in \"" + cited(name) + '"');
  if (const auto protocol = name.substr(0, dot); protocol != updates)
    return {bad, "unsupported protocol type " + cited(protocol), false};
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string{name});
  if (type == nullptr)
    return {bad, "unable to unmarshal request: proto: not found", false};
  const std::unique_ptr<google::protobuf::Message> body{
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
  if (!body->ParseFromString(what.body().value()))
    return {
        bad, "unable to unmarshal request: proto: cannot parse invalid wire-format data", false};
  return {
      bad,
      "update " + cited(what.protocol_instance_id())
          + " wasn't found on the server. This is most likely a transient error which will be "
            "resolved automatically by retries",
      false};
}

command_result protocol_message(completion& in, const api::command::v1::Command& what) {
  const auto& id = what.protocol_message_command_attributes().message_id();
  const auto found =
      std::ranges::find(in.messages, id, [](const auto& each) -> const auto& { return each.id(); });
  if (found == in.messages.end())
    return command_failure{
        bad, "ProtocolMessageCommand referenced absent message ID " + cited(id), false};
  return refuse_message(*found);
}

} // namespace troupe::embedded
