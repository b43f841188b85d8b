// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/worker_deployment_version.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::workflow {

/// The workflow's time: UTC, nanoseconds; moves only from one workflow task to the next.
using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
using duration = std::chrono::nanoseconds; ///< of the workflow's time

/// How the service starts a failed run again; absent fields take the service's defaults.
struct retry_policy {
  std::optional<duration> initial_interval = {}; ///< before the second try; absent: 1 s
  double backoff_coefficient = 2.0;              ///< by which the interval grows with each try
  std::optional<duration> maximum_interval = {}; ///< absent: a hundred times the first one
  int maximum_attempts = 0;                      ///< 0 = no limit
  /// `application_error::type` of those that end it.
  std::vector<std::string> non_retryable_error_types = {};

  friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

/// Why the service would like a run to continue as a new one. The numbers are those of the wire.
enum class continue_as_new_reason {
  history_size = 1,   ///< its history takes many bytes
  history_length = 2, ///< its history has many events
  updates = 3,        ///< it has taken many updates
};

/// What a workflow may know about itself. A snapshot: ask again after an await.
struct info {
  std::string workflow_id;               ///< the workflow's, which its runs share
  std::string run_id;                    ///< the run's own
  std::string first_execution_run_id;    ///< first run of the chain (continue-as-new, retry, cron)
  std::string original_execution_run_id; ///< survives a reset
  std::string continued_run_id;          ///< the run before this one; empty in a first run
  std::string workflow_type;             ///< the name its code is registered by
  std::string name_space;                ///< where it runs
  std::string task_queue;                ///< where its tasks go
  std::string parent_workflow_id;        ///< empty without a parent
  std::string parent_run_id;             ///< empty if it is nobody's child
  std::string parent_namespace;          ///< empty if it is nobody's child
  std::string root_workflow_id;          ///< the first of its ancestors; empty without a parent
  std::string root_run_id;               ///< empty if it is nobody's child
  std::string cron_schedule;             ///< empty if it does not come by cron
  int attempt = 1;                       ///< of its retries
  std::optional<duration> execution_timeout;          ///< absent = unlimited
  std::optional<duration> run_timeout;                ///< absent: none
  duration task_timeout{};                            ///< of one workflow task
  std::optional<workflow::retry_policy> retry_policy; ///< absent: it is not retried
  /// As its start said, or who changed it since; what is absent is the service's default.
  troupe::priority priority;
  /// What its start said of it for people: one line, and more (Markdown); mostly empty.
  std::string static_summary;
  std::string static_details;
  time_point start_time{};     ///< time of the first workflow task
  time_point execution_time{}; ///< when the service started the run
  troupe::headers headers;     ///< that its start sent along
  /// As they are now, by name: see `upsert_calls` for single ones by their type.
  std::vector<std::pair<std::string, payload>> search_attributes;
  std::vector<std::pair<std::string, payload>> memo; ///< the same; encoded, the codec included

  std::int64_t history_length = 0;        ///< events processed up to the current task
  std::int64_t history_size_bytes = 0;    ///< as the service counted it at the last task
  bool continue_as_new_suggested = false; ///< its history gets long
  /// Why; often empty where the service is too old to say.
  std::vector<continue_as_new_reason> continue_as_new_reasons;
  /// There is another version of its deployment now that it would go on with, if it continued as
  /// new.
  bool target_version_changed = false;
  /// Of the worker that runs the current task, or ran it, in a replay; empty without versions.
  worker_deployment_version current_deployment_version;
  bool is_replaying = false; ///< never decide anything by this
};

} // namespace troupe::workflow
