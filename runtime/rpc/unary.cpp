// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/unary.hpp"

#include <limits>

namespace troupe::rpc {

bytes encode(const google::protobuf::MessageLite& message) {
  std::string wire;
  message.AppendToString(&wire);
  return bytes{std::move(wire)};
}

bool decode(const bytes& from, google::protobuf::MessageLite& to) {
  std::string scratch;
  const std::string_view wire = from.slices().empty() ? std::string_view{} : from.flatten(scratch);
  return wire.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max())
         && to.ParseFromArray(wire.data(), static_cast<int>(wire.size()));
}

rpc_status undecodable(std::string_view method) {
  return {
      status_code::internal,
      "the reply of " + std::string{method}
          + " is not the message that it should be; is this a Temporal service?",
      {}};
}

} // namespace troupe::rpc
