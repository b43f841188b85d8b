// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/connect_hint.hpp"

#include "runtime/rpc/connection/connector.hpp"

#include <cstdlib>
#include <optional>
#include <string_view>

namespace troupe::rpc {

namespace {

enum class tls { any, on, off };

struct row {
  std::string_view said; ///< by gRPC 1.51, a part of it; empty: whatever it said
  status_code code;
  tls with;
  std::string_view hint;
};

constexpr std::string_view wants_certificate =
    "it closed the connection after the TLS handshake: it may want a client certificate "
    "(TEMPORAL_TLS_CLIENT_CERT_PATH and _KEY_PATH), or not the one that it got";

// The first that fits. `test/runtime/rpc/connect_hints_test.cpp` has a listener for each.
constexpr row rows[] = {
    {"HTTP proxy returned response code 407",
     status_code::unavailable,
     tls::any,
     "the proxy of the environment (https_proxy, http_proxy) wants a login: put it into the "
     "proxy's URL, or the host into no_proxy"},
    {"HTTP proxy returned response code",
     status_code::unavailable,
     tls::any,
     "the proxy of the environment (https_proxy, http_proxy) refuses to connect there: let it, or "
     "put the host into no_proxy"},
    {"Connection refused",
     status_code::unavailable,
     tls::any,
     "nobody listens there: is the service running? `troupe server start-dev` runs one for "
     "development; TEMPORAL_ADDRESS is its host:port"},
    {"DNS resolution failed",
     status_code::unavailable,
     tls::any,
     "the name cannot be resolved: look at the host in the address, and at this machine's DNS"},
    {"wrong version number",
     status_code::unavailable,
     tls::on,
     "what listens there speaks no TLS: connect without it, or to another port; an API key and "
     "certificates switch TLS on, TEMPORAL_TLS=false switches it off"},
    {"certificate verify failed",
     status_code::unavailable,
     tls::on,
     "the server's certificate is not signed by a CA that is trusted here, or its time is over: "
     "TEMPORAL_TLS_SERVER_CA_CERT_PATH names the file of another CA"},
    {"is not in peer certificate",
     status_code::unavailable,
     tls::on,
     "the server's certificate is for another name: connect by a name that is in it, or set "
     "TEMPORAL_TLS_SERVER_NAME to one"},
    {"Socket closed", status_code::unavailable, tls::on, wants_certificate},
    // Servers of other TLS libraries, as Go's: by an alert, which up to TLS 1.2 ends the handshake
    // and later breaks the connection that seemed to be there.
    {"Endpoint read failed", status_code::unavailable, tls::on, wants_certificate},
    {"alert handshake failure", status_code::unavailable, tls::on, wants_certificate},
    {"alert bad certificate", status_code::unavailable, tls::on, wants_certificate},
    {"alert unknown ca", status_code::unavailable, tls::on, wants_certificate},
    {"Socket closed",
     status_code::unavailable,
     tls::off,
     "it closed the connection at once: it may want TLS (TEMPORAL_TLS=true), or is no Temporal "
     "service"},
    {"http1.x server",
     status_code::unavailable,
     tls::any,
     "an HTTP server answers there and no Temporal service: perhaps the port of a Web UI or of "
     "metrics; the service's own is 7233 by default"},
    {"Failed parsing HTTP/2",
     status_code::unavailable,
     tls::any,
     "what answers there speaks no HTTP/2, so it is no Temporal service: perhaps another HTTP "
     "server; "
     "the service's own port is 7233 by default"},
    {"Received http2 header with status",
     status_code::unimplemented,
     tls::any,
     "a web server answers there and no Temporal service: look at host and port"},
    {"Received http2 header with status",
     status_code::unavailable,
     tls::any,
     "something in front of the service, or another server, answers in its place: look at host and "
     "port"},
    {{},
     status_code::deadline_exceeded,
     tls::any,
     "nothing was answered in time: a firewall in between, a service that hangs, or something else "
     "that listens there"},
};

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>{value};
}

/// `:port` of the proxy that gRPC asks, as its messages have it; empty without a proxy.
std::string proxy_port() {
  // In the order in which gRPC looks at them.
  for (const char* name : {"grpc_proxy", "https_proxy", "http_proxy"})
    if (const auto url = variable(name)) {
      auto rest = std::string_view{*url};
      while (rest.ends_with('/'))
        rest.remove_suffix(1);
      const auto colon = rest.rfind(':');
      return colon == std::string_view::npos ? std::string{} : std::string{rest.substr(colon)};
    }
  return {};
}

} // namespace

std::string connect_hint(const rpc_status& status, const connection_options& options) {
  if (status.code == status_code::unavailable
      && status.message.find("Connection refused") != std::string::npos)
    // The address that refuses may be that of the proxy.
    if (const auto port = proxy_port(); !port.empty() && !options.target.ends_with(port)
                                        && status.message.find(port + ": ") != std::string::npos)
      return "the proxy of the environment (https_proxy, http_proxy) is not there: look at its "
             "URL, "
             "or put the host into no_proxy";
  const auto with = uses_tls(options) ? tls::on : tls::off;
  for (const auto& each : rows)
    if (status.code == each.code && (each.with == tls::any || each.with == with)
        && status.message.find(each.said) != std::string::npos)
      return std::string{each.hint};
  return {};
}

std::string reconnect_hint(const rpc_status& status, const connection_options& options) {
  // How a service that goes away closes it.
  if (status.code == status_code::unavailable
      && status.message.find("Socket closed") != std::string::npos)
    return {};
  return connect_hint(status, options);
}

} // namespace troupe::rpc
