// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace google::protobuf {
class Message;
}
namespace temporal::api::failure::v1 {
class Failure;
}

namespace troupe {

/// How long a chain of causes may be, both ways; what lies deeper is replaced by one failure that
/// says so. Longer ones come from hostile or broken programs only, and nobody reads so far down
/// (`deep_message.hpp`: how deep messages may be).
inline constexpr int max_failure_depth = 64;

/// How long the messages and stack traces of a chain may be together when it is written: half of
/// what the service takes as a failure by default. What is longer is cut from the end, and says so.
inline constexpr std::size_t max_failure_text = std::size_t{1} << 20;

/// Says in place of what is cut that something is.
void say_cut_here(temporal::api::failure::v1::Failure& in);

/// Cuts the chain below the failure where it gets too long.
void cut_causes(temporal::api::failure::v1::Failure& of);

/// The same for every failure that a message holds one level down, as the attributes of events and
/// commands do. Costs one look at a message type that has none.
void cut_causes_in(google::protobuf::Message& attributes);

} // namespace troupe
