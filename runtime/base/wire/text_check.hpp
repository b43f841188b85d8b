// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace troupe {

/// Where a serialised message of this type holds a string that is not UTF-8, as a path
/// (`commands[0].start_timer_command_attributes.timer_id`); empty if all of them are.
///
/// Protobuf writes such a message and only logs about it; whoever reads it refuses it whole, with
/// an error that names nothing. So what user code gave is looked at before it leaves. Reads the
/// bytes where they lie, at a few instructions a field: no allocation, no lock, but for the first
/// message of its type on each thread. `message` is what protobuf wrote: what is malformed in other
/// ways is not told. Thread-safe.
[[nodiscard]] std::string
find_bad_text(const google::protobuf::Descriptor& type, std::string_view message);

} // namespace troupe
