// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/error.hpp"
#include "runtime/access/grants.hpp"
#include "runtime/base/executor.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// A file with CA certificates that sign for clients, of one namespace or, if it is empty, of the
/// whole service.
struct client_authority_file {
  std::string path;
  std::string name_space = {};
};

/// By what a service knows who calls.
struct gate_options {
  std::string api_key_file = {};  ///< empty: there are no API keys
  std::string token_key_set = {}; ///< file or URL of a JWKS; empty: no tokens are taken
  std::string token_audience = {};
  std::vector<client_authority_file> client_authorities = {};

  /// Nobody is asked who they are.
  [[nodiscard]] bool is_open() const noexcept {
    return api_key_file.empty() && token_key_set.empty() && client_authorities.empty();
  }
};

/// Knows who calls: by an API key or a token in the header `authorization`, else by the verified
/// certificate of the client. A header that is worth nothing is not made good by a certificate.
///
/// Thread-safe; `find` does not wait for files, which `refresh` reads.
class gatekeeper {
public:
  /// Reads the files. Throws `access_error` if one cannot be used; that a key set behind a URL
  /// cannot be had yet is only logged.
  explicit gatekeeper(gate_options options);
  ~gatekeeper();
  gatekeeper(const gatekeeper&) = delete;
  gatekeeper& operator=(const gatekeeper&) = delete;

  /// What the caller may do; nothing if it is nobody. `certificate` gives the PEM text of the
  /// verified certificate and of those that came with it, empty if there is none; it is called only
  /// where it counts.
  [[nodiscard]] std::optional<grants> find(
      std::string_view authorization,
      const std::function<std::string()>& certificate,
      time_point now);

  /// Reads what has changed. A file that is gone grants nothing any more; one that cannot be used
  /// is logged, and what was read before stays. May take seconds, where a URL does not answer.
  void refresh();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::access
