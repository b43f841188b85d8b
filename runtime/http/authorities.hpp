// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/verify_mode.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::http {

/// Tells a file from what it was before; nothing of one that is not there.
using file_stamp = std::optional<std::pair<std::filesystem::file_time_type, std::uintmax_t>>;

inline file_stamp stamp_of(const std::string& path) {
  std::error_code error;
  const auto when = std::filesystem::last_write_time(path, error);
  const auto size = error ? 0 : std::filesystem::file_size(path, error);
  return error ? file_stamp{} : file_stamp{{when, size}};
}

/// Whom clients trust, with TLS 1.2 or newer: whoever an authority of that file has signed (empty:
/// one that the system trusts). Throws `boost::system::system_error` if it cannot be read.
inline std::unique_ptr<boost::asio::ssl::context> read_authorities(const std::string& path) {
  auto made = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  if (path.empty())
    made->set_default_verify_paths();
  else
    made->load_verify_file(path);
  return made;
}

/// Before the handshake: the server has to show that it is that host.
template <class Stream>
void expect_host(Stream& stream, const std::string& host) {
  stream.set_verify_mode(boost::asio::ssl::verify_peer);
  stream.set_verify_callback(boost::asio::ssl::host_name_verification(host));
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (no_address) // a name; addresses are not sent
    SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
}

/// Who may have signed certificates of servers, and the file that says so.
struct authorities {
  std::unique_ptr<boost::asio::ssl::context> context;
  file_stamp read_as;
};

} // namespace troupe::http
