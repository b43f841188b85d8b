// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cancellation.hpp>
#include <troupe/client.hpp>
#include <troupe/client/call.hpp>
#include <troupe/detail/call_style.hpp>
#include <troupe/payload/data_converter.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace troupe {

namespace detail {

/// An activity by its task token, or by its ids.
struct activity_ref {
  call_origin from;
  std::string task_token; ///< empty: by ids
  std::string workflow_id = {};
  std::string run_id = {}; ///< empty: the current one
  std::string activity_id = {};
  std::optional<data_converter> narrowed = {}; ///< absent: the client's
};

// Made by runtime/client; results and details are encoded before, the codec included.
[[nodiscard]] job_of<void> complete_activity_job(const activity_ref& which, payloads result);
[[nodiscard]] job_of<void>
fail_activity_job(const activity_ref& which, const std::exception_ptr& why);
[[nodiscard]] job_of<void> cancel_activity_job(const activity_ref& which, payloads details);
[[nodiscard]] job_of<cancel_reason>
heartbeat_activity_job(const activity_ref& which, payloads details);

} // namespace detail

/// What one can do for an activity that was left open (`activity::context::complete_later`): the
/// members of `activity_handle`, which block and give a `T`, and of `async_activity_handle`, which
/// give a `call<T>`. `returned<T>` is the one or the other.
template <class Style>
class basic_activity_handle {
  template <class T>
  using returned = typename Style::template returned<T>;

public:
  /// Made by the library.
  explicit basic_activity_handle(detail::activity_ref to) : ref_(std::move(to)) {}

  /// Ends it with its result; without one for an activity that returns nothing.
  template <class T>
  returned<void> complete(const T& result) const {
    return Style::give(
        call<void>{detail::complete_activity_job(ref_, payloads{converter().to_payload(result)})});
  }
  /// Of an activity that returns nothing.
  returned<void> complete() const { return complete(nullptr); }

  /// Ends the attempt with an error; whether there is another one is a matter of the error and of
  /// the retry policy.
  returned<void> fail(const std::exception_ptr& why) const {
    return Style::give(call<void>{detail::fail_activity_job(ref_, why)});
  }
  /// The same with an error of any class.
  template <std::derived_from<std::exception> Error>
  returned<void> fail(const Error& why) const {
    return fail(std::make_exception_ptr(why));
  }

  /// Ends it as cancelled, after somebody asked for that.
  template <class... Details>
  returned<void> report_cancellation(const Details&... details) const {
    return Style::give(
        call<void>{detail::cancel_activity_job(ref_, converter().to_payloads(details...))});
  }

  /// Tells that it is alive and how far it has come. Gives why it should stop: `requested`,
  /// `paused` or `reset`, `none` if it should not.
  template <class... Details>
  returned<cancel_reason> heartbeat(const Details&... details) const {
    return Style::give(call<cancel_reason>{
        detail::heartbeat_activity_job(ref_, converter().to_payloads(details...))});
  }

  /// The same for codecs that tell contexts apart: of which workflow and activity it is, as its
  /// worker and its workflow know it.
  [[nodiscard]] basic_activity_handle with_context(const serialization_context& of) const {
    auto other = ref_;
    other.narrowed = detail::converter_of(ref_.from).with_context(of);
    return basic_activity_handle{std::move(other)};
  }

  /// For the library.
  [[nodiscard]] const detail::activity_ref& ref() const noexcept { return ref_; }

private:
  [[nodiscard]] const data_converter& converter() const noexcept {
    return ref_.narrowed ? *ref_.narrowed : detail::converter_of(ref_.from);
  }

  detail::activity_ref ref_;
};

/// The awaitable form of an `activity_handle`. A cheap value, thread-safe.
class async_activity_handle : public basic_activity_handle<detail::awaitable_style> {
public:
  using basic_activity_handle<detail::awaitable_style>::basic_activity_handle;
};

/// An activity that somebody else than its worker completes:
///
///     troupe::activity_handle{client, token}.complete(greeting{"Hello"});
///     troupe::activity_handle{client, "order-7", "", "charge"}.fail(application_error{"no
///     money"});
///
/// A cheap value that keeps the connection alive. Thread-safe; calls block and throw `rpc_error`
/// (`not_found` if the activity is over). In coroutines await those of `async()`.
class activity_handle : public basic_activity_handle<detail::blocking_style> {
public:
  /// By the token of the attempt (`info().task_token`).
  activity_handle(const client& with, std::string task_token)
      : basic_activity_handle({with.origin(), std::move(task_token)}) {}
  /// By the ids; an empty run id means the workflow's current run.
  activity_handle(
      const client& with, std::string workflow_id, std::string run_id, std::string activity_id)
      : basic_activity_handle(
            {with.origin(),
             {},
             std::move(workflow_id),
             std::move(run_id),
             std::move(activity_id)}) {}

  /// The same, whose calls are awaited.
  [[nodiscard]] async_activity_handle async() const { return async_activity_handle{ref()}; }
};

} // namespace troupe
