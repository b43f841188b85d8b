// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/workflow_task/workflow_token.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/protocol/json_value.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace troupe::embedded {
namespace {

constexpr char workflow_mark = 'W';
constexpr char activity_mark = 'A';
constexpr char operation_mark = 'N';

void append(std::string& out, std::uint64_t number) {
  char bytes[8];
  for (int at = 0; at < 8; ++at)
    bytes[at] = static_cast<char>(number >> (8 * at) & 255);
  out.append(bytes, sizeof bytes);
}

void append(std::string& out, std::string_view text) {
  append(out, static_cast<std::uint64_t>(text.size()));
  out += text;
}

class reader {
public:
  explicit reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    if (rest_.size() < 8) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (int at = 7; at >= 0; --at)
      value = value << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(at)]);
    rest_.remove_prefix(8);
    return value;
  }

  std::string text() {
    const auto size = number();
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string value{rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return value;
  }

  [[nodiscard]] bool complete() const { return ok_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool ok_ = true;
};

std::string encode_task(char mark, const workflow_token& token, const token_key& key) {
  std::string out;
  out.reserve(
      57 + seal_size + token.namespace_id.size() + token.workflow_id.size() + token.run_id.size());
  out += mark;
  append(out, token.namespace_id);
  append(out, token.workflow_id);
  append(out, token.run_id);
  append(out, static_cast<std::uint64_t>(token.scheduled_event_id));
  append(out, static_cast<std::uint64_t>(token.started_event_id));
  append(out, static_cast<std::uint64_t>(token.attempt));
  append(out, token.stamp);
  seal(out, key);
  return out;
}

std::optional<workflow_token> decode_task(char mark, std::string_view bytes, const token_key& key) {
  if (bytes.empty() || bytes.front() != mark)
    return std::nullopt;
  const auto unsealed = unseal(bytes, key);
  if (!unsealed)
    return std::nullopt;
  reader in{unsealed->substr(1)};
  workflow_token token;
  token.namespace_id = in.text();
  token.workflow_id = in.text();
  token.run_id = in.text();
  token.scheduled_event_id = static_cast<std::int64_t>(in.number());
  token.started_event_id = static_cast<std::int64_t>(in.number());
  token.attempt = static_cast<std::int32_t>(in.number());
  token.stamp = in.number();
  if (!in.complete())
    return std::nullopt;
  return token;
}

} // namespace

std::string encode(const workflow_token& token, const token_key& key) {
  return encode_task(workflow_mark, token, key);
}

std::optional<workflow_token> decode_workflow_token(std::string_view bytes, const token_key& key) {
  return decode_task(workflow_mark, bytes, key);
}

std::string encode_activity(const workflow_token& token, const token_key& key) {
  return encode_task(activity_mark, token, key);
}

std::optional<workflow_token> decode_activity_token(std::string_view bytes, const token_key& key) {
  return decode_task(activity_mark, bytes, key);
}

std::string encode(const operation_token_ref& token, const token_key& key) {
  std::string out;
  out.reserve(
      41 + seal_size + token.namespace_id.size() + token.workflow_id.size() + token.run_id.size()
      + token.request_id.size());
  out += operation_mark;
  append(out, token.namespace_id);
  append(out, token.workflow_id);
  append(out, token.run_id);
  append(out, static_cast<std::uint64_t>(token.scheduled_event_id));
  append(out, token.request_id);
  seal(out, key);
  return R"({"v":1,"d":")" + to_base64url(out, true) + "\"}";
}

std::optional<operation_token_ref>
decode_callback_token(std::string_view text, const token_key& key) {
  const auto json = protocol::parse_json(text);
  if (!json || json->is != protocol::json_value::type::object)
    return std::nullopt;
  std::string_view version, data;
  for (std::size_t i = 0; i < json->names.size(); ++i) {
    if (json->names[i] == "v")
      version = json->items[i].text;
    else if (json->names[i] == "d")
      data = json->items[i].text;
  }
  std::string bytes;
  if (version != "1" || !decode_base64(data, bytes) || !bytes.starts_with(operation_mark))
    return std::nullopt;
  const auto unsealed = unseal(bytes, key);
  if (!unsealed)
    return std::nullopt;
  reader in{unsealed->substr(1)};
  operation_token_ref token;
  token.namespace_id = in.text();
  token.workflow_id = in.text();
  token.run_id = in.text();
  token.scheduled_event_id = static_cast<std::int64_t>(in.number());
  token.request_id = in.text();
  if (!in.complete())
    return std::nullopt;
  return token;
}

} // namespace troupe::embedded
