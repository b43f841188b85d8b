// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/context.hpp>

#include <optional>
#include <string_view>

namespace temporal::api::common::v1 {
class Link;
}

namespace troupe::nexus {

/// A link as Nexus carries it (`temporal:///namespaces/...` and a type) from a link of the Temporal
/// API, and back. Path segments and query values are percent-escaped; the query is sorted by key.
///
/// | link | path | query |
/// |---|---|---|
/// | workflow event | `/namespaces/N/workflows/W/R/history` | `eventID` (if known), `eventType`,
/// `referenceType=EventReference` | | the same by request id | the same | `eventType`,
/// `referenceType=RequestIdReference`, `requestID` | | workflow | `/namespaces/N/workflows/W/R` |
/// `reason` (if any) | | Nexus operation | `/namespaces/N/nexus-operations/O/R/details` | | |
/// activity | `/namespaces/N/activities/A/R/details` | |
///
/// Nothing for kinds that have no such form.
[[nodiscard]] std::optional<link> to_nexus_link(const temporal::api::common::v1::Link& from);

/// False (and `to` unspecified) for links of unknown types and for malformed ones; such are
/// skipped, never an error.
[[nodiscard]] bool from_nexus_link(const link& from, temporal::api::common::v1::Link& to);

} // namespace troupe::nexus
