// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/error.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::nexus {

/// Why a handler could not serve a request: the types of the Nexus specification.
enum class handler_error_type {
  bad_request,        ///< the input cannot be read or makes no sense; not retried
  unauthenticated,    ///< who are you; not retried
  unauthorized,       ///< you may not; not retried
  not_found,          ///< no such service or operation; not retried
  request_timeout,    ///< the handler ran out of time; retried
  conflict,           ///< the state of the target forbids it; not retried
  resource_exhausted, ///< too much just now; retried
  internal,           ///< the handler is broken; retried
  not_implemented,    ///< known but not there; not retried
  unavailable,        ///< not just now; retried
  upstream_timeout,   ///< somebody behind the handler ran out of time; retried
};

/// The word on the wire, e.g. `BAD_REQUEST`.
[[nodiscard]] std::string_view to_string(handler_error_type type) noexcept;
/// The type for a word on the wire; nothing for words that are not in the specification.
[[nodiscard]] std::optional<handler_error_type>
parse_handler_error_type(std::string_view text) noexcept;
/// Whether the service tries again after an error of this type that does not say otherwise.
[[nodiscard]] bool is_retryable(handler_error_type type) noexcept;

/// Says whether to retry where the type's own answer is wrong. The numbers are those of the wire.
enum class retry_behavior { unspecified = 0, retryable = 1, non_retryable = 2 };

/// The *protocol* family: the request could not be served, so the operation has no outcome yet.
///
/// Thrown by handlers; the service retries it if it is retryable. A caller finds it as the cause of
/// a `nexus_operation_error`.
class handler_error : public failure_error {
public:
  /// Thrown by a handler: the request failed, and may be tried again as its type says.
  handler_error(
      handler_error_type type,
      std::string message,
      nexus::retry_behavior retry = nexus::retry_behavior::unspecified,
      failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), type_(type), retry_(retry),
        type_text_(to_string(type)) {}

  /// As read from the wire, where the type may be a word that the specification does not have.
  handler_error(
      std::string type_text,
      std::string message,
      nexus::retry_behavior retry,
      failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)),
        type_(parse_handler_error_type(type_text).value_or(handler_error_type::internal)),
        retry_(retry), type_text_(std::move(type_text)) {}

  /// `internal` for a word that the specification does not have; see `type_text`.
  [[nodiscard]] handler_error_type type() const noexcept { return type_; }
  /// The type on the wire, also one that has no name here.
  [[nodiscard]] const std::string& type_text() const noexcept { return type_text_; }
  /// What the handler said about another try; else the type decides.
  [[nodiscard]] nexus::retry_behavior retry() const noexcept { return retry_; }
  /// Whether the service tries again: the explicit behaviour, or else the type's.
  [[nodiscard]] bool is_retryable() const noexcept {
    if (retry_ != nexus::retry_behavior::unspecified)
      return retry_ == nexus::retry_behavior::retryable;
    return nexus::is_retryable(type_);
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "NexusHandlerFailure"; }
  [[nodiscard]] std::string distinction() const override { return type_text_; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  handler_error_type type_;
  nexus::retry_behavior retry_;
  std::string type_text_;
};

/// How an operation ended without success.
enum class operation_state { failed, canceled };

/// The word on the wire: `failed` or `canceled`.
[[nodiscard]] std::string_view to_string(operation_state state) noexcept;

/// The *business* outcome of an operation that did not succeed; thrown by handlers, never retried.
///
/// On the wire it becomes an `application_error` of type `OperationError` or a `canceled_error`,
/// which is what a caller finds as the cause of its `nexus_operation_error`.
class operation_error : public failure_error {
public:
  /// Thrown by a handler: the operation itself has failed, or was cancelled, for good.
  operation_error(operation_state state, std::string message, failure_cause cause = nullptr)
      : failure_error(std::move(message), std::move(cause)), state_(state) {}

  /// One that failed.
  [[nodiscard]] static operation_error failed(std::string message, failure_cause cause = nullptr) {
    return {operation_state::failed, std::move(message), std::move(cause)};
  }
  /// One that was cancelled.
  [[nodiscard]] static operation_error
  canceled(std::string message, failure_cause cause = nullptr) {
    return {operation_state::canceled, std::move(message), std::move(cause)};
  }

  /// Failed or cancelled.
  [[nodiscard]] operation_state state() const noexcept { return state_; }

  [[nodiscard]] std::string_view kind() const noexcept override { return "NexusOperationError"; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  operation_state state_;
};

} // namespace troupe::nexus
