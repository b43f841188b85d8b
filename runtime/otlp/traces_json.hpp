// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/tracing.hpp>

#include <map>
#include <span>
#include <string>

namespace troupe::otlp {

/// An ExportTraceServiceRequest in the JSON form of OTLP, where ids are hexadecimal.
[[nodiscard]] std::string
to_json(std::span<const trace_span> spans, const std::map<std::string, std::string>& resource);

} // namespace troupe::otlp
