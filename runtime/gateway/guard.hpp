// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::gateway {

/// Keeps other sites' pages out of what stands behind it, which browsers on the same machine can
/// reach: refuses, with 403,
///
/// - host names that are not this machine's, if it listens on loopback only: a name of another site
///   that was made to lead here (IP addresses, `localhost` and names below it are taken). With a
///   list of allowed hosts, as a real server has it (`frontend.httpAllowedHosts`), that decides;
/// - requests that a page of another origin makes, even those whose answer it could not read.
///
/// Links from other sites may be followed. Programs send none of these headers and see nothing of
/// it. The handler must outlive it.
class guard final : public http::handler {
public:
  /// `allowed_hosts`: what the header `Host` may say, in any case and with `*` for any text; empty:
  /// there is no such list.
  guard(http::handler& inner, bool on_loopback, std::vector<std::string> allowed_hosts = {});

  unique_function<void()>
  serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) override;

  [[nodiscard]] http::response refuse(http::refusal why) const override {
    return inner_.refuse(why);
  }

private:
  http::handler& inner_;
  bool on_loopback_;
  std::vector<std::string> allowed_hosts_;
};

/// True for the addresses that only this machine has, `127.0.0.1` and `::1`.
bool is_loopback(std::string_view ip);

} // namespace troupe::gateway
