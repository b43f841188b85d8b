// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <string>
#include <string_view>

namespace troupe {

/// The coroutine of a workflow or a handler that this thread ran last; its line is 0 if there was
/// none.
[[nodiscard]] std::source_location latest_coroutine() noexcept;

/// While it lives, this thread runs the code of a workflow, which has to do the same in every
/// replay. They nest: the innermost counts. Leaves with the thread that made it.
class deterministic_code {
public:
  /// `of` names the run.
  explicit deterministic_code(const void* of) noexcept;
  ~deterministic_code();
  deterministic_code(const deterministic_code&) = delete;
  deterministic_code& operator=(const deterministic_code&) = delete;

  /// Whose code this thread runs; null: no workflow's.
  [[nodiscard]] static const void* of_this_thread() noexcept;

  /// The thread has done what comes out differently in a replay: `what` it did, and what there is
  /// `instead`. Kept with the coroutine that did it, if a workflow's code runs; the first counts.
  /// `what` and `instead` live for ever.
  static void tell(std::string_view what, std::string_view instead) noexcept;
  /// What was told since the last time, in one line; empty if nothing was.
  [[nodiscard]] static std::string take_told();

private:
  const void* before_;
};

/// While it lives, this thread may do what it likes: code that no replay runs again, and the
/// library's own.
class exempt_code {
public:
  exempt_code() noexcept;
  ~exempt_code();
  exempt_code(const exempt_code&) = delete;
  exempt_code& operator=(const exempt_code&) = delete;

private:
  bool before_;
};

} // namespace troupe
