// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/client/call_job.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/status_error.hpp"
#include "runtime/rpc/unary.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::detail {

/// Waits for the end of something, a long poll after another. May start it before. Which messages
/// and methods `Of` says: `start_response`, `start_method`, `poll_request`, `poll_response`,
/// `poll_method`.
template <class Of>
class end_wait : public typed_job<payloads> {
public:
  end_wait(const call_origin& from, std::string id, std::string run_id)
      : typed_job(from), id_(std::move(id)), run_id_(std::move(run_id)) {}

  [[nodiscard]] std::string source() const final {
    return "the result of the " + std::string{noun()} + ' ' + id_
           + (run_id_.empty() ? "" : " (run " + run_id_ + ')');
  }

  /// Sends this first, and waits for what it starts.
  void start_with(const google::protobuf::MessageLite& request) {
    start_ = rpc::make_call(Of::start_method, request, settings().rpc_timeout);
  }

protected:
  using start_response = typename Of::start_response;
  using poll_request = typename Of::poll_request;
  using poll_response = typename Of::poll_response;

  void poll() {
    is_polling_ = true;
    poll_request request;
    request.set_namespace_(settings().name_space);
    fill(request);
    auto what = rpc::make_call(Of::poll_method, request, settings().long_poll_timeout);
    what.is_long_poll = true;
    send(std::move(what));
  }

  std::string id_;
  std::string run_id_; ///< empty: the latest one

private:
  /// What is polled for.
  virtual void fill(poll_request& request) = 0;
  /// Settles, or goes on, if the response tells of an end; false: it does not.
  virtual bool take(const poll_response& response) = 0;
  /// `activity`
  [[nodiscard]] virtual std::string_view noun() const = 0;
  /// `activity a did not end in time`
  [[nodiscard]] virtual std::string not_in_time() const = 0;
  virtual void about_to_start(rpc::call&) {}
  virtual void has_answered(start_response&) {}

  void begin() final {
    if (!start_)
      return poll();
    about_to_start(*start_);
    send(*std::exchange(start_, {}));
  }

  void replied(rpc_status status, const rpc::bytes& reply) final {
    if (is_polling_)
      polled(std::move(status), reply);
    else
      started(std::move(status), reply);
  }

  void started(rpc_status status, const rpc::bytes& reply) {
    start_response response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(Of::start_method);
    has_answered(response);
    if (!status.ok())
      return fail(to_exception(std::move(status), {.workflow_id = id_}));
    this->keep_link(response);
    run_id_ = response.run_id();
    poll();
  }

  void polled(rpc_status status, const rpc::bytes& reply) {
    poll_response response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(Of::poll_method);
    // The poll itself took too long (a proxy in between, a busy service): the wait goes on.
    if (status.code == status_code::deadline_exceeded && !is_late())
      poll();
    else if (!status.ok())
      fail(to_exception(std::move(status), {.workflow_id = id_}));
    else if (take(response))
      return;
    else if (is_late())
      fail(to_exception({status_code::deadline_exceeded, not_in_time(), {}}));
    else
      poll();
  }

  bool is_polling_ = false;
  std::optional<rpc::call> start_;
};

} // namespace troupe::detail
