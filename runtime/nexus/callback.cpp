// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/callback.hpp>
#include <troupe/nexus/error.hpp>

namespace troupe::nexus {

callback callback::of(const start_context& context, std::string token) {
  if (context.callback_url().empty())
    throw handler_error{
        handler_error_type::bad_request,
        "an operation that is completed later needs a callback: the request has none"};
  callback made{std::string{context.callback_url()}, {}, std::move(token)};
  for (const auto& [name, value] : context.callback_headers())
    made.headers.emplace(name, value);
  return made;
}

} // namespace troupe::nexus
