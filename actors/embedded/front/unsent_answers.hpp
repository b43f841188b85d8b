// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace troupe::embedded {

/// The large answers that clients have asked for and not read yet, by connection. One that asks and
/// does not read is refused from a limit on, before its answers have the memory. Thread-safe.
class unsent_answers {
public:
  /// Smaller ones are not counted: most calls cost nothing here.
  static constexpr std::size_t counted_from = std::size_t{64} << 10;
  /// What one connection may leave unread.
  static constexpr std::size_t most_bytes = std::size_t{64} << 20;
  static constexpr const char* refusal =
      "too many large answers of this connection have not been read yet";

  /// True if calls of this connection are refused until it has read something.
  [[nodiscard]] bool is_full(const std::string& peer) const {
    std::lock_guard guard{mutex_};
    const auto found = bytes_.find(peer);
    return found != bytes_.end() && found->second >= most_bytes;
  }
  /// False while there are none: nobody need ask by name.
  [[nodiscard]] bool any() const noexcept { return any_.load(std::memory_order_relaxed); }

  void add(const std::string& peer, std::size_t bytes) {
    std::lock_guard guard{mutex_};
    bytes_[peer] += bytes;
    any_.store(true, std::memory_order_relaxed);
  }
  /// So much of it has been sent, or will not be.
  void remove(const std::string& peer, std::size_t bytes) {
    std::lock_guard guard{mutex_};
    const auto found = bytes_.find(peer);
    if (found == bytes_.end())
      return;
    found->second -= bytes;
    if (found->second == 0)
      bytes_.erase(found);
    any_.store(!bytes_.empty(), std::memory_order_relaxed);
  }

private:
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_; ///< guards the rest
  std::map<std::string, std::size_t> bytes_;
};

/// The place of one answer among them, from when it is ready until it is sent.
class unsent_answer {
public:
  unsent_answer() = default;
  unsent_answer(unsent_answers& among, std::string peer, std::size_t bytes)
      : among_(&among), peer_(std::move(peer)), bytes_(bytes) {
    among_->add(peer_, bytes_);
  }
  unsent_answer(unsent_answer&& other) noexcept
      : among_(std::exchange(other.among_, nullptr)), peer_(std::move(other.peer_)),
        bytes_(other.bytes_) {}
  unsent_answer& operator=(unsent_answer&& other) noexcept {
    std::swap(among_, other.among_);
    std::swap(peer_, other.peer_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~unsent_answer() {
    if (among_ != nullptr)
      among_->remove(peer_, bytes_);
  }

private:
  unsent_answers* among_ = nullptr;
  std::string peer_;
  std::size_t bytes_ = 0;
};

} // namespace troupe::embedded
