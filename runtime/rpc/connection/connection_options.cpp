// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/connection_options.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/rpc/connection/pem.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::rpc {

namespace {

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool is_header_text(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port > 0 && port < 65'536;
}

// Targets as tools in Go take them: their `passthrough` is what gRPC here does anyway, and no host
// is this one.
std::string usual_target(std::string target) {
  static constexpr std::string_view passthrough = "passthrough:///";
  if (target.starts_with(passthrough))
    target.erase(0, passthrough.size());
  const bool has_port_only = target.starts_with(':') && target.rfind(':') == 0;
  return has_port_only ? "localhost" + target : target;
}

/// A target has no user; what looks like one may be a password, pasted along with a URL.
std::string shown(const std::string& target) {
  const auto user = target.rfind('@');
  return user == std::string::npos ? target : "(not shown)" + target.substr(user);
}

void check_target(const std::string& target) {
  if (target.empty())
    throw connection_error("the target is empty; give host:port, e.g. localhost:7233");
  if (target.starts_with("http://") || target.starts_with("https://"))
    throw connection_error(
        "the target \"" + shown(target)
        + "\" is a URL; give host:port of the gRPC front, e.g. localhost:7233");
  for (std::string_view scheme : {"dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:"})
    if (target.starts_with(scheme))
      return;
  static const std::string advice = "; give host:port, e.g. localhost:7233";
  const auto colon = target.rfind(':');
  const auto bracket = target.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket))
    throw connection_error("the target \"" + shown(target) + "\" has no port" + advice);
  if (target.find(':') != colon && !target.starts_with('['))
    throw connection_error(
        "the target \"" + shown(target)
        + "\" has several colons; an IPv6 address stands in brackets" + advice);
  const auto port = target.substr(colon + 1);
  if (port.empty())
    throw connection_error("the target \"" + shown(target) + "\" has no port" + advice);
  if (!is_port(port))
    throw connection_error(
        "the target \"" + shown(target) + "\" has the port \"" + port
        + "\", which is no number from 1 to 65535" + advice);
}

/// What stands before an `@` is a password, and never shown.
void check_proxy(const std::string& proxy) {
  const auto host = proxy.substr(proxy.rfind('@') + 1);
  const auto colon = host.rfind(':');
  const bool is_plain = std::all_of(
      proxy.begin(), proxy.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '/'; });
  if (!is_plain || colon == std::string::npos || colon == 0 || !is_port(host.substr(colon + 1)))
    throw connection_error(
        "the HTTP proxy is not of the form host:port or user:password@host:port");
}

void resolve_tls(tls_options& tls) {
  if (!tls.server_ca.empty()) {
    auto ca = load_pem(tls.server_ca, "CA certificate");
    check_certificates(ca);
    tls.server_ca = std::move(ca.text);
  }
  if (tls.client_certificate.empty() && tls.client_key.empty())
    return;
  if (tls.client_certificate.empty() || tls.client_key.empty())
    throw connection_error("a client certificate and its key are needed together");
  auto certificate = load_pem(tls.client_certificate, "client certificate");
  auto key = load_pem(tls.client_key, "client key");
  check_pair(certificate, key);
  tls.client_certificate = std::move(certificate.text);
  tls.client_key = std::move(key.text);
}

} // namespace

std::string default_identity() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0 || host.front() == '\0')
    return std::to_string(getpid()) + "@unknown";
  return std::to_string(getpid()) + "@" + host.data();
}

std::string settle_header(std::string& name, std::string_view value) {
  name = to_lower(name);
  // Not shown: a value that came without its name looks like one.
  if (!is_header_name(name))
    return "a header has no legal name; it takes a-z, 0-9, '-', '_' and '.'";
  if (name.starts_with("grpc-"))
    return "the header \"" + name + "\" is reserved by gRPC";
  if (!name.ends_with("-bin") && !is_header_text(value))
    return "the header \"" + name + "\" holds bytes that are no printable ASCII; name it ...-bin";
  return {};
}

connection_options resolve(connection_options options) {
  options.target = usual_target(std::move(options.target));
  check_target(options.target);
  if (options.name_space.empty())
    throw connection_error("the namespace is empty; give its name, e.g. default");
  if (options.identity.empty())
    options.identity = default_identity();
  for (auto& [name, value] : options.headers)
    if (auto problem = settle_header(name, value); !problem.empty())
      throw connection_error(problem);
  if (!is_header_text(options.api_key) || options.api_key.find(' ') != std::string::npos)
    throw connection_error(
        "the API key holds characters that no key has; is there a line break in it?");
  if (!options.http_proxy.empty())
    check_proxy(options.http_proxy);
  if (!is_header_text(options.name_space))
    throw connection_error(
        "the namespace \"" + options.name_space + "\" holds characters that no header can carry");
  if (options.tls && uses_tls(options))
    resolve_tls(*options.tls);
  return options;
}

bool uses_tls(const connection_options& options) noexcept {
  return !options.disable_tls
         && (options.tls.has_value() || !options.api_key.empty() || options.api_key_source);
}

metadata connection_metadata(const connection_options& options) {
  metadata all{options.headers};
  const auto add = [&](std::string_view name, std::string value) {
    const bool is_there = std::any_of(
        all.begin(), all.end(), [&](const auto& header) { return header.first == name; });
    if (!is_there)
      all.emplace_back(name, std::move(value));
  };
  add("client-name", std::string{client_name});
  add("client-version", std::string{client_version});
  add("temporal-namespace", options.name_space);
  if (!options.api_key.empty() && !options.api_key_source)
    add("authorization", "Bearer " + options.api_key);
  return all;
}

} // namespace troupe::rpc
