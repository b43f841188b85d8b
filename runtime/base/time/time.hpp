// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

namespace troupe {

/// Protobuf's times and ours, both ways. Out-of-range values from the network saturate instead of
/// overflowing.
duration from_proto(const google::protobuf::Duration& from) noexcept;
time_point from_proto(const google::protobuf::Timestamp& from) noexcept;
void to_proto(duration from, google::protobuf::Duration& to) noexcept;
void to_proto(time_point from, google::protobuf::Timestamp& to) noexcept;

} // namespace troupe
