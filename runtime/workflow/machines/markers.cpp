// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/markers.hpp"

#include "runtime/payload/proto_payload.hpp"

#include <troupe/payload/convert.hpp>

#include <boost/describe.hpp>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <string_view>
#include <utility>

namespace troupe::workflow::markers {

/// As it stands in the marker.
struct patch_data {
  std::string id;
  bool deprecated = false;
};
BOOST_DESCRIBE_STRUCT(patch_data, (), (id, deprecated))

namespace {

namespace enums = temporal::api::enums::v1;
using temporal::api::common::v1::Payload;
using temporal::api::common::v1::Payloads;

constexpr const char* patch_name = "core_patch";
constexpr const char* version_name = "Version";
constexpr const char* side_effect_name = "SideEffect";
constexpr const char* mutable_side_effect_name = "MutableSideEffect";

constexpr const char* wrapped_type = "temporal.api.common.v1.Payloads";

/// A part of a marker of that name; null for another one.
const Payload*
part(const history_event& event, std::string_view marker_name, const char* key, int index = 0) {
  if (event.event_type() != enums::EVENT_TYPE_MARKER_RECORDED)
    return nullptr;
  const auto& marker = event.marker_recorded_event_attributes();
  if (marker.marker_name() != marker_name)
    return nullptr;
  const auto found = marker.details().find(key);
  if (found == marker.details().end() || found->second.payloads_size() <= index)
    return nullptr;
  return &found->second.payloads(index);
}

template <class T>
std::optional<T> value_of(const Payload* from) {
  if (from == nullptr)
    return std::nullopt;
  try {
    return decode_value<T>(view_of(*from));
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

void put(wire_marker& to, const char* key, payload&& value) {
  to_proto(std::move(value), *(*to.mutable_details())[key].add_payloads());
}

} // namespace

void write(const patch& from, wire_marker& to) {
  to.set_marker_name(patch_name);
  put(to, "patch-data", encode_value(patch_data{from.id, from.deprecated}));
}

std::optional<patch> read_patch(const history_event& event) {
  if (auto data = value_of<patch_data>(part(event, patch_name, "patch-data")))
    return patch{std::move(data->id), data->deprecated};
  // Old histories of sdk-core say it in bytes.
  if (const auto* id = part(event, patch_name, "patch_id")) {
    const auto* deprecated = part(event, patch_name, "deprecated");
    return patch{id->data(), deprecated != nullptr && deprecated->data() == "\x01"};
  }
  return std::nullopt;
}

void write(const version& from, wire_marker& to) {
  to.set_marker_name(version_name);
  put(to, "change-id", encode_value(from.change_id));
  put(to, "version", encode_value(from.number));
  if (!from.is_searchable)
    put(to, "version-search-attribute-updated", encode_value(false));
}

std::optional<version> read_version(const history_event& event) {
  auto id = value_of<std::string>(part(event, version_name, "change-id"));
  const auto number = value_of<int>(part(event, version_name, "version"));
  if (!id || !number)
    return std::nullopt;
  const auto searchable =
      value_of<bool>(part(event, version_name, "version-search-attribute-updated"));
  return version{std::move(*id), *number, searchable.value_or(true)};
}

void write(side_effect&& from, wire_marker& to) {
  to.set_marker_name(side_effect_name);
  put(to, "side-effect-id", encode_value(from.number));
  put(to, "data", std::move(from.value));
}

std::optional<side_effect> read_side_effect(const history_event& event) {
  const auto number = value_of<std::int64_t>(part(event, side_effect_name, "side-effect-id"));
  const auto* data = part(event, side_effect_name, "data");
  if (!number || data == nullptr)
    return std::nullopt;
  return side_effect{*number, from_proto(*data)};
}

void write(mutable_side_effect&& from, wire_marker& to) {
  to.set_marker_name(mutable_side_effect_name);
  put(to, "side-effect-id", encode_value(from.id + "_" + std::to_string(from.call)));
  put(to, "mutable-side-effect-call-counter", encode_value(from.call));
  put(to, "data", encode_value(from.id));
  Payloads wrapped;
  to_proto(std::move(from.value), *wrapped.add_payloads());
  payload value;
  value.set("encoding", "json/protobuf");
  value.set("messageType", wrapped_type);
  // Of a message in memory that holds no `Any`: it cannot fail.
  (void)google::protobuf::util::MessageToJsonString(wrapped, &value.data);
  put(to, "data", std::move(value));
}

std::optional<mutable_side_effect> read_mutable_side_effect(const history_event& event) {
  auto id = value_of<std::string>(part(event, mutable_side_effect_name, "data"));
  const auto* data = part(event, mutable_side_effect_name, "data", 1);
  Payloads wrapped;
  if (!id || data == nullptr
      || !google::protobuf::util::JsonStringToMessage(data->data(), &wrapped).ok()
      || wrapped.payloads_size() == 0)
    return std::nullopt;
  const auto call = value_of<std::int64_t>(
      part(event, mutable_side_effect_name, "mutable-side-effect-call-counter"));
  return mutable_side_effect{std::move(*id), call.value_or(0), from_proto(wrapped.payloads(0))};
}

std::string subject_of(const history_event& event) {
  if (const auto one = read_patch(event))
    return subject_of(*one);
  if (const auto one = read_version(event))
    return subject_of(*one);
  if (const auto one = read_side_effect(event))
    return subject_of(*one);
  if (const auto one = read_mutable_side_effect(event))
    return subject_of(*one);
  return event.marker_recorded_event_attributes().marker_name();
}

std::string subject_of(const patch& one) {
  return "patch '" + one.id + "'";
}
std::string subject_of(const version& one) {
  return "version of '" + one.change_id + "'";
}
std::string subject_of(const side_effect& one) {
  return "side effect " + std::to_string(one.number);
}
std::string subject_of(const mutable_side_effect& one) {
  return "mutable side effect '" + one.id + "'";
}

bool is_change_upsert(const history_event& event) {
  if (event.event_type() != enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
    return false;
  const auto& fields = event.upsert_workflow_search_attributes_event_attributes()
                           .search_attributes()
                           .indexed_fields();
  return fields.size() == 1 && fields.contains(change_attribute);
}

} // namespace troupe::workflow::markers
