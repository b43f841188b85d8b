// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
} // namespace google::protobuf

namespace temporal::api::history::v1 {
class History;
class HistoryEvent;
} // namespace temporal::api::history::v1

namespace troupe::test {

// clang-format off
/// Takes out of histories what differs from one execution of the same workflow to the next, and
/// nothing else:
///
/// | what | how |
/// |---|---|
/// | times | every timestamp, but an expiration, which reads as the seconds since its event; the first backoff of a run that continued as new, which depends on how fast the one before was |
/// | ids | what looks like a UUID reads `<id N>`, in any text or payload, N counting from the first one met; task ids and callback tokens are dropped |
/// | identities | read as their role: `<client>`, `<worker NAME>`; the service's own (`history-service`) stay |
/// | queue names of sticky queues | read `<sticky>` |
/// | sdk metadata, metering, worker versions | cleared, also the reset points that carry versions and times on |
/// | sizes | history size in bytes |
/// | stack traces | at every level of a failure |
///
/// A message that is set but empty counts as not set.
///
/// One object reads the histories of one world, in their order: an id that one of them mentions
/// keeps its number in the others, so an id in the wrong place shows.
// clang-format on
class normaliser {
public:
  void normalise(temporal::api::history::v1::HistoryEvent& event);

private:
  void clean(google::protobuf::Message& message);
  void clean_text(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& of);
  std::string with_numbers(const std::string& text);

  std::map<std::string, std::size_t> numbers_;
};

/// Compares pairs of histories: one world that was recorded, one that is ours.
class history_comparison {
public:
  /// What differs between two events once both are normalised; empty if nothing does. Both sides
  /// are normalised in place. Events must come in their order, each once.
  std::string difference(
      temporal::api::history::v1::HistoryEvent& expected,
      temporal::api::history::v1::HistoryEvent& actual);

  /// Compares two histories event by event; empty if they are the same. Otherwise one line says
  /// where the types part, or what differs in which event.
  std::string difference(
      const temporal::api::history::v1::History& expected,
      const temporal::api::history::v1::History& actual);

private:
  normaliser expected_;
  normaliser actual_;
};

/// What differs in time where a scenario fixes it: timers, backoffs, timeouts, each from the event
/// that set it, within what one machine is slower than another. Empty if nothing does.
std::string time_difference(
    const temporal::api::history::v1::History& expected,
    const temporal::api::history::v1::History& actual);

/// Reads a recorded history (protojson) below test/histories. Throws if there is none.
temporal::api::history::v1::History load_history(const std::string& relative_path);

/// `WorkflowExecutionStarted`: an event's type as people write it.
std::string type_name(const temporal::api::history::v1::HistoryEvent& event);

} // namespace troupe::test
