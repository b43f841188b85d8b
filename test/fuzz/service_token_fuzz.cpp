// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/base64.hpp"
#include "runtime/embedded/matching/matching_token.hpp"
#include "runtime/embedded/matching/token_seal.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <string>

namespace {

using namespace troupe::embedded;
using troupe::fuzz::require;
using kind = matching_token::kind;

constexpr token_key key{1, 2};
constexpr kind kinds[] = {kind::nexus, kind::query};

std::string as_callback(std::string_view bytes) {
  return R"({"v":1,"d":")" + troupe::to_base64url(bytes, true) + "\"}";
}

bool is_taken(std::string_view token) {
  bool is = decode_workflow_token(token, key) || decode_activity_token(token, key);
  for (const auto each : kinds)
    is = decode_matching_token(each, token, key) || is;
  return is || decode_callback_token(as_callback(token), key);
}

} // namespace

/// The tokens of workflow tasks, of matching and of callbacks: as strangers send them, and behind a
/// seal that is right, as if somebody had the key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{troupe::fuzz::as_text(data, size)};
  if (decode_callback_token(bytes, key))
    require(bytes.find("\"d\"") != std::string::npos, "a callback token holds data");
  const bool is_sealed = unseal(bytes, key).has_value();
  require(is_sealed || !is_taken(bytes), "a token without its seal is refused");

  std::string sealed = bytes;
  seal(sealed, key);
  require(unseal(sealed, key) == bytes, "what was sealed is found again");
  if (const auto token = decode_workflow_token(sealed, key))
    require(
        decode_workflow_token(encode(*token, key), key) == token,
        "a workflow token reads as written");
  if (const auto token = decode_activity_token(sealed, key))
    require(
        decode_activity_token(encode_activity(*token, key), key) == token,
        "an activity token reads as written");
  for (const auto each : kinds)
    if (const auto token = decode_matching_token(each, sealed, key))
      require(
          decode_matching_token(each, encode(*token, key), key) == token,
          "a token of matching reads as written");
  if (const auto token = decode_callback_token(as_callback(sealed), key))
    require(
        decode_callback_token(encode(*token, key), key) == token,
        "a callback token reads as written");

  // One bit anywhere, and it is somebody else's.
  const auto at = size == 0 ? 0 : data[0] * sealed.size() / 256;
  sealed[at] = static_cast<char>(sealed[at] ^ 1 << (size % 8));
  require(!is_taken(sealed), "a token that was changed is refused");
  return 0;
}
