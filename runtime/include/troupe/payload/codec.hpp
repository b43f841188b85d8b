// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>
#include <troupe/payload/serialization_context.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace troupe {

/// Turns encoded payloads into what travels and back: encryption, compression, storage elsewhere.
///
/// Runs over every payload a user made: arguments, results, details of failures, memo. In a worker
/// it runs on the shards, so it must be quick, or say that it may block. Implementations are
/// thread-safe. What they throw fails the task at hand, which is retried: a `failure_error` goes
/// through as it is, anything else as `payload_codec_error`.
class payload_codec {
public:
  virtual ~payload_codec() = default;

  /// What travels. May return another number of payloads, unless called with one (failure
  /// attributes, memo fields).
  [[nodiscard]] virtual payloads encode(payloads plain) const = 0;
  /// The reverse of `encode`; must hand payloads through that `encode` did not make.
  [[nodiscard]] virtual payloads decode(payloads encoded) const = 0;

  /// True for one that waits for somebody else: a server, a disk. A worker keeps it away from its
  /// shards: workflows then run on the pool of plain functions, and handlers that are coroutines
  /// are refused.
  [[nodiscard]] virtual bool may_block() const noexcept { return false; }

  /// For codecs to which it matters where a payload belongs: the codec for what belongs there, e.g.
  /// one with the key of a customer whom the workflow's id names. Null, and so by default: this one
  /// serves all. Asked once for a run, a call of an activity, its attempt, a call of a client; the
  /// result is used like this one. Must give the same for the same.
  [[nodiscard]] virtual std::shared_ptr<const payload_codec>
  with_context(const serialization_context&) const {
    return nullptr;
  }
};

/// A codec threw. Says which way and what the codec said.
class payload_codec_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace troupe
