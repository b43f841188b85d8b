// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// The kinds of JSON values, as bits, so that a set of them is one number.
enum class json_kind : unsigned {
  null = 1,
  boolean = 2,
  number = 4,
  string = 8,
  array = 16,
  object = 32,
};

namespace detail {
struct json_scratch;
}

/// Reads JSON on demand: the caller asks for the next value as what it should be, nothing is built
/// in between.
///
/// Used by `json_traits` of types that read themselves. Everything is validated, also what is
/// skipped and what follows the value, so malformed text never passes. Errors are `payload_error`s
/// that say where. Nesting is bounded. One thread at a time; made and destroyed on the same thread
/// (its buffers are that thread's and are reused).
class json_reader {
public:
  static constexpr std::size_t max_depth = 512;

  /// Copies `text`; it may be freed afterwards. Call `finish` after the value was read.
  explicit json_reader(std::string_view text);
  ~json_reader();
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;

  /// The kind of the next value; reads nothing.
  [[nodiscard]] json_kind peek() const;
  /// True if the next value was a null; it is read then.
  bool try_null();

  bool read_bool();
  /// A whole number, exact in all its 64 bits; `1.0` and `1e3` are refused.
  std::int64_t read_int64(std::int64_t min = INT64_MIN, std::int64_t max = INT64_MAX);
  std::uint64_t read_uint64(std::uint64_t max = UINT64_MAX);
  double read_double();
  float read_float();
  /// Valid until the next call.
  std::string_view read_string();
  /// The bytes behind a base64 text.
  std::string read_base64();

  /// `begin_object(); while (next_member(key)) read the value or skip();`. The key is valid until
  /// the next call.
  void begin_object();
  bool next_member(std::string_view& key);
  /// `begin_array(); while (next_element()) read the value or skip();`.
  void begin_array();
  bool next_element();

  /// Reads over the next value.
  void skip();
  /// Reads over the next value and gives its text; valid as long as the reader.
  std::string_view raw();
  /// Refuses anything that follows the value.
  void finish();

  /// A place to come back to, for types that try one reading and then another.
  struct mark {
    std::size_t token;
    std::size_t depth;
  };
  [[nodiscard]] mark position() const noexcept { return {token_, depth_}; }
  void rewind(mark to) noexcept {
    token_ = to.token;
    depth_ = to.depth;
  }

  /// Throws `at <place>: expected <what>, got <the next value>`.
  [[noreturn]] void expected(std::string_view what) const;
  /// Throws `at <place>: <problem>`.
  [[noreturn]] void fail(std::string problem) const;
  /// Throws `at <place>.<member>: the member is missing`.
  [[noreturn]] void missing(std::string_view member) const;
  /// True once something was found that no reading can make valid.
  [[nodiscard]] bool is_malformed() const noexcept { return malformed_; }

private:
  [[nodiscard]] char head() const noexcept;
  [[nodiscard]] const char* token_begin() const noexcept;
  [[nodiscard]] const char* token_end() const noexcept;
  void take_token() noexcept;
  void take_word(std::string_view word);
  std::string_view number(bool& is_integer) const;
  std::string_view string(std::string& room) const;
  template <class Integer>
  Integer read_integer(Integer min, Integer max);
  template <class Real>
  Real read_real();
  void begin(bool is_object);
  bool advance(char closing);
  [[noreturn]] void malformed(std::string_view problem, const char* at) const;
  [[nodiscard]] std::string describe_next() const;
  [[nodiscard]] std::string path() const;

  std::unique_ptr<detail::json_scratch> scratch_;
  const char* text_ = nullptr;
  const std::uint32_t* tokens_ =
      nullptr; // offsets of the structural characters and of the first byte of scalars
  std::size_t token_count_ = 0;
  std::size_t token_ = 0;
  std::size_t depth_ = 0;
  const char* end_ = nullptr; // behind the last value read
  std::size_t length_ = 0;
  mutable bool malformed_ = false;
};

} // namespace troupe
