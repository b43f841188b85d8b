// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/header_fields.hpp"

#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/common/v1/message.pb.h>

#include <utility>

namespace troupe::protocol {

void write_headers(headers&& from, temporal::api::common::v1::Header& to) {
  for (const auto& [name, value] : from)
    to_proto(value, (*to.mutable_fields())[name]);
  from = {};
}

headers read_headers(const temporal::api::common::v1::Header& from) {
  headers all;
  for (const auto& [name, value] : from.fields())
    all.set(name, from_proto(value));
  return all;
}

} // namespace troupe::protocol
