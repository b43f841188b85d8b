// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/otlp/http_post.hpp"

#include <troupe/otlp.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::otlp {

/// The options make no sense: what() says which.
class options_error : public std::invalid_argument {
public:
  using std::invalid_argument::invalid_argument;
};

/// Reads a variable of the environment; nothing if it is not set.
using environment = std::function<std::optional<std::string>(const char* name)>;

/// The options with what the environment says in the places that are empty. Throws `options_error`.
[[nodiscard]] otlp_options resolve(otlp_options options, const environment& from);

/// Where `resolve`d options push to; `path` as OTLP has it. Throws `options_error`.
[[nodiscard]] http_url collector_url(const otlp_options& options, std::string_view path);

/// How many traces are sampled, 0 to 1. Throws `options_error`.
[[nodiscard]] double sampling_ratio(const trace_options& options, const environment& from);

} // namespace troupe::otlp
