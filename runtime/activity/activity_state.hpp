// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/environment.hpp"
#include "runtime/rpc/call_scope.hpp"

#include <troupe/activity/info.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/log.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/unique_function.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::activity::detail {

/// What the contexts of one attempt look into, and the scope of the calls that it makes. Const
/// while the activity runs, but for heartbeats, which may come from any thread; interceptors change
/// it before.
struct activity_state : rpc::call_scope {
  activity_state() {
    token = cancellation.token();
    carried = &info.headers;
  }

  std::shared_ptr<const activity::environment> environment;
  std::optional<data_converter> narrowed; ///< absent: the environment's
  activity::info info;
  payloads last_details; ///< that an earlier attempt told
  /// What interceptors want in each line.
  std::vector<std::pair<std::string, troupe::log::value>> log;
  std::shared_ptr<void> keeps_where;
  cancellation_source cancellation;

  /// Of what belongs to this activity.
  [[nodiscard]] const data_converter& converter() const noexcept {
    return narrowed ? *narrowed : environment->converter;
  }
  /// When `environment` and `info` are there: asks the codec for the one of this activity. What no
  /// workflow asked for belongs to none, and its client knows no more.
  void narrow_converter() {
    if (environment->converter.codec && !info.workflow_id.empty())
      narrowed = environment->converter.with_context(
          {.name_space = info.name_space,
           .workflow_id = info.workflow_id,
           .workflow_type = info.workflow_type,
           .activity_type = info.activity_type,
           .task_queue = info.task_queue,
           .is_local = info.is_local});
  }

  /// From the activity, on any thread: keeps the newest details, and says once that there are some.
  void record(payloads details) {
    if (watch_)
      watch_(details);
    const std::lock_guard guard{mutex_};
    if (!wanted_)
      return;
    if (environment->check_details)
      environment->check_details(details);
    newest_ = std::move(details);
    if (!std::exchange(is_told_, true))
      wanted_();
  }
  /// What to call when there are details to send; on the activity's thread, under the lock, so it
  /// only leaves a message. Empty: heartbeats are of no interest (any more).
  void listen(unique_function<void()> wanted) {
    const std::lock_guard guard{mutex_};
    wanted_ = std::move(wanted);
  }
  /// For tests: what to call with all details that are told. Only while no code of the activity
  /// runs.
  void watch(unique_function<void(const payloads&)> each) { watch_ = std::move(each); }
  [[nodiscard]] bool has_details() {
    const std::lock_guard guard{mutex_};
    return newest_.has_value();
  }
  /// The details that were not sent yet, once; nothing if all were.
  [[nodiscard]] std::optional<payloads> take_details() {
    const std::lock_guard guard{mutex_};
    is_told_ = false;
    return std::exchange(newest_, std::nullopt);
  }

private:
  unique_function<void(const payloads&)> watch_;
  std::mutex mutex_; ///< guards what follows
  std::optional<payloads> newest_;
  bool is_told_ = false;
  unique_function<void()> wanted_;
};

} // namespace troupe::activity::detail
