// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/json_options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

/// Reads JSON on demand: the caller asks for the next value as what it should be, nothing is built
/// in between.
///
/// Used by `json_traits` of types that read themselves. Everything is validated, also what is
/// skipped and what follows the value, so malformed text never passes. Errors are `payload_error`s
/// that say where. Nesting is bounded. One thread at a time; made and destroyed on the same thread
/// (the room for a large text is that thread's and is reused).
class json_reader {
public:
  /// Of lists and objects in each other; what is deeper is refused.
  static constexpr std::size_t max_depth = 512;

  /// Copies `text`; it may be freed afterwards. Call `finish` after the value was read.
  explicit json_reader(std::string_view text, json_options options = {});
  ~json_reader();
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;

  /// What holds where a type does not say so itself.
  [[nodiscard]] const json_options& options() const noexcept { return options_; }

  /// The kind of the next value; reads nothing.
  [[nodiscard]] json_kind peek() const;
  /// True if the next value was a null; it is read then.
  bool try_null();

  /// The next value, which must be one.
  bool read_bool();
  /// A whole number, exact in all its 64 bits; `1.0` and `1e3` are refused.
  std::int64_t read_int64(std::int64_t min = INT64_MIN, std::int64_t max = INT64_MAX);
  /// The next value, which must be a whole number up to `max`.
  std::uint64_t read_uint64(std::uint64_t max = UINT64_MAX);
  /// The next value, which must be a number.
  double read_double();
  /// The next value, which must be a number.
  float read_float();
  /// Valid until the next call.
  std::string_view read_string();
  /// The same into a string of the caller's, which is quicker than to assign the view.
  void read_string(std::string& to);
  /// The bytes behind a base64 text; none behind a null.
  std::string read_base64();

  /// `begin_object(); while (next_member(key)) read the value or skip();`. The key is valid until
  /// the next call.
  void begin_object();
  /// The same, but false, with nothing entered, if the value was a null: some languages write that
  /// for what is empty.
  bool begin_object_unless_null();
  /// False at the end of the object; else `key` is the next member's, whose value is to be read.
  bool next_member(std::string_view& key);
  /// Enters the next member, as `next_member` does, if its name is written as `quoted`, a name in
  /// quotes with a colon behind it (`"id":`), and nothing but a comma lies before it. False leaves
  /// all as it is, and says nothing: `next_member` does. The quick way to an expected member.
  [[gnu::always_inline]] bool try_member(std::string_view quoted) {
    const char* at = at_;
    if (!frame_->is_object || (frame_->count != 0 && *at++ != ','))
      return false;
    if (static_cast<std::size_t>(end_ - at) < quoted.size()
        || std::memcmp(at, quoted.data(), quoted.size()) != 0)
      return false;
    frame_->key = at;
    ++frame_->count;
    at_ = at + quoted.size();
    return true;
  }
  /// `begin_array(); while (next_element()) read the value or skip();`.
  void begin_array();
  /// False for `null`, which is read as an empty list.
  bool begin_array_unless_null();
  /// False at the end of the list; else the next value is to be read.
  bool next_element() {
    if (*at_ != ',' || frame_->count == 0)
      return !try_end<']'>() && advance(']');
    ++at_;
    ++frame_->count;
    return true;
  }
  /// Leaves the object if nothing lies before its end. False leaves all as it is, and says nothing.
  bool try_end_object() { return try_end<'}'>(); }

  /// Reads over the next value.
  void skip();
  /// Reads over the next value and gives its text; valid as long as the reader.
  std::string_view raw();
  /// Refuses anything that follows the value.
  void finish();

  /// A place to come back to, for types that try one reading and then another.
  struct mark {
    const char* at;    ///< in the text
    std::size_t depth; ///< of what is open there
  };
  /// Where it is now.
  [[nodiscard]] mark position() const noexcept { return {at_, depth()}; }
  /// Back to where it was: what was read since can be read again, as something else.
  void rewind(mark to) noexcept {
    at_ = to.at;
    frame_ = frames_ + to.depth;
  }
  /// The same after a reading that did not fit, for types that try several. What was read in vain
  /// is counted: types within types that all try would need a time exponential in their depth, so a
  /// reader that is spent throws, and is malformed from then on.
  void rewind_to_retry(mark to);

  /// While true, structs want all their members but those that may be null. Types that try several
  /// readings ask for that first, so that the best fit wins and not the first. Returns what was set
  /// before.
  bool want_all_members(bool all) noexcept { return std::exchange(wants_all_members_, all); }
  /// Members that have a default are required too.
  [[nodiscard]] bool wants_all_members() const noexcept { return wants_all_members_; }

  /// Throws `at <place>: expected <what>, got <the next value>`.
  [[noreturn]] void expected(std::string_view what) const;
  /// Throws `at <place>: <problem>`.
  [[noreturn]] void fail(std::string problem) const;
  /// Throws `at <place>.<member>: the member is missing`.
  [[noreturn]] void missing(std::string_view member) const;
  /// True once something was found that no reading can make valid.
  [[nodiscard]] bool is_malformed() const noexcept { return malformed_; }

private:
  // What has been entered and not yet left: only what the text of an error needs.
  struct frame {
    const char* key;     // the current one's opening quote
    std::uint32_t count; // elements or members begun
    bool is_object;
  };
  static constexpr std::size_t shallow = 15;
  static constexpr std::size_t small_text = 512;
  // Readable bytes behind the text, zeros: no value goes on with one, so that none has to ask where
  // the text ends.
  static constexpr std::size_t padding = 16;

  [[nodiscard]] std::size_t depth() const noexcept {
    return static_cast<std::size_t>(frame_ - frames_);
  }
  // Where the next token begins.
  [[nodiscard]] const char* next() const noexcept {
    const char* at = at_;
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
      ++at;
    return at;
  }
  void take_word(std::string_view word);
  [[nodiscard]] const char* number_end(const char* begin, bool& is_integer) const;
  std::string_view take_string(std::string& room);
  [[gnu::noinline]] std::string_view
  take_escaped(const char* quote, const char* escape, std::string& room);
  template <class Integer>
  Integer read_integer(Integer min, Integer max);
  template <class Integer>
  [[gnu::noinline]] Integer read_unusual_integer(Integer min, Integer max);
  template <class Real>
  Real read_real();
  template <class Real>
  [[gnu::noinline]] Real read_unusual_real();
  template <bool IsObject>
  void begin();
  template <bool IsObject>
  bool begin_unless_null();
  template <char Closing>
  bool try_end() {
    if (*at_ != Closing || frame_->is_object != (Closing == '}') || frame_ == frames_)
      return false;
    ++at_;
    --frame_;
    return true;
  }
  [[gnu::noinline]] void deepen();
  bool advance(char closing);
  [[noreturn]] void malformed(std::string_view problem, const char* at) const;
  [[noreturn]] void malformed_string(const char* quote, const char* at) const;
  [[nodiscard]] std::string_view raw_string(const char* quote) const;
  [[nodiscard]] std::string describe_next() const;
  [[nodiscard]] std::string path() const;

  const char* at_; // behind what was read last
  frame* frame_;   // the innermost; the first one stands for the text itself
  frame* frames_ = shallow_frames_;
  frame* last_frame_ = shallow_frames_ + shallow;
  const char* text_;
  const char* end_;
  mutable bool malformed_ = false;
  bool wants_all_members_ = false;
  json_options options_;
  std::size_t wasted_ = 0; // bytes read in vain
  std::unique_ptr<frame[]> deep_frames_;
  std::unique_ptr<char[]> large_text_;
  std::size_t large_size_ = 0;
  std::string unescaped_key_;
  std::string unescaped_;
  frame shallow_frames_[shallow + 1];
  char small_text_[small_text];
};

} // namespace troupe
