// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"

#include <troupe/payload/payload.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace temporal::api::command::v1 {
class RecordMarkerCommandAttributes;
}

/// What markers say, in the words of the SDKs that write them, so that each can replay the other's
/// histories. Reading gives nothing for the marker of something else, and for what cannot be read.
namespace troupe::workflow::markers {

using wire_marker = temporal::api::command::v1::RecordMarkerCommandAttributes;

/// sdk-core's: a patch that a run took.
struct patch {
  std::string id;
  bool deprecated = false;
};
void write(const patch& from, wire_marker& to);
[[nodiscard]] std::optional<patch> read_patch(const history_event& event);

/// Go's: the version of a change that a run took.
struct version {
  std::string change_id;
  int number = 0;
  bool is_searchable = true; ///< an upsert of the search attribute follows
};
void write(const version& from, wire_marker& to);
[[nodiscard]] std::optional<version> read_version(const history_event& event);

/// Go's: a value that was computed once.
struct side_effect {
  std::int64_t number = 0; ///< counted from 1 in the run
  payload value;
};
void write(side_effect&& from, wire_marker& to);
[[nodiscard]] std::optional<side_effect> read_side_effect(const history_event& event);

/// Go's: a value that was not what it had been before.
struct mutable_side_effect {
  std::string id;
  std::int64_t call = 0; ///< of those with this id, counted from 1; 0: an old history does not say
  payload value;
};
void write(mutable_side_effect&& from, wire_marker& to);
[[nodiscard]] std::optional<mutable_side_effect>
read_mutable_side_effect(const history_event& event);

/// What a marker is about, as it stands in errors: `patch 'p'`. For one that none of these wrote:
/// its name.
[[nodiscard]] std::string subject_of(const history_event& event);
[[nodiscard]] std::string subject_of(const patch& one);
[[nodiscard]] std::string subject_of(const version& one);
[[nodiscard]] std::string subject_of(const side_effect& one);
[[nodiscard]] std::string subject_of(const mutable_side_effect& one);

/// The search attribute by which runs are found that took a patch or a version.
inline constexpr const char* change_attribute = "TemporalChangeVersion";
/// True for an upsert of that attribute alone.
[[nodiscard]] bool is_change_upsert(const history_event& event);

} // namespace troupe::workflow::markers
