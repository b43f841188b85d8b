// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Writes compact JSON, one value after the other; commas and colons are its own business.
///
/// Used by `json_traits` of types that write themselves. Calls must nest as JSON does; that is not
/// checked. Throws `payload_error` for what JSON cannot hold (text that is not UTF-8, NaN). One
/// thread at a time.
class json_writer {
public:
  json_writer() = default;
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;

  void null() { literal("null"); }
  void boolean(bool value) { literal(value ? "true" : "false"); }
  void number(std::int64_t value);
  void number(std::uint64_t value);
  /// The shortest text that reads back as the same number; whole numbers keep a `.0`, so that they
  /// stay floating.
  void number(double value);
  void number(float value);
  /// Escapes what must be escaped; everything else travels as UTF-8.
  void string(std::string_view text);
  /// Bytes as base64 text, as most JSON libraries do.
  void base64(std::string_view bytes);
  /// JSON text that is valid already.
  void raw(std::string_view json) { literal(json); }

  void begin_object() { open('{'); }
  void key(std::string_view name);
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  [[nodiscard]] std::string take() && { return static_cast<std::string&&>(out_); }

private:
  void separate() {
    if (comma_)
      out_ += ',';
    comma_ = true;
  }
  void literal(std::string_view text) {
    separate();
    out_ += text;
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
  }
  void close(char bracket) {
    out_ += bracket;
    comma_ = true;
  }
  void quote(std::string_view text);

  std::string out_;
  bool comma_ = false;
};

} // namespace troupe
