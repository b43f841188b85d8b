// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace google::protobuf {
class Message;
}
namespace temporal::api::failure::v1 {
class Failure;
}

namespace troupe {

/// How long a chain of causes may be, both ways; what lies deeper is replaced by one failure that
/// says so. Protobuf reads 100 messages in each other and no more, and a failure lies some levels
/// deep in a history: a chain that just fitted into a request could never be read again.
inline constexpr int max_failure_depth = 64;

/// Cuts the chain below the failure where it gets too long.
void cut_causes(temporal::api::failure::v1::Failure& of);

/// The same for every failure that a message holds one level down, as the attributes of events and
/// commands do. Costs one look at a message type that has none.
void cut_causes_in(google::protobuf::Message& attributes);

} // namespace troupe
