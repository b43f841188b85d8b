// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/proto_payload.hpp"

#include <troupe/payload/payload_bytes.hpp>
#include <troupe/payload/payload_error.hpp>

#include <temporal/api/common/v1/message.pb.h>

#include <limits>
#include <utility>

namespace troupe {

std::string to_bytes(const payload& from) {
  temporal::api::common::v1::Payload wire;
  to_proto(from, wire);
  return wire.SerializeAsString();
}

payload payload_from_bytes(std::string_view bytes) {
  temporal::api::common::v1::Payload wire;
  if (bytes.size() > std::size_t{std::numeric_limits<int>::max()}
      || !wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw payload_error{"these bytes are no payload"};
  return from_proto(std::move(wire));
}

} // namespace troupe
