// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/endpoint_access.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <temporal/api/nexus/v1/message.pb.h>

namespace troupe::protocol {

namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using temporal::api::nexus::v1::EndpointSpec;

/// Holds a message whose field 1 are the names.
constexpr int access_field = 1001;
constexpr int names_field = 1;

const UnknownFieldSet& unknown_of(const EndpointSpec& of) {
  return of.GetReflection()->GetUnknownFields(of);
}

} // namespace

std::optional<std::vector<std::string>> allowed_callers(const EndpointSpec& of) {
  const auto& unknown = unknown_of(of);
  std::optional<std::vector<std::string>> names;
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    UnknownFieldSet inside;
    if (field.number() != access_field || field.type() != UnknownField::TYPE_LENGTH_DELIMITED
        || !inside.ParseFromString(field.length_delimited()))
      continue;
    if (!names)
      names.emplace();
    for (int j = 0; j < inside.field_count(); ++j)
      if (const auto& name = inside.field(j);
          name.number() == names_field && name.type() == UnknownField::TYPE_LENGTH_DELIMITED)
        names->push_back(name.length_delimited());
  }
  return names;
}

void clear_allowed_callers(EndpointSpec& of) {
  if (!unknown_of(of).empty())
    of.GetReflection()->MutableUnknownFields(&of)->DeleteByNumber(access_field);
}

void set_allowed_callers(EndpointSpec& of, const std::vector<std::string>& to) {
  clear_allowed_callers(of);
  UnknownFieldSet inside;
  for (const auto& name : to)
    inside.AddLengthDelimited(names_field, name);
  std::string bytes;
  inside.SerializeToString(&bytes);
  of.GetReflection()->MutableUnknownFields(&of)->AddLengthDelimited(access_field, bytes);
}

} // namespace troupe::protocol
