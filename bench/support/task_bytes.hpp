// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::bench {

/// The token of a benchmark task: which one it is and when it was due, so that the answer alone
/// tells its latency.
struct task_token {
  std::uint64_t number = 0;
  std::int64_t due = 0;   ///< steady clock, nanoseconds
  std::int64_t given = 0; ///< when a poll took it
  std::uint32_t run = 0;  ///< the workflow run, for workflow tasks

  static constexpr std::size_t size = 28;

  void write(char* to) const {
    std::memcpy(to, &number, 8);
    std::memcpy(to + 8, &due, 8);
    std::memcpy(to + 16, &given, 8);
    std::memcpy(to + 24, &run, 4);
  }
  static task_token read(std::string_view from) {
    task_token token;
    if (from.size() == size) {
      std::memcpy(&token.number, from.data(), 8);
      std::memcpy(&token.due, from.data() + 8, 8);
      std::memcpy(&token.given, from.data() + 16, 8);
      std::memcpy(&token.run, from.data() + 24, 4);
    }
    return token;
  }
};

/// A serialised reply whose token can be overwritten in place.
struct reply_template {
  std::string bytes;
  std::size_t token_at = 0;

  std::string with(const task_token& token) const {
    std::string filled = bytes;
    token.write(filled.data() + token_at);
    return filled;
  }
};

/// A sync Nexus start task for service `my-hello-service`, operation `say-hello`, with a JSON
/// string of `payload_bytes`. With `as_struct` the payload is a JSON object of that size instead
/// (`{"items": [...]}`).
reply_template nexus_task(std::size_t payload_bytes, bool as_struct);

/// An activity task of type `say-hello` with a JSON string of `payload_bytes` as its argument.
/// `heartbeat_timeout` in seconds; 0: none.
reply_template activity_task(std::size_t payload_bytes, double heartbeat_timeout);

/// The first length-delimited field with this number at the top level of a message; empty if there
/// is none.
std::string_view find_field(std::string_view message, unsigned number);

} // namespace troupe::bench
