// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/endpoint_breakers.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <cstdint>

namespace troupe::protocol {

namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using temporal::api::nexus::v1::Endpoint;

/// Repeated, each a message of what follows.
constexpr int breaker_field = 1001;
enum breaker_fields : int {
  caller_namespace_field = 1,
  is_for_cancels_field,
  state_field,
  failures_field,
  opened_by_field,
  open_until_field, ///< nanoseconds since 1970
};

endpoint_breaker::states state_of(std::uint64_t number) {
  using enum endpoint_breaker::states;
  return number == static_cast<std::uint64_t>(open)        ? open
         : number == static_cast<std::uint64_t>(half_open) ? half_open
                                                           : closed;
}

void read_text(endpoint_breaker& to, const UnknownField& from) {
  if (from.number() == caller_namespace_field)
    to.caller_namespace = from.length_delimited();
  else if (from.number() == opened_by_field)
    to.opened_by = from.length_delimited();
}

void read_number(endpoint_breaker& to, const UnknownField& from) {
  switch (from.number()) {
  case is_for_cancels_field: to.is_for_cancels = from.varint() != 0; break;
  case state_field: to.state = state_of(from.varint()); break;
  case failures_field: to.failures = static_cast<int>(from.varint()); break;
  case open_until_field:
    to.open_until = time_point{duration{static_cast<duration::rep>(from.varint())}};
    break;
  default: break;
  }
}

} // namespace

std::vector<endpoint_breaker> circuit_breakers(const Endpoint& of) {
  const auto& unknown = of.GetReflection()->GetUnknownFields(of);
  std::vector<endpoint_breaker> all;
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    UnknownFieldSet inside;
    if (field.number() != breaker_field || field.type() != UnknownField::TYPE_LENGTH_DELIMITED
        || !inside.ParseFromString(field.length_delimited()))
      continue;
    auto& read = all.emplace_back();
    for (int j = 0; j < inside.field_count(); ++j) {
      const auto& each = inside.field(j);
      if (each.type() == UnknownField::TYPE_LENGTH_DELIMITED)
        read_text(read, each);
      else if (each.type() == UnknownField::TYPE_VARINT)
        read_number(read, each);
    }
  }
  return all;
}

void add_circuit_breaker(Endpoint& to, const endpoint_breaker& what) {
  UnknownFieldSet inside;
  inside.AddLengthDelimited(caller_namespace_field, what.caller_namespace);
  inside.AddVarint(is_for_cancels_field, what.is_for_cancels ? 1 : 0);
  inside.AddVarint(state_field, static_cast<std::uint64_t>(what.state));
  inside.AddVarint(failures_field, static_cast<std::uint64_t>(what.failures));
  inside.AddLengthDelimited(opened_by_field, what.opened_by);
  inside.AddVarint(
      open_until_field, static_cast<std::uint64_t>(what.open_until.time_since_epoch().count()));
  std::string bytes;
  inside.SerializeToString(&bytes);
  to.GetReflection()->MutableUnknownFields(&to)->AddLengthDelimited(breaker_field, bytes);
}

const char* name_of(endpoint_breaker::states state) noexcept {
  switch (state) {
  case endpoint_breaker::states::closed: return "closed";
  case endpoint_breaker::states::open: return "open";
  case endpoint_breaker::states::half_open: return "half open";
  }
  return "unknown";
}

} // namespace troupe::protocol
