// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace troupe::http {

/// The `Date` of answers, written once a second. Of one thread.
class http_clock {
public:
  /// `Sun, 22 Nov 2026 04:24:26 GMT`, whatever the locale. Valid until it is asked again.
  std::string_view date();

private:
  std::time_t at_ = -1;
  std::string text_;
};

/// What the connection adds to an answer.
struct answer_form {
  bool keeps_alive = true;
  bool varies = false;  ///< who takes no gzip gets another body
  bool is_gzip = false; ///< the body is
};

/// True if one of its headers has that name, in any case.
[[nodiscard]] bool has_header(const response& of, std::string_view name) noexcept;

/// False for a status that comes without a body.
[[nodiscard]] constexpr bool may_have_body(unsigned status) noexcept {
  return status != 204 && status != 304;
}

/// Appends the status line and the headers of an answer, with the length of its body, and the empty
/// line. Of several headers with one name, in any case, the last counts; those of the connection
/// and the length are not the handler's to say. Throws `std::length_error` for a name or a value of
/// 64 KiB, and `std::invalid_argument` for a line break in one and for a status that is no number
/// of three digits: `to` then holds a part of it.
void write_head(const response& of, answer_form form, std::string_view date, std::string& to);

} // namespace troupe::http
