// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/grants.hpp"
#include "runtime/base/executor.hpp"

#include <troupe/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// An API key as its file has it: all but the key.
struct api_key {
  std::string id; ///< stands in the key; no secret
  std::string name;
  std::string hash; ///< SHA-256 of the key, in hexadecimal
  std::vector<std::string> permissions;
  time_point created;
  std::optional<time_point> expires;
  std::optional<time_point> revoked;
};

/// A key that was made: the only time it is there.
struct made_key {
  api_key entry;
  std::string secret; ///< what its owner sends
};

/// A new key, of the system's random bytes.
[[nodiscard]] made_key make_api_key(
    std::string name,
    std::vector<std::string> permissions,
    time_point now,
    std::optional<time_point> expires);

/// The keys of a service: what is in the file of `--api-key-file`.
class api_keys {
public:
  /// Reads the file's text; the error says what is wrong with it, and shows nothing of it.
  [[nodiscard]] static result<api_keys, std::string> parse(std::string_view json);
  /// The text for the file.
  [[nodiscard]] std::string text() const;

  /// What the key grants, whoever sent it; nothing if it is none of ours, or over.
  [[nodiscard]] std::optional<grants> find(std::string_view secret, time_point now) const;

  [[nodiscard]] const std::vector<api_key>& all() const noexcept { return keys_; }
  [[nodiscard]] api_key* by_id(std::string_view id) noexcept;
  void add(api_key key) { keys_.push_back(std::move(key)); }
  /// False if there is none of that id.
  bool remove(std::string_view id);

private:
  std::vector<api_key> keys_;
};

/// True for what looks like a key of ours, and so is no token of somebody else.
[[nodiscard]] bool is_api_key(std::string_view text) noexcept;

} // namespace troupe::access
