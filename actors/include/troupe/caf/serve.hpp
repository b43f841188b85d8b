// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/caf/error.hpp>
#include <troupe/caf/messages.hpp>
#include <troupe/nexus/handler.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/typed_actor.hpp>
#include <caf/unit.hpp>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace troupe::nexus {

/// What becomes of a request for an actor that has as many as it may have.
enum class full_actor {
  /// It waits in the worker and keeps its slot: when all slots wait, the worker polls no more, and
  /// tasks go to other workers or wait in their queue. A request whose time is over leaves without
  /// having been sent.
  holds_slots,
  /// It is answered with RESOURCE_EXHAUSTED, which the service tries again after a while: for a
  /// worker whose other handlers must go on.
  refuses,
};

/// How an actor is asked.
struct served_actor_options {
  /// So many requests may be in its mailbox or be worked on; at least 1. Those that it did not
  /// answer in time count until it does; if it has no others, it is given one at a time.
  std::size_t max_outstanding = 64;
  full_actor when_full = full_actor::holds_slots; ///< what becomes of those above
  /// Of an untyped `caf::actor`, whose interface cannot say so: `request_of<...>` stands before the
  /// input, and it is sent `operation_deadline` and `cancel_requested`.
  bool tells_requests = false;
};

namespace detail {

/// An actor as one worker asks it: how many requests it has, and those that wait. Thread-safe; in
/// actors/bridge.
class served_actor;
struct asked_request;

/// One request on its way to an actor: shared by the coroutine that waits for it, on its shard, and
/// the served actor, which fills it in.
class actor_question {
public:
  actor_question() = default;
  actor_question(const actor_question&) = delete;
  actor_question& operator=(const actor_question&) = delete;
  virtual ~actor_question() = default;

  /// The request as a message, once.
  virtual caf::mailbox_element_ptr request(caf::strong_actor_ptr from, caf::message_id id) = 0;
  /// Keeps an answer; false if it is none of this operation.
  virtual bool take(caf::type_erased_tuple& answer) = 0;

  caf::error error; ///< why there is no answer
  std::string request_id;
  bool tells_deadline = false;
  bool tells_cancel = false;
  std::shared_ptr<asked_request> place; ///< where the served actor has it; null: it was not asked
};

[[nodiscard]] std::shared_ptr<served_actor>
serve_actor(caf::strong_actor_ptr whom, const served_actor_options& options);
/// Sends it, now or when it is its turn; `frame` is resumed on `home` when there is an answer or an
/// error. Throws RESOURCE_EXHAUSTED.
void ask(
    served_actor& whom,
    std::shared_ptr<actor_question> what,
    executor& home,
    std::coroutine_handle<> frame);
/// Nobody waits for it any more. On the thread of its home.
void leave(served_actor& whom, actor_question& what) noexcept;
/// Tells the actor that its request was cancelled, if it has it and wants to know.
void tell(served_actor& whom, const actor_question& what, cancel_reason why);
[[noreturn]] void throw_actor_error(served_actor& whom, const caf::error& error);
/// The thread that a request's coroutine runs on. Own thread only.
[[nodiscard]] executor& home_of(const operation_context& context) noexcept;
void fill(operation_request& to, const start_context& from);

template <class Output>
class question_of : public actor_question {
public:
  bool take(caf::type_erased_tuple& from) override {
    if constexpr (std::is_void_v<Output>) {
      if (!from.empty() && !from.match_elements<caf::unit_t>())
        return false;
      answer.emplace();
    } else {
      if (!from.match_elements<Output>())
        return false;
      answer.emplace(from.move_if_unshared<Output>(0));
    }
    return true;
  }

  std::optional<value_or_nothing<Output>> answer;
};

template <class Type>
inline constexpr bool is_message_type =
    caf::detail::is_serializable<Type>::value || caf::is_allowed_unsafe_message_type<Type>::value;

template <class Output, class... Message>
class question_with final : public question_of<Output> {
public:
  explicit question_with(Message... message) : message_(std::move(message)...) {
    static_assert(
        (is_message_type<Message> && ...),
        "CAF cannot send this input of a Nexus operation: write an `inspect` function for it, or "
        "CAF_ALLOW_UNSAFE_MESSAGE_TYPE if it never leaves the process");
  }

  caf::mailbox_element_ptr request(caf::strong_actor_ptr from, caf::message_id id) override {
    return std::apply(
        [&](Message&... each) {
          return caf::make_mailbox_element(std::move(from), id, {}, std::move(each)...);
        },
        message_);
  }

private:
  std::tuple<Message...> message_;
};

template <class Output>
class actor_awaiter {
public:
  actor_awaiter(executor& home, served_actor& whom, std::shared_ptr<question_of<Output>> what)
      : home_(home), whom_(whom), what_(std::move(what)) {}
  actor_awaiter(const actor_awaiter&) = delete;
  actor_awaiter& operator=(const actor_awaiter&) = delete;
  ~actor_awaiter() { leave(whom_, *what_); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    ask(whom_, what_, home_, caller);
  }
  Output await_resume() {
    if (!what_->answer)
      throw_actor_error(whom_, what_->error);
    if constexpr (!std::is_void_v<Output>)
      return std::move(*what_->answer);
  }

private:
  executor& home_;
  served_actor& whom_;
  std::shared_ptr<question_of<Output>> what_;
};

template <class Output>
async<Output> ask_actor(
    operation_context context,
    std::shared_ptr<served_actor> whom,
    std::shared_ptr<question_of<Output>> what) {
  cancellation_registration told;
  if (what->tells_deadline || what->tells_cancel)
    told = context.cancellation().on_cancel(
        [whom = whom.get(), of = what.get(), token = context.cancellation()] {
          tell(*whom, *of, token.reason());
        });
  co_return co_await actor_awaiter<Output>{home_of(context), *whom, what};
}

// -- which message of an actor's interface is which operation

template <class Output, class... Input>
using signature = caf::typed_mpi<caf::detail::type_list<Input...>, caf::output_tuple<Output>>;

template <class Signatures, class Wanted>
inline constexpr bool has_signature = false;
template <class... Each, class Wanted>
inline constexpr bool has_signature<caf::detail::type_list<Each...>, Wanted> =
    (std::is_same_v<Each, Wanted> || ...);

template <class Handle>
inline constexpr bool is_typed_handle = false;
template <class... Signatures>
inline constexpr bool is_typed_handle<caf::typed_actor<Signatures...>> = true;

enum class actor_message {
  none,
  input,   ///< the input alone
  request, ///< the request and the input
  begins,  ///< the same, and it answers with a token
};

template <class Handle, class Input, class Output, class Request>
consteval actor_message message_for() {
  using signatures = typename Handle::signatures;
  if constexpr (std::is_void_v<Input>) {
    if (has_signature<signatures, signature<Output, Request>>)
      return actor_message::request;
    if (has_signature<signatures, signature<async_started, Request>>)
      return actor_message::begins;
  } else {
    if (has_signature<signatures, signature<Output, Request, Input>>)
      return actor_message::request;
    if (has_signature<signatures, signature<async_started, Request, Input>>)
      return actor_message::begins;
    if (has_signature<signatures, signature<Output, Input>>)
      return actor_message::input;
  }
  return actor_message::none;
}

// These carry names into the compiler's message.
template <fixed_string Service, fixed_string Operation, bool IsThere>
inline constexpr bool has_message_for = IsThere;
template <fixed_string Service, fixed_string Operation, bool IsAlone>
inline constexpr bool is_told_apart = IsAlone;
template <class Handle>
inline constexpr bool is_a_typed_actor = is_typed_handle<Handle>;

template <fixed_string Service, fixed_string Operation, actor_message Found>
consteval bool check_message() {
  static_assert(
      has_message_for < Service,
      Operation,
      Found != actor_message::none >,
      "the interface of this actor has no message for an operation of the Nexus contract: "
      "caf::replies_to<input>::with<output>, or with "
      "troupe::nexus::request_of<my_service::my_operation> before the input");
  return Found != actor_message::none;
}

/// The start function of an operation that an actor serves.
template <class Handle, class Request, class Input, class Output, actor_message Message>
class actor_start {
  static constexpr bool is_typed = is_typed_handle<Handle>;
  using question_ptr = std::shared_ptr<
      question_of<std::conditional_t<Message == actor_message::begins, async_started, Output>>>;

public:
  using answer = std::conditional_t<Message == actor_message::begins, async_started, Output>;

  actor_start(std::shared_ptr<served_actor> whom, bool tells_requests)
      : whom_(std::move(whom)), tells_requests_(tells_requests) {}

  async<answer> operator()(start_context context) const
    requires std::is_void_v<Input>
  {
    return ask(context, question(request(context)));
  }
  async<answer> operator()(start_context context, value_or_nothing<Input> input) const
    requires(!std::is_void_v<Input>)
  {
    if constexpr (Message != actor_message::input)
      return ask(context, question(request(context), std::move(input)));
    else if constexpr (is_typed)
      return ask(context, question(std::move(input)));
    else if (tells_requests_)
      return ask(context, question(request(context), std::move(input)));
    else
      return ask(context, question(std::move(input)));
  }

private:
  static Request request(const start_context& context) {
    Request made;
    fill(made, context);
    return made;
  }
  template <class... Message_>
  static question_ptr question(Message_... message) {
    return std::make_shared<question_with<answer, Message_...>>(std::move(message)...);
  }
  async<answer> ask(const start_context& context, question_ptr what) const {
    if constexpr (is_typed) {
      using signatures = typename Handle::signatures;
      what->tells_deadline = has_signature<signatures, caf::reacts_to<operation_deadline>>;
      what->tells_cancel = has_signature<signatures, caf::reacts_to<cancel_requested>>;
    } else
      what->tells_deadline = what->tells_cancel = tells_requests_;
    if (what->tells_deadline || what->tells_cancel)
      what->request_id = context.request_id();
    return ask_actor<answer>(context, whom_, std::move(what));
  }

  std::shared_ptr<served_actor> whom_;
  bool tells_requests_; ///< of an untyped actor
};

/// The cancel function of an operation that an actor began.
class actor_cancel {
public:
  explicit actor_cancel(std::shared_ptr<served_actor> whom) : whom_(std::move(whom)) {}

  async<void> operator()(cancel_context context) const {
    return ask_actor<void>(
        context,
        whom_,
        std::make_shared<question_with<void, cancel_requested>>(cancel_requested{
            {}, std::string{context.operation_token()}, "the caller cancels the operation"}));
  }

private:
  std::shared_ptr<served_actor> whom_;
};

/// Calls `bind` with the start function, and with the cancel function if there is one.
template <class Handle, class Request, class Input, class Output, actor_message Message, class Bind>
auto bind_actor(std::shared_ptr<served_actor> whom, bool tells_requests, Bind bind) {
  actor_start<Handle, Request, Input, Output, Message> start{whom, tells_requests};
  using kind = std::integral_constant<
      handler_kind,
      Message == actor_message::begins ? handler_kind::general : handler_kind::sync>;
  if constexpr (Message == actor_message::begins) {
    if constexpr (has_signature<typename Handle::signatures, caf::reacts_to<cancel_requested>>)
      return bind(kind{}, std::move(start), actor_cancel{std::move(whom)});
    else
      return bind(kind{}, std::move(start), no_cancel{});
  } else
    return bind(kind{}, std::move(start), no_cancel{});
}

template <class Service, class Handle, std::size_t Index>
operation_entry operation_by_actor(const std::shared_ptr<served_actor>& whom) {
  using at = operation_at<Service, Index>;
  using input = typename at::type::input;
  using output = typename at::type::output;
  constexpr auto message = message_for<Handle, input, output, typename at::request>();
  if constexpr (check_message<
                    to_fixed<name_of_service<Service>::value>(),
                    to_fixed<at::name>(),
                    message>())
    return bind_actor<Handle, typename at::request, input, output, message>(
        whom, false, [](auto kind, auto start, auto cancel) {
          return operation_entry{
              std::string{at::name},
              make_handler<input, output, decltype(kind)::value>(
                  std::move(start), std::move(cancel))};
        });
  else
    return {};
}

/// Both operations come to the actor as the same message.
template <class Service, class Handle, std::size_t One, std::size_t Other>
inline constexpr bool is_same_message = [] {
  using one = operation_at<Service, One>;
  using other = operation_at<Service, Other>;
  if constexpr (
      One == Other || !std::is_same_v<typename one::type::input, typename other::type::input>)
    return false;
  else
    return message_for<
               Handle,
               typename one::type::input,
               typename one::type::output,
               typename one::request>()
               == actor_message::input
           && message_for<
                  Handle,
                  typename other::type::input,
                  typename other::type::output,
                  typename other::request>()
                  == actor_message::input;
}();

template <fixed_string Service, fixed_string Operation, bool IsAlone>
consteval bool check_told_apart() {
  static_assert(
      is_told_apart<Service, Operation, IsAlone>,
      "two operations of this Nexus contract are the same message to this actor: put "
      "troupe::nexus::request_of<my_service::my_operation> before the input of one of them");
  return IsAlone;
}

template <class Service, class Handle, std::size_t One, std::size_t... Other>
consteval bool check_told_apart(std::index_sequence<Other...>) {
  return check_told_apart<
      to_fixed<name_of_service<Service>::value>(),
      to_fixed<operation_at<Service, One>::name>(),
      !((Other < One && is_same_message<Service, Handle, One, Other>) || ...)>();
}

template <class Service, class Handle, std::size_t... Index>
service_handler
handler_by_actor(const std::shared_ptr<served_actor>& whom, std::index_sequence<Index...> all) {
  // What follows from operations that cannot be told apart is not told.
  if constexpr ((check_told_apart<Service, Handle, Index>(all) && ...))
    return {
        std::string{Service::service_name}, {operation_by_actor<Service, Handle, Index>(whom)...}};
  else
    return {};
}

} // namespace detail

/// Serves a whole contract by one typed actor: each operation is the message of its interface that
/// takes the operation's input and replies with its output.
///
///     using greeter = caf::typed_actor<
///         caf::replies_to<std::string>::with<std::string>,
///         caf::replies_to<nexus::request_of<hello_service::bye>, std::string>::with<std::string>,
///         caf::reacts_to<nexus::operation_deadline>>;
///
///     worker.add(nexus::handler_by_actor<hello_service>(a_greeter));
///
/// `request_of` before the input tells the actor who asks, and operations apart that have the same
/// input; an operation whose input is `void` is `request_of` alone, one whose output is `void` is
/// `reacts_to`. If it replies with `nexus::async_started`, the operation goes on after the answer:
/// whoever has `callback_url` and `callback_headers` of its request tells the outcome
/// (`troupe::nexus_completion`), and its cancellation is sent as `cancel_requested`. An operation
/// without a message does not compile.
///
/// Inputs and outputs are types that CAF may send. The actor may live anywhere, in another process
/// too; no thread of the worker waits for it. Errors: see `meaning_of`; an actor that ends leaves
/// its requests UNAVAILABLE, to be tried again. The handler holds the actor alive; the actor's
/// system outlives the worker.
template <class Service, class Handle>
[[nodiscard]] service_handler
handler_by_actor(const Handle& whom, served_actor_options options = {}) {
  static_assert(
      detail::is_a_typed_actor<Handle>,
      "handler_by_actor takes the handle of a typed actor; an untyped one serves single "
      "operations: "
      "handler_for<my_service>(by_actor<my_service::my_operation>(actor), ...)");
  if constexpr (detail::check_contract<Service>() && detail::is_a_typed_actor<Handle>)
    return detail::handler_by_actor<Service, Handle>(
        detail::serve_actor(caf::actor_cast<caf::strong_actor_ptr>(whom), options),
        std::make_index_sequence<
            std::tuple_size_v<std::remove_cvref_t<decltype(Service::operations)>>>{});
  else
    return {};
}

/// Serves one operation by an actor, beside operations that others serve: what `handler_for` takes.
///
///     nexus::handler_for<hello_service>(nexus::by_actor<hello_service::echo>(greeter), ...)
///
/// `Handle` is that of a typed actor, as for `handler_by_actor`, or a `caf::actor`, which is sent
/// the input alone unless `options.tells_requests` says otherwise. `options.max_outstanding` is of
/// this operation.
template <const auto& Operation, class Handle>
[[nodiscard]] auto by_actor(Handle whom, served_actor_options options = {}) {
  using contract = std::remove_cvref_t<decltype(Operation)>;
  using input = typename contract::input;
  using output = typename contract::output;
  using request = request_of<Operation>;
  auto served = detail::serve_actor(caf::actor_cast<caf::strong_actor_ptr>(whom), options);
  const auto bind = [](auto kind, auto start, auto cancel) {
    return detail::bind_handler<Operation, decltype(kind)::value>(
        std::move(start), std::move(cancel));
  };
  if constexpr (detail::is_typed_handle<Handle>) {
    constexpr auto message = detail::message_for<Handle, input, output, request>();
    if constexpr (detail::check_message<
                      detail::declaring_name<Operation>,
                      detail::to_fixed<detail::name_of_operation<Operation>::value>(),
                      message>())
      return detail::bind_actor<Handle, request, input, output, message>(
          std::move(served), false, bind);
  } else
    return detail::bind_actor<
        Handle,
        request,
        input,
        output,
        std::is_void_v<input> ? detail::actor_message::request : detail::actor_message::input>(
        std::move(served), options.tells_requests, bind);
}

} // namespace troupe::nexus
