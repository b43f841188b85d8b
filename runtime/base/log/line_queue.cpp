// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/line_queue.hpp"

#include "runtime/base/quiet_thread.hpp"
#include "runtime/base/text/utf8.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

namespace troupe::log {

namespace {

using namespace std::chrono_literals;

/// How long a change of sinks and the end of the process wait for a sink that does not come back.
constexpr auto patience = 1s;

line_queue* at_exit = nullptr;

} // namespace

line_queue::line_queue(std::shared_ptr<sink> to) : to_(std::move(to)) {
  at_exit = this;
  // What lines are written with has objects of its own, which end before what was registered before
  // their first use: that must be now.
  (void)is_utf8("\xc3\xa9 is no ASCII");
  std::atexit([] {
    {
      const std::lock_guard guard{at_exit->mutex_};
      at_exit->is_closing_ = true;
    }
    at_exit->flush(patience);
  });
  // A child has no thread but the one that forked: its next line starts another. Nobody is in the
  // middle of the queue while it forks.
  pthread_atfork(
      [] { at_exit->mutex_.lock(); },
      [] { at_exit->mutex_.unlock(); },
      [] { at_exit->begin_child(); });
}

/// With the lock held, which it gives up. What the parent's thread waits for or holds has nobody
/// here who would let go of it, so it is made anew.
void line_queue::begin_child() {
  new (&writing_) std::mutex;
  new (&has_lines_) std::condition_variable;
  new (&has_written_) std::condition_variable;
  writer_ = std::thread::id{};
  has_thread_ = false;
  waiting_.clear(); // the parent's to write
  written_ = added_;
  mutex_.unlock();
}

line_queue::entry line_queue::copy(const line& what, std::shared_ptr<sink> to) {
  entry made{what.severity, what.time, std::string{what.message}, {}, {}, std::move(to)};
  made.keys.reserve(what.fields.size());
  made.fields.assign(what.fields.begin(), what.fields.end());
  for (auto& each : made.fields)
    each.key = made.keys.emplace_back(each.key);
  return made;
}

void line_queue::add(const line& what) {
  std::shared_ptr<sink> here;
  {
    std::unique_lock guard{mutex_};
    if (room_ == 0 || is_closing_ || !start_thread()) {
      here = to_;
    } else if (waiting_.size() >= room_) {
      ++dropped_;
      ++lost_;
      return;
    } else {
      waiting_.push_back(copy(what, to_));
      ++added_;
      const bool was_empty = waiting_.size() == 1;
      guard.unlock();
      if (was_empty)
        has_lines_.notify_one();
      return;
    }
  }
  // A sink that logs would wait for itself.
  if (writer_.load() == std::this_thread::get_id()) {
    ++lost_;
    return;
  }
  const std::lock_guard one{writing_};
  writer_ = std::this_thread::get_id();
  give(*here, what);
  writer_ = std::thread::id{};
}

void line_queue::use(std::shared_ptr<sink> to, std::optional<std::size_t> room) {
  {
    const std::lock_guard guard{mutex_};
    to_.swap(to);
    if (room)
      room_ = *room;
  }
  flush(patience);
}

bool line_queue::flush(std::chrono::milliseconds at_most) {
  std::unique_lock guard{mutex_};
  if (writer_.load() == std::this_thread::get_id())
    return false;
  const auto until = added_;
  return has_written_.wait_for(guard, at_most, [&] { return written_ >= until; });
}

/// Under the lock.
bool line_queue::start_thread() {
  if (has_thread_)
    return true;
  try {
    quiet_thread("troupe-log", [this] { run(); }).detach();
    has_thread_ = true;
  } catch (const std::system_error&) {
    // No thread to be had: lines are written where they arise.
  }
  return has_thread_;
}

void line_queue::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    has_lines_.wait(guard, [this] { return !waiting_.empty(); });
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    const auto dropped = waiting_.empty() ? std::exchange(dropped_, 0) : 0;
    guard.unlock();
    {
      const std::lock_guard one{writing_};
      writer_ = std::this_thread::get_id();
      give(*next.to, {next.severity, next.time, next.message, next.fields});
      if (dropped > 0)
        tell_of_dropped(next.to, dropped);
      writer_ = std::thread::id{};
    }
    guard.lock();
    ++written_;
    has_written_.notify_all();
  }
}

void line_queue::tell_of_dropped(const std::shared_ptr<sink>& to, std::uint64_t dropped) noexcept {
  try {
    const field how_many[] = {{"lines", dropped}};
    give(
        *to,
        {level::warn,
         std::chrono::system_clock::now(),
         "log lines were dropped: they came faster than they could be written",
         how_many});
  } catch (const std::exception&) {
    // No memory for the number; `lost_lines` has it all the same.
  }
}

void line_queue::give(sink& to, const line& what) noexcept {
  const char* why = "not a std::exception";
  try {
    to.write(what);
    return;
  } catch (const std::exception& error) {
    why = error.what();
    ++lost_;
    if (!has_complained_.exchange(true))
      std::fprintf(stderr, "troupe: a log sink threw, the line is lost: %s\n", why);
  } catch (...) {
    ++lost_;
    if (!has_complained_.exchange(true))
      std::fprintf(stderr, "troupe: a log sink threw, the line is lost: %s\n", why);
  }
}

} // namespace troupe::log
