// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "runtime/http/client.hpp"

namespace troupe::embedded {

/// The server that a callback goes to: its scheme and host.
[[nodiscard]] std::string destination_of(const std::string& url);

/// A completion callback as a POST.
[[nodiscard]] http::outgoing
make_post(http::http_url to, const callback_delivery& what, duration timeout);

/// What came of it, but for the number. Any thread.
[[nodiscard]] callback_posted read_post(const http::received& came);

} // namespace troupe::embedded
