// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/detail/call_style.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace troupe {

/// How far an update has come. The numbers are those of the wire.
enum class update_stage {
  unspecified = 0,
  admitted = 1,  ///< the service knows it; it does not let callers wait for no more than that
  accepted = 2,  ///< the workflow's validator said yes, the handler runs
  completed = 3, ///< there is an outcome, which may be a failure
};

/// How an update is sent.
struct update_options {
  std::string id = {}; ///< empty: a new UUID; the same id again joins the first one
  /// What a start waits for before there is a handle; `execute_update` always waits for the end.
  update_stage wait_for = update_stage::accepted;
  /// How long to wait for that, 0: for ever. Over it: `rpc_error` with `deadline_exceeded`; the
  /// update goes on.
  std::chrono::milliseconds timeout{0};
};

namespace detail {

struct update_ref {
  call_origin from;
  std::string id;
  std::string workflow_id;
  std::string run_id; ///< the run that has it
  /// What came of it, if that is known already.
  std::shared_ptr<const result<payloads>> outcome = nullptr;
};

[[nodiscard]] job_of<payloads>
update_result_job(const update_ref& of, std::chrono::milliseconds timeout);

} // namespace detail

/// What both forms of a handle tell.
class basic_update_handle {
public:
  /// Made by the library.
  explicit basic_update_handle(detail::update_ref to) : ref_(std::move(to)) {}

  /// The update's.
  [[nodiscard]] const std::string& id() const noexcept { return ref_.id; }
  /// Whose update it is.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return ref_.workflow_id; }
  /// Of the run that took it; empty if nobody has told yet.
  [[nodiscard]] const std::string& run_id() const noexcept { return ref_.run_id; }
  /// True if its end came with the answer to its start; then `result` asks nobody.
  [[nodiscard]] bool is_completed() const noexcept { return ref_.outcome != nullptr; }

  /// For the library.
  [[nodiscard]] const detail::update_ref& ref() const noexcept { return ref_; }

private:
  detail::update_ref ref_;
};

/// The awaitable form of an `update_handle`. A cheap value, thread-safe.
template <class R>
class async_update_handle : public basic_update_handle {
public:
  /// Made by the library.
  using basic_update_handle::basic_update_handle;

  /// Waits for the end, at most so long (0: for ever).
  [[nodiscard]] call<R> result(std::chrono::milliseconds timeout = {}) const {
    return detail::decoded<R>(detail::update_result_job(ref(), timeout));
  }

  /// The same, whose calls block.
  [[nodiscard]] update_handle<R> blocking() const { return update_handle<R>{ref()}; }
};

/// An update that was sent to a workflow, or is known by its id.
///
/// A cheap value that keeps the connection alive. Thread-safe.
template <class R>
class update_handle : public basic_update_handle {
public:
  /// Made by the library.
  using basic_update_handle::basic_update_handle;

  /// Waits for the end, at most so long (0: for ever). Throws `workflow_update_failed_error`,
  /// `payload_error` if the result does not fit, `rpc_error` (`not_found` if there is no such
  /// update, `deadline_exceeded`).
  R result(std::chrono::milliseconds timeout = {}) const { return async().result(timeout).get(); }

  /// The same, whose calls are awaited.
  [[nodiscard]] async_update_handle<R> async() const { return async_update_handle<R>{ref()}; }
};

} // namespace troupe
