// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/operation_token.hpp"
#include "test/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const auto token = nexus::parse_token(fuzz::as_text(data, size));
  if (!token || token->type != nexus::operation_token::kind::workflow_run)
    return 0;
  const auto again =
      nexus::parse_token(nexus::make_workflow_token(token->name_space, token->workflow_id));
  fuzz::require(again == token, "a token that was made reads as what it was made of");
  return 0;
}
