// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/table_rows.hpp"

#include <troupe/embedded/v1/record.pb.h>

#include <type_traits>

// The fields of a message and the members of ours with the same name, walked by a writer and a
// reader alike: so nothing is written that is not read.
#define TROUPE_FIELD(name)                                                                         \
  io.plain(of.name, wire.name(), [&](const auto& value) { wire.set_##name(value); })
#define TROUPE_OPTIONAL_FIELD(name)                                                                \
  io.optional(                                                                                     \
      of.name, wire.has_##name(), wire.name(), [&](const auto& value) { wire.set_##name(value); })
#define TROUPE_MESSAGE_FIELD(name)                                                                 \
  io.message(of.name, wire.has_##name(), wire.name(), [&] { return wire.mutable_##name(); })

namespace troupe::embedded {
namespace {

template <class Value>
auto to_wire(const Value& from) {
  if constexpr (std::is_same_v<Value, time_point>)
    return from.time_since_epoch().count();
  else if constexpr (std::is_same_v<Value, duration>)
    return from.count();
  else if constexpr (std::is_enum_v<Value> && !std::is_convertible_v<Value, int>)
    return static_cast<std::int32_t>(from);
  else
    return from;
}

template <class Wire, class Value>
void from_wire(const Wire& from, Value& to) {
  if constexpr (std::is_same_v<Value, time_point>)
    to = time_point{duration{from}};
  else if constexpr (std::is_same_v<Value, duration>)
    to = duration{from};
  else
    to = static_cast<Value>(from);
}

struct writer {
  template <class Value, class Wire, class Set>
  void plain(const Value& from, const Wire&, Set set) const {
    set(to_wire(from));
  }
  template <class Value, class Wire, class Set>
  void optional(const std::optional<Value>& from, bool, const Wire&, Set set) const {
    if (from)
      set(to_wire(*from));
  }
  template <class Message, class Mutable>
  void message(const held<Message>& from, bool, const Message&, Mutable to) const {
    if (from)
      *to() = *from;
  }
};

struct reader {
  template <class Value, class Wire, class Set>
  void plain(Value& to, const Wire& from, Set) const {
    from_wire(from, to);
  }
  template <class Value, class Wire, class Set>
  void optional(std::optional<Value>& to, bool has, const Wire& from, Set) const {
    if (has)
      from_wire(from, to.emplace());
  }
  template <class Message, class Mutable>
  void message(held<Message>& to, bool has, const Message& from, Mutable) const {
    if (has)
      to = held<Message>::copy_of(from);
  }
};

template <class Io, class Of>
void fields(Io io, v1::RunOrigin& wire, Of& of) {
  TROUPE_FIELD(workflow_type);
  TROUPE_FIELD(task_queue);
  TROUPE_FIELD(execution_timeout);
  TROUPE_FIELD(run_timeout);
  TROUPE_FIELD(task_timeout);
  TROUPE_FIELD(first_run_id);
  TROUPE_FIELD(start_request_id);
  TROUPE_FIELD(start_identity);
  TROUPE_FIELD(attempt);
  TROUPE_MESSAGE_FIELD(retry_policy);
  TROUPE_FIELD(cron_schedule);
  TROUPE_FIELD(start_time);
  TROUPE_FIELD(execution_time);
  TROUPE_OPTIONAL_FIELD(execution_expiration);
  TROUPE_OPTIONAL_FIELD(run_expiration);
  TROUPE_MESSAGE_FIELD(last_completion_result);
}

template <class Io, class Of>
void fields(Io io, v1::WorkflowTask& wire, Of& of) {
  TROUPE_FIELD(scheduled_event_id);
  TROUPE_FIELD(started_event_id);
  TROUPE_FIELD(attempt);
  TROUPE_FIELD(stamp);
  TROUPE_FIELD(task_queue);
  TROUPE_FIELD(sticky);
  TROUPE_FIELD(start_to_close);
  TROUPE_FIELD(scheduled_time);
  TROUPE_FIELD(original_scheduled_time);
  TROUPE_FIELD(started_time);
  TROUPE_OPTIONAL_FIELD(deadline);
  TROUPE_FIELD(identity);
  TROUPE_FIELD(request_id);
  TROUPE_FIELD(build_id);
  TROUPE_FIELD(history_size);
  TROUPE_FIELD(too_many_events);
  TROUPE_FIELD(too_many_bytes);
}

template <class Io, class Of>
void fields(Io io, v1::RunState& wire, Of& of) {
  TROUPE_FIELD(status);
  TROUPE_FIELD(close_time);
  TROUPE_FIELD(next_run_id);
  TROUPE_FIELD(reset_run_id);
  TROUPE_OPTIONAL_FIELD(last_reset_time);
  TROUPE_OPTIONAL_FIELD(original_start_time);
  TROUPE_FIELD(next_event_id);
  TROUPE_FIELD(history_size);
  TROUPE_FIELD(transitions);
  TROUPE_FIELD(last_buffered);
  TROUPE_FIELD(last_callback);
  TROUPE_OPTIONAL_FIELD(first_task_due);
  TROUPE_FIELD(next_attempt);
  TROUPE_FIELD(sticky_queue);
  TROUPE_FIELD(sticky_timeout);
  TROUPE_FIELD(last_completed_started_id);
  TROUPE_FIELD(close_attempted);
  TROUPE_FIELD(cancel_requested);
  TROUPE_FIELD(signal_count);
  TROUPE_FIELD(owes_report);
  TROUPE_MESSAGE_FIELD(memo);
  TROUPE_MESSAGE_FIELD(search_attributes);
  TROUPE_MESSAGE_FIELD(reset_points);
  TROUPE_MESSAGE_FIELD(options);
  TROUPE_FIELD(last_build_id);
}

template <class Io, class Of>
void fields(Io io, v1::UserTimer& wire, Of& of) {
  TROUPE_FIELD(id);
  TROUPE_FIELD(started_event_id);
  TROUPE_FIELD(due);
}

template <class Io, class Of>
void fields(Io io, v1::Activity& wire, Of& of) {
  TROUPE_FIELD(scheduled_event_id);
  TROUPE_FIELD(state);
  TROUPE_FIELD(attempt);
  TROUPE_FIELD(stamp);
  TROUPE_FIELD(first_scheduled_time);
  TROUPE_FIELD(scheduled_time);
  TROUPE_FIELD(started_time);
  TROUPE_FIELD(identity);
  TROUPE_FIELD(request_id);
  TROUPE_OPTIONAL_FIELD(last_heartbeat);
  TROUPE_MESSAGE_FIELD(heartbeat_details);
  TROUPE_OPTIONAL_FIELD(last_attempt_complete);
  TROUPE_MESSAGE_FIELD(last_failure);
  TROUPE_FIELD(cancel_requested_event_id);
  TROUPE_FIELD(reset_requested);
  TROUPE_FIELD(resets_heartbeat);
  TROUPE_MESSAGE_FIELD(options);
}

template <class Io, class Of>
void fields(Io io, v1::ActivityPause& wire, Of& of) {
  TROUPE_FIELD(since);
  TROUPE_FIELD(identity);
  TROUPE_FIELD(reason);
}

template <class Io, class Of>
void fields(Io io, v1::NexusCancelRequest& wire, Of& of) {
  TROUPE_FIELD(state);
  TROUPE_FIELD(requested_event_id);
  TROUPE_FIELD(requested_time);
  TROUPE_FIELD(attempt);
  TROUPE_OPTIONAL_FIELD(last_attempt_complete);
  TROUPE_MESSAGE_FIELD(last_failure);
  TROUPE_OPTIONAL_FIELD(next_attempt);
}

template <class Io, class Of>
void fields(Io io, v1::NexusOperation& wire, Of& of) {
  TROUPE_FIELD(scheduled_event_id);
  TROUPE_FIELD(request_id);
  TROUPE_FIELD(state);
  TROUPE_FIELD(scheduled_time);
  TROUPE_OPTIONAL_FIELD(started_time);
  TROUPE_FIELD(operation_token);
  TROUPE_FIELD(attempt);
  TROUPE_OPTIONAL_FIELD(last_attempt_complete);
  TROUPE_MESSAGE_FIELD(last_failure);
  TROUPE_OPTIONAL_FIELD(next_attempt);
}

template <class Io, class Of>
void fields(Io io, v1::CompletionCallback& wire, Of& of) {
  TROUPE_FIELD(id);
  TROUPE_MESSAGE_FIELD(what);
  TROUPE_FIELD(registered);
  TROUPE_FIELD(request_id);
  TROUPE_FIELD(attached_later);
  TROUPE_FIELD(update_id);
  TROUPE_MESSAGE_FIELD(refusal);
  TROUPE_FIELD(state);
  TROUPE_FIELD(attempt);
  TROUPE_OPTIONAL_FIELD(last_attempt_complete);
  TROUPE_MESSAGE_FIELD(last_failure);
  TROUPE_OPTIONAL_FIELD(next_attempt);
}

template <class Io, class Of>
void fields(Io io, v1::Peer& wire, Of& of) {
  TROUPE_FIELD(initiated_event_id);
  TROUPE_FIELD(state);
  TROUPE_FIELD(request_id);
  TROUPE_FIELD(started_event_id);
  TROUPE_FIELD(child_run_id);
}

template <class Io, class Of>
void fields(Io io, v1::RequestIdUse& wire, Of& of) {
  TROUPE_FIELD(event_type);
  TROUPE_FIELD(event_id);
  TROUPE_FIELD(buffered);
}

} // namespace

#undef TROUPE_FIELD
#undef TROUPE_OPTIONAL_FIELD
#undef TROUPE_MESSAGE_FIELD

std::string write_origin(const run& on) {
  v1::RunOrigin wire;
  wire.set_id(on.id);
  wire.set_number(on.number);
  fields(writer{}, wire, static_cast<const run_origin&>(on.state));
  return wire.SerializeAsString();
}

bool read_origin(const std::string& from, run& to) {
  v1::RunOrigin wire;
  if (!wire.ParseFromString(from))
    return false;
  to.id = wire.id();
  to.number = wire.number();
  fields(reader{}, wire, static_cast<run_origin&>(to.state));
  return true;
}

std::string write_scalars(const run_scalars& from) {
  v1::RunState wire;
  fields(writer{}, wire, from);
  if (from.task.durable())
    fields(writer{}, *wire.mutable_task(), *from.task);
  if (from.build_ids)
    for (const auto& each : *from.build_ids)
      wire.add_build_ids(each);
  return wire.SerializeAsString();
}

bool read_scalars(const std::string& from, run_scalars& to) {
  v1::RunState wire;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, to);
  if (wire.has_task())
    fields(reader{}, *wire.mutable_task(), to.task.emplace());
  if (wire.build_ids_size() > 0)
    to.build_ids.edit() = {wire.build_ids().begin(), wire.build_ids().end()};
  return true;
}

std::string table_rows<tracked_map<std::string, user_timer>>::write(
    const std::string&, const user_timer& from) {
  v1::UserTimer wire;
  fields(writer{}, wire, from);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::string, user_timer>>::read(
    const std::string& from, tracked_map<std::string, user_timer>& to) {
  v1::UserTimer wire;
  user_timer timer;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, timer);
  to.put(timer.id, timer);
  return true;
}

std::string table_rows<tracked_map<std::string, activity_state>>::write(
    const std::string& key, const activity_state& from) {
  v1::Activity wire;
  wire.set_id(key);
  fields(writer{}, wire, from);
  if (from.paused)
    fields(writer{}, *wire.mutable_paused(), *from.paused);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::string, activity_state>>::read(
    const std::string& from, tracked_map<std::string, activity_state>& to) {
  v1::Activity wire;
  activity_state activity;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, activity);
  if (wire.has_paused())
    fields(reader{}, *wire.mutable_paused(), activity.paused.emplace());
  to.put(wire.id(), std::move(activity));
  return true;
}

std::string table_rows<tracked_map<std::int64_t, nexus_operation_state>>::write(
    std::int64_t, const nexus_operation_state& from) {
  v1::NexusOperation wire;
  fields(writer{}, wire, from);
  if (from.cancel)
    fields(writer{}, *wire.mutable_cancel(), *from.cancel);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::int64_t, nexus_operation_state>>::read(
    const std::string& from, tracked_map<std::int64_t, nexus_operation_state>& to) {
  v1::NexusOperation wire;
  nexus_operation_state operation;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, operation);
  if (wire.has_cancel())
    fields(reader{}, *wire.mutable_cancel(), operation.cancel.emplace());
  to.put(operation.scheduled_event_id, std::move(operation));
  return true;
}

std::string table_rows<tracked_map<std::int64_t, completion_callback>>::write(
    std::int64_t key, const completion_callback& from) {
  v1::CompletionCallback wire;
  wire.set_number(key);
  fields(writer{}, wire, from);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::int64_t, completion_callback>>::read(
    const std::string& from, tracked_map<std::int64_t, completion_callback>& to) {
  v1::CompletionCallback wire;
  completion_callback callback;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, callback);
  to.put(wire.number(), std::move(callback));
  return true;
}

std::string
table_rows<tracked_map<std::int64_t, peer_state>>::write(std::int64_t, const peer_state& from) {
  v1::Peer wire;
  fields(writer{}, wire, from);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::int64_t, peer_state>>::read(
    const std::string& from, tracked_map<std::int64_t, peer_state>& to) {
  v1::Peer wire;
  peer_state state;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, state);
  to.put(state.initiated_event_id, std::move(state));
  return true;
}

std::string table_rows<tracked_map<std::string, request_id_use>>::write(
    const std::string& key, const request_id_use& from) {
  v1::RequestIdUse wire;
  wire.set_request_id(key);
  fields(writer{}, wire, from);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::string, request_id_use>>::read(
    const std::string& from, tracked_map<std::string, request_id_use>& to) {
  v1::RequestIdUse wire;
  request_id_use use;
  if (!wire.ParseFromString(from))
    return false;
  fields(reader{}, wire, use);
  to.put(wire.request_id(), use);
  return true;
}

std::string table_rows<tracked_map<std::string, std::monostate>>::write(
    const std::string& key, std::monostate) {
  v1::SignalRequestId wire;
  wire.set_request_id(key);
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::string, std::monostate>>::read(
    const std::string& from, tracked_map<std::string, std::monostate>& to) {
  v1::SignalRequestId wire;
  if (!wire.ParseFromString(from))
    return false;
  to.put(wire.request_id(), {});
  return true;
}

std::string
table_rows<tracked_map<std::int64_t, event_ptr>>::write(std::int64_t key, const event_ptr& from) {
  v1::BufferedEvent wire;
  wire.set_place(key);
  wire.set_event(from->SerializeAsString());
  return wire.SerializeAsString();
}

bool table_rows<tracked_map<std::int64_t, event_ptr>>::read(
    const std::string& from, tracked_map<std::int64_t, event_ptr>& to) {
  v1::BufferedEvent wire;
  auto event = std::make_shared<history_event>();
  if (!wire.ParseFromString(from) || !event->ParseFromString(wire.event()))
    return false;
  to.put(wire.place(), std::move(event));
  return true;
}

} // namespace troupe::embedded
