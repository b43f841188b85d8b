// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/deterministic_code.hpp"

#include <troupe/detail/borrowing.hpp>

#include <source_location>
#include <utility>

namespace troupe {

namespace {

// Without constructors and destructors: hooks of the C library ask at any time in a thread's life.
constinit thread_local const void* code_of = nullptr;
constinit thread_local bool is_exempt = false;
constinit thread_local std::string_view told_what;
constinit thread_local std::string_view told_instead;
constinit thread_local std::source_location told_where;

} // namespace

deterministic_code::deterministic_code(const void* of) noexcept
    : before_(std::exchange(code_of, of)) {}

deterministic_code::~deterministic_code() {
  code_of = before_;
}

const void* deterministic_code::of_this_thread() noexcept {
  return code_of;
}

void deterministic_code::tell(std::string_view what, std::string_view instead) noexcept {
  if (code_of == nullptr || is_exempt || !told_what.empty())
    return;
  told_what = what;
  told_instead = instead;
  told_where = latest_coroutine();
}

std::string deterministic_code::take_told() {
  if (told_what.empty()) [[likely]]
    return {};
  std::string text{std::exchange(told_what, {})};
  if (told_where.line() != 0)
    text.append(" in ").append(detail::describe(told_where));
  return text.append("; use ").append(told_instead);
}

exempt_code::exempt_code() noexcept : before_(std::exchange(is_exempt, true)) {}

exempt_code::~exempt_code() {
  is_exempt = before_;
}

} // namespace troupe
