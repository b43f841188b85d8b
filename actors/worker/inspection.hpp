// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/worker_snapshot.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe::actors {

class shard;
struct worker_context;

/// What one shard adds to a snapshot: its part of the lists.
struct inspected_part {
  worker_snapshot::shard shard;
  std::vector<worker_snapshot::poller> pollers;
  std::vector<worker_snapshot::run> runs;
  std::uint64_t runs_in_memory = 0;
  std::vector<worker_snapshot::request> requests;
  std::vector<worker_snapshot::activity_attempt> activities;
  std::vector<worker_snapshot::failure> failures;
};

/// Something of a worker on one shard that shows itself in snapshots. Asked on its shard's thread,
/// while no actor runs.
class inspectable {
public:
  virtual void describe(const snapshot_options& what, inspected_part& to) const = 0;

protected:
  ~inspectable() = default;
};

/// Asks every shard of a worker for its part, side by side.
///
/// A shard that does not answer in time, or has stopped, leaves a part with what others can see of
/// it. Thread-safe.
class inspection {
public:
  /// Begins to ask.
  inspection(std::shared_ptr<const worker_context> of, const snapshot_options& what);

  /// Waits for the answers, for so long at most, and gives them in the order of the shards.
  [[nodiscard]] std::vector<inspected_part> wait(std::chrono::nanoseconds patience);

private:
  struct answers {
    std::mutex mutex; ///< guards the rest
    std::condition_variable changed;
    std::vector<inspected_part> parts;
    std::size_t open = 0;
  };
  class answer;

  std::shared_ptr<const worker_context> of_;
  std::shared_ptr<answers> answers_ = std::make_shared<answers>();
};

} // namespace troupe::actors
