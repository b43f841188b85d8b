// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::nexus_http {

/// Headers of a request or an answer, names in lower case, in the order in which they came.
using headers = std::vector<std::pair<std::string, std::string>>;

/// The first of that lower-case name; empty if there is none.
[[nodiscard]] std::string_view find(const headers& among, std::string_view name) noexcept;

/// The longest value of a header, and the longest name, that is sent.
inline constexpr std::size_t longest_header_value = std::size_t{8} << 10;
inline constexpr std::size_t longest_header_name = 256;

/// A name and a value that may stand in a header: letters, digits and marks; a line without control
/// characters, of no more than those bytes. Everything else would end up as another header, or as
/// another request, or be taken by nobody.
[[nodiscard]] bool is_header(std::string_view name, std::string_view value) noexcept;

/// A header of the connection, in small letters, and not of the request that it carries: it goes
/// neither from a caller to a handler nor into a request to another server.
[[nodiscard]] bool is_of_connection(std::string_view name) noexcept;

/// Names of the Nexus specification.
inline constexpr std::string_view request_id_header = "nexus-request-id";
inline constexpr std::string_view link_header = "nexus-link";
inline constexpr std::string_view token_header = "nexus-operation-token";
inline constexpr std::string_view state_header = "nexus-operation-state";
inline constexpr std::string_view start_time_header = "nexus-operation-start-time";
inline constexpr std::string_view close_time_header = "nexus-operation-close-time";
inline constexpr std::string_view retryable_header = "nexus-request-retryable";
inline constexpr std::string_view request_timeout_header = "request-timeout";
inline constexpr std::string_view operation_timeout_header = "operation-timeout";
inline constexpr std::string_view callback_prefix = "nexus-callback-";
inline constexpr std::string_view content_prefix = "content-";
/// And of Temporal: who sends the first with `true` reads failures in the newer form; the second
/// says that it was the worker, and not the service, that refused.
inline constexpr std::string_view failure_support_header = "temporal-nexus-failure-support";
inline constexpr std::string_view failure_source_header = "temporal-nexus-failure-source";

/// `5s`, `1.5m`, `300ms`: what the specification allows. Nothing for other text.
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text) noexcept;
/// `5000ms`
[[nodiscard]] std::string write_duration(duration span);

/// What `Nexus-Link` says: where a URL leads is known by its type.
struct link {
  std::string url;
  std::string type;

  bool operator==(const link&) const = default;
};
/// All headers of the name together; nothing if one is none.
[[nodiscard]] std::optional<std::vector<link>> parse_links(const headers& among);
/// `<url>; type="T"`, several with commas; those that no reader would take are left out, and
/// those that one header has no room for. Empty: there is none.
[[nodiscard]] std::string write_links(const std::vector<link>& links);

} // namespace troupe::nexus_http
