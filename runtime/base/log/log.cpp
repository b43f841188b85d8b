// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"

#include "runtime/base/log/line_queue.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace troupe::log {

namespace {

/// Writes to the process's standard error, whole lines.
class stderr_sink final : public sink {
public:
  explicit stderr_sink(format shape) : shape_(shape) {}

  void write(const line& what) override {
    const auto text = to_text(what, shape_);
    for (std::string_view left = text; !left.empty();) {
      const auto written = ::write(STDERR_FILENO, left.data(), left.size());
      if (written >= 0) {
        left.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN) { // somebody made it non-blocking
        pollfd until{STDERR_FILENO, POLLOUT, 0};
        ::poll(&until, 1, -1);
      } else if (errno != EINTR) {
        return; // closed: there is nobody to tell
      }
    }
  }

private:
  format shape_;
};

constexpr std::uint8_t unset = 0xFF;
// Relaxed: a line more or less around a change of level harms nobody.
constinit std::atomic<std::uint8_t> threshold_now{unset};

/// What the environment says. Read once: a program that changes its environment says what it wants
/// by `configure`.
struct environment {
  std::optional<level> threshold;
  std::optional<format> shape;
  std::string complaint;

  environment() {
    if (const char* text = std::getenv("TROUPE_LOG_LEVEL")) { // NOLINT(concurrency-mt-unsafe)
      level parsed{};
      if (parse_level(text, parsed))
        threshold = parsed;
      else if (*text != '\0')
        complaint =
            std::string{"TROUPE_LOG_LEVEL is none of debug, info, warn, error, off: "} + text;
    }
    if (const char* text = std::getenv("TROUPE_LOG_FORMAT")) { // NOLINT(concurrency-mt-unsafe)
      const std::string_view word{text};
      if (word == "json")
        shape = format::json;
      else if (word == "text")
        shape = format::text;
      else if (!word.empty())
        complaint = std::string{"TROUPE_LOG_FORMAT is neither text nor json: "} + text;
    }
  }

  static const environment& get() {
    static const environment once;
    return once;
  }
};

std::shared_ptr<sink> make_stderr_sink(std::optional<format> wanted) {
  return std::make_shared<stderr_sink>(
      wanted.value_or(environment::get().shape.value_or(format::text)));
}

/// Never destroyed: objects that are may still log.
line_queue& queue() {
  static auto* const all = [] {
    auto* made = new line_queue{make_stderr_sink({})};
    if (const auto& complaint = environment::get().complaint; !complaint.empty())
      made->add({level::warn, std::chrono::system_clock::now(), complaint, {}});
    return made;
  }();
  return *all;
}

} // namespace

level current_level() noexcept {
  const auto now = threshold_now.load(std::memory_order_relaxed);
  if (now != unset)
    return static_cast<level>(now);
  auto expected = unset;
  const auto initial = environment::get().threshold.value_or(level::info);
  threshold_now.compare_exchange_strong(
      expected, static_cast<std::uint8_t>(initial), std::memory_order_relaxed);
  return static_cast<level>(threshold_now.load(std::memory_order_relaxed));
}

void set_level(level threshold) noexcept {
  threshold_now.store(static_cast<std::uint8_t>(threshold), std::memory_order_relaxed);
}

void configure(options with) {
  set_level(with.threshold.value_or(environment::get().threshold.value_or(level::info)));
  queue().use(with.to ? std::move(with.to) : make_stderr_sink(with.shape), with.queue_lines);
}

void set_sink(std::shared_ptr<sink> to) {
  queue().use(to ? std::move(to) : make_stderr_sink({}), std::nullopt);
}

bool flush(std::chrono::milliseconds at_most) {
  return queue().flush(at_most);
}

std::uint64_t lost_lines() noexcept {
  return queue().lost();
}

bool parse_level(std::string_view text, level& out) noexcept {
  if (text == "debug")
    out = level::debug;
  else if (text == "info")
    out = level::info;
  else if (text == "warn")
    out = level::warn;
  else if (text == "error")
    out = level::error;
  else if (text == "never" || text == "off")
    out = level::off;
  else
    return false;
  return true;
}

bool enabled(level severity) noexcept {
  return severity >= current_level() && severity != level::off;
}

void write_fields(level severity, std::string_view message, std::span<const field> fields) {
  if (enabled(severity))
    queue().add({severity, std::chrono::system_clock::now(), message, fields});
}

} // namespace troupe::log
