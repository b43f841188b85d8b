// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/common/v1/message.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// The `temporal:///namespaces/...` form of a link to an event of a history.
std::string link_url(const temporal::api::common::v1::Link::WorkflowEvent& link);

/// The same for an event of this id and type.
std::string link_url(
    std::string_view name_space,
    std::string_view workflow_id,
    std::string_view run_id,
    std::int64_t event_id,
    temporal::api::enums::v1::EventType type);

/// The type that goes with `link_url`.
inline constexpr std::string_view workflow_event_link_type =
    "temporal.api.common.v1.Link.WorkflowEvent";

/// A link as a handler sent it. Nothing for types that are not known and for malformed ones, which
/// are skipped.
std::optional<temporal::api::common::v1::Link>
parse_link(std::string_view url, std::string_view type);

} // namespace troupe::embedded
