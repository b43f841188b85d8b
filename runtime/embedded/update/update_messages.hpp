// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/record/change.hpp"

#include <temporal/api/protocol/v1/message.pb.h>

#include <cstdint>

namespace troupe::embedded {

/// What workers hear and say of updates: protocol messages that come along with workflow tasks and
/// their answers.

/// True if the pending workflow task has an update to bring: a new one, or one that an earlier task
/// brought and nobody answered.
bool has_messages(const run& on);

/// True if an update waits that no task has brought yet.
bool has_new_updates(const run& on);

/// Writes the requests that the started task brings as fields of a poll's answer.
void write_messages(const run& on, std::uint32_t field, wire_writer& to);

/// The worker has them now.
void mark_sent(change& ch, run& on);

/// An answer of a worker: an acceptance, a rejection or a response. Why it is refused, if it is.
command_result take_message(completion& in, const api::protocol::v1::Message& what);

/// After all messages of a completion: tells of what was rejected, and rejects what was sent and
/// not answered, as by a worker that knows no updates. `keeps_unanswered` for a completion that
/// only keeps its worker going.
void settle_updates(change& ch, run& on, bool keeps_unanswered);

} // namespace troupe::embedded
