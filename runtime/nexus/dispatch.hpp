// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/nexus/service_registry.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/transport.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/nexus/interceptor.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/tracing.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {
class client;
}
namespace troupe::detail {
class program_metrics;
}

namespace troupe::nexus {

/// What every request of one worker shares. Outlives the calls made from it.
struct dispatch_environment {
  std::shared_ptr<const service_registry> services;
  data_converter converter;
  std::string name_space;
  std::string task_queue;
  std::string identity;
  troupe::client* client = nullptr; ///< for handlers; null: `context.client()` throws
  std::shared_ptr<troupe::tracer> tracer = nullptr;                  ///< null: no traces
  std::vector<std::shared_ptr<const interceptor>> interceptors = {}; ///< outermost first
  std::shared_ptr<troupe::detail::program_metrics> metrics = {};     ///< null: nothing is counted
  cancellation_token shutdown = {}; ///< cancelled when the worker begins to stop
};

/// One accepted Nexus task on its way to its answer: plain state, no threads, no clocks.
///
/// The owner asks `next()` and does what it says until the answer is sent:
///
///     run_on_shard   run_on_shard(finished)              -> wait for finished
///     run_on_pool    post run_on_pool() to the pool      -> back on the shard: pool_finished()
///     call_service   transport.start(service_call(), …)  -> on_reply(status, bytes)
///     answer         transport.start(answer(), …)        -> done with this object
///
/// Own thread: the shard's, but for `run_on_pool`. Nothing throws. Held by `shared_ptr` while the
/// pool runs it: a shard that gives up (deadline, shutdown) calls `cancel` and forgets it; a
/// coroutine is destroyed with the object.
class operation_call {
public:
  enum class step { run_on_shard, run_on_pool, call_service, answer };

  virtual ~operation_call() = default;

  [[nodiscard]] virtual step next() const noexcept = 0;

  /// Starts the handler coroutine. `finished` runs on this thread when it ended, perhaps before
  /// this returns; it must not destroy the call (post that).
  virtual void run_on_shard(unique_function<void()> finished) = 0;

  /// Runs what may block on the calling thread: the handler function, or what its codec has to do
  /// about an error or the service's reply. Once each time that it is the next step.
  virtual void run_on_pool() noexcept = 0;
  virtual void pool_finished() = 0;

  /// The call that the operation needs (StartWorkflowExecution, RequestCancelWorkflowExecution).
  /// May be asked again for a retry: it is the same bytes.
  [[nodiscard]] virtual rpc::call service_call() const = 0;
  virtual void on_reply(const rpc_status& status, const rpc::bytes& reply) = 0;

  /// RespondNexusTaskCompleted or RespondNexusTaskFailed.
  [[nodiscard]] virtual rpc::call answer() const = 0;
  /// True if the answer is RespondNexusTaskFailed; for metrics and logs. `failure_text` is its
  /// message, else empty.
  [[nodiscard]] virtual bool is_failure() const noexcept = 0;
  [[nodiscard]] virtual const std::string& failure_text() const noexcept = 0;
  /// Why the operation did not succeed, in the words of Temporal's SDK metrics
  /// (`handler_error_BAD_REQUEST`, `operation_failed`); empty if it did, or goes on.
  [[nodiscard]] virtual const std::string& failure_reason() const noexcept = 0;

  [[nodiscard]] virtual const nexus_task& task() const noexcept = 0;

  /// When the service stops waiting; nothing if it did not say. The owner's timer calls
  /// `cancel(timed_out)` then, and drops the task: an answer would come too late.
  [[nodiscard]] virtual std::optional<time_point> deadline() const noexcept = 0;

  /// Tells the running handler to stop, through its context. It may still answer.
  virtual void cancel(cancel_reason reason) = 0;
};

/// Decides what a task needs. Never fails: an unreadable or unknown request gives a call whose next
/// step is `answer`. `where` runs the coroutines and their timers (the shard), and lives for as
/// long as `keeps_where` does; received `now`, which the deadline is counted from. `calls` is what
/// a coroutine's calls of the client of its context go through, on `where`, and lives as long;
/// null: the client's own way.
[[nodiscard]] std::shared_ptr<operation_call> accept_task(
    std::shared_ptr<const dispatch_environment> environment,
    nexus_task task,
    executor& where,
    time_point now,
    std::shared_ptr<void> keeps_where = {},
    rpc::transport* calls = nullptr);

/// A call whose next step is to answer with this error, whatever the task asks for.
[[nodiscard]] std::shared_ptr<operation_call> give_up_task(
    std::shared_ptr<const dispatch_environment> environment,
    nexus_task task,
    const handler_error& why,
    executor& where,
    time_point now,
    std::shared_ptr<void> keeps_where = {});

} // namespace troupe::nexus
