// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
namespace google::protobuf {
class Message;
}

namespace temporal::api::history::v1 {
class History;
class HistoryEvent;
} // namespace temporal::api::history::v1

namespace troupe::test {

// clang-format off
/// Takes out of a history what differs from one execution of the same workflow to the next, and
/// nothing else:
///
/// | dropped | how |
/// |---|---|
/// | times | every timestamp; the first backoff of a run that continued as new, which depends on how fast the one before was |
/// | ids | what looks like a UUID reads `<id>`, in any text or payload; task ids; callback tokens |
/// | identities | of workers and clients; the service's own (`history-service`) stay |
/// | queue names of sticky queues | read `<sticky>` |
/// | sdk metadata, metering, worker versions | cleared, also the reset points that carry versions and times on |
/// | sizes | history size in bytes |
/// | stack traces | at every level of a failure |
///
/// A message that is set but empty counts as not set.
// clang-format on
void normalise(google::protobuf::Message& message);

/// What differs between two events once both are normalised; empty if nothing does.
std::string difference(
    temporal::api::history::v1::HistoryEvent expected,
    temporal::api::history::v1::HistoryEvent actual);

/// Compares two histories event by event; empty if they are the same. Otherwise one line says where
/// the types part, or what differs in which event.
std::string difference(
    const temporal::api::history::v1::History& expected,
    const temporal::api::history::v1::History& actual);

/// Reads a recorded history (protojson) below test/histories. Throws if there is none.
temporal::api::history::v1::History load_history(const std::string& relative_path);

/// `WorkflowExecutionStarted`: an event's type as people write it.
std::string type_name(const temporal::api::history::v1::HistoryEvent& event);

} // namespace troupe::test
