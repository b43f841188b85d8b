// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/command/peer_targets.hpp"
#include "runtime/embedded/workflow_task/build_ids.hpp"

#include <google/protobuf/io/coded_stream.h>

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;

/// Merges what a command upserts; null deletes.
template <class Map>
void merge(Map& into, const Map& from) {
  for (const auto& [name, payload] : from) {
    spend();
    if (is_null(payload))
      into.erase(name);
    else
      into[name] = payload;
  }
}

/// What an entry of a memo takes on the wire.
std::size_t bytes_of(const std::string& name, const api::common::v1::Payload& payload) {
  const auto field = [](std::size_t bytes) {
    return 1 + google::protobuf::io::CodedOutputStream::VarintSize64(bytes) + bytes;
  };
  return field(field(name.size()) + field(payload.ByteSizeLong()));
}

/// The size of a memo after the change, without measuring all of it for each of many commands.
std::size_t merged_bytes(
    std::size_t before, const api::common::v1::Memo* memo, const api::common::v1::Memo& upserted) {
  for (const auto& [name, payload] : upserted.fields()) {
    if (memo != nullptr)
      if (const auto old = memo->fields().find(name); old != memo->fields().end())
        before -= bytes_of(name, old->second);
    if (!is_null(payload))
      before += bytes_of(name, payload);
  }
  return before;
}

/// What the run has together with what is upserted.
attribute_problem
check_all_attributes(const completion& in, const api::common::v1::SearchAttributes& upserted) {
  // Measured exactly, and copied for that, only where it may be too much.
  constexpr std::size_t certainly_fits = 32 * 1024;
  const auto& known = in.on.state.search_attributes;
  if (upserted.ByteSizeLong() + (known ? known->ByteSizeLong() : 0) < certainly_fits)
    return {};
  api::common::v1::SearchAttributes all;
  if (in.on.state.search_attributes)
    all = *in.on.state.search_attributes;
  merge(*all.mutable_indexed_fields(), upserted.indexed_fields());
  show_builds(in.on.state, all);
  return check_attributes_size(in.ch.around, in.ch.rec.name_space, all);
}

} // namespace

command_result check_attributes(
    const completion& in,
    const std::string& name_space,
    api::common::v1::SearchAttributes& attributes,
    enums::WorkflowTaskFailedCause own,
    std::string_view on,
    const std::string& whose) {
  auto problem = check_search_attributes(in.ch.around, name_space, attributes);
  if (problem.ok())
    problem = check_attributes_size(in.ch.around, name_space, attributes);
  const auto& words = problem.status.message;
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES;
  switch (problem.is) {
  case attribute_problem::kind::none: return {};
  case attribute_problem::kind::size: return command_failure{own, words, true};
  case attribute_problem::kind::unknown_name: return command_failure{bad, words, false};
  default:
    return command_failure{
        bad, "invalid SearchAttributes on " + std::string{on} + ": " + words + ". " + whose, false};
  }
}

command_result record_marker(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_RECORD_MARKER_ATTRIBUTES;
  if (!what.has_record_marker_command_attributes())
    return command_failure{
        bad, "RecordMarkerCommandAttributes is not set on RecordMarkerCommand.", false};
  const auto& from = what.record_marker_command_attributes();
  if (from.marker_name().empty())
    return command_failure{bad, "MarkerName is not set on RecordMarkerCommand.", false};
  const auto& name_of_marker = from.marker_name();
  if (auto failed =
          check_length(name_of_marker, in.ch.settings().max_id_bytes, bad, [&](const auto& length) {
            return "MarkerName on RecordMarkerCommand exceeds length limit. MarkerName="
                   + excerpt(name_of_marker, longest_error_text) + length;
          }))
    return failed;
  std::size_t bytes = from.failure().ByteSizeLong();
  for (const auto& [name, payloads] : from.details())
    bytes += name.size() + payloads.ByteSizeLong();
  if (bytes > in.ch.settings().max_blob_bytes)
    return command_failure{bad, "RecordMarkerCommandAttributes.Details exceeds size limit.", true};
  auto event = make_event(in, what, enums::EVENT_TYPE_MARKER_RECORDED);
  auto& to = *event->mutable_marker_recorded_event_attributes();
  to.set_marker_name(from.marker_name());
  for (const auto& [name, payloads] : from.details()) {
    spend();
    copy_in_slices(payloads, (*to.mutable_details())[name]);
  }
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  if (from.has_failure())
    copy_in_slices(from.failure(), *to.mutable_failure());
  in.ch.write(in.on, event);
  return {};
}

command_result upsert_search_attributes(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES;
  if (!what.has_upsert_workflow_search_attributes_command_attributes())
    return command_failure{
        bad,
        "UpsertWorkflowSearchAttributesCommandAttributes is not set on "
        "UpsertWorkflowSearchAttributesCommand.",
        false};
  const auto& from = what.upsert_workflow_search_attributes_command_attributes();
  if (!from.has_search_attributes())
    return command_failure{
        bad, "SearchAttributes is not set on UpsertWorkflowSearchAttributesCommand.", false};
  auto attributes = from.search_attributes();
  if (attributes.indexed_fields().empty())
    return command_failure{
        bad, "IndexedFields is not set on UpsertWorkflowSearchAttributesCommand.", false};
  auto problem = check_search_attributes(in.ch.around, in.ch.rec.name_space, attributes);
  if (problem.ok())
    problem = check_all_attributes(in, attributes);
  if (!problem.ok())
    return command_failure{
        bad, problem.status.message, problem.is == attribute_problem::kind::size};
  auto event = make_event(in, what, enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& to = *event->mutable_upsert_workflow_search_attributes_event_attributes();
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  copy_in_slices(attributes, *to.mutable_search_attributes());
  in.ch.write(in.on, event);
  auto& state = in.on.state;
  merge(*state.search_attributes.edit().mutable_indexed_fields(), attributes.indexed_fields());
  replace_builds(state, attributes);
  in.ch.show(in.on);
  return {};
}

command_result modify_properties(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES;
  if (!what.has_modify_workflow_properties_command_attributes())
    return command_failure{
        bad,
        "ModifyWorkflowPropertiesCommandAttributes is not set on ModifyWorkflowPropertiesCommand.",
        false};
  const auto& from = what.modify_workflow_properties_command_attributes();
  if (!from.has_upserted_memo())
    return command_failure{
        bad, "UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.", false};
  if (from.upserted_memo().fields().empty())
    return command_failure{
        bad, "UpsertedMemo.Fields is not set on ModifyWorkflowPropertiesCommand.", false};
  if (from.upserted_memo().ByteSizeLong() > in.ch.settings().max_memo_bytes)
    return command_failure{
        bad, "ModifyWorkflowPropertiesCommandAttributes. Memo exceeds size limit.", true};
  auto& state = in.on.state;
  const auto* const memo = state.memo ? &*state.memo : nullptr;
  if (!in.memo_bytes)
    in.memo_bytes = memo != nullptr ? memo->ByteSizeLong() : 0;
  in.memo_bytes = merged_bytes(*in.memo_bytes, memo, from.upserted_memo());
  if (*in.memo_bytes > in.ch.settings().max_memo_bytes)
    return command_failure{
        bad, "ModifyWorkflowPropertiesCommandAttributes. Memo exceeds size limit.", true};
  auto event = make_event(in, what, enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED);
  auto& to = *event->mutable_workflow_properties_modified_event_attributes();
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  copy_in_slices(from.upserted_memo(), *to.mutable_upserted_memo());
  in.ch.write(in.on, event);
  const auto merged = std::make_shared<api::common::v1::Memo>();
  if (memo != nullptr)
    copy_in_slices(*memo, *merged);
  merge(*merged->mutable_fields(), from.upserted_memo().fields());
  state.memo = merged;
  in.ch.show(in.on);
  return {};
}

} // namespace troupe::embedded
