// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/store/store.hpp"

#include <string>

namespace troupe::embedded {

/// The values of a record's rows, both ways; wire.cpp makes rows of them. A reader says false to
/// bytes that cannot be parsed.

std::string write_origin(const run& on);
bool read_origin(const std::string& from, run& to);

std::string write_scalars(const run_scalars& from);
bool read_scalars(const std::string& from, run_scalars& to);

/// How the entries of one of a run's tables are kept.
template <class Map>
struct table_rows;

template <>
struct table_rows<tracked_map<std::string, user_timer>> {
  static constexpr auto where = table::timer;
  static std::string write(const std::string& key, const user_timer& from);
  static bool read(const std::string& from, tracked_map<std::string, user_timer>& to);
};

template <>
struct table_rows<tracked_map<std::string, activity_state>> {
  static constexpr auto where = table::activity;
  static std::string write(const std::string& key, const activity_state& from);
  /// Leaves the activity's event to who has the history.
  static bool read(const std::string& from, tracked_map<std::string, activity_state>& to);
};

template <>
struct table_rows<tracked_map<std::int64_t, nexus_operation_state>> {
  static constexpr auto where = table::nexus_operation;
  static std::string write(std::int64_t key, const nexus_operation_state& from);
  /// Leaves the operation's event to who has the history.
  static bool read(const std::string& from, tracked_map<std::int64_t, nexus_operation_state>& to);
};

template <>
struct table_rows<tracked_map<std::int64_t, completion_callback>> {
  static constexpr auto where = table::callback;
  static std::string write(std::int64_t key, const completion_callback& from);
  static bool read(const std::string& from, tracked_map<std::int64_t, completion_callback>& to);
};

template <>
struct table_rows<tracked_map<std::int64_t, peer_state>> {
  static constexpr auto where = table::peer;
  static std::string write(std::int64_t key, const peer_state& from);
  /// Leaves the Initiated event to who has the history.
  static bool read(const std::string& from, tracked_map<std::int64_t, peer_state>& to);
};

template <>
struct table_rows<tracked_map<std::string, request_id_use>> {
  static constexpr auto where = table::request_id;
  static std::string write(const std::string& key, const request_id_use& from);
  static bool read(const std::string& from, tracked_map<std::string, request_id_use>& to);
};

template <>
struct table_rows<tracked_map<std::string, std::monostate>> {
  static constexpr auto where = table::signal_request_id;
  static std::string write(const std::string& key, std::monostate from);
  static bool read(const std::string& from, tracked_map<std::string, std::monostate>& to);
};

template <>
struct table_rows<tracked_map<std::int64_t, event_ptr>> {
  static constexpr auto where = table::buffered_event;
  static std::string write(std::int64_t key, const event_ptr& from);
  static bool read(const std::string& from, tracked_map<std::int64_t, event_ptr>& to);
};

} // namespace troupe::embedded
