// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/pem.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <troupe/connection.hpp>

#include <algorithm>
#include <string>

namespace {

/// No error shows material: none of the lines that could be some, which are long and without a
/// space. (A line with spaces may be the error's own words: libFuzzer copies what it sees compared
/// into its inputs.)
void require_silence(const std::string& why, std::string_view material) {
  using troupe::fuzz::require;
  require(!why.empty(), "a refusal says why");
  constexpr std::size_t of_a_key = 48;
  while (!material.empty()) {
    const auto line = material.substr(0, material.find('\n'));
    material.remove_prefix(std::min(material.size(), line.size() + 1));
    if (line.size() >= of_a_key && line.find(' ') == std::string_view::npos)
      require(why.find(line) == std::string::npos, "no error shows any of the material");
  }
}

template <class Check>
void checked(std::string_view material, Check check) {
  try {
    check();
  } catch (const troupe::connection_error& refused) {
    require_silence(refused.what(), material);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const std::string text{fuzz::as_text(data, size)};
  if (rpc::is_pem(text))
    fuzz::require(rpc::load_pem(text, "client key").text == text, "PEM text is taken as it is");
  const rpc::pem_item item{text, "the client key"};
  checked(text, [&] { rpc::check_certificates(item); });
  checked(text, [&] { rpc::check_pair(item, item); });
  return 0;
}
