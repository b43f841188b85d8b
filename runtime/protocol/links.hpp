// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/enums/v1/event_type.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace temporal::api::common::v1 {
class Link;
}

namespace troupe::protocol {

/// A link as Nexus carries it: a URL `temporal:///namespaces/...` and a type that says how to read
/// it. Path segments and query values are escaped; the query is sorted by key.
///
/// | link | path | query |
/// |---|---|---|
/// | workflow event | `/namespaces/N/workflows/W/R/history` | `eventID` (if known), `eventType`,
/// `referenceType=EventReference` | | the same by request id | the same | `eventType`,
/// `referenceType=RequestIdReference`, `requestID` | | workflow | `/namespaces/N/workflows/W/R` |
/// `reason` (if any) | | Nexus operation | `/namespaces/N/nexus-operations/O/R/details` | | |
/// activity | `/namespaces/N/activities/A/R/details` | |
struct nexus_link {
  std::string url;
  std::string_view type; ///< one of the types below: it lives as long as the program
};

inline constexpr std::string_view workflow_event_link_type =
    "temporal.api.common.v1.Link.WorkflowEvent";

/// Nothing for kinds that have no such form.
[[nodiscard]] std::optional<nexus_link> to_nexus_link(const temporal::api::common::v1::Link& from);

/// The URL of a link to an event; an id of 0 is not known. For those who make many.
[[nodiscard]] std::string workflow_event_url(
    std::string_view name_space,
    std::string_view workflow_id,
    std::string_view run_id,
    std::int64_t event_id,
    temporal::api::enums::v1::EventType type);

/// The link to a Nexus operation that is called without a workflow.
[[nodiscard]] nexus_link nexus_operation_link(
    std::string_view name_space, std::string_view operation_id, std::string_view run_id);

/// False (and `to` unspecified) for links of unknown types and for malformed ones, which includes
/// text that is no UTF-8 behind its escapes; such are skipped, never an error.
[[nodiscard]] bool
from_nexus_link(std::string_view url, std::string_view type, temporal::api::common::v1::Link& to);

} // namespace troupe::protocol
