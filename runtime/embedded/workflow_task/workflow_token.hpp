// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/matching/token_seal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// What the task token of a workflow task says. Opaque to workers.
struct workflow_token {
  std::string namespace_id;
  std::string workflow_id;
  std::string run_id;
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0;
  std::int32_t attempt = 0;
  std::uint64_t stamp = 0; ///< tells this start of the task from every other of the run

  bool operator==(const workflow_token&) const = default;
};

/// Bytes of a token, sealed with the service's key.
std::string encode(const workflow_token& token, const token_key& key);

/// Nothing if the bytes are no workflow task token of this service. Any input is safe.
std::optional<workflow_token> decode_workflow_token(std::string_view bytes, const token_key& key);

/// The same for an activity task: `stamp` tells one start of the activity from every other.
std::string encode_activity(const workflow_token& token, const token_key& key);

/// Nothing if the bytes are no activity task token of this service. Any input is safe.
std::optional<workflow_token> decode_activity_token(std::string_view bytes, const token_key& key);

/// Which pending Nexus operation a completion callback belongs to: what the header
/// `temporal-callback-token` carries.
struct operation_token_ref {
  std::string namespace_id;
  std::string workflow_id;
  std::string run_id;
  std::int64_t scheduled_event_id = 0;
  std::string request_id;

  bool operator==(const operation_token_ref&) const = default;
};

/// `{"v":1,"d":"<base64url>"}`, sealed with the service's key.
std::string encode(const operation_token_ref& token, const token_key& key);

/// Nothing if the text is no callback token of this service. Any input is safe.
std::optional<operation_token_ref>
decode_callback_token(std::string_view text, const token_key& key);

} // namespace troupe::embedded
