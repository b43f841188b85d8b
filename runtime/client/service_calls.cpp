// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/call_job.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/status_error.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/detail/client_jobs.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace troupe::detail {

namespace {

/// Of a service or a method, as protobuf lets them be.
bool is_name(std::string_view text, bool may_have_dots) {
  const auto fits = [&](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z')
           || (each >= '0' && each <= '9') || each == '_' || (may_have_dots && each == '.');
  };
  return !text.empty() && text.size() <= 200 && std::ranges::all_of(text, fits);
}

/// With the leading slash that gRPC has.
std::string full_name(std::string_view method) {
  const auto begun = method.substr(method.starts_with('/') ? 1 : 0);
  const auto slash = begun.find('/');
  const auto service = begun.substr(0, slash);
  const auto name = slash == begun.npos ? std::string_view{} : begun.substr(slash + 1);
  if (!is_name(service, true) || !is_name(name, false))
    throw std::invalid_argument(
        "\"" + std::string{method.substr(0, 200)}
        + "\" names no method: say WorkflowService/GetSystemInfo, OperatorService/ListClusters, or "
          "the full name of one of another service");
  if (service == "WorkflowService")
    return std::string{rpc::methods::workflow_service::prefix}.append(name);
  if (service == "OperatorService")
    return std::string{rpc::methods::operator_service::prefix}.append(name);
  return std::string{"/"}.append(service).append("/").append(name);
}

class service_call final : public typed_job<std::string> {
public:
  service_call(const call_origin& from, std::string method, std::string request)
      : typed_job{from}, method_(std::move(method)), request_(std::move(request)) {}

private:
  void begin() override {
    rpc::call what{
        .method = method_,
        .request = std::move(request_),
        .timeout = time_limit().count() > 0 ? time_limit() : settings().rpc_timeout,
        .headers = {}};
    what.is_long_poll = method_.find("/Poll") != method_.npos;
    send(std::move(what));
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    if (status.ok())
      done(std::string{reply.str()});
    else
      fail(to_exception(std::move(status), {}));
  }

  const std::string method_; ///< the transport's until it has answered
  std::string request_;
};

} // namespace

job_of<std::string>
service_call_job(const call_origin& from, std::string_view method, std::string request) {
  return {std::make_shared<service_call>(from, full_name(method), std::move(request))};
}

} // namespace troupe::detail
