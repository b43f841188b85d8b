// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

class failure_error;

namespace detail {
struct wire_failure; // the Failure message an error was read from; only the failure converter looks
                     // inside
struct failure_access;

// The text of `what()`, made when it is first asked for; a copy makes its own.
class lazy_line {
public:
  lazy_line() = default;
  lazy_line(const lazy_line&) noexcept {}
  lazy_line& operator=(const lazy_line&) noexcept {
    reset();
    return *this;
  }
  ~lazy_line() { reset(); }

  // Null until there is one.
  [[nodiscard]] const std::string* get() const noexcept {
    return line_.load(std::memory_order_acquire);
  }
  // Keeps the first one that any thread made.
  const std::string& keep(std::string line) const;
  // Not while another thread reads.
  void reset() noexcept { delete line_.exchange(nullptr, std::memory_order_relaxed); }

private:
  mutable std::atomic<const std::string*> line_ = nullptr;
};
} // namespace detail

/// An error that caused another one; shared, since errors are copied when they are thrown.
using failure_cause = std::shared_ptr<const failure_error>;

/// Why something failed, in the form that travels between workflows, activities and operations.
///
/// The *business* family of errors: what fails a workflow or an operation and reaches whoever waits
/// for it. Mirrors `temporal.api.failure.v1.Failure`, cause chain included. An error that was read
/// from the wire keeps the original message and is written back unchanged, so errors of other
/// languages survive a passage through C++. A plain value, immutable but for the setters below;
/// safe to read from any thread.
///
/// `message()` is what travels; `what()` is for people and tells the whole chain: see `describe`.
class failure_error : public std::exception {
public:
  /// `message` is what `message()` says; `what()` has the causes behind it.
  explicit failure_error(std::string message, failure_cause cause = nullptr)
      : message_(std::move(message)), cause_(std::move(cause)) {}

  /// The error and its causes in one line, as `describe` says it. Valid as long as the error.
  [[nodiscard]] const char* what() const noexcept override;
  /// The text of this error alone, as it travels.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

  /// What this failed because of; null at the end of the chain.
  [[nodiscard]] const failure_cause& cause() const noexcept { return cause_; }
  /// The stack of the throwing program as text, in its language; empty if it sent none (C++ never
  /// does).
  [[nodiscard]] const std::string& stack_trace() const noexcept { return stack_trace_; }
  /// The SDK that made the failure, as it calls itself; often empty.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }

  /// The kind of failure as text, e.g. `ApplicationFailure`, for logs and messages.
  [[nodiscard]] virtual std::string_view kind() const noexcept { return "Failure"; }
  /// What tells this error from others of its kind, for `describe`: a type, the name of an
  /// activity.
  [[nodiscard]] virtual std::string distinction() const { return {}; }
  /// A copy of this error by its dynamic type, ready to be thrown or stored.
  [[nodiscard]] virtual std::exception_ptr to_exception_ptr() const {
    return std::make_exception_ptr(*this);
  }
  /// Throws a copy of this error by its dynamic type: `err.cause()->raise()`.
  [[noreturn]] void raise() const { std::rethrow_exception(to_exception_ptr()); }

private:
  friend detail::failure_access;

  std::string message_;
  std::string stack_trace_;
  std::string source_;
  failure_cause cause_;
  std::shared_ptr<const detail::wire_failure> wire_;
  detail::lazy_line line_;
};

/// An error and all its causes in one line, for logs and messages: `activity error
/// (compose_greeting): no such customer (OutOfStock): connection refused`.
///
/// In parentheses stands what tells errors of a family apart: the type of an application error or
/// of a Nexus handler error, the kind of a timeout, the status code of a call, the class of any
/// other exception. What a message says already is not said twice. Causes are those that travel and
/// those of `std::throw_with_nested`. Line breaks become blanks, other control characters are
/// escaped; what lies beyond 16 KiB is cut off. Empty for a null pointer.
[[nodiscard]] std::string describe(const std::exception& error);
/// The same of what the pointer holds; empty if it holds nothing.
[[nodiscard]] std::string describe(const std::exception_ptr& error);

namespace detail {

// An exception with a cause that travels, without being a failure itself.
class caused_error {
public:
  [[nodiscard]] virtual const failure_cause& cause() const noexcept = 0;
  // Without the cause's.
  [[nodiscard]] virtual const std::string& message() const noexcept = 0;

protected:
  ~caused_error() = default;
};

// The next error of the chain, null at its end. Lives as long as `of` does.
[[nodiscard]] const std::exception* next_cause(const std::exception& of) noexcept;
// The exception behind the pointer, null if it is none. Lives as long as somebody holds it.
[[nodiscard]] const std::exception* as_exception(const std::exception_ptr& held) noexcept;
// What bounds a chain that somebody closed to a ring.
inline constexpr int max_causes = 100;

struct any_cause {
  constexpr bool operator()(const auto&) const noexcept { return true; }
};

} // namespace detail

/// The first error of class `T` in the chain that begins with `error` itself; null if there is
/// none. Lives as long as `error` does.
///
/// `catch (const std::exception& error) { if (const auto* late = find_cause<timeout_error>(error))
/// ... }`. What came over the wire is an error of the families above; an exception class of one's
/// own arrives as an `application_error` with the class's name as its type. `fits` looks closer:
/// `find_cause<application_error>(error, [](const auto& one) { return one.type() == "OutOfStock";
/// })`.
template <class T, std::predicate<const T&> Fits = detail::any_cause>
[[nodiscard]] const T* find_cause(const std::exception& error, Fits fits = {}) {
  const auto* at = &error;
  for (int depth = 0; at != nullptr && depth < detail::max_causes; ++depth) {
    if (const auto* found = dynamic_cast<const T*>(at); found != nullptr && fits(*found))
      return found;
    at = detail::next_cause(*at);
  }
  return nullptr;
}
/// The first of that type in the chain that begins with `error`; null if there is none.
template <class T, std::predicate<const T&> Fits = detail::any_cause>
[[nodiscard]] const T* find_cause(const std::exception_ptr& error, Fits fits = {}) {
  const auto* first = detail::as_exception(error);
  return first == nullptr ? nullptr : find_cause<T>(*first, std::move(fits));
}
/// The same in the chain that begins with a cause.
template <class T, std::predicate<const T&> Fits = detail::any_cause>
[[nodiscard]] const T* find_cause(const failure_cause& error, Fits fits = {}) {
  return error == nullptr ? nullptr : find_cause<T>(*error, std::move(fits));
}

/// Any exception as the error that would travel: a `failure_error` as it is, everything else as a
/// retryable `application_error` whose type is the C++ class name; nested exceptions
/// (`std::throw_with_nested`) become causes. Null for a null pointer.
[[nodiscard]] failure_cause to_failure_error(const std::exception_ptr& error);

/// True if `error` is a `canceled_error`, or of activities, children and operations, one around the
/// other however often, the innermost was cancelled; so are the errors by which a client says that
/// one of these failed (`workflow_failed_error` and its like). An `application_error` around a
/// cancellation is a failure of its own: `find_cause<canceled_error>(error)` looks through these
/// too.
[[nodiscard]] bool is_canceled(const std::exception& error) noexcept;
/// The same of what the pointer holds; false if it holds nothing.
[[nodiscard]] bool is_canceled(const std::exception_ptr& error) noexcept;

/// How loud an application error is: `benign` errors are expected, so workers log them at debug and
/// do not count them.
enum class error_category { unspecified = 0, benign = 1 };

/// What an `application_error` says beside its message.
struct application_error_options {
  /// The error's type for retry policies and for callers in other languages, e.g. `OutOfStock`.
  std::string type = {};
  /// True: neither the service nor a retry policy tries again.
  bool non_retryable = false;
  /// Values for the caller, made with `troupe::make_payloads(...)`; a codec is applied when they
  /// are sent.
  payloads details = {};
  /// Overrides the retry policy's next delay.
  std::optional<std::chrono::nanoseconds> next_retry_delay = {};
  /// Benign ones are expected: neither logged nor counted as failures.
  error_category category = error_category::unspecified;
  failure_cause cause = nullptr; ///< what led to it; null if nothing did
};

/// The error that user code throws to fail a workflow, an activity or an operation, and gets from
/// those that did.
class application_error : public failure_error {
public:
  /// An error of the user's own; goes to the other side as it is.
  explicit application_error(std::string message, application_error_options options = {})
      : failure_error(std::move(message), std::move(options.cause)), options_(std::move(options)) {}

  /// The name that retry policies know it by; may be empty.
  [[nodiscard]] const std::string& type() const noexcept { return options_.type; }
  /// True: whoever hears it does not try again.
  [[nodiscard]] bool non_retryable() const noexcept { return options_.non_retryable; }
  /// Read one with `troupe::decode_value<T>(err.details().at(0))`.
  [[nodiscard]] const payloads& details() const noexcept { return options_.details; }
  /// Instead of what the retry policy says.
  [[nodiscard]] const std::optional<std::chrono::nanoseconds>& next_retry_delay() const noexcept {
    return options_.next_retry_delay;
  }
  /// Benign ones are neither logged nor counted as failures.
  [[nodiscard]] error_category category() const noexcept { return options_.category; }

  [[nodiscard]] std::string_view kind() const noexcept override { return "ApplicationFailure"; }
  [[nodiscard]] std::string distinction() const override { return options_.type; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  application_error_options options_;
};

/// Something was cancelled on request: a workflow, an activity, a timer, an operation.
class canceled_error : public failure_error {
public:
  /// Thrown out of a workflow it cancels it.
  explicit canceled_error(
      std::string message = "canceled", payloads details = {}, failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), details_(std::move(details)) {}

  [[nodiscard]] const payloads& details() const noexcept { return details_; }

  [[nodiscard]] std::string_view kind() const noexcept override { return "CanceledFailure"; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  payloads details_;
};

/// Which time limit was exceeded. The numbers are those of the wire.
enum class timeout_type {
  unspecified = 0,
  start_to_close = 1,
  schedule_to_start = 2,
  schedule_to_close = 3,
  heartbeat = 4,
};

/// The wire name without its prefix, e.g. `SCHEDULE_TO_CLOSE`.
[[nodiscard]] std::string_view to_string(timeout_type type) noexcept;

/// A time limit passed before the work was done.
class timeout_error : public failure_error {
public:
  /// Made by the library, of a failure that came from the service.
  timeout_error(
      std::string message,
      timeout_type type,
      payloads last_heartbeat_details = {},
      failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), type_(type),
        last_heartbeat_details_(std::move(last_heartbeat_details)) {}

  /// Which of the timeouts it was.
  [[nodiscard]] timeout_type type() const noexcept { return type_; }
  /// What the activity said last; empty if it never did.
  [[nodiscard]] const payloads& last_heartbeat_details() const noexcept {
    return last_heartbeat_details_;
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "TimeoutFailure"; }
  [[nodiscard]] std::string distinction() const override {
    return type_ == timeout_type::unspecified ? std::string{} : std::string{to_string(type_)};
  }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  timeout_type type_;
  payloads last_heartbeat_details_;
};

/// A workflow was ended from outside without being asked.
class terminated_error : public failure_error {
public:
  /// As any failure.
  using failure_error::failure_error;

  [[nodiscard]] std::string_view kind() const noexcept override { return "TerminatedFailure"; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }
};

/// The service itself failed; not the doing of user code.
class server_error : public failure_error {
public:
  /// Made by the library, of a failure that came from the service.
  explicit server_error(
      std::string message, bool non_retryable = false, failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), non_retryable_(non_retryable) {}

  /// True: whoever hears it does not try again.
  [[nodiscard]] bool non_retryable() const noexcept { return non_retryable_; }

  [[nodiscard]] std::string_view kind() const noexcept override { return "ServerFailure"; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  bool non_retryable_;
};

/// Why something is not tried again. The numbers are those of the wire.
enum class retry_state {
  unspecified = 0,
  in_progress = 1,
  non_retryable_failure = 2,
  timeout = 3,
  maximum_attempts_reached = 4,
  retry_policy_not_set = 5,
  internal_server_error = 6,
  cancel_requested = 7,
};

/// Which activity did not succeed, and whether it would have been tried again.
struct activity_error_info {
  std::int64_t scheduled_event_id = 0; ///< the event that began it
  std::int64_t started_event_id = 0;   ///< the event of its start; 0 if it never started
  std::string identity = {};           ///< the worker that ran the last attempt
  std::string activity_type = {};      ///< the name of its code
  std::string activity_id = {};        ///< within its workflow
  /// Why it is not tried again.
  troupe::retry_state retry_state = troupe::retry_state::unspecified;
};

/// An activity did not succeed; the cause says why.
class activity_error : public failure_error {
public:
  /// Made by the library, of an activity that ended without a result.
  activity_error(std::string message, activity_error_info info, failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), info_(std::move(info)) {}

  /// Which activity it was.
  [[nodiscard]] const activity_error_info& info() const noexcept { return info_; }

  [[nodiscard]] std::string_view kind() const noexcept override { return "ActivityFailure"; }
  [[nodiscard]] std::string distinction() const override { return info_.activity_type; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  activity_error_info info_;
};

/// Which child workflow did not succeed, and whether it would have been started again.
struct child_workflow_error_info {
  std::string name_space = {};         ///< of the child
  std::string workflow_id = {};        ///< of the child
  std::string run_id = {};             ///< of the child; empty if it never started
  std::string workflow_type = {};      ///< the name of the child's code
  std::int64_t initiated_event_id = 0; ///< the parent's event that asked for it
  std::int64_t started_event_id = 0;   ///< the event of its start; 0 if it never started
  /// Why it is not tried again.
  troupe::retry_state retry_state = troupe::retry_state::unspecified;
};

/// A child workflow did not succeed; the cause says why.
class child_workflow_error : public failure_error {
public:
  /// Made by the library, of a child that ended without a result.
  child_workflow_error(
      std::string message, child_workflow_error_info info, failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), info_(std::move(info)) {}

  /// Which child it was.
  [[nodiscard]] const child_workflow_error_info& info() const noexcept { return info_; }

  [[nodiscard]] std::string_view kind() const noexcept override {
    return "ChildWorkflowExecutionFailure";
  }
  [[nodiscard]] std::string distinction() const override {
    return info_.workflow_type + (info_.workflow_id.empty() ? "" : ' ' + info_.workflow_id);
  }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  child_workflow_error_info info_;
};

/// Which operation did not succeed.
struct nexus_operation_error_info {
  std::int64_t scheduled_event_id = 0; ///< the event that began it
  std::string endpoint = {};           ///< the endpoint that it went to
  std::string service = {};            ///< the contract's name
  std::string operation = {};          ///< the operation's name
  std::string operation_token = {};    ///< empty unless the operation had started
};

/// A Nexus operation did not succeed. The cause says which way: `application_error` (the operation
/// failed), `canceled_error`, `timeout_error`, `terminated_error` or `nexus::handler_error` (it
/// could not be served).
class nexus_operation_error : public failure_error {
public:
  /// Made by the library, of an operation that ended without a result.
  nexus_operation_error(
      std::string message, nexus_operation_error_info info, failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), info_(std::move(info)) {}

  /// Which operation it was.
  [[nodiscard]] const nexus_operation_error_info& info() const noexcept { return info_; }
  /// The endpoint that it went to.
  [[nodiscard]] const std::string& endpoint() const noexcept { return info_.endpoint; }
  /// The contract's name.
  [[nodiscard]] const std::string& service() const noexcept { return info_.service; }
  /// The operation's name.
  [[nodiscard]] const std::string& operation() const noexcept { return info_.operation; }
  /// What its handler knows it by; empty if it never started.
  [[nodiscard]] const std::string& operation_token() const noexcept {
    return info_.operation_token;
  }
  /// The caller's event that began it.
  [[nodiscard]] std::int64_t scheduled_event_id() const noexcept {
    return info_.scheduled_event_id;
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "NexusOperationFailure"; }
  [[nodiscard]] std::string distinction() const override {
    const auto& [_, endpoint, service, operation, token] = info_;
    return endpoint.empty() ? operation : endpoint + '/' + service + '/' + operation;
  }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  nexus_operation_error_info info_;
};

} // namespace troupe
