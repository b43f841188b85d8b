// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/detail/handlers.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/handler_options.hpp>
#include <troupe/workflow/signal.hpp>
#include <troupe/workflow/update.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace troupe::workflow {

/// What a workflow's context can do with messages; the base of `workflow::context`.
///
///     ctx.on_signal<greeting::approve>([this](std::string who) { approved_by = who; });
///     ctx.on_query<greeting::language>([this] { return language; });
///     ctx.on_update<greeting::set>(this, &greeter::set, &greeter::check_set);
///
/// By its contract (`workflow/contract.hpp`) a handler is checked, by a name it says itself what
/// comes; a handler registered again replaces the one before. Give `this` and members, or a
/// function, which is kept as long as a coroutine of it may run. What a handler takes are the
/// arguments, with a context in front if that is its first parameter.
///
/// A handler of signals or updates may be a coroutine (returning `async<>`), which takes its
/// parameters by value and goes on beside the rest of the code like anything spawned.
///
/// What comes before its handler is kept: register handlers in the constructor that takes the
/// context, and messages that came with the first task are told before `run` begins; or at the
/// beginning of `run`, and signals are told there, updates when it first waits. An update for which
/// there is no handler when all of the code waits is rejected.
template <class Context>
class message_handlers {
public:
  // -- signals --

  /// Calls `handler` with the arguments of each signal of that name, also of those that came
  /// before. An error it lets out fails the workflow like one of the main coroutine. Arguments that
  /// do not fit are logged and the signal is dropped.
  template <class F>
  void on_signal(std::string name, F handler, handler_options options = {}) const {
    using traits = detail::message_handler<F>;
    if constexpr (traits::check_signal())
      owner().on_signal(
          std::move(name),
          {[owner = &owner(), within = self().scope(), handler = std::move(handler)](
               std::string_view, payloads input) mutable {
             auto arguments =
                 owner->converter().template from_payloads<typename traits::arguments>(input);
             if constexpr (traits::takes_context)
               invoke_handler(
                   *owner,
                   handler,
                   std::tuple_cat(
                       std::tuple{Context{detail::ref<detail::run>{owner}, within}},
                       std::move(arguments)));
             else
               invoke_handler(*owner, handler, std::move(arguments));
           },
           std::move(options)});
  }
  /// The same by a member function.
  template <class W, class Member>
  void on_signal(std::string name, W* object, Member member, handler_options options = {}) const {
    on_signal(std::move(name), detail::bound<W, Member>{object, member}, std::move(options));
  }
  /// The same by contract.
  template <const auto& Signal, class F>
    requires(!detail::handler_object<F>)
  void on_signal(F handler, handler_options options = {}) const {
    if constexpr (is_right<
                      F,
                      detail::message_of<Signal>,
                      detail::is_signal_contract<detail::message_of<Signal>>>())
      on_signal(std::string{Signal.name}, std::move(handler), std::move(options));
  }
  /// The same by contract and member function.
  template <const auto& Signal, class W, class Member>
  void on_signal(W* object, Member member, handler_options options = {}) const {
    on_signal<Signal>(detail::bound<W, Member>{object, member}, std::move(options));
  }
  /// Calls `handler(name, payloads)` for signals that no other handler is there for.
  template <class F>
  void on_other_signals(F handler, handler_options options = {}) const {
    if constexpr (detail::check_other_signals<F>())
      owner().on_signal(
          {},
          {[owner = &owner(),
            handler = std::move(handler)](std::string_view name, payloads input) mutable {
             invoke_handler(*owner, handler, std::tuple{std::string{name}, std::move(input)});
           },
           std::move(options)});
  }
  /// The signals of one name as a queue to receive from, also those that came before. One channel
  /// per name: asked for again, it is the same one. Throws `std::logic_error` if it is asked for
  /// with other types than before.
  ///
  /// `signal_channel<T>` reads the only argument (an optional or a default of what a signal lacks);
  /// `signal_channel<A, B>` gives a `std::tuple<A, B>` of several, `signal_channel<>` an empty one
  /// of none, and `signal_channel<troupe::payloads>` all of them as they came. Arguments that do
  /// not fit are logged and the signal is dropped.
  template <class... T>
  [[nodiscard]] workflow::signal_channel<detail::signal_value_t<T...>>
  signal_channel(std::string name) const {
    using state_type = detail::channel_state<detail::signal_value_t<T...>>;
    const auto& types = typeid(std::tuple<T...>);
    if (auto known = owner().signal_channel_of(name, types))
      return {
          self().owner(),
          self().scope(),
          detail::ref<state_type>{static_cast<state_type*>(known.get())}};
    auto state = detail::make_ref<state_type>();
    owner().on_signal(
        std::move(name),
        {.deliver =
             [owner = &owner(), state](std::string_view, payloads input) {
               state->push(read_signal<T...>(owner->converter(), std::move(input)));
             },
         .channel = state,
         .channel_types = &types});
    return {self().owner(), self().scope(), std::move(state)};
  }
  /// The same by contract.
  template <const auto& Signal>
    requires detail::is_signal_contract<detail::message_of<Signal>>
  [[nodiscard]] auto signal_channel() const {
    return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
      return signal_channel<T...>(std::string{Signal.name});
    }(std::type_identity<typename detail::message_of<Signal>::arguments>{});
  }

  // -- queries --

  /// Answers queries of that name. The handler must not wait nor change anything.
  template <class F>
  void on_query(std::string name, F handler, handler_options options = {}) const {
    using traits = detail::message_handler<F>;
    if constexpr (traits::check_query())
      answer<typename traits::gives>(std::move(name), std::move(handler), std::move(options));
  }
  /// The same by a member function.
  template <class W, class Member>
  void on_query(std::string name, W* object, Member member, handler_options options = {}) const {
    on_query(std::move(name), detail::bound<W, Member>{object, member}, std::move(options));
  }
  /// The same by contract.
  template <const auto& Query, class F>
    requires(!detail::handler_object<F>)
  void on_query(F handler, handler_options options = {}) const {
    using traits = detail::message_handler<F>;
    if constexpr (is_right<
                      F,
                      detail::message_of<Query>,
                      detail::is_query_contract<detail::message_of<Query>>>())
      if constexpr (traits::check_query())
        answer<typename detail::message_of<Query>::result>(
            std::string{Query.name}, std::move(handler), std::move(options));
  }
  /// The same by contract and member function.
  template <const auto& Query, class W, class Member>
  void on_query(W* object, Member member, handler_options options = {}) const {
    on_query<Query>(detail::bound<W, Member>{object, member}, std::move(options));
  }
  /// Answers by `handler(name, payloads)` the queries that no other handler is there for.
  template <class F>
  void on_other_queries(F handler, handler_options options = {}) const {
    if constexpr (detail::check_other_queries<F>())
      owner().on_query(
          {},
          {[owner = &owner(),
            handler = std::move(handler)](std::string_view name, payloads input) mutable {
             return owner->converter().to_payload(
                 std::invoke(handler, std::string{name}, std::move(input)));
           },
           std::move(options)});
  }

  // -- updates --

  /// Works on updates of that name; what the handler returns is the caller's result. A handler that
  /// throws a `failure_error` (an `application_error`, say) fails the update, and so does one that
  /// is cancelled; other errors fail the workflow task, which is tried again, as in the workflow's
  /// own code. A context in front of the arguments knows the update (`current_update`) and is a
  /// cancellation scope of its own.
  template <class F>
    requires(!detail::handler_object<F>)
  void on_update(std::string name, F handler, handler_options options = {}) const {
    on_update(std::move(name), std::move(handler), detail::no_validator{}, std::move(options));
  }
  /// The same with a validator, which is called with the arguments before the update is accepted
  /// and says no by throwing: then it leaves no trace. It must not wait nor change anything; one
  /// that starts something fails the workflow task. In a replay it is not asked.
  template <class F, class Validator>
    requires(!detail::handler_object<F> && !std::is_convertible_v<Validator, handler_options>)
  void
  on_update(std::string name, F handler, Validator validator, handler_options options = {}) const {
    using traits = detail::message_handler<F>;
    if constexpr (traits::check_update())
      if constexpr (detail::check_validator<Validator, typename traits::arguments>())
        work_on<typename traits::gives>(
            std::move(name), std::move(handler), std::move(validator), std::move(options));
  }
  /// The same by a member function.
  template <class W, class Member>
  void on_update(std::string name, W* object, Member member, handler_options options = {}) const {
    on_update(std::move(name), detail::bound<W, Member>{object, member}, std::move(options));
  }
  /// The same by member functions, of which the validator is `const`.
  template <class W, class Member, class Validator>
    requires std::is_member_function_pointer_v<Validator>
  void on_update(
      std::string name, W* object, Member member, Validator validator, handler_options options = {})
      const {
    on_update(
        std::move(name),
        detail::bound<W, Member>{object, member},
        detail::bound<W, Validator>{object, validator},
        std::move(options));
  }
  /// The same by contract.
  template <const auto& Update, class F>
    requires(!detail::handler_object<F>)
  void on_update(F handler, handler_options options = {}) const {
    on_update<Update>(std::move(handler), detail::no_validator{}, std::move(options));
  }
  /// The same by contract, with a validator.
  template <const auto& Update, class F, class Validator>
    requires(!detail::handler_object<F> && !std::is_convertible_v<Validator, handler_options>)
  void on_update(F handler, Validator validator, handler_options options = {}) const {
    using traits = detail::message_handler<F>;
    if constexpr (is_right<
                      F,
                      detail::message_of<Update>,
                      detail::is_update_contract<detail::message_of<Update>>>())
      if constexpr (traits::check_update())
        if constexpr (detail::check_validator<Validator, typename traits::arguments>())
          work_on<typename detail::message_of<Update>::result>(
              std::string{Update.name},
              std::move(handler),
              std::move(validator),
              std::move(options));
  }
  /// The same by contract and member function.
  template <const auto& Update, class W, class Member>
  void on_update(W* object, Member member, handler_options options = {}) const {
    on_update<Update>(detail::bound<W, Member>{object, member}, std::move(options));
  }
  /// The same by contract and member functions, of which the validator is `const`.
  template <const auto& Update, class W, class Member, class Validator>
    requires std::is_member_function_pointer_v<Validator>
  void
  on_update(W* object, Member member, Validator validator, handler_options options = {}) const {
    on_update<Update>(
        detail::bound<W, Member>{object, member},
        detail::bound<W, Validator>{object, validator},
        std::move(options));
  }
  /// Works by `handler(name, payloads)` on updates that no other handler is there for.
  template <class F>
  void on_other_updates(F handler, handler_options options = {}) const {
    on_other_updates(std::move(handler), detail::no_validator{}, std::move(options));
  }
  /// The same with a validator, which is called with name and payloads, too.
  template <class F, class Validator>
    requires(!std::is_convertible_v<Validator, handler_options>)
  void on_other_updates(F handler, Validator validator, handler_options options = {}) const {
    using all = std::tuple<std::string, payloads>;
    if constexpr (detail::check_other_updates<F>())
      if constexpr (detail::check_validator<Validator, all>()) {
        using gives =
            typename detail::given_by<std::invoke_result_t<F&, std::string, payloads>>::type;
        owner().on_update(
            {},
            {[owner = &owner(), handler = std::move(handler), validator = std::move(validator)](
                 detail::update_call&& call) mutable {
               all arguments{call.what->name, std::move(call.input)};
               validate(validator, call, arguments);
               return work<gives>(&handler, owner, std::move(arguments));
             },
             std::move(options)});
      }
  }

  /// The update whose handler was given this context, or one below it; none elsewhere.
  [[nodiscard]] std::optional<update_info> current_update() const {
    const auto known = self().scope()->update();
    return known == nullptr ? std::nullopt : std::optional{*known};
  }
  /// True if no handler of signals or updates is under way: what to wait for before a run ends.
  ///
  ///     co_await ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); });
  [[nodiscard]] bool all_handlers_finished() const noexcept {
    return owner().all_handlers_finished();
  }

private:
  [[nodiscard]] const Context& self() const noexcept { return static_cast<const Context&>(*this); }
  [[nodiscard]] detail::run& owner() const noexcept { return *self().owner(); }

  // The kind of the contract first: all else is said of the handler.
  template <class F, class Contract, bool IsOfKind>
  static consteval bool is_right() {
    using traits = detail::message_handler<F>;
    static_assert(
        IsOfKind,
        "name a contract of the kind: a workflow::signal for on_signal, a workflow::query for "
        "on_query, a workflow::update for on_update");
    if constexpr (!IsOfKind)
      return false;
    else if constexpr (!traits::has_signature)
      return traits::check_signature();
    else
      return traits::template check_contract<Contract>();
  }

  template <class... T>
  static detail::signal_value_t<T...> read_signal(const data_converter& with, payloads input) {
    if constexpr (std::is_same_v<std::tuple<T...>, std::tuple<payloads>>)
      return with.decode(std::move(input));
    else if constexpr (sizeof...(T) == 1)
      return std::get<0>(with.template from_payloads<std::tuple<T...>>(input));
    else
      return with.template from_payloads<std::tuple<T...>>(input);
  }

  template <class Result, class F>
  void answer(std::string name, F handler, handler_options options) const {
    using traits = detail::message_handler<F>;
    owner().on_query(
        std::move(name),
        {[owner = &owner(), within = self().scope(), handler = std::move(handler)](
             std::string_view, payloads input) mutable {
           auto arguments =
               owner->converter().template from_payloads<typename traits::arguments>(input);
           Result result = [&]() -> Result {
             if constexpr (traits::takes_context)
               return std::apply(
                   handler,
                   std::tuple_cat(
                       std::tuple{Context{detail::ref<detail::run>{owner}, within}},
                       std::move(arguments)));
             else
               return std::apply(handler, std::move(arguments));
           }();
           return owner->converter().to_payload(result);
         },
         std::move(options)});
  }

  template <class Result, class F, class Validator>
  void work_on(std::string name, F handler, Validator validator, handler_options options) const {
    using traits = detail::message_handler<F>;
    owner().on_update(
        std::move(name),
        {[owner = &owner(),
          within = self().scope(),
          handler = std::move(handler),
          validator = std::move(validator)](detail::update_call&& call) mutable {
           auto arguments =
               owner->converter().template from_payloads<typename traits::arguments>(call.input);
           validate(validator, call, arguments);
           if constexpr (traits::takes_context) {
             auto inner = detail::make_ref<detail::scope>(within);
             inner->is_of(std::move(call.what));
             return work<Result>(
                 &handler,
                 owner,
                 std::tuple_cat(
                     std::tuple{Context{detail::ref<detail::run>{owner}, std::move(inner)}},
                     std::move(arguments)));
           } else
             return work<Result>(&handler, owner, std::move(arguments));
         },
         std::move(options)});
  }

  template <class Validator, class Tuple>
  static void
  validate(const Validator& validator, const detail::update_call& call, const Tuple& arguments) {
    if constexpr (!std::is_same_v<Validator, detail::no_validator>)
      if (!call.is_validated)
        std::apply(validator, arguments);
  }

  // The handler lies in the run, which keeps it as long as this may run.
  template <class Result, class F, class Tuple>
  static async<payload> work(F* handler, detail::run* owner, Tuple arguments) {
    using returned = decltype(std::apply(*handler, std::move(arguments)));
    if constexpr (std::is_void_v<typename detail::given_by<returned>::type>) {
      if constexpr (detail::is_coroutine<returned>)
        co_await std::apply(*handler, std::move(arguments));
      else
        std::apply(*handler, std::move(arguments));
      co_return owner->converter().to_payload(nullptr);
    } else if constexpr (detail::is_coroutine<returned>) {
      const Result result = co_await std::apply(*handler, std::move(arguments));
      co_return owner->converter().to_payload(result);
    } else {
      const Result result = std::apply(*handler, std::move(arguments));
      co_return owner->converter().to_payload(result);
    }
  }

  template <class F, class Tuple>
  static void invoke_handler(detail::run& owner, F& handler, Tuple arguments) {
    using R = decltype(std::apply(handler, std::move(arguments)));
    if constexpr (std::is_void_v<R>) {
      try {
        std::apply(handler, std::move(arguments));
      } catch (...) {
        owner.fail_handler(std::current_exception());
      }
    } else {
      owner.spawn_handler(std::apply(handler, std::move(arguments)));
    }
  }
};

} // namespace troupe::workflow
