// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

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

void check_target(const std::string& target) {
  if (target.empty())
    throw connection_error("the target is empty; give host:port, e.g. localhost:7233");
  if (target.starts_with("http://") || target.starts_with("https://"))
    throw connection_error(
        "the target \"" + target
        + "\" is a URL; give host:port of the gRPC front, e.g. localhost:7233");
  for (std::string_view scheme : {"dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:"})
    if (target.starts_with(scheme))
      return;
  const auto colon = target.rfind(':');
  if (colon == std::string::npos || colon == 0
      || !is_port(std::string_view{target}.substr(colon + 1)))
    throw connection_error(
        "the target \"" + target + "\" has no port; give host:port, e.g. localhost:7233");
}

void load_pem(std::string& pem, std::string_view what) {
  if (pem.empty() || pem.find("-----BEGIN ") != std::string::npos)
    return;
  std::ifstream file{pem, std::ios::binary};
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw connection_error(
        "cannot read the " + std::string{what} + " from \"" + pem
        + "\"; give PEM text or the path of a file that holds it");
  auto loaded = std::move(text).str();
  if (loaded.find("-----BEGIN ") == std::string::npos)
    throw connection_error("the " + std::string{what} + " in \"" + pem + "\" is not PEM text");
  pem = std::move(loaded);
}

} // namespace

std::string default_identity() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0 || host.front() == '\0')
    return std::to_string(getpid()) + "@unknown";
  return std::to_string(getpid()) + "@" + host.data();
}

connection_options resolve(connection_options options) {
  check_target(options.target);
  if (options.name_space.empty())
    throw connection_error("the namespace is empty; give its name, e.g. default");
  if (options.identity.empty())
    options.identity = default_identity();
  for (auto& [name, value] : options.headers) {
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (!is_header_name(name))
      throw connection_error("\"" + name + "\" is not a legal header name");
    if (name.starts_with("grpc-"))
      throw connection_error("the header \"" + name + "\" is reserved by gRPC");
    if (!name.ends_with("-bin") && !is_header_text(value))
      throw connection_error(
          "the header \"" + name + "\" holds bytes that are no printable ASCII; name it ...-bin");
  }
  if (!is_header_text(options.api_key) || options.api_key.find(' ') != std::string::npos)
    throw connection_error(
        "the API key holds characters that no key has; is there a line break in it?");
  if (!is_header_text(options.name_space))
    throw connection_error(
        "the namespace \"" + options.name_space + "\" holds characters that no header can carry");
  if (options.tls && uses_tls(options)) {
    auto& tls = *options.tls;
    load_pem(tls.server_ca, "CA certificate");
    load_pem(tls.client_certificate, "client certificate");
    load_pem(tls.client_key, "client key");
    if (tls.client_certificate.empty() != tls.client_key.empty())
      throw connection_error("a client certificate and its key are needed together");
  }
  return options;
}

bool uses_tls(const connection_options& options) noexcept {
  return !options.disable_tls && (options.tls.has_value() || !options.api_key.empty());
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
  if (!options.api_key.empty())
    add("authorization", "Bearer " + options.api_key);
  return all;
}

} // namespace troupe::rpc
