// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/wire/wire_reader.hpp"
#include "runtime/payload/deep_message.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  using request = temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest;
  const auto bytes = fuzz::as_text(data, size);
  request plain;
  request read;
  const bool is_plain = read_at_once(bytes, plain, max_message_depth);
  const bool is_read = read_message(bytes, read);
  if (is_plain) {
    fuzz::require(is_read, "what protobuf reads is read");
    fuzz::require(
        read.SerializeAsString() == plain.SerializeAsString(), "and nothing of it is cut");
    wire_reader in{bytes};
    while (in.next()) {
    }
    fuzz::require(in.ok(), "and is walked to its end");
  }
  if (is_read) {
    request again;
    fuzz::require(
        read_at_once(read.SerializeAsString(), again, max_message_depth),
        "what was read can be read again");
  }
  return 0;
}
