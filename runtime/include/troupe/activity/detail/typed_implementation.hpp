// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/activity/implementation_base.hpp>
#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/payload/data_converter.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

/// From user functions to `implementation_base`: the type checks, decoding, encoding.
namespace troupe::activity::detail {

// -- what the user's function is

/// How a function is called with what a contract declares: with a context in front, or without.
template <class Function, class Arguments>
struct call_of;
template <class Function, class... Args>
struct call_of<Function, std::tuple<Args...>> {
  static constexpr bool with_context = std::is_invocable_v<const Function&, context, Args...>;
  static constexpr bool without_context = std::is_invocable_v<const Function&, Args...>;
  static constexpr bool is_mutable =
      std::is_invocable_v<Function&, context, Args...> || std::is_invocable_v<Function&, Args...>;

  static consteval auto returned() {
    if constexpr (with_context)
      return std::type_identity<std::invoke_result_t<const Function&, context, Args...>>{};
    else
      return std::type_identity<std::invoke_result_t<const Function&, Args...>>{};
  }
};

template <class Type>
struct coroutine_of {
  static constexpr bool is_coroutine = false;
  using value = Type;
  using domain = handler_domain;
};
template <class Type, class Domain>
struct coroutine_of<basic_async<Type, Domain>> {
  static constexpr bool is_coroutine = true;
  using value = Type;
  using domain = Domain;
};

// The names of these conditions are part of the compiler's messages.

template <class Function, class Arguments>
inline constexpr bool is_activity_of =
    call_of<Function, Arguments>::with_context || call_of<Function, Arguments>::without_context;
template <class Domain>
inline constexpr bool is_for_handlers = std::is_same_v<Domain, handler_domain>;
template <class Result, class Returned>
inline constexpr bool returns_result =
    std::is_void_v<Result> ? std::is_void_v<Returned> : std::is_convertible_v<Returned, Result>;

/// All checks of a function in one place, so that a mistake gives one message and no others follow
/// from it.
template <class Contract, class Function>
consteval bool check_implementation() {
  using arguments = typename Contract::arguments;
  using call = call_of<Function, arguments>;
  if constexpr (!is_activity_of<Function, arguments>) {
    if constexpr (call::is_mutable)
      static_assert(
          is_activity_of<Function, arguments>,
          "this activity cannot be called as const, but its attempts share it: no mutable lambda");
    else
      static_assert(
          is_activity_of<Function, arguments>,
          "this activity cannot be called with what its contract declares: it takes the contract's "
          "arguments, with troupe::activity::context in front if it wants one");
    return false;
  } else {
    using returned = typename decltype(call::returned())::type;
    using value = typename coroutine_of<returned>::value;
    using domain = typename coroutine_of<returned>::domain;
    static_assert(
        is_for_handlers<domain>,
        "an activity cannot be a workflow coroutine: return troupe::activity::async<T>, or T from "
        "a "
        "plain function");
    if constexpr (!is_for_handlers<domain>)
      return false;
    else {
      if constexpr (
          coroutine_of<returned>::is_coroutine && troupe::detail::has_one_signature<Function>) {
        using borrowed = troupe::detail::first_borrowed_t<
            typename troupe::detail::callable<Function>::parameters>;
        static_assert(
            troupe::detail::outlives_the_call<borrowed>,
            "an activity that is a coroutine takes its parameters by value (std::string, not const "
            "std::string& or std::string_view): a reference or view would dangle from the first "
            "co_await on");
        if constexpr (!troupe::detail::outlives_the_call<borrowed>)
          return false;
      }
      static_assert(
          returns_result<typename Contract::result, value>,
          "this activity does not return the result that its contract declares");
      return returns_result<typename Contract::result, value>;
    }
  }
}

// -- the implementation

/// Arguments as they are passed on; `payloads` alone stands for all of them.
template <class Arguments>
Arguments decode_arguments(const data_converter& converter, const payloads& input) {
  if constexpr (std::is_same_v<Arguments, std::tuple<payloads>>)
    return {converter.decode(input)};
  else
    return converter.from_payloads<Arguments>(input);
}

template <class Result, class Value>
async<payload> encode_when_done(context ctx, async<Value> body) {
  if constexpr (std::is_void_v<Result>) {
    co_await body;
    co_return ctx.converter().to_payload(nullptr);
  } else {
    const Result value = co_await body;
    co_return ctx.converter().to_payload(value);
  }
}

template <class Contract, class Function>
class typed_implementation final : public implementation_base {
  using arguments = typename Contract::arguments;
  using result = typename Contract::result;
  using call_type = call_of<Function, arguments>;
  using returned = typename decltype(call_type::returned())::type;
  static constexpr bool on_shard = coroutine_of<returned>::is_coroutine;

public:
  explicit typed_implementation(Function function) : function_(std::move(function)) {}

  [[nodiscard]] bool is_coroutine() const noexcept override { return on_shard; }

  payload run(const context& ctx, const payloads& input) const override {
    if constexpr (on_shard)
      return implementation_base::run(ctx, input);
    else if constexpr (std::is_void_v<result>) {
      call(ctx, input);
      return ctx.converter().to_payload(nullptr);
    } else {
      const result value = call(ctx, input);
      return ctx.converter().to_payload(value);
    }
  }

  async<payload> run_async(context ctx, const payloads& input) const override {
    if constexpr (on_shard) {
      auto body = call(ctx, input);
      // Parameters that only the coroutine itself knows, since the function has auto ones. What a
      // lambda captured lives with this object.
      if (body.borrowed() == troupe::detail::borrowing::parameter) [[unlikely]]
        body.require_owner();
      return encode_when_done<result>(std::move(ctx), std::move(body));
    } else
      return implementation_base::run_async(std::move(ctx), input);
  }

private:
  returned call(const context& ctx, const payloads& input) const {
    return std::apply(
        [&](auto&&... each) -> returned {
          if constexpr (call_type::with_context)
            return std::invoke(function_, context{ctx}, std::forward<decltype(each)>(each)...);
          else
            return std::invoke(function_, std::forward<decltype(each)>(each)...);
        },
        decode_arguments<arguments>(ctx.converter(), input));
  }

  Function function_;
};

template <class Contract, class Function>
std::shared_ptr<const implementation_base> make_implementation(Function function) {
  constexpr bool fits = check_implementation<Contract, Function>();
  if constexpr (fits)
    return std::make_shared<typed_implementation<Contract, Function>>(std::move(function));
  else
    return nullptr;
}

// -- member functions

template <class Object, class Member, class Parameters>
inline constexpr bool is_shared_object_of = false;
template <class Object, class Member, class... Parameters>
inline constexpr bool
    is_shared_object_of<Object, Member, troupe::detail::type_list<Parameters...>> =
        std::is_invocable_v<const Member&, const Object&, Parameters...>;

template <class Object, class Member, class Parameters>
struct member_function;
template <class Object, class Member, class... Parameters>
struct member_function<Object, Member, troupe::detail::type_list<Parameters...>> {
  Object object;
  Member member;
  typename troupe::detail::callable<Member>::result operator()(Parameters... args) const {
    return std::invoke(member, object, std::forward<Parameters>(args)...);
  }
};

/// A member function with its object, as a function of its parameters.
template <class Object, class Member>
struct bound_member {
  using parameters = typename troupe::detail::callable<Member>::parameters;
  using function = member_function<Object, Member, parameters>;

  static consteval bool check() {
    static_assert(
        is_shared_object_of<Object, Member, parameters>,
        "the object of an activity's member function is a std::shared_ptr, a pointer or a std::ref "
        "to it, since its attempts share it");
    return is_shared_object_of<Object, Member, parameters>;
  }
};

} // namespace troupe::activity::detail
