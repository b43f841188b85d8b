// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/protocol/proto_json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

/// `to_json`, and if the message is a Nexus endpoint or an answer with endpoints what our service
/// says of them beyond the API, where there is any of it: in `spec` the
/// `allowedCallerNamespaces` (endpoint_access.hpp), beside it `circuitBreakers`
/// (endpoint_breakers.hpp).
std::string
to_json_with_endpoints(const google::protobuf::Message& message, payload_style payloads);

/// Takes `spec.allowedCallerNamespaces` out of the JSON of a request, if it is there, also where it
/// is spelt `allowed_caller_namespaces`: protobuf's reader would refuse it. Returns what is wrong
/// with it, or an empty text. JSON that cannot be read stays for who reads the rest.
std::string
take_allowed_callers(std::string& json, std::optional<std::vector<std::string>>& callers);

} // namespace troupe::protocol
