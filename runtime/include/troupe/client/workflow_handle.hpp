// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/description.hpp>
#include <troupe/client/errors.hpp>
#include <troupe/client/history.hpp>
#include <troupe/client/page_range.hpp>
#include <troupe/payload/data_converter.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

class client_connection;

struct result_options {
  /// Follow continue-as-new, retries and cron to the last run; else `workflow_continued_error`.
  bool follow_runs = true;
  /// How long to wait, 0: for ever. Over it: `rpc_error` with `deadline_exceeded`.
  std::chrono::milliseconds timeout{0};
};

struct history_options {
  bool wait_for_new_events = false; ///< goes on until the workflow closes
  bool close_event_only = false;
  int page_size = 0; ///< 0: the service's choice
};

/// A workflow that was started or is known by its id, whatever it returns.
///
/// A cheap value that keeps the connection alive. Thread-safe; calls block and throw `rpc_error`
/// (`not_found` if there is no such workflow, or if it is closed and the call needs a running one).
class untyped_workflow_handle {
public:
  untyped_workflow_handle(
      std::shared_ptr<client_connection> connection,
      std::string id,
      std::string run_id,
      std::string first_execution_run_id)
      : connection_(std::move(connection)), id_(std::move(id)), run_id_(std::move(run_id)),
        first_execution_run_id_(std::move(first_execution_run_id)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// The run that was started or asked for; empty: the current one.
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }
  /// The first run of the chain; empty if this handle was not made by a start.
  [[nodiscard]] const std::string& first_execution_run_id() const noexcept {
    return first_execution_run_id_;
  }

  /// Waits for the end. The result as it travelled, after the codec; no payload: null.
  [[nodiscard]] payloads result_payloads(result_options options = {}) const;

  [[nodiscard]] workflow_description describe() const;
  [[nodiscard]] page_range<history_event> history(history_options options = {}) const;

  template <class... Args>
  void signal(std::string_view name, const Args&... args) const {
    signal_payloads(name, converter().to_payloads(args...));
  }
  void signal_payloads(std::string_view name, payloads args) const;

  /// Asks the workflow to cancel itself; returns when the request is recorded.
  void cancel(std::string reason = {}) const;
  /// Ends it at once, its code is not asked. `details`: see `troupe::make_payloads`.
  void terminate(std::string reason = {}, payloads details = {}) const;

protected:
  [[nodiscard]] const data_converter& converter() const noexcept;

private:
  std::shared_ptr<client_connection> connection_;
  std::string id_;
  std::string run_id_;
  std::string first_execution_run_id_;
};

/// The same with the result's type. `R` = `payload` or `payloads` gives the result undecoded.
template <class R>
class workflow_handle : public untyped_workflow_handle {
public:
  using untyped_workflow_handle::untyped_workflow_handle;
  explicit workflow_handle(untyped_workflow_handle base)
      : untyped_workflow_handle(std::move(base)) {}

  /// Waits for the end. Throws `workflow_failed_error`, `payload_error` if the result does not fit,
  /// `rpc_error`.
  R result(result_options options = {}) const {
    auto from = result_payloads(options);
    if constexpr (std::is_same_v<R, payloads>)
      return from;
    else
      // Decoded by the codec already.
      return decode_result<R>(from, converter().json);
  }
};

} // namespace troupe
