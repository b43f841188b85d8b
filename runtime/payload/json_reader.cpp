// SPDX-License-Identifier: Apache-2.0
//
// simdjson finds where every token begins and checks UTF-8 and quotes (its stage 1, with the best
// instructions that the machine has); the tokens are then read on demand from here. simdjson's own
// On-Demand front is not used, because it neither validates what it skips nor goes back, which
// variants need.
#include "runtime/payload/base64.hpp"
#include "runtime/payload/json_path.hpp"
#include "runtime/payload/utf8.hpp"

#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/payload_error.hpp>

#include <simdjson.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace troupe {
namespace detail {

struct json_frame {
  bool is_object = false;
  std::uint32_t count = 0; // elements or members begun
  std::size_t key = 0;     // token of the current key
};

// The memory of one reader, reused by the next one on the same thread.
struct json_scratch {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
  std::vector<char> padded;
  std::vector<json_frame> frames;
  std::string key;
  std::string text;
};

} // namespace detail

namespace {

// Large documents are rare; their buffers are given back instead of being kept on every thread.
constexpr std::size_t largest_kept = 1 << 20;
constexpr std::size_t scratches_kept = 4;

std::vector<std::unique_ptr<detail::json_scratch>>& free_scratches() {
  thread_local std::vector<std::unique_ptr<detail::json_scratch>> local;
  return local;
}

std::unique_ptr<detail::json_scratch> borrow_scratch() {
  auto& free = free_scratches();
  if (free.empty())
    return std::make_unique<detail::json_scratch>();
  auto scratch = std::move(free.back());
  free.pop_back();
  return scratch;
}

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

// The four digits of a \u escape; -1 if they are none.
int code_unit(const char* at, const char* end) {
  if (end - at < 4)
    return -1;
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0)
      return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

void append_utf8(std::string& to, char32_t code) {
  const auto low_bits = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xc0 | code >> 6);
    to += low_bits(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xe0 | code >> 12);
    to += low_bits(6);
    to += low_bits(0);
  } else {
    to += static_cast<char>(0xf0 | code >> 18);
    to += low_bits(12);
    to += low_bits(6);
    to += low_bits(0);
  }
}

// Appends the text of a \u escape whose digits begin at `at`, a pair of surrogates taken together;
// where it ends, or null if it names no character.
const char* append_unicode_escape(std::string& to, const char* at, const char* end) {
  const int first = code_unit(at, end);
  if (first < 0 || (first >= 0xdc00 && first < 0xe000))
    return nullptr;
  if (first < 0xd800 || first >= 0xe000) {
    append_utf8(to, static_cast<char32_t>(first));
    return at + 4;
  }
  if (end - at < 10 || at[4] != '\\' || at[5] != 'u')
    return nullptr;
  const int second = code_unit(at + 6, end);
  if (second < 0xdc00 || second >= 0xe000)
    return nullptr;
  append_utf8(to, static_cast<char32_t>(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
  return at + 10;
}

// Where the number ends that begins at `at` (the text behind it is no digit), null if it is not one
// as JSON has it.
const char* scan_number(const char* at, const char* end, bool& is_integer) {
  const auto digits = [&] {
    const auto* first = at;
    while (at != end && is_digit(*at))
      ++at;
    return at != first;
  };
  is_integer = true;
  if (at != end && *at == '-')
    ++at;
  if (at != end && *at == '0')
    ++at;
  else if (!digits())
    return nullptr;
  if (at != end && *at == '.') {
    is_integer = false;
    ++at;
    if (!digits())
      return nullptr;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    is_integer = false;
    ++at;
    if (at != end && (*at == '+' || *at == '-'))
      ++at;
    if (!digits())
      return nullptr;
  }
  return at;
}

template <class Real>
bool to_real(std::string_view text, Real& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{})
    return true;
  // Too small is as good as zero, too large is not a number; from_chars does not say which of the
  // two it was.
  const std::string copy{text};
  const double wide = std::strtod(copy.c_str(), nullptr);
  if (wide > 1 || wide < -1)
    return false;
  value = static_cast<Real>(wide);
  return true;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text);
}

std::string to_valid_utf8(std::string text) {
  if (!is_utf8(text))
    for (char& c : text)
      if (static_cast<unsigned char>(c) >= 0x80)
        c = '?';
  return text;
}

void append_json_path(std::string& path, std::string_view key) {
  bool plain = !key.empty();
  for (const char c : key)
    plain = plain
            && (is_digit(c) || c == '_' || c == '-' || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z'));
  if (plain)
    path.append(".").append(key);
  else
    path.append("[\"").append(key).append("\"]");
}

void append_json_path(std::string& path, std::size_t index) {
  path.append("[").append(std::to_string(index)).append("]");
}

json_reader::json_reader(std::string_view text) : scratch_(borrow_scratch()), length_(text.size()) {
  auto& scratch = *scratch_;
  const auto needed = text.size() + simdjson::SIMDJSON_PADDING;
  if (scratch.padded.size() < needed)
    scratch.padded.resize(needed + needed / 2);
  if (!text.empty())
    std::memcpy(scratch.padded.data(), text.data(), text.size());
  std::memset(scratch.padded.data() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  text_ = scratch.padded.data();
  end_ = text_;
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    malformed("there is no value", text_);

  auto error = simdjson::SUCCESS;
  if (!scratch.stage1)
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        scratch.padded.size(), simdjson::DEFAULT_MAX_DEPTH, scratch.stage1);
  else if (scratch.stage1->capacity() < text.size())
    error = scratch.stage1->set_capacity(scratch.padded.size());
  if (!error)
    error = scratch.stage1->stage1(
        reinterpret_cast<const std::uint8_t*>(text_), text.size(), simdjson::stage1_mode::regular);
  switch (error) {
  case simdjson::SUCCESS: break;
  case simdjson::UTF8_ERROR: malformed("the text is not valid UTF-8", nullptr);
  case simdjson::UNCLOSED_STRING: malformed("a string is not closed", nullptr);
  case simdjson::UNESCAPED_CHARS: malformed("a control character in a string", nullptr);
  default: malformed(simdjson::error_message(error), nullptr);
  }
  tokens_ = scratch.stage1->structural_indexes.get();
  token_count_ = scratch.stage1->n_structural_indexes;
}

json_reader::~json_reader() {
  auto& free = free_scratches();
  if (scratch_ && free.size() < scratches_kept && scratch_->padded.size() <= largest_kept)
    free.push_back(std::move(scratch_));
}

char json_reader::head() const noexcept {
  return token_ < token_count_ ? text_[tokens_[token_]] : '\0';
}

const char* json_reader::token_begin() const noexcept {
  return text_ + (token_ < token_count_ ? tokens_[token_] : length_);
}

// A token reaches to the blanks before the next one: that is how stage 1 cuts them.
const char* json_reader::token_end() const noexcept {
  const auto* end = text_ + (token_ + 1 < token_count_ ? tokens_[token_ + 1] : length_);
  while (end != text_ && is_space(end[-1]))
    --end;
  return end;
}

json_kind json_reader::peek() const {
  switch (head()) {
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
  default: malformed("expected a value", token_begin());
  }
}

void json_reader::take_word(std::string_view word) {
  const std::string_view found{
      token_begin(), static_cast<std::size_t>(token_end() - token_begin())};
  if (found != word)
    malformed("expected a value", token_begin());
  take_token();
}

void json_reader::take_token() noexcept {
  end_ = token_end();
  ++token_;
}

bool json_reader::try_null() {
  if (head() != 'n')
    return false;
  take_word("null");
  return true;
}

bool json_reader::read_bool() {
  if (peek() != json_kind::boolean)
    expected("boolean");
  const bool value = head() == 't';
  take_word(value ? "true" : "false");
  return value;
}

std::string_view json_reader::number(bool& is_integer) const {
  const auto* begin = token_begin();
  const auto* end = token_end();
  if (scan_number(begin, end, is_integer) != end)
    malformed("not a number", begin);
  return {begin, static_cast<std::size_t>(end - begin)};
}

template <class Integer>
Integer json_reader::read_integer(Integer min, Integer max) {
  if (peek() != json_kind::number)
    expected("number");
  bool is_integer = false;
  const auto text = number(is_integer);
  if (!is_integer)
    expected("whole number");
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // An unsigned type does not take the sign of "-0".
  const bool is_zero = text == "-0";
  if (!is_zero
      && (error != std::errc{} || end != text.data() + text.size() || value < min || value > max))
    expected("number from " + std::to_string(min) + " to " + std::to_string(max));
  take_token();
  return is_zero ? Integer{} : value;
}

std::int64_t json_reader::read_int64(std::int64_t min, std::int64_t max) {
  return read_integer<std::int64_t>(min, max);
}

std::uint64_t json_reader::read_uint64(std::uint64_t max) {
  return read_integer<std::uint64_t>(0, max);
}

template <class Real>
Real json_reader::read_real() {
  if (peek() != json_kind::number)
    expected("number");
  bool is_integer = false;
  Real value{};
  if (!to_real(number(is_integer), value))
    expected("number within the range of floating point");
  take_token();
  return value;
}

double json_reader::read_double() {
  return read_real<double>();
}

float json_reader::read_float() {
  return read_real<float>();
}

// The text of the string at the current token: as it lies there, or unescaped into `room`.
std::string_view json_reader::string(std::string& room) const {
  const auto* begin = token_begin();
  const auto* end = token_end() - 1;
  if (end <= begin || *end != '"')
    malformed("a string is not closed", begin);
  ++begin;
  const std::string_view raw{begin, static_cast<std::size_t>(end - begin)};
  auto escape = raw.find('\\');
  if (escape == raw.npos)
    return raw;

  room.clear();
  const char* copied = begin;
  const char* at = begin + escape;
  while (at != nullptr) {
    room.append(copied, at);
    // Stage 1 says that the quote at `end` is not escaped, so there is a character behind each
    // backslash.
    const char* after = at + 2;
    switch (at[1]) {
    case '"':
    case '\\':
    case '/': room += at[1]; break;
    case 'b': room += '\b'; break;
    case 'f': room += '\f'; break;
    case 'n': room += '\n'; break;
    case 'r': room += '\r'; break;
    case 't': room += '\t'; break;
    case 'u': after = append_unicode_escape(room, after, end); break;
    default: after = nullptr;
    }
    if (after == nullptr)
      malformed("an escape that JSON does not have", at);
    copied = after;
    at = static_cast<const char*>(std::memchr(after, '\\', static_cast<std::size_t>(end - after)));
  }
  room.append(copied, end);
  return room;
}

std::string_view json_reader::read_string() {
  if (peek() != json_kind::string)
    expected("string");
  const auto text = string(scratch_->text);
  take_token();
  return text;
}

std::string json_reader::read_base64() {
  const auto start = position();
  std::string bytes;
  if (peek() != json_kind::string || !decode_base64(read_string(), bytes)) {
    rewind(start);
    expected("base64 text");
  }
  return bytes;
}

void json_reader::begin(bool is_object) {
  if (peek() != (is_object ? json_kind::object : json_kind::array))
    expected(is_object ? "object" : "array");
  if (depth_ == max_depth)
    malformed("nested too deeply", token_begin());
  auto& frames = scratch_->frames;
  if (frames.size() <= depth_)
    frames.resize(depth_ + 8);
  frames[depth_++] = {is_object, 0, 0};
  take_token();
}

// True if another element or member follows, false behind the closing bracket.
bool json_reader::advance(char closing) {
  if (depth_ == 0)
    malformed("expected an array or object", token_begin());
  auto& frame = scratch_->frames[depth_ - 1];
  if (head() == closing) {
    take_token();
    --depth_;
    return false;
  }
  if (frame.count != 0) {
    if (head() != ',')
      malformed(closing == '}' ? "expected ',' or '}'" : "expected ',' or ']'", token_begin());
    take_token();
  }
  ++frame.count;
  return true;
}

void json_reader::begin_object() {
  begin(true);
}

bool json_reader::next_member(std::string_view& key) {
  if (!advance('}'))
    return false;
  if (head() != '"')
    malformed("expected a member's name", token_begin());
  scratch_->frames[depth_ - 1].key = token_;
  key = string(scratch_->key);
  take_token();
  if (head() != ':')
    malformed("expected ':'", token_begin());
  take_token();
  return true;
}

void json_reader::begin_array() {
  begin(false);
}

bool json_reader::next_element() {
  return advance(']');
}

void json_reader::skip() {
  const auto outer = depth_;
  bool is_integer = false;
  while (true) {
    switch (peek()) {
    case json_kind::null: take_word("null"); break;
    case json_kind::boolean: read_bool(); break;
    case json_kind::string: read_string(); break;
    case json_kind::number:
      (void)number(is_integer);
      take_token();
      break;
    case json_kind::array: begin(false); break;
    case json_kind::object: begin(true); break;
    }
    // On to the next value inside what was entered, or out of it.
    std::string_view key;
    while (depth_ != outer
           && !(scratch_->frames[depth_ - 1].is_object ? next_member(key) : next_element())) {
    }
    if (depth_ == outer)
      return;
  }
}

std::string_view json_reader::raw() {
  const auto* begin = token_begin();
  skip();
  return {begin, static_cast<std::size_t>(end_ - begin)};
}

void json_reader::finish() {
  if (token_ != token_count_)
    malformed("something follows the value", token_begin());
}

void json_reader::malformed(std::string_view problem, const char* at) const {
  malformed_ = true;
  std::string text = "malformed JSON";
  if (at != nullptr)
    text += at == text_ + length_ ? " at its end" : " at byte " + std::to_string(at - text_);
  text.append(": ").append(problem);
  throw payload_error{text};
}

std::string json_reader::describe_next() const {
  const auto shortened = [](std::string_view text) {
    constexpr std::size_t longest = 60;
    if (text.size() <= longest)
      return std::string{text};
    auto end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
      --end;
    return std::string{text.substr(0, end)} + "...";
  };
  const auto kind = peek();
  const std::string_view text{token_begin(), static_cast<std::size_t>(token_end() - token_begin())};
  bool is_integer = false;
  switch (kind) {
  case json_kind::null: return "null";
  case json_kind::boolean: return shortened(text);
  case json_kind::number: return "number " + shortened(number(is_integer));
  case json_kind::string: return "string \"" + shortened(text.substr(1, text.size() - 2)) + "\"";
  case json_kind::array: return "array";
  case json_kind::object: break;
  }
  return "object";
}

std::string json_reader::path() const {
  std::string path;
  for (std::size_t i = 0; i < depth_; ++i) {
    const auto& frame = scratch_->frames[i];
    if (frame.count == 0)
      continue;
    if (!frame.is_object) {
      append_json_path(path, frame.count - 1);
      continue;
    }
    const auto* key = text_ + tokens_[frame.key];
    const auto* end = text_ + tokens_[frame.key + 1];
    while (is_space(end[-1]))
      --end;
    append_json_path(path, std::string_view{key + 1, static_cast<std::size_t>(end - key) - 2});
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
