// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client.hpp>
#include <troupe/client/call.hpp>
#include <troupe/detail/call_style.hpp>
#include <troupe/nexus/callback.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/payload/data_converter.hpp>

#include <chrono>
#include <concepts>
#include <exception>
#include <string>
#include <utility>

namespace troupe {

/// How the outcome of an operation is told.
struct nexus_completion_options {
  /// How long to wait until the caller's side has it. The service goes on trying afterwards.
  std::chrono::milliseconds delivery_timeout{10'000};
};

namespace detail {

struct completion_ref {
  call_origin from;
  nexus::callback where;
  nexus_completion_options options = {};
};

// Made by runtime/client; the result is encoded before, the codec included.
[[nodiscard]] job_of<void> succeed_operation_job(const completion_ref& which, payload result);
[[nodiscard]] job_of<void>
fail_operation_job(const completion_ref& which, const std::exception_ptr& why);

} // namespace detail

/// What one can do for an operation whose handler kept its callback: the members of
/// `nexus_completion`, which block, and of `async_nexus_completion`, which give a `call<void>`.
/// `returned<T>` is the one or the other.
template <class Style>
class basic_nexus_completion {
  template <class T>
  using returned = typename Style::template returned<T>;

public:
  /// Made by the library.
  explicit basic_nexus_completion(detail::completion_ref to) : ref_(std::move(to)) {}

  /// Ends the operation with its result.
  template <class T>
  returned<void> succeed(const T& result) const {
    return Style::give(call<void>{
        detail::succeed_operation_job(ref_, detail::converter_of(ref_.from).to_payload(result))});
  }
  /// Of an operation that returns nothing.
  returned<void> succeed() const { return succeed(nullptr); }

  /// Ends it without one: cancelled by a `canceled_error` or an `operation_error` that says so,
  /// else failed.
  returned<void> fail(const std::exception_ptr& why) const {
    return Style::give(call<void>{detail::fail_operation_job(ref_, why)});
  }
  /// The same with an error of any class.
  template <std::derived_from<std::exception> Error>
  returned<void> fail(const Error& why) const {
    return fail(std::make_exception_ptr(why));
  }

  /// For the library.
  [[nodiscard]] const detail::completion_ref& ref() const noexcept { return ref_; }

private:
  detail::completion_ref ref_;
};

/// The awaitable form of a `nexus_completion`. A cheap value, thread-safe.
class async_nexus_completion : public basic_nexus_completion<detail::awaitable_style> {
public:
  using basic_nexus_completion<detail::awaitable_style>::basic_nexus_completion;
};

/// Tells the outcome of an operation that its handler left open, from any process that got the
/// callback:
///
///     troupe::nexus_completion{client, where}.succeed(receipt{"7"});
///     troupe::nexus_completion{client, where}.fail(nexus::operation_error::failed("no money"));
///
/// The client's service delivers it, with retries: in the client's namespace a workflow
/// `NexusCompletion` that ends at once with the outcome, and has the callback as its own. Once its
/// end is recorded nothing is lost; a call that failed before may be made again. The call returns
/// when the caller's side has the outcome, or after `delivery_timeout`.
///
/// Errors: `rpc_error` with `already_exists` if the outcome was told before, `failed_precondition`
/// if the caller's side does not take it (its operation is over), else those of any call. Calls
/// block and are thread-safe; in coroutines await those of `async()`.
class nexus_completion : public basic_nexus_completion<detail::blocking_style> {
public:
  /// The converter, and its codec, are the client's: what the handler's worker would use.
  nexus_completion(const client& with, nexus::callback where, nexus_completion_options options = {})
      : basic_nexus_completion({with.origin(), std::move(where), options}) {}

  /// The same, whose calls are awaited.
  [[nodiscard]] async_nexus_completion async() const { return async_nexus_completion{ref()}; }
};

} // namespace troupe
