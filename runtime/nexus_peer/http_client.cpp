// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/ascii.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/http/client.hpp"
#include "runtime/nexus_http/calling.hpp"
#include "runtime/nexus_http/completing.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/nexus/http_client.hpp>

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <future>
#include <utility>

namespace troupe::nexus {

namespace {

namespace wire = temporal::api::nexus::v1;
namespace failures = temporal::api::failure::v1;

constexpr std::chrono::seconds completion_timeout{10};

operation_error error_of(const failures::Failure& from, const data_converter& converter) {
  const auto& info = from.application_failure_info();
  // An operation error of the specification is itself; what a Temporal handler threw is its cause.
  const bool is_plain = from.has_canceled_failure_info() || info.type() == "OperationError"
                        || (!from.has_application_failure_info() && !from.has_cause());
  failure_cause cause;
  if (!is_plain)
    cause = failure_error_from(from, converter);
  else if (from.has_cause())
    cause = failure_error_from(from.cause(), converter);
  return {
      from.has_canceled_failure_info() ? operation_state::canceled : operation_state::failed,
      from.message(),
      std::move(cause)};
}

/// The name in small letters. Throws if no request could hold the header.
std::string named(const std::string& name, const std::string& value) {
  if (!nexus_http::is_header(name, value))
    throw std::invalid_argument(
        "the header \"" + name
        + "\" cannot be sent: letters, digits and marks may stand in its name, "
          "and one line of at most "
        + std::to_string(nexus_http::longest_header_value) + " bytes in its value");
  return to_lower(name);
}

} // namespace

struct http_client::implementation {
  http_client_options options;
  http::http_url to;
  http::client client;

  http::received post(http::outgoing what) {
    std::promise<http::received> promise;
    auto answered = promise.get_future();
    client.send(
        std::move(what), [&promise](http::received came) { promise.set_value(std::move(came)); });
    return answered.get();
  }

  nexus_http::call_outcome
  call(const wire::Request& request, const http_call_options& with, bool is_cancel) {
    if (nexus_http::names_no_operation(request))
      throw std::invalid_argument(std::string{nexus_http::no_operation_problem});
    auto came = post(nexus_http::make_call(to, request, with.timeout));
    const bool is_late = came.is_late;
    auto outcome = nexus_http::read_answer(std::move(came), is_cancel);
    if (outcome.refused)
      std::rethrow_exception(from_failure(*outcome.refused, options.converter));
    if (!outcome.response)
      throw http_call_error{outcome.problem, is_late};
    return outcome;
  }

  void fill(wire::Request& request, const http_call_options& with) const {
    auto& header = *request.mutable_header();
    header["user-agent"] = "troupe";
    for (const auto* each : {&options.headers, &with.headers})
      for (const auto& [name, value] : *each)
        header[named(name, value)] = value;
    request.mutable_capabilities()->set_temporal_failure_responses(true);
  }

  void tell(const callback& where, const nexus_http::completion& what) {
    auto url = http::parse_http_url(where.url);
    if (!url)
      throw std::invalid_argument(
          "the callback's URL \"" + where.url + "\" is no http://host:port/path");
    url->ca_file = options.ca_file;
    nexus_http::headers headers{where.headers.begin(), where.headers.end()};
    // They are for the server that this client is for: they may hold its key.
    if (url->is_tls == to.is_tls && url->port == to.port
        && to_lower(url->host) == to_lower(to.host))
      headers.insert(headers.end(), options.headers.begin(), options.headers.end());
    const auto came =
        post(nexus_http::make_completion(std::move(*url), headers, what, completion_timeout));
    if (came.problem.empty() && came.status >= 200 && came.status < 300)
      return;
    const auto outcome = nexus_http::read_refusal(came);
    if (outcome.refused)
      std::rethrow_exception(from_failure(*outcome.refused, options.converter));
    throw http_call_error{outcome.problem, came.is_late};
  }
};

http_client::http_client(http_client_options options) : impl_(std::make_unique<implementation>()) {
  auto to = http::parse_http_url(options.url);
  if (!to)
    throw std::invalid_argument("\"" + options.url + "\" is no http://host:port/path");
  to->ca_file = options.ca_file;
  impl_->to = std::move(*to);
  impl_->options = std::move(options);
}

http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;
http_client& http_client::operator=(http_client&&) noexcept = default;

const data_converter& http_client::converter() const noexcept {
  return impl_->options.converter;
}

http_started<payload> http_client::start_raw(
    std::string_view service,
    std::string_view operation,
    payload input,
    const http_call_options& options) {
  wire::Request request;
  impl_->fill(request, options);
  auto& start = *request.mutable_start_operation();
  start.set_service(std::string{service});
  start.set_operation(std::string{operation});
  start.set_request_id(options.request_id.empty() ? random_uuid() : options.request_id);
  start.set_callback(options.callback_url);
  for (const auto& [name, value] : options.callback_headers)
    (*start.mutable_callback_header())[named(name, value)] = value;
  for (const auto& each : options.links) {
    auto& added = *start.add_links();
    added.set_url(each.url);
    added.set_type(each.type);
  }
  to_proto(std::move(input), *start.mutable_payload());
  auto outcome = impl_->call(request, options, false);
  auto& answer = *outcome.response->mutable_start_operation();
  if (answer.has_failure())
    throw error_of(answer.failure(), converter());
  http_started<payload> made;
  const auto add = [&](const auto& links) {
    for (const auto& each : links)
      made.links.push_back({each.url(), each.type()});
  };
  if (answer.has_async_success()) {
    made.token = answer.async_success().operation_token();
    add(answer.async_success().links());
  } else {
    made.value = from_proto(std::move(*answer.mutable_sync_success()->mutable_payload()));
    add(answer.sync_success().links());
  }
  return made;
}

void http_client::cancel_raw(
    std::string_view service,
    std::string_view operation,
    std::string_view token,
    const http_call_options& options) {
  wire::Request request;
  impl_->fill(request, options);
  auto& cancel = *request.mutable_cancel_operation();
  cancel.set_service(std::string{service});
  cancel.set_operation(std::string{operation});
  cancel.set_operation_token(std::string{token});
  impl_->call(request, options, true);
}

void http_client::complete_raw(const callback& where, payload value) {
  nexus_http::completion what;
  what.state = "succeeded";
  what.operation_token = where.token;
  auto result = std::make_shared<temporal::api::common::v1::Payload>();
  to_proto(std::move(value), *result);
  what.result = std::move(result);
  impl_->tell(where, what);
}

void http_client::fail(const callback& where, const operation_error& why) {
  nexus_http::completion what;
  what.state = to_string(why.state());
  what.operation_token = where.token;
  auto failure = std::make_shared<failures::Failure>();
  to_failure(why, converter(), *failure);
  what.failure = std::move(failure);
  impl_->tell(where, what);
}

} // namespace troupe::nexus
