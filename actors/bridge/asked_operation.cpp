// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"

#include <troupe/caf/ask.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/client/workflow_handle.hpp>
#include <troupe/rpc_status.hpp>

#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe::nexus {

troupe::async<payload>
starter_workflow::run(workflow::context ctx, detail::starter_call what, payload input) {
  const auto given = [](std::chrono::nanoseconds time) {
    return time.count() == 0 ? std::optional<std::chrono::nanoseconds>{} : time;
  };
  auto client = ctx.nexus_client({.endpoint = what.endpoint, .service = what.service});
  co_return co_await client.execute<payload>(
      what.operation,
      input,
      {.schedule_to_close_timeout = given(what.schedule_to_close_timeout),
       .schedule_to_start_timeout = given(what.schedule_to_start_timeout),
       .start_to_close_timeout = given(what.start_to_close_timeout),
       .headers = {what.headers.begin(), what.headers.end()},
       .summary = what.summary});
}

namespace detail {

namespace {

workflow_id_reuse_policy as_workflow_policy(operation_id_reuse_policy from) {
  switch (from) {
  case operation_id_reuse_policy::allow_duplicate: return workflow_id_reuse_policy::allow_duplicate;
  case operation_id_reuse_policy::allow_duplicate_failed_only:
    return workflow_id_reuse_policy::allow_duplicate_failed_only;
  case operation_id_reuse_policy::reject_duplicate:
    return workflow_id_reuse_policy::reject_duplicate;
  case operation_id_reuse_policy::unspecified: break;
  }
  return workflow_id_reuse_policy::unspecified;
}

workflow_id_conflict_policy as_workflow_policy(operation_id_conflict_policy from) {
  switch (from) {
  case operation_id_conflict_policy::fail: return workflow_id_conflict_policy::fail;
  case operation_id_conflict_policy::use_existing: return workflow_id_conflict_policy::use_existing;
  case operation_id_conflict_policy::unspecified: break;
  }
  return workflow_id_conflict_policy::unspecified;
}

} // namespace

/// One operation that an actor called: started by itself or, where the service does not have that,
/// by a starter workflow; then waited for.
///
/// Owns:      the client, so that its calls go on, and what was started.
/// Threading: thread-safe. What is called back runs on the thread that serves the client.
class asked_operation : public std::enable_shared_from_this<asked_operation> {
public:
  asked_operation(
      client to,
      troupe::detail::encoded_operation what,
      std::string starter_task_queue,
      unique_function<void(result<payloads>)> then)
      : client_(std::move(to)), what_(std::move(what)),
        starter_task_queue_(std::move(starter_task_queue)), then_(std::move(then)) {}

  void start() {
    using handle = async_standalone_operation_handle<payloads>;
    or_end([&] {
      // What was sent is needed again if it is refused.
      troupe::detail::typed<handle>(
          troupe::detail::start_operation_job(client_.async().origin(), what_))
          .start([me = shared_from_this()](result<handle> started) {
            me->or_end([&] {
              const auto* refused = started ? nullptr : find_cause<rpc_error>(started.error());
              if (started)
                me->wait_for(std::move(*started));
              else if (
                  refused != nullptr && refused->code() == status_code::unimplemented
                  && !me->starter_task_queue_.empty())
                me->start_workflow();
              else
                me->end(unexpected{std::move(started).error()});
            });
          });
    });
  }

  /// Tells nobody any more what came of it.
  void cancel() noexcept {
    unique_function<void()> cancel;
    unique_function<void(result<payloads>)> forgotten;
    {
      const std::lock_guard guard{mutex_};
      is_cancelled_ = true;
      cancel = std::exchange(cancel_, {});
      forgotten = std::exchange(then_, {});
    }
    waits_.cancel(cancel_reason::requested);
    // A client's interceptors may throw, and nobody is left to be told.
    try {
      if (cancel)
        cancel();
    } catch (const std::exception& error) {
      log::warn(
          "a Nexus operation whose asker has ended was not cancelled",
          {{"error", describe(error)}});
    } catch (...) {
      log::warn("a Nexus operation whose asker has ended was not cancelled", {});
    }
  }

private:
  /// Encoding and the client's interceptors are code of the user: what they throw is the outcome.
  template <class Work>
  void or_end(Work work) noexcept {
    try {
      work();
    } catch (...) {
      end(unexpected{std::current_exception()});
    }
  }

  void start_workflow() {
    auto& from = what_.options;
    starter_call call{
        .endpoint = what_.endpoint,
        .service = what_.service,
        .operation = what_.operation,
        .schedule_to_close_timeout = from.schedule_to_close_timeout,
        .schedule_to_start_timeout = from.schedule_to_start_timeout,
        .start_to_close_timeout = from.start_to_close_timeout,
        .headers = {from.headers.begin(), from.headers.end()},
        .summary = from.static_summary};
    // The input went through the codec already.
    payloads arguments{client_.converter().to_payload(call), what_.input};
    using handle = async_workflow_handle<payloads>;
    client_.async()
        .start_payloads(
            starter_workflow::name,
            {.id = from.id,
             .task_queue = starter_task_queue_,
             .id_reuse_policy = as_workflow_policy(from.id_reuse_policy),
             .id_conflict_policy = as_workflow_policy(from.id_conflict_policy),
             .execution_timeout = from.schedule_to_close_timeout, // also if nobody serves the queue
             .request_id = from.request_id},
            std::move(arguments))
        .start([me = shared_from_this()](result<handle> started) {
          me->or_end([&] {
            if (started)
              me->wait_for(std::move(*started));
            else
              me->end(unexpected{std::move(started).error()});
          });
        });
  }

  template <class Handle>
  void wait_for(Handle started) {
    const auto cancel = [started] {
      // Its client lives until that is answered.
      started.cancel("the actor that asked has ended").start([started](result<void> done) {
        if (!done)
          log::warn(
              "a Nexus operation whose asker has ended was not cancelled",
              {{"error", describe(done.error())}});
      });
    };
    bool is_too_late = false;
    {
      const std::lock_guard guard{mutex_};
      is_too_late = is_cancelled_;
      if (!is_too_late)
        cancel_ = cancel;
    }
    if (is_too_late)
      return cancel();
    started.result()
        .with_cancellation(waits_.token())
        .start([me = this->shared_from_this()](result<payloads> outcome) {
          me->end(std::move(outcome));
        });
  }

  void end(result<payloads> outcome) {
    unique_function<void(result<payloads>)> then;
    {
      const std::lock_guard guard{mutex_};
      cancel_ = {};
      then = std::exchange(then_, {});
    }
    if (then)
      then(std::move(outcome));
  }

  const client client_;
  const troupe::detail::encoded_operation what_;
  const std::string starter_task_queue_;
  cancellation_source waits_;
  std::mutex mutex_;                             ///< guards what follows
  unique_function<void(result<payloads>)> then_; ///< once; it holds an actor that holds this
  bool is_cancelled_ = false;
  unique_function<void()> cancel_; ///< while there is something to cancel
};

std::shared_ptr<asked_operation> begin_asking(
    const client& to,
    troupe::detail::encoded_operation what,
    std::string starter_task_queue,
    unique_function<void(result<payloads>)> then) {
  auto made = std::make_shared<asked_operation>(
      to, std::move(what), std::move(starter_task_queue), std::move(then));
  made->start();
  return made;
}

caf::error asking_error(const std::exception_ptr& thrown) {
  // To a handler's caller such a call of the handler's is INTERNAL; who made it can be told more.
  if (const auto* refused = find_cause<rpc_error>(thrown))
    switch (refused->code()) {
    case status_code::permission_denied:
      return actor_error(handler_error_type::unauthorized, describe(thrown));
    case status_code::unauthenticated:
      return actor_error(handler_error_type::unauthenticated, describe(thrown));
    case status_code::already_exists:
      return actor_error(handler_error_type::conflict, describe(thrown));
    default: break;
    }
  return actor_error(thrown);
}

void cancel_asking(asked_operation& what) noexcept {
  what.cancel();
}

} // namespace detail
} // namespace troupe::nexus
