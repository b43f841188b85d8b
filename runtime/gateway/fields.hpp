// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/result.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace troupe::gateway {

/// What a query says, in its order: names and values without their escapes.
using query_values = std::vector<std::pair<std::string, std::string>>;

/// Takes `a=1&b=x%20y` apart. The error is the text for the client.
result<query_values, std::string> read_query(std::string_view text);

/// Sets the field that `path` names (`execution.run_id`, also `execution.runId`) to what the text
/// says; messages on the way are made. An unknown name is ignored, as in the real server. Several
/// values are for a list. Returns the text for the client if a value does not fit.
std::string set_field(
    google::protobuf::Message& of, std::string_view path, std::span<const std::string> values);

/// Sets the fields that the query names but those that `except` names, which the URL's path has
/// set. Returns the text for the client if a value does not fit.
std::string set_fields(
    google::protobuf::Message& of,
    const query_values& from,
    std::span<const std::string_view> except);

} // namespace troupe::gateway
