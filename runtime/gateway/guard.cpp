// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/guard.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/nexus.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::gateway {

namespace {

/// Without the port, and without the brackets of an IPv6 address.
std::string host_of(std::string_view with_port) {
  if (with_port.starts_with('['))
    return to_lower(with_port.substr(1, with_port.find(']') - 1));
  return to_lower(with_port.substr(0, with_port.rfind(':')));
}

bool is_ip(std::string_view host) {
  if (host.find(':') != host.npos)
    return host.find_first_not_of("0123456789abcdef:.%") == host.npos;
  return !host.empty() && host.find_first_not_of("0123456789.") == host.npos;
}

bool is_local_name(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || is_loopback(host);
}

/// `http://a:1` and a page at `a:1`, or two pages of this machine.
bool is_same_origin(std::string_view origin, std::string_view host) {
  const auto scheme = origin.find("://");
  if (scheme == origin.npos)
    return false; // `null`
  origin.remove_prefix(scheme + 3);
  return to_lower(origin) == to_lower(host)
         || (is_local_name(host_of(origin)) && is_local_name(host_of(host)));
}

bool is_host_allowed(
    std::string_view host, bool on_loopback, const std::vector<std::string>& allowed) {
  if (!allowed.empty())
    return std::ranges::any_of(
        allowed, [&](const auto& each) { return fits_pattern(each, to_lower(host)); });
  const auto name = host_of(host);
  return !on_loopback || name.empty() || is_ip(name) || is_local_name(name);
}

/// What speaks against a request; empty: nothing.
std::string objection(
    const http::incoming& request, bool on_loopback, const std::vector<std::string>& allowed) {
  const auto host = request.header("host");
  if (!is_host_allowed(host, on_loopback, allowed))
    return "Host not allowed";
  if (const auto origin = request.header("origin");
      !origin.empty() && !is_same_origin(origin, host))
    return "Origin not allowed";
  if (request.header("sec-fetch-site") == "cross-site"
      && request.header("sec-fetch-mode") != "navigate")
    return "Origin not allowed";
  return {};
}

} // namespace

bool is_loopback(std::string_view ip) {
  return ip == "::1" || (ip.starts_with("127.") && is_ip(ip));
}

guard::guard(http::handler& inner, bool on_loopback, std::vector<std::string> allowed_hosts)
    : inner_(inner), on_loopback_(on_loopback), allowed_hosts_(std::move(allowed_hosts)) {
  for (auto& each : allowed_hosts_)
    each = to_lower(each);
}

unique_function<void()>
guard::serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) {
  auto problem = objection(*request, on_loopback_, allowed_hosts_);
  if (problem.empty())
    return inner_.serve(std::move(request), std::move(answer));
  answer([why = std::move(problem), is_nexus = nexus::serves(request->path)] {
    if (is_nexus)
      return nexus::forbidden(why);
    return answer_with(rpc_status{status_code::permission_denied, why, {}}, {});
  });
  return {};
}

} // namespace troupe::gateway
