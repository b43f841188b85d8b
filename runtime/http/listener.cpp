// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/listener.hpp"

#include "runtime/base/log/log.hpp"

#include <exception>
#include <utility>

namespace troupe::http {

namespace {

server_limits wider(const limits& within) {
  return {
      .connections = within.connections,
      .header_bytes = within.header_bytes,
      .body_bytes = within.body_bytes,
      .request_time = within.request_time,
      .answer_time = within.request_time,
      .idle_time = within.request_time};
}

response guarded(response of) {
  of.headers.emplace_back("Cache-Control", "no-store");
  of.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return of;
}

} // namespace

struct listener::implementation final : http::handler {
  implementation(
      const http::address& to,
      std::map<std::string, listener::handler> given,
      limits within,
      tls_source tls)
      : paths(given.begin(), given.end()), serves(to, *this, wider(within), std::move(tls)) {}

  unique_function<void()>
  serve(std::shared_ptr<const incoming> from, answer_function answer) override {
    answer([this, from = std::move(from)] { return guarded(answer_to(*from)); });
    return {};
  }

  response refuse(refusal why) const override { return guarded(handler::refuse(why)); }

  response answer_to(const incoming& from) const {
    const auto found = paths.find(from.path);
    if (found == paths.end())
      return {.status = 404, .body = "not found\n"};
    if (from.method != "GET" && from.method != "HEAD")
      return {.status = 405, .body = "GET and HEAD only\n", .headers = {{"Allow", "GET, HEAD"}}};
    try {
      return found->second(
          {.method = from.method, .path = from.path, .query = from.query, .body = from.body});
    } catch (const std::exception& failed) {
      log::error("an HTTP handler threw", {{"path", from.path}, {"error", failed.what()}});
    } catch (...) {
      log::error("an HTTP handler threw", {{"path", from.path}, {"error", "not a std::exception"}});
    }
    return {.status = 500, .body = "internal error\n"};
  }

  std::map<std::string, listener::handler> paths;
  server serves; ///< last: its thread reads the rest
};

listener::listener(
    const http::address& where, std::map<std::string, handler> paths, limits within, tls_source tls)
    : impl_(std::make_unique<implementation>(where, std::move(paths), within, std::move(tls))) {}
listener::~listener() = default;

const http::address& listener::where() const noexcept {
  return impl_->serves.where();
}

} // namespace troupe::http
