// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/common/v1/message.pb.h>

#include <algorithm>

namespace troupe {

namespace api = temporal::api::common::v1;

namespace {

// Protobuf's maps have no order of their own; `encoding` first, then by name, so that equal
// payloads are equal.
void sort_metadata(payload& made) {
  const auto rank = [](const auto& entry) {
    return std::pair{entry.first != "encoding", std::string_view{entry.first}};
  };
  if (made.metadata.size() > 1)
    std::sort(made.metadata.begin(), made.metadata.end(), [&](const auto& a, const auto& b) {
      return rank(a) < rank(b);
    });
}

void copy_metadata(const payload& from, api::Payload& to) {
  to.Clear();
  for (const auto& [key, value] : from.metadata)
    (*to.mutable_metadata())[key] = value;
}

std::string_view find(const api::Payload& from, const char* key) {
  const auto found = from.metadata().find(key);
  return found == from.metadata().end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace

payload from_proto(const api::Payload& from) {
  payload made;
  made.metadata.reserve(from.metadata().size());
  for (const auto& [key, value] : from.metadata())
    made.metadata.emplace_back(key, value);
  sort_metadata(made);
  made.data = from.data();
  return made;
}

payload from_proto(api::Payload&& from) {
  payload made;
  made.metadata.reserve(from.metadata().size());
  for (auto& [key, value] : *from.mutable_metadata())
    made.metadata.emplace_back(key, std::move(value));
  sort_metadata(made);
  made.data = std::move(*from.mutable_data());
  return made;
}

void to_proto(const payload& from, api::Payload& to) {
  copy_metadata(from, to);
  to.set_data(from.data);
}

void to_proto(payload&& from, api::Payload& to) {
  copy_metadata(from, to);
  to.set_data(std::move(from.data));
}

payloads from_proto(const api::Payloads& from) {
  payloads all;
  all.reserve(static_cast<std::size_t>(from.payloads_size()));
  for (const auto& one : from.payloads())
    all.push_back(from_proto(one));
  return all;
}

void to_proto(const payloads& from, api::Payloads& to) {
  to.Clear();
  for (const auto& one : from)
    to_proto(one, *to.add_payloads());
}

void to_proto(payloads&& from, api::Payloads& to) {
  to.Clear();
  for (auto& one : from)
    to_proto(std::move(one), *to.add_payloads());
}

payload_view view_of(const api::Payload& from) {
  return {find(from, "encoding"), find(from, "messageType"), from.data()};
}

} // namespace troupe
