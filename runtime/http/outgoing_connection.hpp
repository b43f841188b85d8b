// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/client.hpp"
#include "runtime/http/name_resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::http {

/// A request on its way, from its call until its end.
struct exchange {
  outgoing what;
  unique_function<void(received)> done;
  std::chrono::steady_clock::time_point ends;
  bool was_sent_again = false;
};
using exchange_ptr = std::shared_ptr<exchange>;

/// No answer, but why there is none.
inline received no_answer(std::string problem) {
  received made;
  made.problem = std::move(problem);
  return made;
}

/// One connection to one server, which serves one exchange after another. On the client's thread.
class outgoing_connection : public std::enable_shared_from_this<outgoing_connection> {
public:
  /// Takes what came of an exchange, and whether the connection can serve another. With nothing,
  /// the connection was closed before it could answer, and never began to.
  using end_function = unique_function<void(std::optional<received>, bool is_reusable)>;

  virtual ~outgoing_connection() = default;

  virtual void run(const exchange_ptr& what, end_function on_end) = 0;
  virtual void close() = 0;
  /// The server has not closed it meanwhile, nor said anything.
  [[nodiscard]] virtual bool is_quiet() = 0;

  std::chrono::steady_clock::time_point idle_since;
};
using outgoing_connection_ptr = std::shared_ptr<outgoing_connection>;

/// A new one, not open yet. `context` and `names` have to outlive it. Where the URL says that it is
/// encrypted, `trust` says with whom; else it may be null. It is needed for this call only.
[[nodiscard]] outgoing_connection_ptr connect_to(
    boost::asio::io_context& context,
    name_resolver& names,
    const client_limits& within,
    http_url to,
    boost::asio::ssl::context* trust);

} // namespace troupe::http
