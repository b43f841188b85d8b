// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// One encoded value as it travels: bytes and the metadata that says how to read them
/// (`temporal.api.common.v1.Payload`).
///
/// `metadata["encoding"]` is one of `binary/null`, `binary/plain`, `json/protobuf`,
/// `binary/protobuf`, `json/plain`, or what a codec made of it. A plain value: copy, move and
/// compare freely.
struct payload {
  /// Few entries (one or two in practice), so a flat list beats a map. Keys are unique.
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string data; ///< as the encoding says

  /// The value of a metadata key, empty if it is not there.
  [[nodiscard]] std::string_view get(std::string_view key) const noexcept {
    for (const auto& [name, value] : metadata)
      if (name == key)
        return value;
    return {};
  }
  /// `json/plain`, `binary/null`, ...; empty if nobody says.
  [[nodiscard]] std::string_view encoding() const noexcept { return get("encoding"); }

  /// Adds an entry, or replaces it.
  void set(std::string_view key, std::string_view value) {
    for (auto& [name, old] : metadata)
      if (name == key) {
        old = value;
        return;
      }
    metadata.emplace_back(std::string{key}, std::string{value});
  }

  friend bool operator==(const payload&, const payload&) = default;
};

/// A payload whose bytes lie elsewhere (a received message); valid as long as that memory is.
struct payload_view {
  std::string_view encoding; ///< `json/plain`, `binary/null`, ...
  std::string_view
      message_type;      ///< full name of the message for the two protobuf encodings, else empty
  std::string_view data; ///< as the encoding says

  payload_view() = default;
  /// Of parts that lie elsewhere.
  payload_view(std::string_view encoding_, std::string_view message_type_, std::string_view data_)
      : encoding(encoding_), message_type(message_type_), data(data_) {}
  /// Of a payload, which must outlive it.
  payload_view(const payload& from)
      : encoding(from.encoding()), message_type(from.get("messageType")), data(from.data) {}
};

/// Arguments or results, in their order.
using payloads = std::vector<payload>;

} // namespace troupe
