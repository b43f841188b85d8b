// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace troupe::nexus_http {

/// The HTTP status of a handler error's type; 500 for unknown ones.
[[nodiscard]] unsigned status_of(std::string_view handler_error_type) noexcept;
/// The type of a status; empty if it stands for none.
[[nodiscard]] std::string_view type_of(unsigned status) noexcept;

} // namespace troupe::nexus_http
