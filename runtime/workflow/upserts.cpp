// SPDX-License-Identifier: Apache-2.0
// The part of the engine that keeps a run's search attributes and its memo.

#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/machines/markers.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <stdexcept>
#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

namespace {

bool has_value(const temporal::api::common::v1::Payload& value) {
  const auto encoding = value.metadata().find("encoding");
  const bool is_null = encoding != value.metadata().end() && encoding->second == "binary/null";
  // An empty list is what the service makes of an attribute without a value.
  return !is_null && value.data() != "[]";
}

/// Takes what was changed over into `to`.
template <class Fields>
void merge(const Fields& changes, Fields& to) {
  for (const auto& [name, value] : changes)
    if (has_value(value))
      to[name] = value;
    else
      to.erase(name);
}

} // namespace

void engine::upsert_search_attributes(std::vector<std::pair<std::string, payload>>&& changes) {
  if (closed_ || changes.empty())
    return;
  require_writable();
  for (const auto& [name, value] : changes)
    if (name == markers::change_attribute)
      throw std::invalid_argument(
          "the search attribute TemporalChangeVersion is written by patches and versions only");
  auto command = std::make_unique<wire_command>();
  command->set_command_type(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& fields = *command->mutable_upsert_workflow_search_attributes_command_attributes()
                      ->mutable_search_attributes()
                      ->mutable_indexed_fields();
  // The service reads them, so no codec may touch them.
  for (auto& [name, value] : changes)
    to_proto(std::move(value), fields[name]);
  merge(fields, *with_described().attributes.mutable_indexed_fields());
  note(std::move(command), {});
}

std::optional<payload> engine::search_attribute_of(std::string_view name) {
  if (closed_ || !has_begun_)
    return std::nullopt;
  const auto& fields = with_described().attributes.indexed_fields();
  const auto found = fields.find(std::string{name});
  return found == fields.end() ? std::nullopt : std::optional{from_proto(found->second)};
}

void engine::upsert_memo(std::vector<std::pair<std::string, payload>>&& changes) {
  if (closed_ || changes.empty())
    return;
  require_writable();
  auto command = std::make_unique<wire_command>();
  command->set_command_type(enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
  auto& fields = *command->mutable_modify_workflow_properties_command_attributes()
                      ->mutable_upserted_memo()
                      ->mutable_fields();
  for (auto& [name, value] : changes) {
    const bool is_taken_away = value.encoding() == "binary/null";
    to_proto(is_taken_away ? std::move(value) : converter().encode(std::move(value)), fields[name]);
  }
  merge(fields, *with_described().memo.mutable_fields());
  note(std::move(command), {});
}

std::optional<payload> engine::memo_of(std::string_view name) {
  if (closed_ || !has_begun_)
    return std::nullopt;
  const auto& fields = with_described().memo.fields();
  const auto found = fields.find(std::string{name});
  return found == fields.end() ? std::nullopt : std::optional{from_proto(found->second)};
}

void engine::set_current_details(std::string details) {
  if (closed_)
    return;
  require_writable();
  with_described().details = std::move(details);
}

std::string engine::current_details() const {
  return extras_ && extras_->described_as ? extras_->described_as->details : std::string{};
}

described& engine::with_described() {
  auto& kept = with_extras().described_as;
  if (!kept) {
    auto from = started();
    kept = std::make_unique<described>();
    kept->attributes.Swap(from.mutable_search_attributes());
    kept->memo.Swap(from.mutable_memo());
  }
  return *kept;
}

} // namespace troupe::workflow
