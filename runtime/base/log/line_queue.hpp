// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/log.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace troupe::log {

/// Keeps who logs from waiting for who writes: lines wait here for a thread that gives them to
/// their sink, one by one.
///
/// Thread-safe. Bounded: what has no place is dropped and counted, and a line says how many once
/// there is room. The thread comes with the first line. Made once and never destroyed; at the end
/// of the process it writes what is there, and from then on lines are written where they arise.
class line_queue {
public:
  explicit line_queue(std::shared_ptr<sink> to);
  line_queue(const line_queue&) = delete;
  line_queue& operator=(const line_queue&) = delete;

  void add(const line& what);
  /// Later lines go to this sink. Waits a second at most for the earlier lines.
  void use(std::shared_ptr<sink> to, std::optional<std::size_t> room);
  /// False if it takes longer than that. At once on the queue's own thread.
  bool flush(std::chrono::milliseconds at_most);
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(); }

private:
  /// A line on its own, with the sink that it is for.
  struct entry {
    level severity;
    std::chrono::system_clock::time_point time;
    std::string message;
    std::vector<std::string> keys;
    std::vector<field> fields;
    std::shared_ptr<sink> to;
  };

  [[nodiscard]] static entry copy(const line& what, std::shared_ptr<sink> to);
  [[nodiscard]] bool start_thread();
  void run();
  void begin_child();
  void give(sink& to, const line& what) noexcept;
  void tell_of_dropped(const std::shared_ptr<sink>& to, std::uint64_t dropped) noexcept;

  std::mutex mutex_; ///< guards what follows
  std::condition_variable has_lines_;
  std::condition_variable has_written_;
  std::deque<entry> waiting_;
  std::shared_ptr<sink> to_;
  std::size_t room_ = options{}.queue_lines;
  std::uint64_t added_ = 0;   ///< lines that were put into the queue
  std::uint64_t written_ = 0; ///< of those, what came out
  std::uint64_t dropped_ = 0; ///< and not told of yet
  bool has_thread_ = false;
  bool is_closing_ = false; ///< the process ends

  std::mutex writing_; ///< one line at a time, whoever writes it
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> has_complained_{false};
  std::atomic<std::thread::id> writer_{};
};

} // namespace troupe::log
