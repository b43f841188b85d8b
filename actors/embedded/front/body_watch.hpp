// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/rpc/completion_tag.hpp"

#include <grpcpp/alarm.h>

#include <chrono>
#include <cstddef>
#include <mutex>

namespace troupe::embedded {

struct grpc_front_context;

/// A call that was begun and whose request has not come yet, as `body_watch` sees it.
class awaited_body {
public:
  awaited_body(const awaited_body&) = delete;
  awaited_body& operator=(const awaited_body&) = delete;

protected:
  awaited_body() = default;
  ~awaited_body() = default;

  /// Cancels the call, so that the read of its request completes without one.
  virtual void expire() = 0;

private:
  friend class body_watch;

  time_point deadline_;
  std::chrono::seconds waited_{0};
  bool is_watched_ = false;
  awaited_body* older_ = nullptr; ///< among those that are watched
  awaited_body* newer_ = nullptr;
};

/// Ends calls whose request has not come by their deadline, or in minutes: gRPC itself is told not
/// to look at deadlines, and says nothing of a request that it cannot read (a flag that there is
/// not); the service knows of a call only when it has its request. Looks once a second, while there
/// are such calls. If there are more than the front bears, the oldest ends: whoever begins calls
/// without end keeps nobody else out, and takes no more memory. All on the queue's thread, but for
/// `stop`.
class body_watch final : private rpc::completion_tag {
public:
  explicit body_watch(grpc_front_context& front) : front_(front) {}

  /// `time_point::max()` is none: then there is the patience of the front alone.
  void watch(awaited_body& call, time_point deadline);
  /// The request has come, or will not. Nothing happens to one that is not watched.
  void forget(awaited_body& call);
  /// Any thread.
  void stop();

private:
  static constexpr std::chrono::seconds beat{1};

  void complete(bool ok) override;
  void set();
  void unlink(awaited_body& call);

  grpc_front_context& front_;
  awaited_body* oldest_ = nullptr;
  awaited_body* newest_ = nullptr;
  std::size_t count_ = 0;
  bool is_beating_ = false; ///< the alarm is set, as far as the queue's thread knows
  std::mutex mutex_;        ///< guards what follows
  grpc::Alarm alarm_;
  bool is_set_ = false;
  bool is_stopped_ = false;
};

} // namespace troupe::embedded
