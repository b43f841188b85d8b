// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/matching/token_seal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// What the token of a task says that only matching knows: a Nexus task or a query that a worker
/// answers directly. Opaque to workers; never persisted.
struct matching_token {
  enum class kind : char { nexus = 'n', query = 'q' };

  kind what = kind::nexus;
  std::string namespace_id;
  std::string task_queue;
  std::string task_id;

  bool operator==(const matching_token&) const = default;
};

/// Bytes of a token, sealed with the service's key.
std::string encode(const matching_token& token, const token_key& key);

/// Nothing if the bytes are no token of this kind and service. Any input is safe.
std::optional<matching_token>
decode_matching_token(matching_token::kind wanted, std::string_view bytes, const token_key& key);

} // namespace troupe::embedded
