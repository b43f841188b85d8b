// SPDX-License-Identifier: Apache-2.0
// The part of the engine that keeps decisions and values in markers.

#include "runtime/base/deterministic_code.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/machines/markers.hpp"
#include "runtime/workflow/machines/note_machine.hpp"

#include <troupe/payload/convert.hpp>
#include <troupe/workflow/versions.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

namespace {

/// What the service takes as a value of a search attribute, in bytes, unless it is told otherwise.
constexpr std::size_t longest_attribute = 2048;

/// Before anything is decided: a marker could not say another id, and a replay would not notice.
void require_text(std::string_view id) {
  if (!is_utf8(id))
    throw std::invalid_argument("the id of a patch, a change or a side effect is text in UTF-8");
}

/// The first event ahead that `read` finds something in that `fits`, and what it found.
template <class Read, class Fits>
auto find_ahead(std::span<const history_event* const> ahead, Read read, Fits fits) {
  struct finding {
    std::size_t at;
    typename decltype(read(*ahead[0]))::value_type what;
  };
  for (std::size_t i = 0; i != ahead.size(); ++i) {
    if (ahead[i] == nullptr)
      continue;
    if (auto what = read(*ahead[i]); what && fits(*what, ahead[i]->event_id()))
      return std::optional<finding>{finding{i, std::move(*what)}};
  }
  return std::optional<finding>{};
}

/// True if the upsert of the search attribute was written behind the marker.
bool is_searchable(std::span<const history_event* const> ahead, std::size_t marker) {
  return marker + 1 < ahead.size() && ahead[marker] != nullptr && ahead[marker + 1] != nullptr
         && ahead[marker + 1]->event_id() == ahead[marker]->event_id() + 1
         && markers::is_change_upsert(*ahead[marker + 1]);
}

template <class What>
std::unique_ptr<wire_command> marker_command(What&& what) {
  auto command = std::make_unique<wire_command>();
  command->set_command_type(enums::COMMAND_TYPE_RECORD_MARKER);
  markers::write(std::forward<What>(what), *command->mutable_record_marker_command_attributes());
  return command;
}

} // namespace

version_notes& engine::with_versions() {
  auto& notes = with_extras().versions;
  if (!notes)
    notes = std::make_unique<version_notes>();
  return *notes;
}

void engine::fail_task(std::exception_ptr why) {
  // Code that catches everything must not get past this.
  if (task_error_ == nullptr)
    task_error_ = why;
  std::rethrow_exception(std::move(why));
}

payload engine::compute(unique_function<payload()>& what) {
  // What it asks of the workflow would not be asked in a replay.
  try {
    const read_only guard{*this, read_only::by::side_effect};
    const exempt_code once; // what it gives is in the history
    return what();
  } catch (...) {
    fail_task(std::current_exception());
  }
}

void engine::note(std::unique_ptr<wire_command> command, std::string subject) {
  const auto type = command->command_type();
  const auto machine = detail::make_ref<note_machine>(std::move(command), std::move(subject));
  issue(*machine, type);
}

std::optional<payload> engine::changes_as_attribute() {
  const auto& notes = with_versions();
  auto names = notes.taken_versions;
  names.insert(names.end(), notes.taken_patches.begin(), notes.taken_patches.end());
  auto value = encode_value(names);
  if (value.data.size() >= longest_attribute) {
    log(log::level::warn,
        "the run cannot be found by its newest change: the search attribute "
        "TemporalChangeVersion would be too long",
        std::span<const log::field>{});
    return std::nullopt;
  }
  value.set("type", "KeywordList");
  return value;
}

void engine::note_changes(payload&& attribute) {
  auto command = std::make_unique<wire_command>();
  command->set_command_type(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  to_proto(
      std::move(attribute),
      (*command->mutable_upsert_workflow_search_attributes_command_attributes()
            ->mutable_search_attributes()
            ->mutable_indexed_fields())[markers::change_attribute]);
  note(std::move(command), {});
}

bool engine::has_patch(std::string_view id, bool deprecated) {
  if (closed_)
    return false;
  require_text(id);
  auto& notes = with_versions();
  if (const auto known = notes.patches.find(id); known != notes.patches.end())
    return known->second;
  require_writable();
  const auto told = find_ahead(
      ahead(), markers::read_patch, [&](const auto& one, std::int64_t) { return one.id == id; });
  bool takes_it = told.has_value();
  if (!replaying_)
    takes_it = deprecated || activates_patch(id);
  if (!takes_it) {
    notes.patches.emplace(id, false);
    return false;
  }
  const markers::patch taken{std::string{id}, deprecated};
  notes.patches.emplace(id, true);
  notes.taken_patches.emplace(id);
  auto attribute = changes_as_attribute();
  // Whoever wrote the history may have left it out.
  if (told && !is_searchable(ahead(), told->at))
    attribute.reset();
  note(marker_command(taken), markers::subject_of(taken));
  if (attribute)
    note_changes(std::move(*attribute));
  return true;
}

bool engine::activates_patch(std::string_view id) {
  if (!environment_->activates_patch)
    return true;
  try {
    return environment_->activates_patch(get_info(), id);
  } catch (...) {
    fail_task(std::current_exception());
  }
}

int engine::get_version(std::string_view change_id, int oldest, int newest) {
  if (closed_)
    return newest;
  require_text(change_id);
  if (oldest > newest)
    throw std::invalid_argument("get_version: the oldest version is newer than the newest");
  auto& notes = with_versions();
  auto known = notes.versions.find(change_id);
  if (known == notes.versions.end()) {
    require_writable();
    const auto told =
        find_ahead(ahead(), markers::read_version, [&](const auto& one, std::int64_t) {
          return one.change_id == change_id;
        });
    const bool is_new = !told && !replaying_;
    const int number = told ? told->what.number : replaying_ ? default_version : newest;
    known = notes.versions.emplace(change_id, number).first;
    if (told || is_new) {
      notes.taken_versions.insert(
          notes.taken_versions.begin(), std::string{change_id} + "-" + std::to_string(number));
      auto attribute = changes_as_attribute();
      if (told && !is_searchable(ahead(), told->at))
        attribute.reset();
      const markers::version taken{std::string{change_id}, number, attribute.has_value()};
      note(marker_command(taken), markers::subject_of(taken));
      if (attribute)
        note_changes(std::move(*attribute));
    }
  }
  if (known->second < oldest)
    fail_task(std::make_exception_ptr(std::out_of_range(
        "the workflow's code no longer supports version " + std::to_string(known->second) + " of '"
        + std::string{change_id} + "', which this run has: the oldest that it supports is "
        + std::to_string(oldest))));
  if (known->second > newest)
    fail_task(std::make_exception_ptr(std::out_of_range(
        "the workflow's code is too old for version " + std::to_string(known->second) + " of '"
        + std::string{change_id} + "', which this run has: the newest that it supports is "
        + std::to_string(newest))));
  return known->second;
}

payload engine::side_effect(unique_function<payload()> compute_it) {
  if (closed_) // a destructor asks: something of the right type, and nothing comes of it
    return compute_it();
  require_writable();
  auto& notes = with_versions();
  markers::side_effect effect{notes.side_effects + 1, {}};
  if (replaying_) {
    auto told = find_ahead(ahead(), markers::read_side_effect, [&](const auto& one, std::int64_t) {
      return one.number == effect.number;
    });
    if (!told)
      lacks_marker(markers::subject_of(effect));
    effect.value = std::move(told->what.value);
  } else {
    effect.value = compute(compute_it);
  }
  notes.side_effects = effect.number;
  auto value = effect.value;
  auto subject = markers::subject_of(effect);
  note(marker_command(std::move(effect)), std::move(subject));
  return value;
}

payload engine::mutable_side_effect(
    std::string_view id,
    unique_function<payload()> compute_it,
    unique_function<bool(const payload&, const payload&)> same) {
  if (closed_) // a destructor asks: something of the right type, and nothing comes of it
    return compute_it();
  require_text(id);
  require_writable();
  auto& all = with_versions().values;
  auto at = all.find(id);
  if (at == all.end())
    at = all.emplace(id, version_notes::kept_value{}).first;
  auto& kept = at->second;
  markers::mutable_side_effect effect{std::string{id}, kept.calls + 1, {}};
  if (replaying_) {
    auto told = find_ahead(
        ahead(), markers::read_mutable_side_effect, [&](const auto& one, std::int64_t event_id) {
          // Old histories do not say which call it was of.
          return one.id == id
                 && (one.call == 0 ? event_id > kept.last_marker : one.call == effect.call);
        });
    if (!told && !kept.value)
      lacks_marker(markers::subject_of(effect));
    kept.calls = effect.call;
    if (!told)
      return *kept.value;
    kept.last_marker = ahead()[told->at]->event_id();
    effect.value = std::move(told->what.value);
  } else {
    effect.value = compute(compute_it);
    kept.calls = effect.call;
    if (kept.value && same(*kept.value, effect.value))
      return *kept.value;
  }
  kept.value = effect.value;
  auto subject = markers::subject_of(effect);
  note(marker_command(std::move(effect)), std::move(subject));
  return *kept.value;
}

void engine::lacks_marker(const std::string& subject) {
  fail_task(std::make_exception_ptr(nondeterminism_error(
      "[TMPRL1100] Nondeterminism error: the workflow's code asks for " + subject
      + ", but the history has no marker of it in this place."
      + std::string{nondeterminism_advice()})));
}

bool engine::may_lack_command(const history_event& event, const event_row& row) {
  if (row.command == enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
    return extras_ && extras_->versions && extras_->versions->lacking_marker != 0
           && extras_->versions->lacking_marker + 1 == event.event_id()
           && markers::is_change_upsert(event);
  const auto patch = markers::read_patch(event);
  const auto version = markers::read_version(event);
  if (!(patch && patch->deprecated) && !version && !markers::read_mutable_side_effect(event))
    return false;
  if (next_command_ != commands_.size() && commands_[next_command_].by->is_recorded_by(event))
    return false;
  // Code that asks later than the code that wrote it hears the same.
  if (patch)
    with_versions().patches.emplace(patch->id, true);
  if (version)
    with_versions().versions.emplace(version->change_id, version->number);
  with_versions().lacking_marker = event.event_id();
  return true;
}

} // namespace troupe::workflow
