// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/nexus/outside_reply.hpp"
#include "runtime/http/client.hpp"

#include <troupe/result.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace troupe::embedded {

/// A request for a handler whose endpoint is a URL, as a POST; or why there is none.
[[nodiscard]] result<http::outgoing, std::string> make_outside_call(const nexus_dispatch& request);

/// What came of it, failures cut to what may be kept or written. Any thread.
[[nodiscard]] std::shared_ptr<const outside_reply>
read_outside_answer(http::received came, bool is_cancel, std::size_t longest_token);

} // namespace troupe::embedded
