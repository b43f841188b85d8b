// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/borrowing.hpp>
#include <troupe/nexus/context.hpp>
#include <troupe/nexus/detail/handler_checks.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler_base.hpp>
#include <troupe/nexus/operation_token.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/nexus/workflow_run.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload_error.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

/// From user functions to `handler_base`: decoding, encoding, the checks of a whole contract.
namespace troupe::nexus::detail {

// -- decoding and encoding

template <class Input>
Input decode_input(const operation_input& from, const data_converter& converter) {
  try {
    if (converter.codec)
      return converter.from_payload<Input>(from.to_payload());
    return converter.from_payload<Input>(from.view);
  } catch (const payload_error& error) {
    // The caller's fault, so BAD_REQUEST; codec failures are ours and stay what they are.
    throw_undecodable_input(error);
  }
}

template <>
inline payload decode_input<payload>(const operation_input& from, const data_converter& converter) {
  return converter.decode(from.to_payload());
}

// What has no form, a NaN say, has none when it is tried again: such an error is not retried. A
// codec that fails may be away for a moment: that one is.
template <class Output>
start_outcome encode_output(const data_converter& converter, const Output& value) {
  if constexpr (std::is_same_v<Output, payload>)
    return sync_success{converter.encode(value)};
  else if constexpr (std::is_same_v<Output, nothing>)
    return sync_success{converter.to_payload(nullptr)};
  else {
    try {
      return sync_success{converter.to_payload(value)};
    } catch (const payload_error& error) {
      throw_unencodable("result", error);
    }
  }
}

template <class Result>
start_outcome encode_start(const operation_context& context, workflow_start<Result> start) {
  payloads arguments;
  try {
    // They are the workflow's, unlike what belongs to the operation.
    arguments = start.data.arguments(context_access::converter(context).with_context(
        {.name_space = context.name_space(), .workflow_id = start.data.options.id}));
  } catch (const payload_error& error) {
    throw_unencodable("workflow's arguments", error);
  }
  return encoded_workflow_start{
      std::move(start.data.workflow_type), std::move(start.data.options), std::move(arguments)};
}

template <class Result>
start_outcome encode_start(const operation_context& context, update_start<Result> start) {
  try {
    auto arguments = start.call.arguments(context_access::converter(context).with_context(
        {.name_space = context.name_space(), .workflow_id = start.options.workflow_id}));
    return encoded_update_start{
        std::move(start.call.name), std::move(start.options), std::move(arguments)};
  } catch (const payload_error& error) {
    throw_unencodable("update's arguments", error);
  }
}

template <class Result>
start_outcome encode_start(const operation_context& context, activity_start<Result> start) {
  try {
    auto arguments = start.call.arguments(context_access::converter(context));
    return encoded_activity_start{
        std::move(start.call.name), std::move(start.options), std::move(arguments)};
  } catch (const payload_error& error) {
    throw_unencodable("activity's arguments", error);
  }
}

template <class Output, class Value>
start_outcome encode_result(const operation_context& context, Value value) {
  const auto& converter = context_access::converter(context);
  if constexpr (is_described<Value>)
    return encode_start(context, std::move(value));
  else if constexpr (std::is_same_v<Value, async_started>)
    return value;
  else if constexpr (std::is_same_v<Value, start_result<Output>>)
    return std::visit(
        [&](auto&& each) { return encode_result<Output>(context, std::move(each)); },
        std::move(value));
  else if constexpr (std::is_convertible_v<Value, value_or_nothing<Output>>) {
    const value_or_nothing<Output> output = std::move(value);
    return encode_output(converter, output);
  } else
    return encode_result<Output>(context, start_result<Output>{std::move(value)});
}

template <class Output, class Value>
async<start_outcome> encode_when_done(operation_context context, async<Value> body) {
  if constexpr (std::is_void_v<Value>) {
    co_await body;
    co_return encode_result<Output>(context, nothing{});
  } else
    co_return encode_result<Output>(context, co_await body);
}

// -- the cancel function: for every token, or overloads for sorts of tokens

template <class Cancel, class Token>
inline constexpr bool cancels_token =
    std::is_invocable_v<const Cancel&, cancel_context, const Token&>
    && !std::is_invocable_v<const Cancel&, cancel_context>;
template <class Cancel>
inline constexpr bool cancels_some_token =
    cancels_token<Cancel, workflow_run_token> || cancels_token<Cancel, activity_token>
    || cancels_token<Cancel, workflow_update_token>;

template <class Cancel, class Token>
consteval bool cancels_token_in_coroutine() {
  if constexpr (cancels_token<Cancel, Token>)
    return coroutine_of<
        std::invoke_result_t<const Cancel&, cancel_context, const Token&>>::is_coroutine;
  else
    return false;
}
template <class Cancel>
consteval bool cancel_coroutine() {
  if constexpr (std::is_invocable_v<const Cancel&, cancel_context>)
    return coroutine_of<std::invoke_result_t<const Cancel&, cancel_context>>::is_coroutine;
  else
    return cancels_token_in_coroutine<Cancel, workflow_run_token>()
           || cancels_token_in_coroutine<Cancel, activity_token>()
           || cancels_token_in_coroutine<Cancel, workflow_update_token>();
}

// The name of this condition is part of the compiler's messages.
template <class Cancel>
inline constexpr bool cancels_alike =
    (!cancels_token<Cancel, workflow_run_token>
     || cancels_token_in_coroutine<Cancel, workflow_run_token>() == cancel_coroutine<Cancel>())
    && (!cancels_token<Cancel, activity_token>
        || cancels_token_in_coroutine<Cancel, activity_token>() == cancel_coroutine<Cancel>())
    && (!cancels_token<Cancel, workflow_update_token>
        || cancels_token_in_coroutine<Cancel, workflow_update_token>()
               == cancel_coroutine<Cancel>());

// -- the handler

template <class Input, class Output, handler_kind Kind, class Start, class Cancel>
class typed_handler final : public handler_base {
  using returned = typename start_call<Start, Input>::type::type;
  static constexpr bool on_shard = coroutine_of<returned>::is_coroutine;
  static constexpr bool has_cancel = !std::is_same_v<Cancel, no_cancel>;

  static constexpr bool cancels_all = std::is_invocable_v<const Cancel&, cancel_context>;

  static consteval bool cancel_is_coroutine() {
    if constexpr (has_cancel)
      return cancel_coroutine<Cancel>();
    else
      return false;
  }

public:
  typed_handler(Start start, Cancel cancel)
      : start_(std::move(start)), cancel_(std::move(cancel)) {}

  place start_place() const noexcept override { return on_shard ? place::shard : place::pool; }

  start_outcome start(start_context context, operation_input input) const override {
    if constexpr (on_shard)
      return handler_base::start(std::move(context), input);
    else if constexpr (std::is_void_v<returned>) {
      call(context, input);
      return encode_result<Output>(context, nothing{});
    } else
      return encode_result<Output>(context, call(context, input));
  }

  async<start_outcome> start_async(start_context context, operation_input input) const override {
    if constexpr (on_shard) {
      auto body = call(context, input);
      // Parameters that only the coroutine itself knows, since the function has auto ones. What a
      // lambda captured lives with this handler.
      if (body.borrowed() == troupe::detail::borrowing::parameter) [[unlikely]]
        body.require_owner();
      return encode_when_done<Output>(context, std::move(body));
    } else
      return handler_base::start_async(std::move(context), input);
  }

  cancel_kind cancels() const noexcept override {
    if (has_cancel && cancels_all)
      return cancel_kind::by_handler;
    switch (Kind) {
    case handler_kind::workflow_run: return cancel_kind::workflow_run;
    case handler_kind::general: return cancel_kind::by_token;
    case handler_kind::sync: break;
    }
    return cancel_kind::unsupported;
  }

  bool cancels_itself(const operation_token& token) const noexcept override {
    return std::visit(
        []<class Token>(const Token&) { return cancels_token<Cancel, Token>; }, token);
  }

  place cancel_place() const noexcept override {
    return cancel_is_coroutine() ? place::shard : place::pool;
  }

  void cancel(cancel_context context) const override {
    if constexpr (has_cancel && !cancel_is_coroutine()) {
      if constexpr (cancels_all)
        std::invoke(cancel_, std::move(context));
      else
        cancel_named(context, [](auto&& call) { call(); });
    } else
      handler_base::cancel(std::move(context));
  }

  async<void> cancel_async(cancel_context context) const override {
    if constexpr (cancel_is_coroutine()) {
      if constexpr (cancels_all)
        return std::invoke(cancel_, std::move(context));
      else {
        std::optional<async<void>> made;
        cancel_named(context, [&](auto&& call) { made.emplace(call()); });
        return std::move(made).value(); // it was asked whether there is one
      }
    } else
      return handler_base::cancel_async(std::move(context));
  }

private:
  /// Calls the function that there is for what the token names.
  template <class Run>
  void cancel_named(const cancel_context& context, Run run) const {
    if (const auto token = parse_token(context.operation_token()))
      std::visit(
          [&]<class Token>(const Token& named) {
            if constexpr (cancels_token<Cancel, Token>)
              run([&] { return std::invoke(cancel_, context, named); });
          },
          *token);
  }

  returned call(const start_context& context, const operation_input& input) const {
    if constexpr (std::is_void_v<Input>)
      return std::invoke(start_, context);
    else
      return std::invoke(
          start_, context, decode_input<Input>(input, context_access::converter(context)));
  }

  Start start_;
  Cancel cancel_;
};

template <class Cancel>
inline constexpr bool is_cancel_function =
    std::is_same_v<Cancel, no_cancel> || std::is_invocable_v<const Cancel&, cancel_context>
    || cancels_some_token<Cancel>;

template <class Cancel>
consteval bool check_cancel() {
  constexpr bool fits = is_cancel_function<Cancel>;
  static_assert(
      is_cancel_function<Cancel>,
      "the cancel function of a Nexus operation handler is void(troupe::nexus::cancel_context), or "
      "a coroutine nexus::async<void>(troupe::nexus::cancel_context); or the same with a second "
      "parameter, the sort of token that it is for");
  if constexpr (!fits || std::is_same_v<Cancel, no_cancel>)
    return fits;
  else if constexpr (std::is_invocable_v<const Cancel&, cancel_context>)
    return check_coroutine<Cancel, std::invoke_result_t<const Cancel&, cancel_context>>();
  else {
    static_assert(
        cancels_alike<Cancel>,
        "the cancel functions of one Nexus operation handler are all coroutines or all plain "
        "functions");
    return cancels_alike<Cancel>;
  }
}

template <class Input, class Output, handler_kind Kind, class Start, class Cancel>
auto make_handler(Start start, Cancel cancel) {
  constexpr bool start_fits = check_start<Input, Output, Kind, Start>();
  constexpr bool cancel_fits = check_cancel<Cancel>();
  if constexpr (start_fits && cancel_fits)
    return std::make_shared<typed_handler<Input, Output, Kind, Start, Cancel>>(
        std::move(start), std::move(cancel));
  else
    return nullptr;
}

// -- the contract

/// A handler that knows which operation it is for.
template <const auto& Operation>
struct bound_handler {
  using operation_type = std::remove_cvref_t<decltype(Operation)>;
  static constexpr std::string_view operation_name = Operation.name;
  template <class Service>
  static constexpr bool is_listed_by = lists_exactly<Service, Operation>();
  static constexpr auto declaring_service_name = declaring_name<Operation>;

  std::shared_ptr<const handler_base> handler;
};

// Their results are deduced, so that they are compiled where the user's line stands and not at the
// end of his file: the compiler's notes then name that line.
template <const auto& Operation, handler_kind Kind, class Start, class Cancel>
auto bind_handler(Start start, Cancel cancel) {
  using operation_type = std::remove_cvref_t<decltype(Operation)>;
  static_assert(
      is_operation<operation_type>::value,
      "name an operation of a contract: sync<my_service::my_operation>(...)");
  return bound_handler<Operation>{
      make_handler<typename operation_type::input, typename operation_type::output, Kind>(
          std::move(start), std::move(cancel))};
}

// These carry an operation's name into the compiler's message.
template <fixed_string Operation, std::size_t Handlers>
inline constexpr bool has_a_handler = Handlers != 0;
template <fixed_string Operation, std::size_t Handlers>
inline constexpr bool has_one_handler = Handlers < 2;
template <fixed_string Service, fixed_string Declaring, fixed_string Operation, bool IsListed>
inline constexpr bool lists_handled = IsListed;

template <fixed_string Operation, std::size_t Handlers>
struct handlers_of {
  static_assert(
      has_a_handler<Operation, Handlers>, "an operation of this Nexus contract has no handler");
  static_assert(
      has_one_handler<Operation, Handlers>,
      "an operation of this Nexus contract has more than one handler");
  static constexpr bool checked = true;
};

template <fixed_string Service, fixed_string Declaring, fixed_string Operation, bool IsListed>
struct handled_operation {
  static_assert(
      lists_handled<Service, Declaring, Operation, IsListed>,
      "this handler is for an operation that the Nexus contract does not list in `operations`: it "
      "belongs to another contract, or was forgotten there");
  static constexpr bool checked = true;
};

template <class Service, std::size_t Index>
struct name_at {
  static constexpr std::string_view value = std::get<Index>(Service::operations).name;
};

template <class Service, class... Bound, std::size_t... Index>
consteval void check_handlers(std::index_sequence<Index...>) {
  static_assert(
      (handled_operation<
           to_fixed<name_of_service<Service>::value>(),
           Bound::declaring_service_name,
           to_fixed<Bound::operation_name>(),
           Bound::template is_listed_by<Service>>::checked
       && ...));
  constexpr auto count = [](std::string_view name) {
    return (std::size_t{0} + ... + (Bound::operation_name == name ? 1 : 0));
  };
  // What is missing follows from a handler for something else.
  if constexpr ((Bound::template is_listed_by<Service> && ...))
    static_assert(
        (handlers_of<
             to_fixed<name_at<Service, Index>::value>(),
             count(name_at<Service, Index>::value)>::checked
         && ...));
}

template <class Service, class... Bound>
consteval void check_handlers() {
  check_handlers<Service, Bound...>(
      std::make_index_sequence<
          std::tuple_size_v<std::remove_cvref_t<decltype(Service::operations)>>>{});
}

} // namespace troupe::nexus::detail
