// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one public header that shows CAF: for programs that have an actor system of their own.
// Written for CAF 0.17.6.

#include <troupe/nexus/handler.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/worker.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/duration.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>

#include <chrono>
#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe {

/// A worker whose actors live in `system`, beside the user's own. Its shards are still threads of
/// its own, and it uses neither the system's scheduler nor its clock. The system must outlive the
/// worker; stop the worker before the system ends, which otherwise waits for its actors.
[[nodiscard]] worker worker_in(caf::actor_system& system, client client, worker_options options);

namespace nexus {

namespace detail {

/// The thread that a request's coroutine runs on. Own thread only.
[[nodiscard]] executor& home_of(const operation_context& context) noexcept;
/// Runs `work` there, from any thread.
void post_to(executor& home, unique_function<void()> work);
/// An actor that is gone is UNAVAILABLE, which is tried again; any other error is INTERNAL.
[[noreturn]] void throw_actor_error(const caf::actor_system& system, const caf::error& error);

/// One question to an actor: shared by the coroutine that waits, on its shard, and the actor that
/// asks.
template <class Output>
struct actor_question {
  std::mutex mutex;              ///< guards `home`
  executor* home = nullptr;      ///< null once nobody waits any more
  std::coroutine_handle<> frame; ///< own thread of `home` only
  std::optional<Output> answer;
  caf::error error;

  void settle(std::shared_ptr<actor_question> self) {
    std::lock_guard guard{mutex};
    if (home != nullptr)
      post_to(*home, [self] {
        if (self->frame)
          std::exchange(self->frame, {}).resume();
      });
  }
};

/// Asks on behalf of a coroutine, in the system of whom it asks.
template <class Input, class Output, class Handle>
class asking_actor final : public caf::event_based_actor {
public:
  asking_actor(
      caf::actor_config& cfg,
      Handle whom,
      Input what,
      std::shared_ptr<actor_question<Output>> question)
      : caf::event_based_actor(cfg), whom_(std::move(whom)), what_(std::move(what)),
        question_(std::move(question)) {}

  const char* name() const override { return "troupe_asking_actor"; }

  caf::behavior make_behavior() override {
    // Without a timeout of CAF's: the request's deadline ends the coroutine, and that ends this
    // actor.
    this->request(*whom_, caf::infinite, std::move(what_))
        .then(
            [this](Output& answer) {
              question_->answer.emplace(std::move(answer));
              question_->settle(question_);
              this->quit();
            },
            [this](caf::error& error) {
              question_->error = std::move(error);
              question_->settle(question_);
              this->quit();
            });
    return {}; // it lives as long as the question is open
  }

  void on_exit() override { whom_.reset(); }

private:
  std::optional<Handle> whom_;
  Input what_;
  std::shared_ptr<actor_question<Output>> question_;
};

template <class Input, class Output, class Handle>
class actor_awaiter {
public:
  actor_awaiter(executor& home, caf::actor_system& system, Handle whom, Input what)
      : home_(home), system_(system), whom_(std::move(whom)), what_(std::move(what)) {}
  actor_awaiter(const actor_awaiter&) = delete;
  actor_awaiter& operator=(const actor_awaiter&) = delete;
  ~actor_awaiter() {
    if (!question_)
      return;
    {
      std::lock_guard guard{question_->mutex};
      question_->home = nullptr;
      question_->frame = {};
    }
    caf::anon_send_exit(asker_, caf::exit_reason::user_shutdown);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    question_ = std::make_shared<actor_question<Output>>();
    question_->home = &home_;
    question_->frame = caller;
    asker_ = system_.spawn<asking_actor<Input, Output, Handle>>(whom_, std::move(what_), question_);
  }
  Output await_resume() {
    if (!question_->answer)
      throw_actor_error(system_, question_->error);
    return std::move(*question_->answer);
  }

private:
  executor& home_;
  caf::actor_system& system_;
  Handle whom_;
  Input what_;
  std::shared_ptr<actor_question<Output>> question_;
  caf::actor asker_;
};

template <class Input, class Output, class Handle>
async<Output> ask_actor(start_context context, Handle whom, Input what) {
  auto& system = caf::actor_cast<caf::abstract_actor*>(whom)->home_system();
  co_return co_await actor_awaiter<Input, Output, Handle>{
      home_of(context), system, whom, std::move(what)};
}

} // namespace detail

/// Serves an operation by an actor: it gets the input as a request and its response is the
/// operation's result.
///
///     nexus::handler_for<hello_service>(nexus::by_actor<hello_service::echo>(greeter), ...)
///
/// `Handle` is `caf::actor` or a typed handle that replies to the input with the output; both must
/// be types that CAF may send. The handler holds the actor alive. A response of `caf::error` makes
/// the request fail with INTERNAL, an actor that is gone with UNAVAILABLE; both are tried again by
/// the service. When the request's deadline passes first, the response is ignored. The actor runs
/// wherever it lives; no thread of the worker waits for it.
template <const auto& Operation, class Handle>
[[nodiscard]] auto by_actor(Handle whom) {
  using contract = std::remove_cvref_t<decltype(Operation)>;
  using input = typename contract::input;
  using output = typename contract::output;
  return sync<Operation>([whom = std::move(whom)](start_context context, input what) {
    return detail::ask_actor<input, output, Handle>(std::move(context), whom, std::move(what));
  });
}

} // namespace nexus
} // namespace troupe
