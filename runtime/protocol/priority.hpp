// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/priority.hpp>

#include <temporal/api/common/v1/message.pb.h>

namespace troupe::protocol {

/// Priorities as they travel and ours, both ways.
void write_priority(const priority& from, temporal::api::common::v1::Priority& to);
[[nodiscard]] priority read_priority(const temporal::api::common::v1::Priority& from);

} // namespace troupe::protocol
