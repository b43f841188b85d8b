// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace temporal::api::nexus::v1 {
class EndpointSpec;
}

namespace troupe::protocol {

/// The namespaces whose workflows may call a Nexus endpoint.
///
/// The API of a Temporal server has no place for them, only that of its cloud. Here they are a
/// field of ours (1001) of `EndpointSpec`: programs that do not know it pass it on as it came, and
/// nobody loses it by changing something else.

/// Nothing if the spec says nothing of them; an empty list stands for everybody.
[[nodiscard]] std::optional<std::vector<std::string>>
allowed_callers(const temporal::api::nexus::v1::EndpointSpec& of);
void set_allowed_callers(
    temporal::api::nexus::v1::EndpointSpec& of, const std::vector<std::string>& to);
/// From now on it says nothing.
void clear_allowed_callers(temporal::api::nexus::v1::EndpointSpec& of);

} // namespace troupe::protocol
