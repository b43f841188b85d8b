// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

namespace temporal::api::common::v1 {
class Payload;
class Payloads;
} // namespace temporal::api::common::v1

namespace troupe {

/// Payloads as they travel and ours, both ways. `to_proto` replaces what `to` held; the rvalue
/// forms move the bytes.
[[nodiscard]] payload from_proto(const temporal::api::common::v1::Payload& from);
[[nodiscard]] payload from_proto(temporal::api::common::v1::Payload&& from);
void to_proto(const payload& from, temporal::api::common::v1::Payload& to);
void to_proto(payload&& from, temporal::api::common::v1::Payload& to);

[[nodiscard]] payloads from_proto(const temporal::api::common::v1::Payloads& from);
void to_proto(const payloads& from, temporal::api::common::v1::Payloads& to);
void to_proto(payloads&& from, temporal::api::common::v1::Payloads& to);

/// Looks at a received payload without copying it; valid as long as `from` is neither changed nor
/// destroyed.
[[nodiscard]] payload_view view_of(const temporal::api::common::v1::Payload& from);

} // namespace troupe
