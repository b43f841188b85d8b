// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>
#include <troupe/log.hpp>
#include <troupe/next.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/workflow/context.hpp>
#include <troupe/workflow/update.hpp>

#include <string>
#include <utility>
#include <vector>

/// What interceptors of workflows are given. Everything in it may be read and changed before it
/// goes on; arguments and results are as they travel, with the codec: `ctx.converter()` reads and
/// writes them.
namespace troupe::workflow {

/// A name and a value that each line of the run's `ctx.log()` carries.
using log_fields = std::vector<std::pair<std::string, log::value>>;

/// The run begins.
struct execute_input {
  payloads arguments;       ///< of `run`
  troupe::headers headers;  ///< that its start, or the run that continued as it, sent along
  workflow::log_fields log; ///< add to it what every line of the run is to carry
};
/// A signal came.
struct signal_input {
  std::string name;        ///< as the caller named it
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};
/// A query came.
struct query_input {
  std::string name;        ///< as the caller named it
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};
/// An update came.
struct update_input {
  update_info what;        ///< its id and name
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};

/// The code sleeps.
struct timer_input {
  duration after{};           ///< from now
  timer_options options = {}; ///< as the caller gave them
};
/// The code calls an activity.
struct activity_input {
  std::string type;         ///< the name of its code
  payloads arguments;       ///< encoded, the codec not applied
  activity_options options; ///< as the caller gave them
  troupe::headers headers;  ///< what travels beside the arguments
};
/// The code calls a local activity.
struct local_activity_input {
  std::string type;               ///< the name of its code
  payloads arguments;             ///< encoded, the codec not applied
  local_activity_options options; ///< as the caller gave them
  troupe::headers headers;        ///< what travels beside the arguments
};
/// The code starts a child.
struct child_input {
  std::string type;               ///< the name of its code
  payloads arguments;             ///< encoded, the codec not applied
  child_workflow_options options; ///< as the caller gave them
  troupe::headers headers;        ///< what travels beside the arguments
};
/// The code calls a Nexus operation. What travels beside it are the options' `headers`: text that
/// no codec touches, names in lower case.
struct nexus_operation_input {
  std::string endpoint;            ///< where it goes
  std::string service;             ///< the contract's name
  std::string operation;           ///< the operation's name
  payload argument;                ///< encoded, the codec not applied
  nexus_operation_options options; ///< as the caller gave them
};
/// The code signals a child or another workflow.
struct external_signal_input {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string name_space;  ///< empty: the workflow's own
  bool is_child = false;   ///< of this run
  std::string name;        ///< of the signal
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};
/// The code asks another workflow to cancel.
struct external_cancel_input {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string name_space;  ///< empty: the workflow's own
  std::string reason;      ///< said to the workflow; often empty
};
/// The code ends the run and begins another.
struct continue_as_new_input {
  std::string type;                ///< the name of its code
  payloads arguments;              ///< encoded, the codec not applied
  continue_as_new_options options; ///< as the caller gave them
  troupe::headers headers;         ///< of the new run; nothing is taken over by itself
};

/// A child or an operation that was begun, for the interceptors on the way back: handed on as it
/// is, or with another start or result.
class begun {
public:
  /// Made by the library.
  begun(detail::ref<detail::pending> started, detail::ref<detail::payload_pending> result);
  /// Instead of a child or operation that is not begun at all. The code's handle then has no id or
  /// token, and `cancel` goes to the futures.
  begun(future<void> started, future<payload> result);

  /// When it has started.
  [[nodiscard]] const future<void>& started() const noexcept { return started_; }
  /// Its result as it travels, or why there is none.
  [[nodiscard]] const future<payload>& result() const noexcept { return result_; }

  /// The same with another result, as it travels: of `ctx.spawn(...)`, say. What the code does with
  /// its handle is still about what was begun; `cancel` goes to that and to the new future.
  [[nodiscard]] begun with_result(future<payload> result) const;
  /// The same, but for the code it has started when that is ready, and did not start if that fails.
  [[nodiscard]] begun with_start(future<void> started) const;

  /// For the library: what was begun; null if nothing was.
  [[nodiscard]] const detail::ref<detail::payload_pending>& origin() const noexcept {
    return origin_;
  }
  /// For the library: the start as it was made; null if nothing was begun.
  [[nodiscard]] const detail::ref<detail::pending>& first_start() const noexcept {
    return first_start_;
  }

private:
  future<void> started_;
  future<payload> result_;
  detail::ref<detail::pending> first_start_;
  detail::ref<detail::payload_pending> origin_;
};

/// Stands between a run's code and the rest: what comes to the code passes through it, and what the
/// code asks for. One object a run, made when the run begins in this worker's memory
/// (`worker_interceptor::intercept_workflow`), so members keep what belongs to the run.
///
///     class user_of final : public workflow::interceptor {
///       async<payload> execute(context ctx, execute_input in, next_execute next) override {
///         user_ = in.headers.get<std::string>("user").value_or("");
///         co_return co_await next(std::move(ctx), std::move(in));
///       }
///       future<payload> start_activity(context ctx, activity_input in, next_activity next)
///       override {
///         in.headers.set("user", user_);
///         return next(std::move(ctx), std::move(in));
///       }
///       std::string user_;
///     };
///
/// Each member goes on with `next`; not overridden, it does just that. The first interceptor of a
/// worker is the outermost: first to see what comes in, last to see what goes out.
///
/// It is a part of the workflow: it runs again in a replay and must be deterministic, waits through
/// the context only, and what it throws counts as thrown by the code that it stands around: a
/// `failure_error` fails the workflow, the update, the query, others fail the task. Taking one away
/// that issues commands is a change of the code.
class interceptor {
public:
  virtual ~interceptor() = default;

  // -- what comes in --

  /// For the rest of `execute`.
  using next_execute = next<async<payload>(context, execute_input)>;
  /// The run, from its beginning to its result. Called before anything else.
  virtual async<payload> execute(context ctx, execute_input in, next_execute next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `handle_signal`.
  using next_signal = next<async<void>(context, signal_input)>;
  /// A signal for which there is a handler, until that has ended.
  virtual async<void> handle_signal(context ctx, signal_input in, next_signal next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `handle_query`.
  using next_query = next<payload(context, query_input)>;
  /// A query for which there is a handler. As that it must not wait nor change anything.
  virtual payload handle_query(context ctx, query_input in, next_query next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `validate_update`.
  using next_validate = next<void(context, update_input)>;
  /// An update before it is accepted: what this throws rejects it. As a validator it must not wait
  /// nor change anything, and is not called in a replay.
  virtual void validate_update(context ctx, update_input in, next_validate next) {
    next(std::move(ctx), std::move(in));
  }

  /// For the rest of `handle_update`.
  using next_update = next<async<payload>(context, update_input)>;
  /// An accepted update, until its handler has ended.
  virtual async<payload> handle_update(context ctx, update_input in, next_update next) {
    return next(std::move(ctx), std::move(in));
  }

  // -- what goes out --
  //
  // These return at once; one that has to wait first spawns a coroutine and gives its future:
  // `return ctx.spawn(...)`.

  /// For the rest of `start_timer`.
  using next_timer = next<future<void>(context, timer_input)>;
  /// `ctx.sleep`.
  virtual future<void> start_timer(context ctx, timer_input in, next_timer next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `start_activity`.
  using next_activity = next<future<payload>(context, activity_input)>;
  /// `ctx.execute<activity>`. The future gives the result as it travels.
  virtual future<payload> start_activity(context ctx, activity_input in, next_activity next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `start_local_activity`.
  using next_local_activity = next<future<payload>(context, local_activity_input)>;
  /// `ctx.execute_local<activity>`.
  virtual future<payload>
  start_local_activity(context ctx, local_activity_input in, next_local_activity next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `start_child`.
  using next_child = next<begun(context, child_input)>;
  /// `ctx.execute_child` and `ctx.start_child`.
  virtual begun start_child(context ctx, child_input in, next_child next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `start_nexus_operation`.
  using next_nexus_operation = next<begun(context, nexus_operation_input)>;
  /// `execute` and `start` of a Nexus client.
  virtual begun
  start_nexus_operation(context ctx, nexus_operation_input in, next_nexus_operation next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `signal_external`.
  using next_external_signal = next<future<void>(context, external_signal_input)>;
  /// A signal to a child or another workflow.
  virtual future<void>
  signal_external(context ctx, external_signal_input in, next_external_signal next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `cancel_external`.
  using next_external_cancel = next<future<void>(context, external_cancel_input)>;
  /// A request to cancel another workflow.
  virtual future<void>
  cancel_external(context ctx, external_cancel_input in, next_external_cancel next) {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `continue_as_new`.
  using next_continue_as_new = next<void(context, continue_as_new_input)>;
  /// The run ends and goes on as a new one. Whoever does not go on must throw.
  virtual void continue_as_new(context ctx, continue_as_new_input in, next_continue_as_new next) {
    next(std::move(ctx), std::move(in));
  }
};

} // namespace troupe::workflow
