// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/json_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// Writes compact JSON, one value after the other; commas and colons are its own business.
///
/// Used by `json_traits` of types that write themselves. Calls must nest as JSON does; that is not
/// checked. Throws `payload_error` for what JSON cannot hold (text that is not UTF-8, NaN) and for
/// what is nested deeper than `json_reader` goes. One thread at a time.
class json_writer {
public:
  /// An empty text.
  explicit json_writer(json_options options = {}) : options_(options) {}
  ~json_writer();
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;

  /// What holds where a type does not say so itself.
  [[nodiscard]] const json_options& options() const noexcept { return options_; }

  /// A value: `null`.
  void null() { raw("null"); }
  /// A value.
  void boolean(bool value) { raw(value ? "true" : "false"); }
  /// A value.
  void number(std::int64_t value);
  /// A value.
  void number(std::uint64_t value);
  /// The shortest text that reads back as the same number; whole numbers keep a `.0`, so that they
  /// stay floating.
  void number(double value);
  /// A value, with as few digits as read back the same.
  void number(float value);
  /// Escapes what must be escaped; everything else travels as UTF-8.
  void string(std::string_view text);
  /// Bytes as base64 text, as most JSON libraries do.
  void base64(std::string_view bytes);
  /// JSON text that is valid already.
  void raw(std::string_view json);

  /// What follows are keys, each with a value behind it.
  void begin_object() { open('{'); }
  /// Of the value that comes next.
  void key(std::string_view name);
  /// A key as it is to be written: in quotes, with a colon behind it.
  [[gnu::always_inline]] void quoted_key(std::string_view quoted) {
    reserve(quoted.size());
    std::memcpy(at_, quoted.data(), quoted.size());
    at_ += quoted.size();
  }
  /// Closes the object.
  void end_object() { close('}'); }
  /// What follows are values.
  void begin_array() { open('['); }
  /// Closes the list.
  void end_array() { close(']'); }

  /// All that was written.
  [[nodiscard]] std::string take() &&;

private:
  // A comma is written behind every value, so that none has to ask what lies before it; what closes
  // an array or object takes the last one back.
  void open(char bracket) {
    if (++depth_ > json_reader::max_depth) [[unlikely]]
      too_deep();
    reserve(1);
    *at_++ = bracket;
  }
  void close(char bracket) {
    --depth_;
    reserve(2);
    at_ -= at_[-1] == ',' ? 1 : 0;
    *at_++ = bracket;
    *at_++ = ',';
  }
  void reserve(std::size_t size) {
    if (static_cast<std::size_t>(limit_ - at_) < size) [[unlikely]]
      grow(size);
  }
  [[noreturn]] static void too_deep();
  [[gnu::noinline]] void grow(std::size_t size);
  void append(const char* from, std::size_t size);
  void escape(std::string_view text);
  template <class Real>
  void write_real(Real value);

  char* at_ = small_;
  char* begin_ = small_;
  char* limit_ = small_ + sizeof small_;
  std::unique_ptr<char[]> large_;
  std::size_t large_size_ = 0;
  std::size_t depth_ = 0;
  json_options options_;
  char small_[512];
};

} // namespace troupe
