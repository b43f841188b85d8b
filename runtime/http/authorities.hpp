// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ssl/context.hpp>

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

/// Throws if the file cannot be read; empty: whom the system trusts.
inline std::unique_ptr<boost::asio::ssl::context> read_authorities(const std::string& path) {
  auto made = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  if (path.empty())
    made->set_default_verify_paths();
  else
    made->load_verify_file(path);
  return made;
}

/// Who may have signed certificates of servers, and the file that says so.
struct authorities {
  std::unique_ptr<boost::asio::ssl::context> context;
  file_stamp read_as;
};

} // namespace troupe::http
