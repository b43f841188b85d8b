// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/answer_head.hpp"

#include "runtime/base/time/http_date.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace troupe::http {

namespace {

/// What a header may be long.
constexpr std::size_t longest_part = (std::size_t{64} << 10) - 3;
/// More headers than this are sorted, so that many are no square of comparisons.
constexpr std::size_t few_headers = 16;

constexpr char small(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same(std::string_view one, std::string_view two) noexcept {
  return one.size() == two.size() && std::ranges::equal(one, two, {}, small, small);
}

/// The connection's own to say.
bool is_framing(std::string_view name) noexcept {
  return is_same(name, "connection") || is_same(name, "content-length")
         || is_same(name, "transfer-encoding");
}

void write_number(std::size_t number, std::string& to) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  to.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void write_header(std::string_view name, std::string_view value, std::string& to) {
  to.append(name).append(": ").append(value).append("\r\n");
}

void write_given(std::string_view name, std::string_view value, std::string& to) {
  if (name.size() > longest_part || value.size() > longest_part)
    throw std::length_error("a header of an answer is too large");
  constexpr std::string_view breaks{"\r\n\0", 3};
  if (name.find_first_of(breaks) != name.npos || value.find_first_of(breaks) != value.npos)
    throw std::invalid_argument("a header of an answer has a line break");
  if (!is_framing(name))
    write_header(name, value, to);
}

/// Those of the handler.
void write_given(const response& of, std::string& to) {
  const auto& all = of.headers;
  if (all.size() <= few_headers) {
    for (auto each = all.begin(); each != all.end(); ++each)
      if (std::none_of(each + 1, all.end(), [&](const auto& later) {
            return is_same(later.first, each->first);
          }))
        write_given(each->first, each->second, to);
    return;
  }
  boost::beast::http::fields sorted;
  for (const auto& [name, value] : all) {
    if (name.size() > longest_part || value.size() > longest_part)
      throw std::length_error("a header of an answer is too large");
    sorted.set(name, value);
  }
  for (const auto& each : sorted)
    write_given(
        {each.name_string().data(), each.name_string().size()},
        {each.value().data(), each.value().size()},
        to);
}

} // namespace

std::string_view http_clock::date() {
  if (const auto now = std::time(nullptr); now != at_) {
    at_ = now;
    text_ = write_http_date(time_point{std::chrono::seconds{now}});
  }
  return text_;
}

bool has_header(const response& of, std::string_view name) noexcept {
  return std::ranges::any_of(
      of.headers, [&](const auto& each) { return is_same(each.first, name); });
}

void write_head(const response& of, answer_form form, std::string_view date, std::string& to) {
  if (of.status < 100 || of.status > 999)
    throw std::invalid_argument("the status of an answer is no number of three digits");
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!has_header(of, name))
      write_header(name, value, to);
  };
  to.append("HTTP/1.1 ");
  write_number(of.status, to);
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(of.status));
  to.append(" ").append(reason.data(), reason.size()).append("\r\n");
  add("Date", date);
  if (!of.content_type.empty() && !has_header(of, "content-type"))
    write_given("Content-Type", of.content_type, to);
  if (form.varies)
    add("Vary", "Accept-Encoding");
  if (form.is_gzip)
    write_header("Content-Encoding", "gzip", to);
  write_given(of, to);
  if (!form.keeps_alive)
    write_header("Connection", "close", to);
  if (may_have_body(of.status)) {
    to.append("Content-Length: ");
    write_number(of.body.size(), to);
    to.append("\r\n");
  }
  to.append("\r\n");
}

} // namespace troupe::http
