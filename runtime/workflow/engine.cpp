// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/deterministic_code.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/protocol/trace_header.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/interception.hpp"
#include "runtime/workflow/machines/close_machine.hpp"

#include <troupe/error.hpp>
#include <troupe/version.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

/// Something that a coroutine waits for by asking again and again. Only its waiters keep it: the
/// condition refers to them.
struct engine::condition final : detail::pending, detail::list_node {
  condition(detail::run& owner, unique_function<bool()> condition_)
      : pending(owner), holds(std::move(condition_)) {}

  void cancel(const std::string& reason) override {
    unlink();
    fail(detail::make_canceled(reason));
  }

  unique_function<bool()> holds;
};

namespace {

class cancel_wait final : public detail::pending {
public:
  using pending::pending;
  void cancel(const std::string& reason) override { fail(detail::make_canceled(reason)); }
  void scope_cancelled(const std::string&) override { settle(); }
};

} // namespace

engine::engine(
    std::shared_ptr<const workflow::definition> definition,
    std::shared_ptr<const workflow::environment> environment,
    std::string run_id)
    : definition_(std::move(definition)), environment_(std::move(environment)),
      converter_(&environment_->converter), run_id_(std::move(run_id)),
      root_(detail::make_ref<detail::scope>()) {}

engine::~engine() = default;

detail::ref<engine> engine::fresh() const {
  return detail::make_ref<engine>(definition_, environment_, run_id_);
}

void engine::evict() noexcept {
  if (closed_)
    return;
  const detail::ref<run> keep{this};
  closed_ = true;
  while (ready_.linked())
    ready_.next->unlink();
  while (conditions_.linked())
    conditions_.next->unlink();
  // Newest first, as on a stack: what was started later may use what was there before.
  while (coroutines_.linked()) {
    auto* last = static_cast<coroutine*>(coroutines_.prev);
    last->unlink();
    delete last;
  }
  if (auto* around = interceptors())
    around->destroy_code();
  main_.reset();
  messages_ = nullptr;
  converter_ = &environment_->converter;
  tells_contexts_ = false;
  extras_ = nullptr;
  commands_.clear();
  machines_.clear();
  close_ = {};
  frame_bytes_ = 0;
}

// -- running code --

void engine::run_code() {
  const frame_meter meter{frame_bytes_};
  if (main_ && main_->done() && !close_ && task_error_ == nullptr) [[unlikely]]
    finish_main(); // another thread has brought it to its end
  do {
    while (ready_.linked() && task_error_ == nullptr) {
      auto& next = static_cast<detail::suspended&>(*ready_.next);
      next.unlink();
      next.missing = 0;
      troupe::detail::now_running(next.where);
      next.frame.resume();
      if (main_ && main_->done() && !close_ && task_error_ == nullptr)
        finish_main();
    }
  } while (task_error_ == nullptr && (deliver_waiting_updates() || test_conditions()));
  ran_last_ = latest_coroutine();
  if (auto told = deterministic_code::take_told(); !told.empty() && task_error_ == nullptr)
      [[unlikely]]
    task_error_ = std::make_exception_ptr(
        nondeterminism_error("[TMPRL1100] Nondeterminism error: the workflow's code " + told));
  reap();
}

void engine::add_code_waits(std::vector<std::string>& to) const {
  for (const auto* node = conditions_.next; node != &conditions_; node = node->next)
    to.push_back("a condition" + static_cast<const condition*>(node)->waiting_coroutine());
  for (const auto* node = code_waits_.next; node != &code_waits_; node = node->next) {
    const auto& one = *static_cast<const detail::code_wait::run_hook*>(node)->self;
    if (!one.settled())
      to.push_back(one.subject() + one.waiting_coroutine());
  }
}

bool engine::test_conditions() {
  bool woke = false;
  for (auto* node = conditions_.next; node != &conditions_;) {
    const detail::ref<condition> one{static_cast<condition*>(node)};
    node = node->next;
    try {
      if (!one->holds())
        continue;
      one->unlink();
      one->settle();
    } catch (...) {
      one->unlink();
      one->fail(std::current_exception());
    }
    woke = true;
  }
  return woke;
}

void engine::reap() {
  for (auto* node = coroutines_.next; node != &coroutines_;) {
    auto* one = static_cast<coroutine*>(node);
    node = node->next;
    if (one->body->done()) {
      one->unlink();
      delete one;
    }
  }
}

void engine::finish_main() {
  try {
    close_ = detail::make_ref<close_machine>(main_->take());
  } catch (...) {
    end_with(std::current_exception());
  }
}

void engine::end_with(std::exception_ptr why) {
  if (close_ || task_error_ != nullptr)
    return;
  auto command = std::make_unique<wire_command>();
  try {
    std::rethrow_exception(why);
  } catch (continue_as_new_request& request) {
    if (interceptors() != nullptr)
      intercept_continue_as_new(std::move(request));
    else
      continue_as_new(std::move(request));
    return;
  } catch (const failure_error& error) {
    if (cancel_requested_ && is_canceled(error)) {
      command->set_command_type(enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION);
      command->mutable_cancel_workflow_execution_command_attributes();
      close_with(std::move(command));
      return;
    }
  } catch (...) {
    // A bug, as far as we know: the task is tried again until the code is repaired.
    if (!fails_workflow(why)) {
      task_error_ = std::move(why);
      return;
    }
  }
  command->set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  to_failure(
      why,
      converter(),
      *command->mutable_fail_workflow_execution_command_attributes()->mutable_failure());
  close_with(std::move(command), std::move(why));
}

void engine::close_with(std::unique_ptr<wire_command> command, std::exception_ptr why) {
  close_ = detail::make_ref<close_machine>(std::move(command), std::move(why));
}

bool engine::fails_workflow(const std::exception_ptr& error) const {
  return definition_->failure_types.include(error) || environment_->failure_types.include(error);
}

int engine::closing_command() const noexcept {
  return close_ ? close_->command() : 0;
}

std::exception_ptr engine::closing_error() const noexcept {
  return close_ ? close_->why() : nullptr;
}

void engine::continue_as_new(continue_as_new_request&& request) {
  auto command = std::make_unique<wire_command>();
  command->set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  auto& to = *command->mutable_continue_as_new_workflow_execution_command_attributes();
  auto& options = request.options;
  const auto from = started();
  const bool has_changed = extras_ && extras_->described_as;
  to.mutable_workflow_type()->set_name(request.workflow_type);
  to.mutable_task_queue()->set_name(
      options.task_queue.empty() ? from.task_queue().name() : options.task_queue);
  to_proto(std::move(request.input), *to.mutable_input());
  if (extras_ && extras_->trace)
    protocol::write_trace_header(extras_->trace->run(), request.headers);
  if (!request.headers.empty())
    protocol::write_headers(std::move(request.headers), *to.mutable_header());
  if (options.run_timeout)
    to_proto(*options.run_timeout, *to.mutable_workflow_run_timeout());
  if (options.task_timeout)
    to_proto(*options.task_timeout, *to.mutable_workflow_task_timeout());
  if (options.backoff_start_interval)
    to_proto(*options.backoff_start_interval, *to.mutable_backoff_start_interval());
  to.set_initial_versioning_behavior(
      static_cast<enums::ContinueAsNewVersioningBehavior>(options.initial_versioning_behavior));
  // What the code leaves out is taken over here: the service would not.
  if (options.retry_policy) {
    protocol::write_retry_policy(*options.retry_policy, *to.mutable_retry_policy());
  } else if (from.has_retry_policy()) {
    *to.mutable_retry_policy() = from.retry_policy();
  }
  if (!options.memo.empty())
    for (auto& [key, value] : options.memo)
      to_proto(converter().encode(std::move(value)), (*to.mutable_memo()->mutable_fields())[key]);
  else if (has_changed)
    *to.mutable_memo() = extras_->described_as->memo;
  else if (from.has_memo())
    *to.mutable_memo() = from.memo();
  // The service reads search attributes, so no codec may touch them.
  if (!options.search_attributes.empty())
    for (auto& [key, value] : options.search_attributes)
      to_proto(std::move(value), (*to.mutable_search_attributes()->mutable_indexed_fields())[key]);
  else if (has_changed)
    *to.mutable_search_attributes() = extras_->described_as->attributes;
  else if (from.has_search_attributes())
    *to.mutable_search_attributes() = from.search_attributes();
  close_with(std::move(command));
}

// -- run: what contexts ask --

detail::ref<detail::pending>
engine::wait_for(unique_function<bool()> holds, detail::scope& within) {
  auto wait = detail::make_ref<condition>(*this, std::move(holds));
  if (closed_)
    return wait;
  require_writable();
  within.add(*wait);
  if (!wait->settled())
    conditions_.push_back(*wait);
  return wait;
}

detail::ref<detail::pending> engine::wait_for_cancel(detail::scope& within) {
  auto wait = detail::make_ref<cancel_wait>(*this);
  if (closed_)
    return wait;
  require_writable();
  within.add(*wait);
  return wait;
}

void engine::spawn(async<void> body) {
  if (closed_)
    return;
  require_writable();
  auto one = std::make_unique<coroutine>();
  one->body.emplace(std::move(body));
  one->start.frame = one->body->frame();
  one->start.where = one->body->frame().promise().where;
  coroutines_.push_back(*one);
  make_ready(one.release()->start);
}

void engine::on_query(std::string name, detail::query_handler handler) {
  if (closed_)
    return;
  require_writable();
  auto& handlers = with_messages().query_handlers;
  const auto known = std::ranges::find(handlers, name, [](const auto& one) { return one.first; });
  if (known != handlers.end())
    known->second = std::move(handler);
  else
    handlers.emplace_back(std::move(name), std::move(handler));
}

void engine::fail_handler(std::exception_ptr why) {
  if (messages_ && messages_->captured != nullptr)
    messages_->captured->error = std::move(why);
  else
    fail_signal(messages_ && messages_->now_told ? messages_->now_told->name : "", std::move(why));
}

void engine::log(
    log::level severity, std::string_view message, std::initializer_list<log::field> fields) {
  log(severity, message, std::span<const log::field>{fields.begin(), fields.size()});
}

void engine::log(
    log::level severity, std::string_view message, std::span<const log::field> fields) {
  if (closed_ || replaying_ || !log::enabled(severity))
    return;
  std::vector<log::field> all{fields.begin(), fields.end()};
  if (extras_)
    for (const auto& [key, value] : extras_->log)
      all.push_back({key, value});
  all.push_back({"workflow_id", started().workflow_id()});
  all.push_back({"run_id", run_id_});
  all.push_back({"workflow_type", definition_->name});
  all.push_back({"namespace", environment_->name_space});
  all.push_back({"task_queue", environment_->task_queue});
  const exempt_code lines_have_times;
  log::write_fields(severity, message, all);
}

// -- machine_host --

void engine::issue(machine& by, int command) {
  if (closed_)
    return;
  require_writable();
  // Old histories of sdk-core end with the first closing command; newer ones (flag 3) keep what
  // came behind it.
  if (close_ && replaying_ && (core_flags_ & (1U << 3)) == 0)
    return;
  if (command == enums::COMMAND_TYPE_RECORD_MARKER && by.stands_anywhere())
    ++with_extras().standing_anywhere;
  commands_.push_back({detail::ref<machine>{&by}, command});
}

void engine::track(std::int64_t event_id, machine& to) {
  machines_.emplace_back(event_id, &to);
}

void engine::forget(std::int64_t event_id) {
  const auto at =
      std::ranges::lower_bound(machines_, event_id, {}, [](const auto& one) { return one.first; });
  if (at != machines_.end() && at->first == event_id)
    machines_.erase(at);
}

void engine::require_writable() const {
  if (deterministic_code::of_this_thread() != this) [[unlikely]]
    refuse_foreign_thread();
  if (read_only_by_ == read_only::by::query)
    throw std::logic_error(
        "a query handler must not wait, start or change anything in its workflow");
  if (read_only_by_ == read_only::by::side_effect)
    throw nondeterminism_error(
        "a side effect must not wait, start or change anything in its workflow: in a replay it is "
        "not called");
  if (read_only_by_ == read_only::by::validator)
    throw nondeterminism_error(
        "an update's validator must not wait, start or change anything in its workflow: in a "
        "replay it is not called");
}

/// A coroutine has awaited what is not the workflow's, and was resumed by that.
void engine::refuse_foreign_thread() const {
  const std::string why =
      "the workflow " + definition_->name
      + " goes on in a place that is not its own: one of its coroutines was resumed by another "
        "thread or executor. Await only what its context gives. The coroutine that ran last is "
      + troupe::detail::describe(ran_last_);
  log::error(why, {{"run_id", run_id_}});
  throw std::logic_error(why);
}

bool engine::ids_are_ours() const noexcept {
  return sdk().name != "temporal-go";
}

// -- what runs share, or have only if they need it --

engine::messages& engine::with_messages() {
  if (!messages_)
    messages_ = std::make_unique<messages>();
  return *messages_;
}

engine::extras& engine::with_extras() {
  if (!extras_)
    extras_ = std::make_unique<extras>();
  return *extras_;
}

std::uint64_t engine::random() {
  require_writable();
  auto& random = with_extras().random;
  if (!random)
    random.emplace(seed_of(started().original_execution_run_id()));
  return random->next();
}

std::uint64_t engine::random_of(std::string_view stream) {
  require_writable();
  auto& named = with_extras().named_random;
  auto at = named.find(stream);
  if (at == named.end()) {
    // A reset gives the run new streams, as it does with the one that has no name.
    const auto& extras = *extras_;
    const auto of =
        extras.reset_run_id.empty() ? started().original_execution_run_id() : extras.reset_run_id;
    at = named.emplace(stream, seed_of(of + '/' + std::string{stream})).first;
  }
  return at->second.next();
}

temporal::api::history::v1::WorkflowExecutionStartedEventAttributes engine::started() const {
  temporal::api::history::v1::WorkflowExecutionStartedEventAttributes attributes;
  attributes.ParseFromString(started_);
  return attributes;
}

std::string engine::own_task_queue() const {
  auto name = started().task_queue().name();
  return name.empty() ? environment_->task_queue : name;
}

const sdk_identity& our_sdk() {
  static const sdk_identity us{"troupe", std::string{version_text}};
  return us;
}

const sdk_identity& engine::sdk() const noexcept {
  static const sdk_identity nobody;
  return is_sdk_ours_ ? our_sdk() : extras_ && extras_->other_sdk ? *extras_->other_sdk : nobody;
}

void engine::set_sdk(sdk_identity by) {
  is_sdk_ours_ = by == our_sdk();
  if (!is_sdk_ours_)
    with_extras().other_sdk = std::move(by);
}

void engine::write_commands(google::protobuf::RepeatedPtrField<wire_command>& to) {
  const auto write = [&](machine& by, int command) {
    auto& out = *to.Add();
    out.set_command_type(static_cast<enums::CommandType>(command));
    by.write(command, out);
  };
  for (std::size_t i = next_command_; i != commands_.size(); ++i)
    if (commands_[i].by->wants(commands_[i].command))
      write(*commands_[i].by, commands_[i].command);
  if (close_ && !close_matched_)
    write(*close_, close_->command());
}

std::vector<trace_span> engine::take_spans() {
  if (!extras_ || !extras_->trace)
    return {};
  if (close_)
    extras_->trace->end(start_time_, now_, close_->why());
  return extras_->trace->take();
}

std::size_t engine::memory_bytes() const noexcept {
  auto sum = sizeof(*this) + sizeof(detail::scope) + run_id_.capacity() + frame_bytes_
             + commands_.capacity() * sizeof(issued_command)
             + machines_.capacity() * sizeof(machines_[0]);
  sum += started_.capacity() + (extras_ ? sizeof(extras) : 0);
  // What the last task asked for: not in `machines_` before the next one's events tell of it.
  for (std::size_t i = next_command_; i != commands_.size(); ++i)
    sum += commands_[i].by->memory_bytes();
  for (const auto& [id, one] : machines_)
    sum += one->memory_bytes();
  if (extras_ && extras_->versions)
    for (const auto& [id, kept] : extras_->versions->values)
      sum += sizeof(kept) + id.capacity() + (kept.value ? kept.value->data.capacity() : 0);
  if (messages_)
    for (const auto& signal : messages_->unhandled_signals)
      for (const auto& argument : signal.input)
        sum += sizeof(argument) + argument.data.capacity();
  if (extras_)
    for (const auto& update : extras_->admitted_updates)
      sum += sizeof(update) + update.request.SpaceUsedLong();
  return sum;
}

} // namespace troupe::workflow
