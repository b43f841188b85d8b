// SPDX-License-Identifier: Apache-2.0
#include "test/fuzz/fuzz_input.hpp"

#include <troupe/nexus/operation_token.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const auto token = nexus::parse_token(fuzz::as_text(data, size));
  if (token)
    fuzz::require(
        nexus::parse_token(nexus::make_token(*token)) == token,
        "a token that was made reads as what it was made of");
  return 0;
}
