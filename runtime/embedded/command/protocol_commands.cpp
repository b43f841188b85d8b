// SPDX-License-Identifier: Apache-2.0
// Where among its commands a worker wants its messages to take effect.
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/update/update_messages.hpp"

#include <temporal/api/protocol/v1/message.pb.h>

#include <cstddef>
#include <string>

namespace troupe::embedded {
namespace {

constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;

command_failure refused(std::string why) {
  return {bad, std::move(why), false};
}

} // namespace

command_result protocol_message(completion& in, const api::command::v1::Command& what) {
  if (!what.has_protocol_message_command_attributes())
    return refused("ProtocolMessageCommandAttributes is not set on ProtocolMessageCommand.");
  const auto& id = what.protocol_message_command_attributes().message_id();
  if (id.empty())
    return refused("MessageID is not set on ProtocolMessageCommand.");
  in.taken.resize(static_cast<std::size_t>(in.messages.size()));
  // Of several with one id the last one is meant, and the others are none.
  spend(static_cast<std::size_t>(in.messages.size()) / 64);
  int found = -1;
  for (int at = 0; at < in.messages.size(); ++at)
    if (in.messages[at].id() == id && !in.taken[static_cast<std::size_t>(at)]) {
      in.taken[static_cast<std::size_t>(at)] = true;
      found = at;
    }
  if (found >= 0)
    return take_message(in, in.messages[found]);
  return refused(
      "ProtocolMessageCommand referenced absent message ID " + excerpt(id, longest_error_text));
}

command_result take_loose_messages(completion& in) {
  in.taken.resize(static_cast<std::size_t>(in.messages.size()));
  for (int at = 0; at < in.messages.size(); ++at) {
    if (in.taken[static_cast<std::size_t>(at)])
      continue;
    spend();
    in.taken[static_cast<std::size_t>(at)] = true;
    if (auto failed = take_message(in, in.messages[at]))
      return failed;
  }
  return {};
}

} // namespace troupe::embedded
