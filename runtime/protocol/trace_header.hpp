// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>
#include <troupe/tracing.hpp>

#include <optional>

namespace temporal::api::common::v1 {
class Header;
}

namespace troupe::protocol {

/// Puts a trace into the header of a workflow, where the SDKs of Temporal look for it:
/// `_tracer-data`, a JSON object of the headers that W3C Trace Context defines.
void write_trace_header(const trace_context& from, temporal::api::common::v1::Header& to);
void write_trace_header(const trace_context& from, headers& to);

/// What such a header says; nothing if there is none, or one that cannot be read.
[[nodiscard]] std::optional<trace_context>
read_trace_header(const temporal::api::common::v1::Header& from);
[[nodiscard]] std::optional<trace_context> read_trace_header(const headers& from);

/// Takes it out of what code is to see.
void remove_trace_header(temporal::api::common::v1::Header& from);
void remove_trace_header(headers& from);

} // namespace troupe::protocol
