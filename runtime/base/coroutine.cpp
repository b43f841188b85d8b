// SPDX-License-Identifier: Apache-2.0
#include <troupe/async.hpp>

#include <stdexcept>
#include <string>

namespace troupe::detail {

std::string describe(const std::source_location& coroutine) {
  std::string_view file = coroutine.file_name();
  file.remove_prefix(file.rfind('/') + 1); // npos + 1 is 0
  return std::string{coroutine.function_name()} + " (" + std::string{file} + ":"
         + std::to_string(coroutine.line()) + ")";
}

std::exception_ptr missing_result(const std::source_location& coroutine) noexcept {
  return std::make_exception_ptr(std::logic_error(
      "the coroutine " + describe(coroutine) + " ended without co_return: it has no result"));
}

void throw_borrowed(const std::source_location& coroutine, borrowing what) {
  const auto name = describe(coroutine);
  if (what == borrowing::closure)
    throw std::logic_error(
        "the coroutine " + name
        + " is of a lambda with captures, which may be gone when it runs: hand over the lambda "
          "itself, not what it returns: spawn(lambda), not spawn(lambda())");
  throw std::logic_error(
      "the coroutine " + name
      + " takes a parameter by reference or as a view, which may be gone when it runs: take it by "
        "value");
}

void throw_moved_coroutine() {
  throw std::logic_error("a coroutine was awaited that had been moved away");
}

void throw_awaited_coroutine(const std::source_location& coroutine) {
  throw std::logic_error(
      "the coroutine " + describe(coroutine)
      + " was awaited twice: its value is given away once; spawn it, and await the future as often "
        "as you like");
}

} // namespace troupe::detail
