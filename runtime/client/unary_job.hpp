// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/client/call_job.hpp"
#include "runtime/client/status_error.hpp"
#include "runtime/rpc/unary.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace troupe::detail {

/// A call of one request. `Read` makes what it gives of the job and the reply.
template <class Response, class Read>
class unary_job final : public typed_job<std::invoke_result_t<Read&, call_job&, Response&>> {
public:
  using given = std::invoke_result_t<Read&, call_job&, Response&>;

  unary_job(const call_origin& from, rpc::call what, std::string workflow_id, Read read)
      : typed_job<given>(from), what_(std::move(what)), method_(what_.method),
        workflow_id_(std::move(workflow_id)), read_(std::move(read)) {}

  [[nodiscard]] std::string source() const override {
    return "the answer of the workflow " + workflow_id_;
  }

private:
  void begin() override { this->send(std::move(what_)); }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    Response response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(method_);
    if (!status.ok()) {
      const auto converter = workflow_id_.empty() ? this->settings().converter
                                                  : this->settings().converter_of(workflow_id_);
      return this->fail(
          to_exception(std::move(status), {.converter = &converter, .workflow_id = workflow_id_}));
    }
    if constexpr (std::is_void_v<given>) {
      read_(*this, response);
      this->done({});
    } else
      this->done(result<given>{read_(*this, response)});
  }

  rpc::call what_;
  std::string_view method_;
  std::string workflow_id_;
  Read read_;
};

/// What is to be sent, encoded now: what the caller changes afterwards does not matter.
template <class Response, class Read>
auto make_unary(
    const call_origin& from,
    std::string_view method,
    const google::protobuf::MessageLite& request,
    Read read,
    std::string workflow_id = {},
    std::chrono::milliseconds timeout = {},
    bool is_long_poll = false) {
  using job = unary_job<Response, Read>;
  auto what = rpc::make_call(
      method, request, timeout.count() > 0 ? timeout : settings_of(from).rpc_timeout);
  what.is_long_poll = is_long_poll;
  return job_of<typename job::given>{
      std::make_shared<job>(from, std::move(what), std::move(workflow_id), std::move(read))};
}

/// A call whose reply says nothing but that it was done.
template <class Response>
job_of<void> acknowledged(
    const call_origin& from,
    std::string_view method,
    const google::protobuf::MessageLite& request) {
  return make_unary<Response>(from, method, request, [](call_job&, Response&) {});
}

} // namespace troupe::detail
