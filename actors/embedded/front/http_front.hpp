// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/gateway/api.hpp"
#include "runtime/gateway/guard.hpp"
#include "runtime/gateway/nexus.hpp"
#include "runtime/gateway/site.hpp"
#include "runtime/http/server.hpp"
#include "runtime/rpc/transport.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::embedded {

/// An HTTP listener before a `local_service`: its methods as JSON and Nexus, or its methods beside
/// a page. Has one thread, which reads and writes the JSON.
class http_front {
public:
  /// Listens. `make_page` is given the API and returns a `std::unique_ptr` of the page, or nothing.
  /// Throws `http::listen_error`, and what `make_page` throws. The service must outlive it.
  template <class F>
  http_front(
      rpc::local_service& service,
      const http::address& where,
      F make_page,
      std::vector<std::string> allowed_hosts = {},
      http::tls_source tls = {})
      : api_(service), nexus_(service, api_), page_(make_page(api_)),
        guard_(
            page_ ? static_cast<http::handler&>(*page_) : nexus_,
            gateway::is_loopback(where.ip),
            std::move(allowed_hosts)),
        server_(where, guard_, {}, std::move(tls)) {}

  /// `ip:port`, with the port that was taken.
  [[nodiscard]] std::string address() const { return http::to_string(server_.where()); }
  [[nodiscard]] http::server_counts counts() const noexcept { return server_.counts(); }

  /// As `http::server::stop`: the service must still answer.
  void stop(std::chrono::milliseconds grace) { server_.stop(grace); }

private:
  gateway::api api_;
  gateway::nexus nexus_;                ///< not beside a page, as the real server
  std::unique_ptr<gateway::site> page_; ///< null: the API alone
  gateway::guard guard_;
  http::server server_; ///< last: its thread reads the rest
};

} // namespace troupe::embedded
