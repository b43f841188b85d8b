// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/rpc_status.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace google::protobuf {
class Message;
}

namespace troupe::embedded {

/// An error answer with a message of `temporal.api.errordetails.v1` in its details, as the real
/// server packs them.
rpc_status with_detail(status_code code, std::string text, const google::protobuf::Message& detail);

inline rpc_status plain_status(status_code code, std::string text) {
  return {code, std::move(text), {}};
}
inline rpc_status bad_argument(std::string text) {
  return plain_status(status_code::invalid_argument, std::move(text));
}

/// An error that clients are not told: `something went wrong, please retry (HASH)`. The same `what`
/// has the same hash.
rpc_status hidden_error(std::string_view what);

/// `NOT_FOUND` with an empty `NotFoundFailure`.
rpc_status absent(std::string text);
/// `Namespace X is not found.`
rpc_status namespace_absent(const std::string& name);

} // namespace troupe::embedded
