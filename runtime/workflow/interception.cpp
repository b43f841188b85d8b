// SPDX-License-Identifier: Apache-2.0
// Interceptors, and the part of the engine that sends what it does through them.

#include "runtime/workflow/interception.hpp"

#include "runtime/workflow/engine_extras.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/child.hpp>
#include <troupe/workflow/nexus_client.hpp>

#include <stdexcept>
#include <string>

namespace troupe::workflow {

namespace {

payload take_encoded(detail::pending& from) {
  return static_cast<detail::payload_pending&>(from).value;
}

future<payload> encoded(detail::ref<detail::pending> from) {
  return {std::move(from), &take_encoded};
}

/// Gives on what an interceptor gave instead of the result of a call.
class relayed final : public detail::payload_pending {
public:
  relayed(detail::run& owner, future<payload> from, detail::ref<detail::payload_pending> instead_of)
      : payload_pending(owner), from_(std::move(from)), instead_of_(std::move(instead_of)) {}
  [[nodiscard]] const detail::pending& origin() const noexcept override {
    return instead_of_ ? instead_of_->origin() : *this;
  }
  void cancel(const std::string& reason) override {
    if (instead_of_ && !instead_of_->settled())
      instead_of_->cancel(reason); // as its type says; who looks at it hears of that
    from_.cancel(reason);
  }

  static async<void> run(detail::ref<relayed> self) {
    auto outcome = co_await self->from_.as_result();
    if (!outcome.has_value()) {
      self->fail(outcome.error());
      co_return;
    }
    self->value = *std::move(outcome);
    self->settle();
  }

private:
  future<payload> from_;
  detail::ref<detail::payload_pending> instead_of_; ///< null: of nothing that is to be kept
};

/// The same for the start of a child or an operation.
template <class Start>
class relayed_start final : public Start {
public:
  template <class... Args>
  explicit relayed_start(detail::run& owner, future<void> from, Args&&... args)
      : Start(owner, std::forward<Args>(args)...), from_(std::move(from)) {}

  static async<void> run(detail::ref<relayed_start> self) {
    auto outcome = co_await self->from_.as_result();
    if (!outcome.has_value())
      self->fail(outcome.error());
    else
      self->settle();
  }

private:
  future<void> from_;
};

} // namespace

begun::begun(detail::ref<detail::pending> started, detail::ref<detail::payload_pending> result)
    : started_(started, nullptr), result_(encoded(result)), first_start_(std::move(started)),
      origin_(std::move(result)) {}

begun::begun(future<void> started, future<payload> result)
    : started_(std::move(started)), result_(std::move(result)) {}

begun begun::with_result(future<payload> result) const {
  auto other = *this;
  other.result_ = std::move(result);
  return other;
}

begun begun::with_start(future<void> started) const {
  auto other = *this;
  other.started_ = std::move(started);
  return other;
}

std::function<std::vector<std::unique_ptr<interceptor>>(const info&)>
interceptors_of_runs(const std::vector<std::shared_ptr<const worker_interceptor>>& from) {
  if (from.empty())
    return {};
  return [from](const info& run) {
    std::vector<std::unique_ptr<interceptor>> all;
    for (const auto& each : from)
      if (auto made = each->intercept_workflow(run))
        all.push_back(std::move(made));
    return all;
  };
}

// -- the chains

template <auto Member, auto Last, class Result, class Input>
Result interception::inward(void* chain, std::size_t at, context ctx, Input in) {
  auto& self = *static_cast<interception*>(chain);
  if (at == self.all_.size())
    return (self.*Last)(std::move(ctx), std::move(in));
  return ((*self.all_[at]).*Member)(
      std::move(ctx), std::move(in), {chain, at + 1, &inward<Member, Last, Result, Input>});
}

template <auto Member, auto Last, class Result, class Input>
Result interception::outward(void* chain, std::size_t left, context ctx, Input in) {
  auto& self = *static_cast<interception*>(chain);
  if (left == 0)
    return (self.*Last)(std::move(ctx), std::move(in));
  return ((*self.all_[left - 1]).*Member)(
      std::move(ctx), std::move(in), {chain, left - 1, &outward<Member, Last, Result, Input>});
}

async<payload> interception::execute(context ctx, execute_input in) {
  return inward<&interceptor::execute, &interception::last_execute, async<payload>>(
      this, 0, std::move(ctx), std::move(in));
}
async<void> interception::handle_signal(context ctx, signal_input in) {
  return inward<&interceptor::handle_signal, &interception::last_handle_signal, async<void>>(
      this, 0, std::move(ctx), std::move(in));
}
payload interception::handle_query(context ctx, query_input in) {
  return inward<&interceptor::handle_query, &interception::last_handle_query, payload>(
      this, 0, std::move(ctx), std::move(in));
}
void interception::validate_update(context ctx, update_input in) {
  inward<&interceptor::validate_update, &interception::last_validate_update, void>(
      this, 0, std::move(ctx), std::move(in));
}
async<payload> interception::handle_update(context ctx, update_input in) {
  return inward<&interceptor::handle_update, &interception::last_handle_update, async<payload>>(
      this, 0, std::move(ctx), std::move(in));
}

future<void> interception::start_timer(context ctx, timer_input in) {
  return outward<&interceptor::start_timer, &interception::last_start_timer, future<void>>(
      this, all_.size(), std::move(ctx), std::move(in));
}
future<payload> interception::start_activity(context ctx, activity_input in) {
  return outward<&interceptor::start_activity, &interception::last_start_activity, future<payload>>(
      this, all_.size(), std::move(ctx), std::move(in));
}
future<payload> interception::start_local_activity(context ctx, local_activity_input in) {
  return outward<
      &interceptor::start_local_activity,
      &interception::last_start_local_activity,
      future<payload>>(this, all_.size(), std::move(ctx), std::move(in));
}
begun interception::start_child(context ctx, child_input in) {
  return outward<&interceptor::start_child, &interception::last_start_child, begun>(
      this, all_.size(), std::move(ctx), std::move(in));
}
begun interception::start_nexus_operation(context ctx, nexus_operation_input in) {
  return outward<
      &interceptor::start_nexus_operation,
      &interception::last_start_nexus_operation,
      begun>(this, all_.size(), std::move(ctx), std::move(in));
}
future<void> interception::signal_external(context ctx, external_signal_input in) {
  return outward<&interceptor::signal_external, &interception::last_signal_external, future<void>>(
      this, all_.size(), std::move(ctx), std::move(in));
}
future<void> interception::cancel_external(context ctx, external_cancel_input in) {
  return outward<&interceptor::cancel_external, &interception::last_cancel_external, future<void>>(
      this, all_.size(), std::move(ctx), std::move(in));
}
void interception::continue_as_new(context ctx, continue_as_new_input in) {
  outward<&interceptor::continue_as_new, &interception::last_continue_as_new, void>(
      this, all_.size(), std::move(ctx), std::move(in));
}

// -- their ends

async<payload> interception::last_execute(context ctx, execute_input in) {
  engine_.with_extras().log = std::move(in.log);
  return wait_for_code(
      &code_.emplace_back(engine_.definition_->begin(std::move(ctx), std::move(in.arguments))));
}

async<payload> interception::wait_for_code(const async<payload>* code) {
  co_return co_await *code;
}

async<void> interception::last_handle_signal(context, signal_input in) {
  return engine::call_signal_handler(&engine_, std::move(in));
}

payload interception::last_handle_query(context, query_input in) {
  return engine_.call_query_handler(in.name, std::move(in.arguments));
}

void interception::last_validate_update(context, update_input in) {
  // Reads the arguments and asks the validator; what would run is made again when it does.
  (void)prepare_update(std::move(in), false);
}

async<payload> interception::last_handle_update(context, update_input in) {
  return prepare_update(std::move(in), true);
}

async<payload> interception::prepare_update(update_input&& in, bool is_validated) {
  auto* handler = engine_.update_handler_of(in.what.name);
  if (handler == nullptr)
    throw application_error("there is no handler of updates named '" + in.what.name + "'");
  return handler->prepare(
      {std::make_shared<const update_info>(std::move(in.what)),
       std::move(in.arguments),
       is_validated});
}

future<void> interception::last_start_timer(context ctx, timer_input in) {
  return {engine_.begin_timer(in.after, in.options, *ctx.scope()), nullptr};
}

future<payload> interception::last_start_activity(context ctx, activity_input in) {
  return encoded(engine_.begin_activity(
      {std::move(in.type), std::move(in.arguments), std::move(in.options), std::move(in.headers)},
      *ctx.scope()));
}

future<payload> interception::last_start_local_activity(context ctx, local_activity_input in) {
  return encoded(engine_.begin_local_activity(
      {.type = std::move(in.type),
       .input = std::move(in.arguments),
       .options = std::move(in.options),
       .headers = std::move(in.headers)},
      *ctx.scope()));
}

begun interception::last_start_child(context ctx, child_input in) {
  const auto made = engine_.begin_child(
      {std::move(in.type), std::move(in.arguments), std::move(in.options), std::move(in.headers)},
      ctx.scope());
  return {made.started, made.result};
}

begun interception::last_start_nexus_operation(context ctx, nexus_operation_input in) {
  const auto made = engine_.begin_nexus_operation(
      {std::move(in.endpoint),
       std::move(in.service),
       std::move(in.operation),
       std::move(in.argument),
       std::move(in.options)},
      *ctx.scope());
  return {made.started, made.result};
}

future<void> interception::last_signal_external(context ctx, external_signal_input in) {
  return {
      engine_.begin_signal(
          {.to = {std::move(in.workflow_id), std::move(in.run_id), std::move(in.name_space)},
           .is_child = in.is_child,
           .signal_name = std::move(in.name),
           .input = std::move(in.arguments),
           .headers = std::move(in.headers)},
          *ctx.scope()),
      nullptr};
}

future<void> interception::last_cancel_external(context, external_cancel_input in) {
  return {
      engine_.begin_cancel(
          {.to = {std::move(in.workflow_id), std::move(in.run_id), std::move(in.name_space)},
           .reason = std::move(in.reason)}),
      nullptr};
}

void interception::last_continue_as_new(context, continue_as_new_input in) {
  engine_.continue_as_new(
      {std::move(in.type), std::move(in.arguments), std::move(in.options), std::move(in.headers)});
}

// -- the engine

interception* engine::interceptors() const noexcept {
  return extras_ ? extras_->interceptors.get() : nullptr;
}

async<payload> engine::make_main(payloads&& input) {
  if (environment_->interceptors)
    if (auto all = environment_->interceptors(get_info()); !all.empty()) {
      with_extras().interceptors = std::make_unique<interception>(*this, std::move(all));
      return run_intercepted(
          this, {.arguments = std::move(input), .headers = get_info().headers, .log = {}});
    }
  return definition_->begin(context{detail::ref<run>{this}, root_}, std::move(input));
}

async<payload> engine::run_intercepted(engine* self, execute_input in) {
  co_return co_await self->interceptors()->execute(
      context{detail::ref<run>{self}, self->root_}, std::move(in));
}

async<void> engine::run_signal(engine* self, received_signal signal) {
  std::exception_ptr failed;
  try {
    co_await self->interceptors()->handle_signal(
        context{detail::ref<run>{self}, self->root_},
        {signal.name, std::move(signal.input), std::move(signal.headers)});
  } catch (...) {
    failed = std::current_exception();
  }
  self->signal_told(signal.name, signal.sender, failed);
}

async<void> engine::call_signal_handler(engine* self, signal_input in) {
  captured_handler captured;
  auto& all = self->with_messages();
  auto* handler = self->signal_handler_of(in.name);
  if (handler == nullptr) // an interceptor gave it another name
    throw application_error("there is no handler of signals named '" + in.name + "'");
  const told_signal told{in.name, handler->options.unfinished};
  const auto* before = std::exchange(all.now_told, &told);
  auto* captured_before = std::exchange(all.captured, &captured);
  try {
    handler->deliver(in.name, std::move(in.arguments));
  } catch (...) {
    captured.error = std::current_exception();
  }
  all.now_told = before;
  all.captured = captured_before;
  if (captured.error != nullptr)
    std::rethrow_exception(captured.error);
  if (!captured.body)
    co_return;
  if (all.tells_at_once) {
    co_await *captured.body;
    co_return;
  }
  // Told while other code runs: it begins when that next waits, as without interceptors.
  auto done = detail::make_ref<detail::value_pending<void>>(*self);
  self->spawn(detail::drive<void>(*std::move(captured.body), done));
  co_await future<void>{done, nullptr};
}

async<payload> engine::run_update_handler(engine* self, update_input in) {
  auto inner = detail::make_ref<detail::scope>(self->root_);
  inner->is_of(std::make_shared<const update_info>(in.what));
  co_return co_await self->interceptors()->handle_update(
      context{detail::ref<run>{self}, std::move(inner)}, std::move(in));
}

detail::ref<detail::payload_pending> engine::as_encoded(
    future<payload> result,
    const detail::ref<detail::payload_pending>& instead_of,
    std::unique_ptr<const data_converter> read_with) {
  if (auto* own = dynamic_cast<detail::payload_pending*>(result.state().get()))
    if (!instead_of || own == instead_of.get())
      return detail::ref<detail::payload_pending>{own};
  auto made = detail::make_ref<relayed>(*this, std::move(result), instead_of);
  made->narrowed = std::move(read_with);
  spawn(relayed::run(made));
  return made;
}

template <class Start, class... Args>
detail::ref<detail::pending> engine::as_start(
    const begun& made, const detail::ref<detail::payload_pending>& result, Args... args) {
  if (made.started().state() == made.first_start() && result == made.origin())
    return made.first_start();
  auto start =
      detail::make_ref<relayed_start<Start>>(*this, made.started(), result, std::move(args)...);
  spawn(relayed_start<Start>::run(start));
  return start;
}

detail::child_pendings
engine::intercept_child(detail::child_request&& request, const detail::ref<detail::scope>& within) {
  auto read_with = tells_contexts() ? std::make_unique<const data_converter>(converter_of_workflow(
                                          request.options.name_space, request.options.id))
                                    : nullptr;
  const auto made = interceptors()->start_child(
      context{detail::ref<run>{this}, within},
      {std::move(request.type),
       std::move(request.input),
       std::move(request.options),
       std::move(request.headers)});
  auto result = as_encoded(made.result(), made.origin(), std::move(read_with));
  auto start = as_start<detail::child_start_pending>(made, result, within);
  return {std::move(start), std::move(result)};
}

detail::nexus_pendings
engine::intercept_nexus_operation(detail::nexus_request&& request, detail::scope& within) {
  auto read_with =
      tells_contexts() ? std::make_unique<const data_converter>(shared_converter()) : nullptr;
  const auto made = interceptors()->start_nexus_operation(
      context{detail::ref<run>{this}, detail::ref<detail::scope>{&within}},
      {std::move(request.endpoint),
       std::move(request.service),
       std::move(request.operation),
       std::move(request.input),
       std::move(request.options)});
  auto result = as_encoded(made.result(), made.origin(), std::move(read_with));
  auto start = as_start<detail::nexus_start_pending>(made, result);
  return {std::move(start), std::move(result)};
}

void engine::intercept_continue_as_new(continue_as_new_request&& request) {
  try {
    interceptors()->continue_as_new(
        context{detail::ref<run>{this}, root_},
        {std::move(request.workflow_type),
         std::move(request.input),
         std::move(request.options),
         std::move(request.headers)});
    if (!close_)
      throw std::logic_error(
          "an interceptor's continue_as_new neither went on nor threw: call next(...)");
  } catch (const continue_as_new_request&) {
    task_error_ = std::make_exception_ptr(std::logic_error(
        "an interceptor continued as new while the run did: change what it is given instead"));
  } catch (...) {
    end_with(std::current_exception());
  }
}

} // namespace troupe::workflow
