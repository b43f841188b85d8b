// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/error/class_name.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/base/text/utf8.hpp"

#include <troupe/error.hpp>
#include <troupe/rpc_status.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <typeinfo>
#include <utility>

namespace troupe {
namespace {

constexpr std::size_t max_line = std::size_t{16} * 1024;

// Types that say no more than that there is an error.
constexpr std::array<std::string_view, 6> bare_types{
    "",
    "std::exception",
    "std::logic_error",
    "std::runtime_error",
    "OperationError",
    "NexusFailure"};

std::string unless_bare(std::string type) {
  return std::ranges::find(bare_types, type) == bare_types.end() ? std::move(type) : std::string{};
}

struct level {
  std::string message;
  std::string distinction;
};

level level_of(const std::exception& error) {
  if (const auto* failure = dynamic_cast<const failure_error*>(&error))
    return {
        failure->message().empty() ? std::string{failure->kind()} : failure->message(),
        unless_bare(failure->distinction())};
  if (const auto* caused = dynamic_cast<const detail::caused_error*>(&error))
    return {caused->message(), {}};
  if (const auto* rpc = dynamic_cast<const rpc_error*>(&error))
    return {rpc->what(), std::string{to_string(rpc->code())}};
  auto type = class_name(typeid(error));
  if (type.starts_with("troupe::"))
    type.clear(); // ours say themselves what they are about
  return {error.what(), unless_bare(std::move(type))};
}

// One line, and nothing that moves the cursor.
std::string flattened(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  bool broken = false;
  for (const char each : text) {
    if (each == '\n' || each == '\r') {
      broken = true;
    } else if (!broken || each != ' ') {
      if (broken && !line.empty() && line.back() != ' ')
        line += ' ';
      broken = false;
      line += each;
    }
  }
  return printable(line);
}

bool ends_with_words(std::string_view line, std::string_view words) {
  if (!line.ends_with(words))
    return false;
  line.remove_suffix(words.size());
  return words.empty() || line.empty() || line.ends_with(' ') || line.ends_with('(');
}

void append(std::string& line, const level& next) {
  const auto message = flattened(excerpt(next.message, max_line));
  // Some repeat the text of their cause, some wrap an error without a word of their own.
  const bool is_said = !line.empty() && ends_with_words(line, message);
  if (!is_said) {
    if (!line.empty())
      line += ": ";
    line += message;
  }
  const auto& distinction = next.distinction;
  if (distinction.empty() || message.find(distinction) != std::string::npos)
    return;
  line += line.empty() ? "(" : " (";
  line += flattened(excerpt(distinction, max_line)) + ')';
}

// What `std::throw_with_nested` put into an exception; null if nothing.
std::exception_ptr nested_in(const std::exception& error) noexcept {
  const auto* nested = dynamic_cast<const std::nested_exception*>(&error);
  return nested == nullptr ? nullptr : nested->nested_ptr();
}

std::string foreign(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (...) {
    return "an exception that is no std::exception: " + class_name_of_current();
  }
}

} // namespace

namespace detail {

const std::string& lazy_line::keep(std::string line) const {
  auto made = std::make_unique<const std::string>(std::move(line));
  const std::string* before = nullptr;
  if (line_.compare_exchange_strong(
          before, made.get(), std::memory_order_acq_rel, std::memory_order_acquire))
    return *made.release();
  return *before;
}

const std::exception* as_exception(const std::exception_ptr& held) noexcept {
  if (!held)
    return nullptr;
  try {
    std::rethrow_exception(held);
  } catch (const std::exception& error) {
    return &error; // the pointer holds this very object, not a copy
  } catch (...) {
    return nullptr;
  }
}

const std::exception* next_cause(const std::exception& of) noexcept {
  if (const auto* failure = dynamic_cast<const failure_error*>(&of); failure && failure->cause())
    return failure->cause().get();
  if (const auto* caused = dynamic_cast<const caused_error*>(&of); caused && caused->cause())
    return caused->cause().get();
  return as_exception(nested_in(of));
}

} // namespace detail

std::string describe(const std::exception& error) {
  std::string line;
  const auto* at = &error;
  for (int depth = 0; depth < detail::max_causes && line.size() < max_line; ++depth) {
    append(line, level_of(*at));
    const auto* next = detail::next_cause(*at);
    if (next == nullptr) {
      if (const auto nested = nested_in(*at))
        append(line, {foreign(nested), {}});
      break;
    }
    at = next;
  }
  return excerpt(line, max_line);
}

std::string describe(const std::exception_ptr& error) {
  if (!error)
    return {};
  const auto* known = detail::as_exception(error);
  return known != nullptr ? describe(*known) : foreign(error);
}

const char* failure_error::what() const noexcept {
  try {
    const auto* line = line_.get();
    return (line != nullptr ? *line : line_.keep(describe(*this))).c_str();
  } catch (...) {
    return message_.c_str(); // no memory for more
  }
}

} // namespace troupe
