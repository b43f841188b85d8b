// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/text/json_values.hpp"

#include <cstddef>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace troupe::embedded {

/// Requests smaller than this need not be looked at: they cannot be made of so many parts.
inline constexpr std::size_t few_parts_below = 16 * 1024;

/// What is read, copied, measured and thrown away without holding others up: the first two go in
/// slices, the others cannot. The real server takes whatever four megabytes hold, and is busy with
/// it for seconds.
inline constexpr std::size_t most_message_parts = 400'000;

/// Entries that the maps of one message may have together. A map that grows moves all of them.
inline constexpr std::size_t most_map_entries = 16'000;

/// True if the serialised message of this type holds no more than `most` fields, those of messages
/// in it included; messages, texts and numbers of lists count as they cost. Four megabytes hold two
/// million empty messages, and each becomes an object when it is read. The time is linear in the
/// parts that are counted, not in the bytes of strings. Any input is safe.
bool has_few_parts(
    std::string_view message,
    const google::protobuf::Descriptor& type,
    std::size_t most = most_message_parts);

/// The same for JSON.
using troupe::has_few_values;
using troupe::most_json_values;

} // namespace troupe::embedded
