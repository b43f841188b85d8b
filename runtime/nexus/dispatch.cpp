// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/dispatch.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/nexus/answer.hpp"
#include "runtime/nexus/error_mapping.hpp"
#include "runtime/nexus/interception.hpp"
#include "runtime/nexus/operation_state.hpp"
#include "runtime/nexus/other_backings.hpp"
#include "runtime/nexus/request_timeout.hpp"
#include "runtime/nexus/workflow_run.hpp"

#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler_base.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

namespace troupe::nexus {

namespace {

using detail::handler_base;
using detail::place;

struct cancel_accepted {};

// What user code came to; written by the thread that ran it, read on the shard after it was told.
using user_outcome =
    std::variant<std::monostate, detail::start_outcome, cancel_accepted, std::exception_ptr>;

// A call to the service that the operation needs before its answer.
struct pending_call {
  std::string_view method;
  rpc::bytes request;
  std::optional<operation_token> begins = std::nullopt; // nothing: it cancels
};

/// What the operation goes on as once user code has ended.
using settlement = std::variant<task_answer, pending_call>;

/// What runs on the pool leaves what it came to in `outcome_` and `settled_`, which the shard reads
/// when it is told that the pool has finished: meanwhile the shard reads the step, and may end the
/// trace as the request's time is over.
///
/// | step | event | next step |
/// |---|---|---|
/// | run_on_shard | the coroutine ended with a result, a token, an error | answer |
/// | run_on_shard | ... with something to begin | call_service |
/// | run_on_pool | the function ended | the same two |
/// | call_service | a reply | answer |
/// | call_service | ... that an update is not accepted yet | call_service |
/// | call_service | ... about an update, where the codec may block | run_on_pool |
/// | run_on_pool | the reply was read | answer, or call_service |
/// | answer | - | - |
class call_state final : public operation_call {
public:
  call_state(
      std::shared_ptr<const dispatch_environment> environment,
      nexus_task task,
      executor& where,
      std::shared_ptr<void> keeps_where,
      rpc::transport* calls)
      : state_(std::make_shared<detail::operation_state>()) {
    state_->environment = std::move(environment);
    state_->task = std::move(task);
    state_->where = &where;
    state_->keeps_where = std::move(keeps_where);
    state_->over = calls;
  }

  /// Finds out what the task needs.
  void prepare(time_point now) {
    begin_trace(now);
    try {
      read_deadline(now);
      const auto& task = state_->task;
      if (!task.refusal.empty())
        throw handler_error{handler_error_type::bad_request, std::string{task.refusal}};
      if (task.kind == nexus_task::request::unknown)
        throw handler_error{
            handler_error_type::not_implemented, "unknown Nexus request: neither start nor cancel"};
      handler_ = environment().services->find(task.service, task.operation);
      if (task.kind == nexus_task::request::start)
        run_on(handler_->start_place());
      else
        prepare_cancel();
    } catch (...) {
      fail_with(std::current_exception());
    }
  }

  /// Or knows already what is to be said.
  void give_up(time_point now, const handler_error& why) {
    begin_trace(now);
    try {
      read_deadline(now);
      throw why;
    } catch (...) {
      fail_with(std::current_exception());
    }
  }
  ~call_state() override {
    body_.reset(); // cancels what it waits for, which needs the scope
    state_->is_open.store(false, std::memory_order_release);
  }
  call_state(const call_state&) = delete;
  call_state& operator=(const call_state&) = delete;

  step next() const noexcept override { return step_; }

  void run_on_shard(unique_function<void()> finished) override {
    finished_ = std::move(finished);
    body_.emplace(run_coroutine());
    body_->start();
  }

  void run_on_pool() noexcept override {
    if (unread_) [[unlikely]]
      return settle_reply_on_pool();
    if (!std::holds_alternative<std::exception_ptr>(outcome_)) [[likely]]
      run_function();
    if (environment().converter.may_block()) [[unlikely]]
      settle_on_pool();
  }

  void run_function() noexcept {
    try {
      if (state_->task.kind == nexus_task::request::start)
        outcome_ = detail::run_start(*handler_, state_, input());
      else {
        detail::run_cancel(handler_.get(), state_);
        outcome_ = cancel_accepted{};
      }
    } catch (...) {
      outcome_ = std::current_exception();
    }
  }

  void pool_finished() override {
    if (!settled_) [[likely]]
      settle();
    else
      apply(*std::exchange(settled_, std::nullopt));
  }

  rpc::call service_call() const override { return call_of(pending_.method, pending_.request); }

  void on_reply(const rpc_status& status, const rpc::bytes& reply) override {
    const auto& task = state_->task;
    if (state_->trace)
      state_->trace->end_call(
          status.ok() ? std::nullopt : std::optional{status.message}, state_->where->now());
    if (!status.ok())
      // What the SDKs say for the commonest refusal; the service's own words are the cause.
      refuse(from_rpc(
          status,
          status.code != status_code::already_exists ? std::string{}
          : pending_.begins && std::holds_alternative<activity_token>(*pending_.begins)
              ? "Activity execution already started"
              : "Workflow execution already started"));
    else if (!pending_.begins)
      finish(answer_cancelled(environment(), task));
    else if (
        environment().converter.may_block()
        && std::holds_alternative<workflow_update_token>(*pending_.begins)) [[unlikely]] {
      unread_ = reply; // its outcome, if there is one already, is decoded or encoded
      step_ = step::run_on_pool;
    } else
      try {
        if (auto answer = begun_by(reply))
          finish(*std::move(answer));
      } catch (...) {
        fail_with(std::current_exception());
      }
  }

  rpc::call answer() const override { return call_of(answer_.method, answer_.body); }
  bool is_failure() const noexcept override { return answer_.is_failure; }
  const std::string& failure_text() const noexcept override { return answer_.failure_text; }
  const std::string& failure_reason() const noexcept override { return answer_.failure_reason; }
  const nexus_task& task() const noexcept override { return state_->task; }
  std::optional<time_point> deadline() const noexcept override { return state_->deadline; }
  void cancel(cancel_reason reason) override {
    state_->cancellation.cancel(reason);
    if (reason == cancel_reason::timed_out && state_->trace)
      state_->trace->end("deadline exceeded", state_->where->now());
  }

private:
  const dispatch_environment& environment() const { return *state_->environment; }

  detail::operation_input input() const {
    return {state_->task.input, state_->task.input_metadata};
  }

  void begin_trace(time_point now) {
    const auto& to = environment().tracer;
    if (!to)
      return;
    state_->trace = std::make_unique<call_trace>(to, state_->task, now);
    state_->traced_by = to;
    state_->within = state_->trace->handler();
  }

  /// What is to be said now that the service has begun it; nothing: the same call once more.
  std::optional<task_answer> begun_by(const rpc::bytes& reply) {
    return std::visit([&](const auto& each) { return on_begun(each, reply); }, *pending_.begins);
  }
  std::optional<task_answer> on_begun(const workflow_run_token& asked, const rpc::bytes& reply) {
    auto started = link_to_started(environment(), asked.workflow_id, reply);
    if (!started)
      // The workflow may run already; the retry finds it by its request id.
      throw handler_error{
          handler_error_type::internal,
          "the service's answer to StartWorkflowExecution cannot be read"};
    state_->tied.add(std::move(*started));
    return answer_async(environment(), state_->task, make_token(asked), state_->tied.take());
  }
  std::optional<task_answer> on_begun(const workflow_update_token& asked, const rpc::bytes& reply) {
    return settle_begun(read_update_reply(environment(), asked, reply));
  }
  std::optional<task_answer> on_begun(const activity_token& asked, const rpc::bytes& reply) {
    return settle_begun(read_activity_reply(environment(), asked, reply));
  }

  std::optional<task_answer> settle_begun(begin_answer what) {
    if (auto* const goes_on = std::get_if<begun>(&what)) {
      if (goes_on->to)
        state_->tied.add(std::move(*goes_on->to));
      return answer_async(environment(), state_->task, goes_on->token, state_->tied.take());
    }
    if (auto* const done = std::get_if<done_already>(&what)) {
      if (done->to)
        state_->tied.add(std::move(*done->to));
      return answer_sync(environment(), state_->task, std::move(done->value), state_->tied.take());
    }
    return std::nullopt;
  }

  void read_deadline(time_point now) {
    const auto text = state_->task.header("request-timeout");
    if (!text)
      return;
    const auto timeout = parse_timeout(*text);
    if (!timeout)
      throw handler_error{
          handler_error_type::bad_request,
          "invalid request-timeout header: '" + std::string{*text} + "'"};
    state_->deadline = *timeout > time_point::max() - now ? time_point::max() : now + *timeout;
  }

  void prepare_cancel() {
    using kind = handler_base::cancel_kind;
    const auto how = handler_->cancels();
    if (how == kind::by_handler)
      return run_on(handler_->cancel_place());
    const auto token =
        how == kind::unsupported ? std::nullopt : parse_token(state_->task.operation_token);
    if (how == kind::workflow_run && !token)
      throw handler_error{handler_error_type::bad_request, "invalid operation token"};
    if (!token)
      throw handler_error{
          handler_error_type::not_implemented,
          "the operation '" + std::string{state_->task.operation} + "' cannot be cancelled"};
    if (name_space_of(*token) != environment().name_space)
      throw handler_error{
          handler_error_type::bad_request,
          "the operation token is of namespace '" + name_space_of(*token)
              + "', and this handler serves '" + environment().name_space + "'"};
    if (how == kind::by_token && handler_->cancels_itself(*token))
      return run_on(handler_->cancel_place());
    const auto* const run = std::get_if<workflow_run_token>(&*token);
    const auto* const activity = std::get_if<activity_token>(&*token);
    if (how == kind::workflow_run && run == nullptr)
      throw handler_error{
          handler_error_type::not_implemented,
          "the operation token is not that of a workflow: cannot cancel it"};
    if (run == nullptr && activity == nullptr)
      throw handler_error{
          handler_error_type::not_implemented,
          "an update that was accepted cannot be cancelled: give operation_handler a function "
          "(cancel_context, workflow_update_token) that tells the workflow in its own way"};
    detail::run_cancel(nullptr, state_); // interceptors may say no
    if (run != nullptr)
      pending_ = {
          cancel_workflow_method,
          make_cancel_request(environment(), state_->task, run->workflow_id)};
    else
      pending_ = {
          cancel_activity_method, make_cancel_request(environment(), state_->task, *activity)};
    step_ = step::call_service;
  }

  void run_on(place where) {
    step_ = where == place::shard ? step::run_on_shard : step::run_on_pool;
  }

  async<void> run_coroutine() {
    try {
      if (state_->task.kind == nexus_task::request::start)
        outcome_ = co_await detail::begin_start(*handler_, state_, input());
      else {
        co_await detail::begin_cancel(*handler_, state_);
        outcome_ = cancel_accepted{};
      }
    } catch (...) {
      outcome_ = std::current_exception();
    }
    settle();
    finished_();
  }

  /// An error that comes up on the shard: its answer is written on the pool if the codec may block.
  void fail_with(std::exception_ptr error) {
    if (!environment().converter.may_block()) [[likely]]
      return fail(classify(error));
    outcome_ = std::move(error);
    step_ = step::run_on_pool;
  }

  void refuse(const handler_error& why) {
    if (environment().converter.may_block()) [[unlikely]]
      fail_with(std::make_exception_ptr(why));
    else
      fail(why);
  }

  void settle() {
    if (auto* error = std::get_if<std::exception_ptr>(&outcome_))
      return fail_with(*error);
    try {
      apply(settle_outcome());
    } catch (...) { // the description of a workflow that cannot be sent
      fail_with(std::current_exception());
    }
  }

  /// The same where the codec may block.
  void settle_on_pool() noexcept {
    try {
      if (auto* error = std::get_if<std::exception_ptr>(&outcome_))
        settled_ = refusal(*error);
      else
        settled_ = settle_outcome();
    } catch (...) {
      settled_ = refusal(std::current_exception());
    }
  }

  void settle_reply_on_pool() noexcept {
    const auto reply = *std::exchange(unread_, std::nullopt);
    try {
      if (auto answer = begun_by(reply))
        settled_ = *std::move(answer);
      else
        settled_ = std::move(pending_);
    } catch (...) {
      settled_ = refusal(std::current_exception());
    }
  }

  task_answer refusal(const std::exception_ptr& why) const {
    return answer_error(environment(), state_->task, classify(why));
  }

  settlement settle_outcome() {
    if (auto* started = std::get_if<detail::start_outcome>(&outcome_))
      return std::visit([this](auto& each) { return settle_start(each); }, *started);
    return answer_cancelled(environment(), state_->task);
  }

  void apply(settlement what) {
    if (auto* answer = std::get_if<task_answer>(&what))
      return finish(std::move(*answer));
    pending_ = std::move(std::get<pending_call>(what));
    step_ = step::call_service;
  }

  settlement settle_start(detail::sync_success& success) {
    return answer_sync(environment(), state_->task, std::move(success.value), state_->tied.take());
  }
  settlement settle_start(async_started& started) {
    return answer_async(environment(), state_->task, started.token, state_->tied.take());
  }
  settlement settle_start(detail::encoded_workflow_start& start) {
    const auto workflow_id = start.options.id;
    if (!is_utf8(workflow_id)) // no token could hold it
      throw unsendable("workflow_id");
    workflow_run_token token{environment().name_space, workflow_id};
    const auto* const trace = trace_call("StartWorkflow:" + start.workflow_type, workflow_id);
    auto request =
        make_start_request(environment(), state_->task, std::move(start), make_token(token), trace);
    return pending_call{start_workflow_method, std::move(request), std::move(token)};
  }
  settlement settle_start(detail::encoded_update_start& start) {
    fill_defaults(environment(), state_->task, start);
    const auto& options = start.options;
    workflow_update_token token{
        environment().name_space, options.workflow_id, options.run_id, options.update_id};
    if (!is_utf8(token.workflow_id) || !is_utf8(token.update_id)) // no token could hold it
      throw unsendable("workflow_id or update_id");
    const auto* const trace = trace_call("StartWorkflowUpdate:" + start.name, options.workflow_id);
    auto request = make_update_request(environment(), state_->task, std::move(start), trace);
    return pending_call{update_workflow_method, std::move(request), std::move(token)};
  }
  settlement settle_start(detail::encoded_activity_start& start) {
    fill_defaults(environment(), state_->task, start);
    activity_token token{environment().name_space, start.options.id, {}};
    if (!is_utf8(token.activity_id))
      throw unsendable("activity_id");
    const auto* const trace = trace_call("StartActivity:" + start.activity_type, token.activity_id);
    auto request = make_activity_request(environment(), state_->task, std::move(start), trace);
    return pending_call{start_activity_method, std::move(request), std::move(token)};
  }

  /// What goes into the header of what is begun; null if nobody traces. On the pool, too: the span
  /// is the call's own, and the shard may end only the handler's meanwhile.
  const trace_context* trace_call(std::string name, std::string_view id) {
    return state_->trace ? &state_->trace->begin_call(std::move(name), id, state_->where->now())
                         : nullptr;
  }

  void fail(const handler_outcome_error& error) {
    finish(answer_error(environment(), state_->task, error));
  }

  void finish(task_answer answer) {
    answer_ = std::move(answer);
    step_ = step::answer;
    if (state_->trace)
      state_->trace->end(
          answer_.failure_reason.empty() ? std::nullopt : std::optional{answer_.failure_text},
          state_->where->now());
  }

  rpc::call call_of(std::string_view method, const rpc::bytes& request) const {
    rpc::call call{.method = method, .request = request, .headers = {}};
    if (state_->deadline) {
      // Later than the deadline nobody wants it. At least a moment, so that an answer in time is
      // not lost to rounding.
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(*state_->deadline - state_->where->now());
      call.timeout = std::clamp(left, std::chrono::milliseconds{1'000}, call.timeout);
    }
    return call;
  }

  std::shared_ptr<detail::operation_state> state_;
  std::shared_ptr<const handler_base> handler_;
  step step_ = step::answer;
  unique_function<void()> finished_;
  user_outcome outcome_;
  std::optional<settlement> settled_; ///< by the pool
  pending_call pending_;
  std::optional<rpc::bytes> unread_; ///< for the pool
  task_answer answer_;
  std::optional<async<void>> body_; // last: its frame refers to the rest
};

} // namespace

std::shared_ptr<operation_call> accept_task(
    std::shared_ptr<const dispatch_environment> environment,
    nexus_task task,
    executor& where,
    time_point now,
    std::shared_ptr<void> keeps_where,
    rpc::transport* calls) {
  auto call = std::make_shared<call_state>(
      std::move(environment), std::move(task), where, std::move(keeps_where), calls);
  call->prepare(now);
  return call;
}

std::shared_ptr<operation_call> give_up_task(
    std::shared_ptr<const dispatch_environment> environment,
    nexus_task task,
    const handler_error& why,
    executor& where,
    time_point now,
    std::shared_ptr<void> keeps_where) {
  auto call = std::make_shared<call_state>(
      std::move(environment), std::move(task), where, std::move(keeps_where), nullptr);
  call->give_up(now, why);
  return call;
}

} // namespace troupe::nexus
