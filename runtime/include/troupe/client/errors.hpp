// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/description.hpp>
#include <troupe/error.hpp>
#include <troupe/rpc_status.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace troupe {

/// A workflow whose result was asked for did not succeed. `cause()` says how it ended:
/// `application_error` (failed), `canceled_error`, `terminated_error`, `timeout_error`, or what
/// failed it (an `activity_error`, `nexus_operation_error`, ...), and `find_cause` goes further;
/// `what()` tells the whole chain.
class workflow_failed_error : public std::runtime_error, public detail::caused_error {
public:
  /// Made by the client, of the event that closed the run.
  workflow_failed_error(std::string workflow_id, std::string run_id, failure_cause cause)
      : std::runtime_error(
            "workflow " + workflow_id + " failed"
            + (cause ? ": " + describe(*cause) : std::string{})),
        workflow_id_(std::move(workflow_id)), run_id_(std::move(run_id)),
        message_("workflow " + workflow_id_ + " failed" + (cause ? ": " + cause->message() : "")),
        cause_(std::move(cause)) {}

  /// Whose it is.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return workflow_id_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; } ///< of the last run
  /// What the workflow failed with; null if the service knows nothing.
  [[nodiscard]] const failure_cause& cause() const noexcept override { return cause_; }
  /// What travels if a handler lets this out: its own text and that of the first cause.
  [[nodiscard]] const std::string& message() const noexcept override { return message_; }

private:
  std::string workflow_id_;
  std::string run_id_;
  std::string message_;
  failure_cause cause_;
};

/// An update that did not succeed: its validator or its handler said no, or the workflow ended
/// before it did. `cause()` says which; `what()` tells the whole chain.
class workflow_update_failed_error : public std::runtime_error, public detail::caused_error {
public:
  /// Made by the client, of the update's outcome.
  workflow_update_failed_error(std::string update_id, std::string workflow_id, failure_cause cause)
      : std::runtime_error(text(update_id, workflow_id) + (cause ? ": " + describe(*cause) : "")),
        update_id_(std::move(update_id)), workflow_id_(std::move(workflow_id)),
        message_(text(update_id_, workflow_id_) + (cause ? ": " + cause->message() : "")),
        cause_(std::move(cause)) {}

  /// The one that failed.
  [[nodiscard]] const std::string& update_id() const noexcept { return update_id_; }
  /// Whose it is.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return workflow_id_; }
  /// What the update failed with; null if the service knows nothing.
  [[nodiscard]] const failure_cause& cause() const noexcept override { return cause_; }
  /// What travels if a handler lets this out: its own text and that of the first cause.
  [[nodiscard]] const std::string& message() const noexcept override { return message_; }

private:
  static std::string text(const std::string& update_id, const std::string& workflow_id) {
    return "update " + update_id + " of workflow " + workflow_id + " failed";
  }

  std::string update_id_;
  std::string workflow_id_;
  std::string message_;
  failure_cause cause_;
};

/// The workflow's worker could not answer a query: no such query, its handler threw, ... Carries
/// the service's `invalid_argument` status, whose message is the worker's; `cause()` is its
/// failure, null from the many workers that send the text alone.
class workflow_query_failed_error : public rpc_error, public detail::caused_error {
public:
  /// Made by the client, of the service's answer.
  workflow_query_failed_error(rpc_status status, failure_cause cause)
      : rpc_error(std::move(status)), cause_(std::move(cause)) {}

  /// What the worker sent of its failure; null if it sent nothing.
  [[nodiscard]] const failure_cause& cause() const noexcept override { return cause_; }
  /// The worker's text.
  [[nodiscard]] const std::string& message() const noexcept override { return status().message; }

private:
  failure_cause cause_;
};

/// The workflow was in a state in which the query was not to be asked
/// (`query_options::reject_if`).
class workflow_query_rejected_error : public std::runtime_error {
public:
  /// Made by the client, of the service's answer.
  explicit workflow_query_rejected_error(workflow_status status)
      : std::runtime_error(
            "the query was rejected: the workflow is " + std::string{to_string(status)}),
        workflow_status_(status) {}

  /// The state that the query's options did not want.
  [[nodiscard]] workflow_status status() const noexcept { return workflow_status_; }

private:
  workflow_status workflow_status_;
};

/// The id is taken, and the policies say that a start then fails. Carries the service's
/// `already_exists` status.
class workflow_already_started_error : public rpc_error {
public:
  /// Made by the client, of the service's answer.
  workflow_already_started_error(rpc_status status, std::string workflow_id, std::string run_id)
      : rpc_error(std::move(status)), workflow_id_(std::move(workflow_id)),
        run_id_(std::move(run_id)) {}

  /// Whose it is.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return workflow_id_; }
  /// The run that has the id; empty if the service did not say.
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

private:
  std::string workflow_id_;
  std::string run_id_;
};

/// Asked for the result of one run only, and that run continued as another one.
class workflow_continued_error : public std::runtime_error {
public:
  /// Made by the client, of the event that closed the run.
  explicit workflow_continued_error(std::string new_run_id)
      : std::runtime_error("the run continued as " + new_run_id),
        new_run_id_(std::move(new_run_id)) {}

  /// The run that goes on.
  [[nodiscard]] const std::string& new_run_id() const noexcept { return new_run_id_; }

private:
  std::string new_run_id_;
};

} // namespace troupe
