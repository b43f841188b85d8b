// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/sync_answer.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::nexus {

namespace {

// Every field here is length-delimited and its number below 16, so a tag is one byte.
constexpr std::size_t varint_size(std::size_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    ++size;
  return size;
}

constexpr std::size_t field_size(std::size_t length) {
  return 1 + varint_size(length) + length;
}

// A string or bytes field; proto3 leaves empty ones out.
std::size_t text_size(std::string_view text) {
  return text.empty() ? 0 : field_size(text.size());
}

void begin(std::string& out, int field, std::size_t length) {
  out += static_cast<char>(field << 3 | 2);
  for (; length >= 0x80; length >>= 7)
    out += static_cast<char>(length | 0x80);
  out += static_cast<char>(length);
}

void text(std::string& out, int field, std::string_view value) {
  if (value.empty())
    return;
  begin(out, field, value.size());
  out += value;
}

// Map entries carry key and value even if they are empty, as protobuf writes them.
std::size_t entry_size(const std::pair<std::string, std::string>& entry) {
  return field_size(entry.first.size()) + field_size(entry.second.size());
}

std::size_t payload_size(const payload& value) {
  std::size_t size = text_size(value.data);
  for (const auto& entry : value.metadata)
    size += field_size(entry_size(entry));
  return size;
}

// All but the data, which lies behind its beginning.
void begin_payload(std::string& out, const payload& value) {
  for (const auto& entry : value.metadata) {
    begin(out, 1, entry_size(entry));
    begin(out, 1, entry.first.size());
    out += entry.first;
    begin(out, 2, entry.second.size());
    out += entry.second;
  }
  if (!value.data.empty())
    begin(out, 2, value.data.size());
}

// What was written, with the data at its place in between.
rpc::bytes with_data(std::string written, std::size_t at, std::string data) {
  struct parts {
    std::string written;
    std::string data;
  };
  const auto owner = std::make_shared<const parts>(std::move(written), std::move(data));
  const std::string_view around = owner->written;
  std::vector<std::string_view> slices{around.substr(0, at), owner->data};
  if (at != around.size())
    slices.push_back(around.substr(at));
  return {owner, std::move(slices)};
}

std::size_t link_size(const link& each) {
  return text_size(each.url) + text_size(each.type);
}

} // namespace

rpc::bytes write_sync_answer(
    const dispatch_environment& environment,
    const nexus_task& task,
    payload value,
    std::span<const link> links) {
  const auto payload_bytes = payload_size(value);
  auto success = field_size(payload_bytes);
  for (const auto& each : links)
    success += field_size(link_size(each));
  const auto start_operation = field_size(success);  // StartOperationResponse.sync_success
  const auto response = field_size(start_operation); // Response.start_operation
  const bool is_copied = value.data.size() < rpc::copy_below;

  std::string out;
  out.reserve(
      text_size(environment.name_space) + text_size(environment.identity) + text_size(task.token)
      + field_size(response) + text_size(task.poller_group_id)
      - (is_copied ? 0 : value.data.size()));
  text(out, 1, environment.name_space);
  text(out, 2, environment.identity);
  text(out, 3, task.token);
  begin(out, 4, response);
  begin(out, 1, start_operation);
  begin(out, 1, success);
  begin(out, 1, payload_bytes);
  begin_payload(out, value);
  const auto data_at = out.size();
  if (is_copied)
    out += value.data;
  for (const auto& each : links) {
    begin(out, 2, link_size(each));
    text(out, 1, each.url);
    text(out, 2, each.type);
  }
  text(out, 5, task.poller_group_id);
  if (is_copied)
    return rpc::bytes{std::move(out)};
  return with_data(std::move(out), data_at, std::move(value.data));
}

} // namespace troupe::nexus
