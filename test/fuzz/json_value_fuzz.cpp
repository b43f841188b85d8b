// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/json_value.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const auto value = protocol::parse_json(fuzz::as_text(data, size));
  if (!value)
    return 0;
  const auto once = protocol::write_json(*value);
  const auto again = protocol::parse_json(once);
  fuzz::require(again.has_value(), "what was written can be read");
  fuzz::require(protocol::write_json(*again) == once, "and is the same");
  return 0;
}
