// SPDX-License-Identifier: Apache-2.0
//
// One pass over the text, driven by the caller, who knows what should come next: there is nothing
// to build in between, and what was read was validated. Against this, simdjson's parsers first find
// all tokens, and its On-Demand front neither validates what it skips nor goes back, which variants
// need; only its check of UTF-8 is used. The text lies in room of ours with zeros behind it, which
// no value goes on with: so nothing asks where the text ends.
#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/json_bytes.hpp"
#include "runtime/payload/json_chars.hpp"
#include "runtime/payload/json_path.hpp"
#include "runtime/payload/json_room.hpp"
#include "runtime/payload/json_unescape.hpp"

#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/payload_error.hpp>

#include <algorithm>
#include <cstring>

namespace troupe {
namespace {

json_room& spare_room() {
  thread_local json_room spare;
  return spare;
}

} // namespace

// -- the text and the way through it --------------------------------------------------------------

// The arrays are left as they are: setting them to zeros would cost more than to read a small text.
json_reader::json_reader(std::string_view text, json_options options) : options_(options) {
  char* room = small_text_;
  if (text.size() + padding > small_text) {
    auto [bytes, size] = json_room::borrow(spare_room(), text.size() + padding);
    large_text_ = std::move(bytes);
    large_size_ = size;
    room = large_text_.get();
  }
  if (!text.empty())
    std::memcpy(room, text.data(), text.size());
  std::memset(room + text.size(), 0, padding);
  text_ = room;
  end_ = room + text.size();
  at_ = room;
  frame_ = frames_;
  *frame_ = {nullptr, 0, false};
  if (!is_utf8(text))
    malformed("the text is not valid UTF-8", nullptr);
  if (next() == end_)
    malformed("there is no value", end_);
}

json_reader::~json_reader() {
  if (large_text_)
    json_room::put_back(spare_room(), {std::move(large_text_), large_size_});
}

json_kind json_reader::peek() const {
  const auto* at = next();
  switch (*at) {
  case '{': return json_kind::object;
  case '[': return json_kind::array;
  case '"': return json_kind::string;
  case 't':
  case 'f': return json_kind::boolean;
  case 'n': return json_kind::null;
  case '-':
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7':
  case '8':
  case '9': return json_kind::number;
  default: malformed("expected a value", at);
  }
}

template <bool IsObject>
inline bool json_reader::begin_unless_null() {
  const auto* at = next();
  if (*at != (IsObject ? '{' : '[')) [[unlikely]] {
    if (try_null())
      return false;
    expected(IsObject ? "object" : "array");
  }
  if (frame_ == last_frame_) [[unlikely]]
    deepen();
  *++frame_ = {nullptr, 0, IsObject};
  at_ = at + 1;
  return true;
}

template <bool IsObject>
inline void json_reader::begin() {
  const auto start = at_;
  if (begin_unless_null<IsObject>()) [[likely]]
    return;
  at_ = start;
  expected(IsObject ? "object" : "array");
}

void json_reader::rewind_to_retry(mark to) {
  // Generous for data, where each value is tried a few times: only nesting gets here.
  constexpr std::size_t free = 65'536, times = 64, attempt = 16;
  wasted_ += static_cast<std::size_t>(std::max<std::ptrdiff_t>(at_ - to.at, 0)) + attempt;
  rewind(to);
  if (wasted_ > free + times * static_cast<std::size_t>(end_ - text_))
    malformed("there are too many ways to read it as the types ask for", to.at);
}

void json_reader::deepen() {
  if (deep_frames_)
    malformed("nested too deeply", next());
  deep_frames_ = std::make_unique<frame[]>(max_depth + 1);
  std::copy(frames_, last_frame_ + 1, deep_frames_.get());
  frame_ = deep_frames_.get() + depth();
  frames_ = deep_frames_.get();
  last_frame_ = frames_ + max_depth;
}

// True if another element or member follows, false behind the closing bracket.
bool json_reader::advance(char closing) {
  const auto* at = next();
  if (frame_ == frames_)
    malformed("expected an array or object", at);
  if (*at == closing) {
    at_ = at + 1;
    --frame_;
    return false;
  }
  if (frame_->count != 0) {
    if (*at != ',')
      malformed(closing == '}' ? "expected ',' or '}'" : "expected ',' or ']'", at);
    ++at;
  }
  at_ = at;
  ++frame_->count;
  return true;
}

void json_reader::begin_object() {
  begin<true>();
}

bool json_reader::next_member(std::string_view& key) {
  if (!advance('}'))
    return false;
  at_ = next();
  if (*at_ != '"')
    malformed("expected a member's name", at_);
  frame_->key = at_;
  key = take_string(unescaped_key_);
  const auto* at = next();
  if (*at != ':')
    malformed("expected ':'", at);
  at_ = at + 1;
  return true;
}

void json_reader::begin_array() {
  begin<false>();
}

bool json_reader::begin_object_unless_null() {
  return begin_unless_null<true>();
}

bool json_reader::begin_array_unless_null() {
  return begin_unless_null<false>();
}

void json_reader::skip() {
  const auto outer = depth();
  bool is_integer = false;
  while (true) {
    switch (peek()) {
    case json_kind::null: take_word("null"); break;
    case json_kind::boolean: read_bool(); break;
    case json_kind::string: read_string(); break;
    case json_kind::number: at_ = number_end(next(), is_integer); break;
    case json_kind::array: begin<false>(); break;
    case json_kind::object: begin<true>(); break;
    }
    // On to the next value inside what was entered, or out of it.
    std::string_view key;
    while (depth() != outer && !(frame_->is_object ? next_member(key) : next_element())) {
    }
    if (depth() == outer)
      return;
  }
}

std::string_view json_reader::raw() {
  const auto* begin = next();
  skip();
  return {begin, static_cast<std::size_t>(at_ - begin)};
}

void json_reader::finish() {
  if (next() != end_)
    malformed("something follows the value", next());
}

// -- words and texts ------------------------------------------------------------------------------

void json_reader::take_word(std::string_view word) {
  const auto* at = next();
  // The longest word is shorter than the zeros behind the text.
  if (std::memcmp(at, word.data(), word.size()) != 0 || !ends_scalar(at[word.size()]))
    malformed("expected a value", at);
  at_ = at + word.size();
}

bool json_reader::try_null() {
  if (*next() != 'n')
    return false;
  take_word("null");
  return true;
}

bool json_reader::read_bool() {
  const auto* at = next();
  if (std::memcmp(at, "true", 4) == 0 && ends_scalar(at[4])) {
    at_ = at + 4;
    return true;
  }
  if (*at != 't' && *at != 'f')
    expected("boolean");
  take_word("false");
  return false;
}

// The text of the string whose quote lies at `at_`: as it lies there, or unescaped into `room`.
inline std::string_view json_reader::take_string(std::string& room) {
  const auto* begin = at_ + 1;
  const auto* stop = json_bytes::find_interrupt(begin);
  if (*stop != '"')
    return take_escaped(at_, stop, room);
  at_ = stop + 1;
  return {begin, static_cast<std::size_t>(stop - begin)};
}

std::string_view
json_reader::take_escaped(const char* quote, const char* escape, std::string& room) {
  room.clear();
  const auto* copied = quote + 1;
  const auto* at = escape;
  while (*at == '\\') {
    room.append(copied, at);
    copied = append_unescaped(room, at, end_);
    if (copied == nullptr)
      malformed("an escape that JSON does not have", at);
    at = json_bytes::find_interrupt(copied);
  }
  if (*at != '"')
    malformed_string(quote, at);
  room.append(copied, at);
  at_ = at + 1;
  return room;
}

std::string_view json_reader::read_string() {
  const auto* at = next();
  if (*at != '"')
    expected("string");
  at_ = at;
  return take_string(unescaped_);
}

void json_reader::read_string(std::string& to) {
  // What most strings hold without allocation, and what the padding makes readable.
  constexpr std::size_t inline_size = 15;
  static_assert(inline_size < padding);
  const auto text = read_string();
  if (text.size() > inline_size || text.data() == unescaped_.data()
      || to.capacity() != inline_size) {
    to.assign(text);
    return;
  }
  // Always to copy as much, and then to make it shorter, takes no call and no loop.
  std::destroy_at(&to);
  std::construct_at(&to, text.data(), inline_size)->resize(text.size());
}

std::string json_reader::read_base64() {
  if (try_null())
    return {};
  const auto start = position();
  std::string bytes;
  if (peek() != json_kind::string || !decode_base64(read_string(), bytes)) {
    rewind(start);
    expected("base64 text");
  }
  return bytes;
}

// -- errors ---------------------------------------------------------------------------------------

void json_reader::malformed(std::string_view problem, const char* at) const {
  malformed_ = true;
  std::string text = "malformed JSON";
  if (at != nullptr)
    text += at == end_ ? " at its end" : " at byte " + std::to_string(at - text_);
  text.append(": ").append(problem);
  throw payload_error{text};
}

// For a string that `at` interrupts with neither a quote nor an escape.
void json_reader::malformed_string(const char* quote, const char* at) const {
  if (at == end_)
    malformed("a string is not closed", quote);
  malformed("a control character in a string", at);
}

// The text between the quotes, as it is written.
std::string_view json_reader::raw_string(const char* quote) const {
  const auto* at = json_bytes::find_interrupt(quote + 1);
  while (*at == '\\' && at + 1 != end_)
    at = json_bytes::find_interrupt(at + 2);
  if (*at != '"')
    malformed_string(quote, *at == '\\' ? end_ : at);
  return {quote + 1, static_cast<std::size_t>(at - quote) - 1};
}

std::string json_reader::describe_next() const {
  const auto shortened = [](std::string_view text) { return excerpt(text, 60); };
  const auto* begin = next();
  const auto up_to = [&](const char* end) {
    return std::string_view{begin, static_cast<std::size_t>(end - begin)};
  };
  bool is_integer = false;
  switch (peek()) {
  case json_kind::null: return "null";
  case json_kind::boolean:
    return shortened(up_to(std::find_if(begin, end_, [](char c) { return ends_scalar(c); })));
  case json_kind::number: return "number " + shortened(up_to(number_end(begin, is_integer)));
  case json_kind::string: return "string \"" + shortened(raw_string(begin)) + "\"";
  case json_kind::array: return "array";
  case json_kind::object: break;
  }
  return "object";
}

std::string json_reader::path() const {
  std::string path;
  for (const auto* entered = frames_ + 1; entered <= frame_; ++entered) {
    if (entered->count == 0)
      continue;
    if (entered->is_object)
      append_json_path(path, raw_string(entered->key));
    else
      append_json_path(path, entered->count - 1);
  }
  return path;
}

void json_reader::expected(std::string_view what) const {
  fail("expected " + std::string{what} + ", got " + describe_next());
}

void json_reader::fail(std::string problem) const {
  throw payload_error{path(), std::move(problem)};
}

void json_reader::missing(std::string_view member) const {
  auto where = path();
  append_json_path(where, member);
  throw payload_error{std::move(where), "the member is missing"};
}

} // namespace troupe
