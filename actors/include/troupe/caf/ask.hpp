// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/caf/error.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/detail/call_checks.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/result.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/workflow/context.hpp>

#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/duration.hpp>
#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <boost/describe/class.hpp>

#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe::nexus {

/// How an actor calls an operation.
struct ask_options {
  /// Id, timeouts and headers of the operation.
  start_operation_options operation = {};
  /// Where `starter_workflow` is served, for services that have no standalone operations: one that
  /// refuses them as `unimplemented` is asked to start that workflow there. Empty: it is not, and
  /// the actor is told NOT_IMPLEMENTED. The workflow has the operation's id and policies of ids,
  /// and its schedule-to-close timeout as execution timeout.
  std::string starter_task_queue = {};
};

namespace detail {

/// What a starter workflow calls.
struct starter_call {
  std::string endpoint;
  std::string service;
  std::string operation;
  std::chrono::nanoseconds schedule_to_close_timeout{0};
  std::chrono::nanoseconds schedule_to_start_timeout{0};
  std::chrono::nanoseconds start_to_close_timeout{0};
  std::map<std::string, std::string> headers;
  std::string summary;
};
BOOST_DESCRIBE_STRUCT(
    starter_call,
    (),
    (endpoint,
     service,
     operation,
     schedule_to_close_timeout,
     schedule_to_start_timeout,
     start_to_close_timeout,
     headers,
     summary))

} // namespace detail

/// Calls one operation for an actor, where the service has no standalone operations. A worker
/// serves it on `ask_options::starter_task_queue`, in the namespace of the client that actors ask
/// with: `worker.add<nexus::starter_workflow>()`. Cancelling it cancels the operation.
struct starter_workflow {
  static constexpr std::string_view name = "TroupeNexusStarter"; ///< its type on the wire
  /// Gives what the operation gave.
  troupe::async<payload> run(workflow::context ctx, detail::starter_call what, payload input);
};

namespace detail {

/// One operation on its way, and who waits for it. Thread-safe; in actors/bridge.
class asked_operation;
/// Starts it; `then` is called once, on the thread that serves the client.
[[nodiscard]] std::shared_ptr<asked_operation> begin_asking(
    const client& to,
    troupe::detail::encoded_operation what,
    std::string starter_task_queue,
    unique_function<void(result<payloads>)> then);
/// What an actor is told of a call that failed: as `actor_error(exception_ptr)` says, and whether
/// it may not be made, or has been made before.
[[nodiscard]] caf::error asking_error(const std::exception_ptr& thrown);
/// Nobody waits for it any more: it is cancelled.
void cancel_asking(asked_operation& what) noexcept;

/// So that what is done with the answer of a call that does not compile brings no error of its own.
struct refused_call {
  void then(const auto&...) const {}
  void await(const auto&...) const {}
};

struct asking_begins {};
struct asking_ended {
  std::shared_ptr<result<payloads>> outcome;
};

template <class Output>
using asking_handle = caf::typed_actor<
    typename caf::replies_to<asking_begins>::template with<Output>,
    caf::reacts_to<asking_ended>>;

/// Asks on behalf of an actor, which gets the answer as a response.
///
/// Owns:      the call, until it has ended.
/// Receives:  asking_begins (the actor), asking_ended (the client's thread).
/// Sends:     the response.
/// Dies when: the call has ended, or the actor: then the operation is asked to cancel.
template <class Output>
class asking_actor final : public asking_handle<Output>::base {
public:
  using base = typename asking_handle<Output>::base;

  asking_actor(
      caf::actor_config& cfg,
      caf::actor_addr whose,
      client to,
      result<troupe::detail::encoded_operation> what,
      std::string starter_task_queue)
      : base(cfg), whose_(std::move(whose)), client_(std::move(to)), what_(std::move(what)),
        starter_task_queue_(std::move(starter_task_queue)) {}

  const char* name() const override { return "troupe_asking_actor"; }

  typename base::behavior_type make_behavior() override {
    this->set_down_handler([this](const caf::down_msg&) { this->quit(); });
    if (auto whose = caf::actor_cast<caf::strong_actor_ptr>(whose_))
      this->monitor(whose);
    return {
        [this](asking_begins) -> caf::result<Output> {
          promise_ = this->make_response_promise();
          if (!what_) {
            promise_.deliver(asking_error(what_.error()));
            this->quit();
            return promise_;
          }
          call_ = begin_asking(
              client_,
              std::move(*what_),
              std::move(starter_task_queue_),
              [me = caf::actor_cast<asking_handle<Output>>(this)](result<payloads> outcome) {
                caf::anon_send(
                    me, asking_ended{std::make_shared<result<payloads>>(std::move(outcome))});
              });
          return promise_;
        },
        [this](const asking_ended& ended) {
          call_ = nullptr;
          deliver(*ended.outcome);
          this->quit();
        },
    };
  }

  void on_exit() override {
    if (auto call = std::exchange(call_, nullptr))
      cancel_asking(*call);
    promise_ = {}; // it holds this actor
  }

private:
  void deliver(result<payloads>& outcome) {
    try {
      if constexpr (std::is_void_v<Output>) {
        (void)outcome.value();
        promise_.deliver(caf::unit);
      } else
        promise_.deliver(troupe::decode_result<Output>(outcome.value(), client_.converter().json));
    } catch (...) {
      promise_.deliver(asking_error(std::current_exception()));
    }
  }

  caf::actor_addr whose_;
  client client_;
  result<troupe::detail::encoded_operation> what_; ///< or why the input could not be encoded
  std::string starter_task_queue_;
  std::shared_ptr<asked_operation> call_;
  caf::response_promise promise_;
};

template <class Output, class Self>
auto ask_encoded(
    Self* self,
    client to,
    result<troupe::detail::encoded_operation> what,
    std::string starter_task_queue) {
  asking_handle<Output> agent = self->home_system().template spawn<asking_actor<Output>>(
      self->address(), std::move(to), std::move(what), std::move(starter_task_queue));
  return self->request(agent, caf::infinite, asking_begins{});
}

/// What the user's converter or codec throws is told like any other error.
template <const auto& Operation, class Input>
result<troupe::detail::encoded_operation> encode_call(
    const client& to, std::string endpoint, start_operation_options options, const Input& input) {
  try {
    return troupe::detail::encoded_operation{
        std::move(endpoint),
        std::string{declaring_name<Operation>.view()},
        std::string{Operation.name},
        std::move(options),
        to.converter().to_payload(input)};
  } catch (...) {
    return unexpected{std::current_exception()};
  }
}

} // namespace detail

/// Calls an operation of a contract from an actor; what comes of it is a message to the actor, like
/// the response of any other:
///
///     nexus::ask<hello_service::echo>(self, client, "hello-endpoint", echo_input{"hi"})
///         .then([=](const echo_output& out) { ... },
///               [=](const caf::error& why) { ... nexus::meaning_of(self->system(), why) ... });
///
/// Gives CAF's `response_handle` (`then`, `await`), whose function takes the output, or nothing if
/// that is `void`. Never blocks: call it on the actor's own thread. The operation is a standalone
/// one of the client's namespace (`client.nexus_client`), which outlives neither its timeouts nor
/// the actor: if that ends before the answer, the operation is asked to cancel. Errors are those of
/// `actor_error(exception_ptr)`; besides, a call that the actor may not make is UNAUTHORIZED (or
/// UNAUTHENTICATED), and one whose id is taken is CONFLICT. An input that cannot be encoded is told
/// so, too: nothing is thrown.
template <const auto& Operation, class Self>
  requires(!std::is_void_v<detail::input_of<Operation>>)
[[nodiscard("nobody hears of the answer: .then(...)")]] auto
ask(Self* self,
    client to,
    std::string endpoint,
    const detail::given_input<detail::input_of<Operation>>& input,
    ask_options options = {}) {
  auto what =
      detail::encode_call<Operation>(to, std::move(endpoint), std::move(options.operation), input);
  return detail::ask_encoded<detail::output_of<Operation>>(
      self, std::move(to), std::move(what), std::move(options.starter_task_queue));
}
/// Of an operation without input.
template <const auto& Operation, class Self>
  requires std::is_void_v<detail::input_of<Operation>>
[[nodiscard("nobody hears of the answer: .then(...)")]] auto
ask(Self* self, client to, std::string endpoint, ask_options options = {}) {
  auto what = detail::encode_call<Operation>(
      to, std::move(endpoint), std::move(options.operation), std::monostate{});
  return detail::ask_encoded<detail::output_of<Operation>>(
      self, std::move(to), std::move(what), std::move(options.starter_task_queue));
}

/// An input that does not fit: does not compile, and says why.
template <const auto& Operation, class Self, class... Given>
  requires(!detail::is_call_with<ask_options, detail::input_of<Operation>, Given...>)
auto ask(Self*, const client&, const std::string&, Given&&...) {
  (void)detail::check_call<ask_options, std::remove_cvref_t<decltype(Operation)>, Given...>();
  return detail::refused_call{};
}

} // namespace troupe::nexus

/// @cond
// They stay in the process.
template <>
struct caf::allowed_unsafe_message_type<troupe::nexus::detail::asking_ended> : std::true_type {};
/// @endcond
