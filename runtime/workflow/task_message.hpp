// SPDX-License-Identifier: Apache-2.0
#pragma once

// A workflow task is some forty small messages that live for one activation. They are made in a
// block of memory that a later task uses again, so a task costs neither their allocations nor their
// destructors, and leaves no holes among what its run keeps.

#include <google/protobuf/arena.h>

#include <memory>

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
}

namespace troupe::workflow {

/// A workflow task together with the memory it lies in. Moves with the task.
///
/// Whatever else belongs to the task and ends with it (pages of its history, its answer) can be
/// made in the same memory. The blocks are kept per thread; handing a task to another thread is
/// allowed, its block then stays there.
class task_message {
public:
  using message = temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse;

  /// Holds an empty task.
  task_message();
  task_message(task_message&& other) noexcept;
  task_message& operator=(task_message&& other) noexcept;
  ~task_message();

  message& operator*() const noexcept { return *task_; }
  message* operator->() const noexcept { return task_; }

  /// A message that lives as long as the task.
  template <class Message>
  [[nodiscard]] Message& make() const {
    return *google::protobuf::Arena::CreateMessage<Message>(&arena());
  }
  /// The task is a part of a message that was made here.
  void lies_in(message& part) noexcept { task_ = &part; }

private:
  struct block;
  struct recycle {
    void operator()(block* used) const noexcept;
  };
  [[nodiscard]] google::protobuf::Arena& arena() const noexcept;

  std::unique_ptr<block, recycle> block_;
  message* task_ = nullptr;
};

} // namespace troupe::workflow
