// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/snapshot.hpp"

#include <troupe/metrics.hpp>

#include <string>
#include <string_view>

namespace troupe::telemetry {

/// What `to_prometheus` writes, for the header `Content-Type`.
inline constexpr std::string_view prometheus_content_type =
    "text/plain; version=0.0.4; charset=utf-8";

/// The text as a name of Prometheus: letters, digits and underscores, with no digit in front.
[[nodiscard]] std::string prometheus_name(std::string_view text);

/// The metrics in Prometheus's text format. Written by hand: the format is a screenful, and a
/// library would bring a registry and a server of its own.
[[nodiscard]] std::string to_prometheus(const snapshot& from, const prometheus_options& options);

} // namespace troupe::telemetry
