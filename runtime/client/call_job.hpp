// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/client/call_span.hpp"
#include "runtime/client/client_settings.hpp"
#include "runtime/rpc/call_links.hpp"
#include "runtime/rpc/call_scope.hpp"
#include "runtime/rpc/transport.hpp"

#include <troupe/client/call.hpp>
#include <troupe/client/interceptor.hpp>
#include <troupe/rpc_status.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::detail {

/// What interceptors want to be told of its end.
using call_watchers = std::vector<unique_function<void(const std::exception_ptr&)>>;

/// One call of a client: lazy, made once, of one request or of several in a row.
///
/// | state | event | then |
/// |---|---|---|
/// | made up | `block`, `suspend`, `notify` | launched: `begin` runs on the executor's thread |
/// | launched | a reply | `replied`: sends the next request, or settles |
/// | launched | `cancel`, `abandon`, a token, its time is over | the request in flight is cancelled
/// | | launched | an outcome | settled: who waits is told, once |
///
/// Where it runs: on the shard of its scope, through the scope's transport, if it is launched there
/// while the scope is open; else on the thread of the client's connection. `begin`, `replied` and
/// what tells who waits run on that thread; a coroutine of another shard is resumed by a post to
/// it. The connection is not kept alive by a call on its way: destroying it settles the call with
/// `cancelled`.
class call_job : public std::enable_shared_from_this<call_job> {
public:
  explicit call_job(const call_origin& from);
  virtual ~call_job() = default;
  call_job(const call_job&) = delete;
  call_job& operator=(const call_job&) = delete;

  // -- before it is launched: who makes it up -----------------------------------------------------

  /// 0: as it is.
  void limit_time(std::chrono::milliseconds timeout) {
    if (timeout.count() > 0)
      timeout_ = timeout;
  }
  /// Instead of how its origin's calls travel.
  void travel_by(rpc_options how);
  void limit_by(const cancellation_token& token) { token_ = token; }
  void trace(std::unique_ptr<call_span> with) { span_ = std::move(with); }
  /// For interceptors: each is told once how it ended.
  void watch(call_watchers by) { watchers_ = std::move(by); }

  // -- launching: one of them, once ---------------------------------------------------------------

  void block();
  /// `is_ours`: the coroutine belongs to the executor that runs here, if there is one, and is
  /// resumed there.
  void suspend(std::coroutine_handle<> caller, bool is_ours, resume_function resume);
  void notify(unique_function<void(call_job&)> then);

  // -- afterwards ---------------------------------------------------------------------------------

  /// Nobody waits any more. On the thread that would have been resumed.
  void abandon() noexcept;
  /// Any thread.
  void cancel() noexcept;

  [[nodiscard]] const client_settings& settings() const noexcept { return *settings_; }
  /// What the answer leads to, for the request that is served meanwhile. Does nothing if there is
  /// no link in it, or no request.
  void keep_link(const auto& response) {
    if constexpr (requires { response.signal_link(); })
      keep_link(response.has_signal_link(), response.signal_link());
    else if constexpr (requires { response.link(); })
      keep_link(response.has_link(), response.link());
  }
  /// The same where the answer is there, but says no link.
  void keep_link(bool is_there, const temporal::api::common::v1::Link& to) {
    if (is_there && scope_ && scope_->links != nullptr && scope_->is_open)
      scope_->links->keep(to);
  }

  /// What gave the payloads that come out of it, for errors: `the result of the workflow w`. Empty:
  /// there are none.
  [[nodiscard]] virtual std::string source() const { return {}; }

  /// For handles that come out of it; throws `rpc_error` if the client is gone.
  [[nodiscard]] call_origin origin() const;

protected:
  /// Sends the first request.
  virtual void begin() = 0;
  /// What a request ended with; may throw, which fails the call.
  virtual void replied(rpc_status status, const rpc::bytes& reply) = 0;
  /// Settles with an error.
  virtual void fail(std::exception_ptr error) = 0;

  /// Sends one request; `replied` follows, later and exactly once.
  void send(rpc::call what);
  /// Runs `work` soon, on the executor's thread: for what needs no request after all.
  void later(unique_function<void()> work);
  /// Runs `work` after a while, on the executor's thread. Cancelled meanwhile, or once its time is
  /// over, the call goes on at once, as if a request had ended so.
  void pause(duration time, unique_function<void()> work);
  [[nodiscard]] time_point now() const { return where_->now(); }
  /// The outcome is there: tells who waits.
  void settle();
  /// What it was given before it was launched; 0: nothing.
  [[nodiscard]] std::chrono::milliseconds time_limit() const noexcept { return timeout_; }
  /// True once the time is over that `limit_time` or the scope gave it.
  [[nodiscard]] bool is_late() const { return where_->now() >= deadline_; }
  /// For interceptors: how it ended.
  void tell_watchers(const std::exception_ptr& error) noexcept;
  [[nodiscard]] bool is_watched() const noexcept { return !watchers_.empty(); }
  /// For its span: it fails.
  void note(const std::exception_ptr& error) {
    if (span_)
      span_->fail(error);
  }

private:
  void launch();
  void run();
  void ended(rpc_status status, const rpc::bytes& reply);
  void wake();
  void stop_now();
  void end_pause();
  [[nodiscard]] bool may_send() const;
  /// Its client is gone, and so is the executor, or soon.
  [[nodiscard]] bool is_orphan() const noexcept { return !is_scoped_ && served_by_.expired(); }

  std::shared_ptr<const client_settings> settings_;
  std::shared_ptr<client_connection> connection_; ///< until it is launched
  std::weak_ptr<client_connection> served_by_;
  std::shared_ptr<rpc::call_scope> scope_;
  std::shared_ptr<const rpc_options> origins_way_; ///< of its origin; null: as the connection's
  std::shared_ptr<const rpc_options> way_;         ///< its own
  std::chrono::milliseconds timeout_{0};
  std::optional<cancellation_token> token_;
  std::unique_ptr<call_span> span_; ///< null: it has none
  call_watchers watchers_;

  // Written before it is launched, then only read.
  executor* where_ = nullptr;
  rpc::transport* over_ = nullptr; ///< to be used only while `may_send()`
  bool is_scoped_ = false;         ///< it runs on the scope's shard

  // The executor's thread.
  rpc::transport::call_id in_flight_ = 0;
  executor::timer_id pause_timer_ = 0;
  unique_function<void()> paused_; ///< what follows its pause; empty: it makes none
  std::shared_ptr<client_connection> kept_meanwhile_;
  time_point deadline_ = time_point::max();
  cancellation_registration by_token_;
  cancellation_registration by_scope_;

  std::atomic<bool> is_cancelled_{false};

  std::mutex mutex_; ///< guards what follows
  bool is_settled_ = false;
  std::coroutine_handle<> frame_; ///< who waits; null: nobody, or it was resumed
  executor* resume_on_ = nullptr; ///< of the frame; null: where the call is settled
  resume_function resume_;        ///< instead
  unique_function<void(call_job&)> then_;
};

/// A call that gives a `Raw`.
template <class Raw>
class typed_job : public call_job {
public:
  using call_job::call_job;

  [[nodiscard]] result<Raw>& outcome() noexcept { return *outcome_; }

protected:
  void done(result<Raw> with) {
    if (is_watched()) [[unlikely]]
      tell_watchers(with.has_value() ? nullptr : with.error());
    outcome_.emplace(std::move(with));
    settle();
  }
  void fail(std::exception_ptr error) final {
    note(error);
    done(unexpected{std::move(error)});
  }

private:
  std::optional<result<Raw>> outcome_;
};

/// Throws `std::logic_error` on a thread where nothing may block.
void refuse_to_block_a_shard();

/// Every file that makes jobs for a new `Raw` says so once, with
/// `template result<Raw>& outcome_of<Raw>(call_job&)`.
template <class Raw>
result<Raw>& outcome_of(call_job& job) {
  return static_cast<typed_job<Raw>&>(job).outcome();
}

} // namespace troupe::detail
