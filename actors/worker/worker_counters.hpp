// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::actors {

/// A number that one thread writes and any thread reads.
class counter {
public:
  void add(std::uint64_t by = 1) noexcept {
    // One writer per counter, so a load and a store do, without a locked instruction.
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// How often each duration was seen, in buckets that are an eighth of a power of two wide: a
/// quantile is right to some 6 %. One thread writes, any thread reads.
class latency {
public:
  void observe(std::int64_t nanoseconds) noexcept {
    const auto value = nanoseconds > 0 ? static_cast<std::uint64_t>(nanoseconds) : 0;
    count_.add();
    sum_.add(value);
    buckets_[bucket_of(value)].add();
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_.get(); }
  [[nodiscard]] std::uint64_t sum_nanoseconds() const noexcept { return sum_.get(); }

  static constexpr std::size_t bucket_count = 64 * 8;
  [[nodiscard]] std::uint64_t in_bucket(std::size_t bucket) const noexcept {
    return buckets_[bucket].get();
  }
  /// The middle of a bucket.
  [[nodiscard]] static constexpr std::uint64_t nanoseconds_of(std::size_t bucket) noexcept {
    if (bucket < 8)
      return bucket;
    const auto width = std::uint64_t{1} << (bucket / 8 - 1);
    return (8 + bucket % 8) * width + width / 2;
  }
  [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t nanoseconds) noexcept {
    if (nanoseconds < 8)
      return nanoseconds;
    const auto octave = static_cast<std::size_t>(std::bit_width(nanoseconds)) - 4;
    return (octave + 1) * 8 + ((nanoseconds >> octave) & 7);
  }

private:
  counter count_;
  counter sum_;
  std::array<counter, bucket_count> buckets_;
};

/// The latencies of several shards together.
struct latency_total {
  void add(const latency& part) noexcept {
    count += part.count();
    sum_nanoseconds += part.sum_nanoseconds();
    for (std::size_t i = 0; i < latency::bucket_count; ++i)
      buckets[i] += part.in_bucket(i);
  }
  /// The duration that a share `q` of all stayed below; 0 if there were none.
  [[nodiscard]] std::uint64_t quantile(double q) const noexcept;

  std::uint64_t count = 0;
  std::uint64_t sum_nanoseconds = 0;
  std::array<std::uint64_t, latency::bucket_count> buckets{};
};

/// What became of an accepted task. Every one of them ends as exactly one of these.
enum class task_outcome : std::uint8_t {
  answered,         ///< the service took the answer
  deadline_passed,  ///< nobody waits any more; no answer was sent
  task_gone,        ///< the service no longer knows the task (NotFound to the answer)
  answer_failed,    ///< the answer could not be delivered
  repeated_failure, ///< a workflow task failed again; the service's timeout paces the retries
  unreadable,       ///< the task itself made no sense
  not_needed,       ///< there was nothing to answer (an expired query, a task that is already done)
  shutdown,         ///< the worker left before it was done
  died,             ///< the actor that had it died
  forgotten,        ///< a bug of ours: nobody recorded an outcome (logged as an error)
};
inline constexpr std::size_t task_outcome_count = 10;

[[nodiscard]] std::string_view to_string(task_outcome outcome) noexcept;

/// Outcomes of the tasks of one kind on one shard: `accepted` equals the sum of the others when
/// nothing is running.
struct outcome_counters {
  counter accepted;
  std::array<counter, task_outcome_count> ended;

  [[nodiscard]] std::uint64_t of(task_outcome outcome) const noexcept {
    return ended[static_cast<std::size_t>(outcome)].get();
  }
};

/// Makes sure that an accepted task ends with exactly one recorded outcome. A guard that is
/// destroyed without one records `forgotten` and says so in the log. Moves with the task; used on
/// the shard that accepted it.
class outcome_guard {
public:
  outcome_guard() = default;
  outcome_guard(outcome_counters& where, std::string_view kind) : where_(&where), kind_(kind) {
    where.accepted.add();
  }
  outcome_guard(outcome_guard&& other) noexcept : where_(other.where_), kind_(other.kind_) {
    other.where_ = nullptr;
  }
  outcome_guard& operator=(outcome_guard&& other) noexcept;
  ~outcome_guard();

  /// Records the outcome; only the first one counts.
  void record(task_outcome outcome) noexcept;
  [[nodiscard]] bool is_open() const noexcept { return where_ != nullptr; }

private:
  outcome_counters* where_ = nullptr;
  std::string_view kind_;
};

/// What one worker counts on one shard. Field names are those of the metrics that Temporal's SDKs
/// emit.
struct worker_counters {
  // tasks
  outcome_counters nexus_tasks;
  outcome_counters workflow_tasks;

  // polls
  counter nexus_poll_no_task;
  counter workflow_task_queue_poll_empty;
  counter workflow_task_queue_poll_succeed;
  counter poll_errors;
  counter num_pollers_nexus_task;
  counter num_pollers_workflow_task;
  counter num_pollers_sticky_workflow_task;

  // nexus
  latency nexus_task_schedule_to_start_latency;
  latency nexus_task_execution_latency;
  latency nexus_task_endtoend_latency;
  counter nexus_task_execution_failed;

  // workflows
  latency workflow_task_schedule_to_start_latency;
  latency workflow_task_execution_latency;
  counter workflow_task_execution_failed;
  counter sticky_cache_hit;
  counter sticky_cache_miss;
  counter sticky_cache_size;
  counter sticky_cache_total_forced_eviction;
  counter instances_died;
};

} // namespace troupe::actors
