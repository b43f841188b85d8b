// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace troupe::actors {

/// How large the payloads of one field (of one command, of one result) may be.
struct payload_limits {
  std::size_t warning = std::size_t{512} << 10; ///< more is logged; 0: never
  std::size_t most = std::size_t{2} << 20;      ///< more is not sent; 0: left to the service
};

/// A field that holds more than it should.
struct payload_size {
  std::string field; ///< `commands[2].schedule_activity_task_command_attributes.input`
  std::size_t bytes = 0;
};

/// The fields of payloads anywhere in `message` that hold more than `above` bytes, as the service
/// counts them: all payloads of a field together, with their metadata, and what a protocol message
/// (of an update) carries as a whole.
std::vector<payload_size>
find_large_payloads(const google::protobuf::Message& message, std::size_t above);

/// What becomes of an answer with large payloads.
struct payload_verdict {
  std::string warning;            ///< not empty: to be logged
  std::string error;              ///< not empty: not to be sent
  std::vector<payload_size> what; ///< the fields that one of them speaks of
};

/// Looks into an answer that takes `encoded_bytes` on the wire; costs nothing for small ones. The
/// service would end a workflow for good that sends too much; refused here, its task fails and can
/// be tried again with other code. Likewise one that is larger than any message may be.
payload_verdict judge_payloads(
    const google::protobuf::Message& answer,
    std::size_t encoded_bytes,
    const payload_limits& limits);

/// The same for one field of which only the size is known.
payload_verdict
judge_bytes(std::string_view field, std::size_t bytes, const payload_limits& limits);

/// Throws what fails an attempt that tells more by a heartbeat than the service takes, which would
/// fail the activity for good; another attempt may tell less.
void refuse_large_details(const payloads& details, const payload_limits& limits);

/// `input of 3000000 bytes, ...`, for logs and errors.
std::string text_of(const std::vector<payload_size>& what);

} // namespace troupe::actors
