// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

#include <stdexcept>
#include <string>

namespace troupe {

/// Turns encoded payloads into what travels and back: encryption, compression, storage elsewhere.
///
/// Runs over every payload a user made: arguments, results, details of failures, memo. May block,
/// so a slow codec costs the shard it runs on. Implementations are thread-safe. What they throw
/// fails the task at hand, which is retried: a `failure_error` goes through as it is, anything else
/// as `payload_codec_error`.
class payload_codec {
public:
  virtual ~payload_codec() = default;

  /// What travels. May return another number of payloads, unless called with one (failure
  /// attributes, memo fields).
  [[nodiscard]] virtual payloads encode(payloads plain) const = 0;
  /// The reverse of `encode`; must hand payloads through that `encode` did not make.
  [[nodiscard]] virtual payloads decode(payloads encoded) const = 0;
};

/// A codec threw. Says which way and what the codec said.
class payload_codec_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace troupe
