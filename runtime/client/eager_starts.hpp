// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
}

namespace troupe::detail {

/// A slot that a worker keeps for the first task of a workflow that is being started. Destroyed
/// unused it goes back. Used by one thread at a time, whichever.
class reserved_start {
public:
  virtual ~reserved_start() = default;
  /// The answer to the start has brought the task. Once.
  virtual void run(temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse&& task) = 0;
};

/// A worker, or a part of it, that runs first tasks which no poll has brought. Thread-safe.
class start_taker {
public:
  virtual ~start_taker() = default;
  /// A slot that nobody else needs; null if there is none now, or if it does not serve the type.
  [[nodiscard]] virtual std::unique_ptr<reserved_start>
  try_reserve(std::string_view workflow_type) = 0;
};

/// The workers that serve the starts of one client: those made with it or a copy of it, so they
/// have its namespace and its connection. Thread-safe.
class eager_starts {
public:
  void join(std::string task_queue, std::shared_ptr<start_taker> who);
  void leave(const start_taker& who) noexcept;

  /// A slot of one of the queue's workers, in turns; null if none has one.
  [[nodiscard]] std::unique_ptr<reserved_start>
  try_reserve(std::string_view task_queue, std::string_view workflow_type);

private:
  struct member {
    std::string task_queue;
    std::shared_ptr<start_taker> who;
  };

  std::mutex mutex_; ///< guards what follows; nobody is called with it
  std::vector<member> members_;
  std::size_t turn_ = 0;
};

} // namespace troupe::detail
