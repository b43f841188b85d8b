// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/tracing.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::telemetry {

/// A span within `parent`, or the first one of a new trace. Random ids; any thread.
[[nodiscard]] trace_context new_context(const std::optional<trace_context>& parent, tracer& asked);

/// The same for what must come out the same each time: the ids are made of `name` and `number`.
[[nodiscard]] trace_context derived_context(
    const std::optional<trace_context>& parent,
    tracer& asked,
    std::string_view name,
    std::uint64_t number);

} // namespace troupe::telemetry
