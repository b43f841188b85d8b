// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/end_wait.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/client/standalone_handle.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What the calls about activities and about Nexus operations without a workflow have in common.
/// `Of` names their messages and methods, as in `end_wait`, and `failed_error` and `noun`.
namespace troupe::detail {

/// Names the one that a request is about.
template <class Request>
void name_standalone(const std::string& id, const std::string& run_id, Request& request) {
  if constexpr (requires { request.set_activity_id(id); })
    request.set_activity_id(id);
  else
    request.set_operation_id(id);
  request.set_run_id(run_id);
}

/// What all requests about one begin with.
template <class Request>
Request
standalone_request(const call_origin& from, const std::string& id, const std::string& run_id) {
  const auto& settings = settings_of(from);
  Request request;
  request.set_namespace_(settings.name_space);
  name_standalone(id, run_id, request);
  if constexpr (requires { request.set_identity(settings.identity); })
    request.set_identity(settings.identity);
  if constexpr (requires { request.set_request_id(std::string{}); })
    request.set_request_id(random_uuid());
  return request;
}

/// Waits for the end of one. `Of::outcome_of(response)` is what has its result or failure.
template <class Of>
class standalone_wait final : public end_wait<Of> {
public:
  using end_wait<Of>::end_wait;

private:
  void fill(typename Of::poll_request& request) override {
    name_standalone(this->id_, this->run_id_, request);
  }

  bool take(const typename Of::poll_response& response) override {
    if (!response.run_id().empty())
      this->run_id_ = response.run_id();
    const auto& outcome = Of::outcome_of(response);
    const auto& converter = this->settings().converter;
    if (outcome.has_result())
      this->done(converter.decode(Of::results_of(outcome.result())));
    else if (outcome.has_failure())
      this->fail(std::make_exception_ptr(typename Of::failed_error{
          this->id_, this->run_id_, failure_error_from(outcome.failure(), converter)}));
    else
      return false;
    return true;
  }

  void has_answered(typename Of::start_response& response) override {
    if constexpr (requires { Of::keep_link(*this, this->id_, response); })
      Of::keep_link(*this, this->id_, response);
  }

  [[nodiscard]] std::string_view noun() const override { return Of::noun; }
  [[nodiscard]] std::string not_in_time() const override {
    return std::string{Of::noun} + ' ' + this->id_ + " did not end in time";
  }
};

/// Starts it and waits for its result.
template <class Of, class Request>
job_of<payloads>
standalone_execution(const call_origin& from, const std::string& id, const Request& request) {
  auto job = std::make_shared<standalone_wait<Of>>(from, id, std::string{});
  job->start_with(request);
  return {std::move(job)};
}

/// Waits for the result of one that was started. `in` has been shown to the interceptors.
template <class Of>
job_of<payloads> result_of_standalone(
    const call_origin& from,
    std::string id,
    std::string run_id,
    std::chrono::milliseconds timeout) {
  auto job = std::make_shared<standalone_wait<Of>>(from, std::move(id), std::move(run_id));
  job->limit_time(timeout);
  return {std::move(job)};
}

/// The job with whom is to be told of its end.
template <class Raw>
job_of<Raw> watched(job_of<Raw> made, call_watchers by) {
  made.job->watch(std::move(by));
  return made;
}

/// Asks for an end, with a reason.
template <class Request, class Response>
job_of<void> end_request(
    const call_origin& from,
    std::string_view method,
    const std::string& id,
    const std::string& run_id,
    std::string reason) {
  auto request = standalone_request<Request>(from, id, run_id);
  request.set_reason(std::move(reason));
  return acknowledged<Response>(from, method, request);
}

inline void fill_attributes(
    const temporal::api::common::v1::SearchAttributes& from,
    std::vector<std::pair<std::string, payload>>& to) {
  for (const auto& [name, value] : from.indexed_fields())
    to.emplace_back(name, from_proto(value));
  sort_by_name(to);
}

inline std::optional<duration> span_of(bool is_there, const google::protobuf::Duration& from) {
  return is_there ? std::optional{from_proto(from)} : std::nullopt;
}

/// What lists and descriptions of both tell.
template <class From>
void fill_standalone(const From& from, standalone_summary& to) {
  to.run_id = from.run_id();
  to.scheduled_time = time_of(from.has_schedule_time(), from.schedule_time());
  to.close_time = time_of(from.has_close_time(), from.close_time());
  to.execution_duration = span_of(from.has_execution_duration(), from.execution_duration());
  to.state_transition_count = from.state_transition_count();
  fill_attributes(from.search_attributes(), to.search_attributes);
}

/// Pages of a list. `items(response)` are its lines, each of which `summary(line)` reads.
template <class Request, class Response, class Input, class Items, class Summary>
auto standalone_pages(
    const call_origin& from,
    std::string query,
    int page_size,
    std::string_view method,
    void (client_interceptor::*member)(Input&) const,
    Items items,
    Summary summary) {
  using line =
      std::invoke_result_t<Summary&, decltype(*std::begin(items(std::declval<const Response&>())))>;
  return async_pages<line>{[=, query = std::move(query)](const std::string& token) {
    Input in{{}, query, page_size, token};
    auto watched_by = intercept(from, in, member);
    Request request;
    request.set_namespace_(settings_of(from).name_space);
    request.set_query(std::move(in.query));
    request.set_page_size(in.page_size);
    request.set_next_page_token(std::move(in.page_token));
    auto made = make_unary<Response>(from, method, request, [=](call_job&, Response& response) {
      result_page<line> page;
      for (const auto& each : items(response))
        page.items.push_back(summary(each));
      page.next_token = response.next_page_token();
      return page;
    });
    return call<result_page<line>>{watched(std::move(made), std::move(watched_by))};
  }};
}

/// A count, with groups if the query has some.
template <class Request, class Response, class Input>
job_of<grouped_count> standalone_count(
    const call_origin& from,
    std::string query,
    std::string_view method,
    void (client_interceptor::*member)(Input&) const) {
  Input in{{}, std::move(query)};
  auto watched_by = intercept(from, in, member);
  Request request;
  request.set_namespace_(settings_of(from).name_space);
  request.set_query(std::move(in.query));
  auto made = make_unary<Response>(
      from, method, request, [](call_job&, Response& response) { return count_from(response); });
  return watched(std::move(made), std::move(watched_by));
}

} // namespace troupe::detail
