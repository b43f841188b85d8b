// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/matching_token.hpp"

#include <cstdint>

namespace troupe::embedded {

namespace {

/// First byte of every token of matching; workflow task tokens begin otherwise.
constexpr char mark = '\x7f';

void append(std::string& out, std::string_view part) {
  for (auto left = part.size();; left >>= 7) {
    if (left < 0x80) {
      out += static_cast<char>(left);
      break;
    }
    out += static_cast<char>((left & 0x7f) | 0x80);
  }
  out += part;
}

bool take(std::string_view& bytes, std::string& out) {
  std::uint64_t size = 0;
  for (int shift = 0;; shift += 7) {
    if (bytes.empty() || shift > 28)
      return false;
    const auto next = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    size |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if (next < 0x80)
      break;
  }
  if (size > bytes.size())
    return false;
  out = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

} // namespace

std::string encode(const matching_token& token, const token_key& key) {
  std::string out;
  out.reserve(
      token.namespace_id.size() + token.task_queue.size() + token.task_id.size() + 8 + seal_size);
  out += mark;
  out += static_cast<char>(token.what);
  append(out, token.namespace_id);
  append(out, token.task_queue);
  append(out, token.task_id);
  seal(out, key);
  return out;
}

std::optional<matching_token>
decode_matching_token(matching_token::kind wanted, std::string_view sealed, const token_key& key) {
  const auto unsealed = unseal(sealed, key);
  if (!unsealed)
    return std::nullopt;
  auto bytes = *unsealed;
  if (bytes.size() < 2 || bytes[0] != mark || bytes[1] != static_cast<char>(wanted))
    return std::nullopt;
  bytes.remove_prefix(2);
  matching_token token;
  token.what = wanted;
  if (!take(bytes, token.namespace_id) || !take(bytes, token.task_queue)
      || !take(bytes, token.task_id) || !bytes.empty() || token.task_id.empty())
    return std::nullopt;
  return token;
}

} // namespace troupe::embedded
