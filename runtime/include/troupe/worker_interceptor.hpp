// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/interceptor.hpp>
#include <troupe/nexus/interceptor.hpp>
#include <troupe/workflow/interceptor.hpp>

#include <memory>

namespace troupe {

/// Gives a worker its interceptors: in `worker_options::interceptors`, or in those of the client
/// that the worker is made with, if the object is a `client_interceptor` as well. Shared by the
/// worker's threads.
class worker_interceptor {
public:
  virtual ~worker_interceptor() = default;

  /// For each run, when its first event is read: an object of its own, or null to stay out of it.
  /// On the worker's shard; must be deterministic, as the run's code. What it throws fails the
  /// task.
  [[nodiscard]] virtual std::unique_ptr<workflow::interceptor>
  intercept_workflow(const workflow::info&) const {
    return nullptr;
  }
  /// For the activities of a worker, when it starts. Null: none.
  [[nodiscard]] virtual std::shared_ptr<const activity::interceptor> intercept_activities() const {
    return nullptr;
  }
  /// For the Nexus operation handlers of a worker, when it starts. Null: none.
  [[nodiscard]] virtual std::shared_ptr<const nexus::interceptor> intercept_nexus() const {
    return nullptr;
  }
};

} // namespace troupe
