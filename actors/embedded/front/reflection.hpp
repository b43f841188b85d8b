// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// Answers one `grpc.reflection.v1.ServerReflectionRequest` (or the v1alpha one: the bytes are the
/// same) from the descriptors linked into this program; both ends serialised. A question that
/// cannot be answered gets an error response inside the stream, as the protocol wants. Returns
/// false if `request` is no such message.
bool answer_reflection(
    std::string_view request, const std::vector<std::string>& services, std::string& response);

} // namespace troupe::embedded
