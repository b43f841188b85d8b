// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/eager_start.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/status_error.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/errors.hpp>

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace events = temporal::api::history::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

namespace {

/// Waits for the end of a chain of runs: a long poll for the close event after another. May start
/// the workflow before.
class result_wait final : public typed_job<payloads> {
public:
  result_wait(
      const call_origin& from, std::string workflow_id, std::string run_id, bool follow_runs)
      : typed_job(from), workflow_id_(std::move(workflow_id)), run_id_(std::move(run_id)),
        follows_runs_(follow_runs) {}

  /// Sends this first, and waits for what it starts.
  void start_with(const call_origin& from, wire::StartWorkflowExecutionRequest request) {
    if (take_wish(request))
      first_task_.emplace(from, request);
    start_ = rpc::make_call(methods::start_workflow_execution, request, settings().rpc_timeout);
  }

private:
  void begin() override {
    if (start_) {
      if (first_task_)
        first_task_->reserve(*start_);
      send(*std::exchange(start_, {}));
    } else
      poll();
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    if (is_polling_)
      polled(std::move(status), reply);
    else
      started(std::move(status), reply);
  }

  void started(rpc_status status, const rpc::bytes& reply) {
    wire::StartWorkflowExecutionResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::start_workflow_execution);
    if (first_task_)
      first_task_->answered(response);
    if (!status.ok())
      return fail(to_exception(std::move(status), {.workflow_id = workflow_id_}));
    run_id_ = response.run_id();
    poll();
  }

  void poll() {
    wire::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_(settings().name_space);
    request.mutable_execution()->set_workflow_id(workflow_id_);
    request.mutable_execution()->set_run_id(run_id_);
    request.set_wait_new_event(true);
    request.set_skip_archival(true);
    request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    request.set_next_page_token(page_token_);
    auto what = rpc::make_call(
        methods::get_workflow_execution_history, request, settings().long_poll_timeout);
    what.is_long_poll = true;
    is_polling_ = true;
    send(std::move(what));
  }

  void polled(rpc_status status, const rpc::bytes& reply) {
    wire::GetWorkflowExecutionHistoryResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::get_workflow_execution_history);
    if (!status.ok()) {
      // The poll itself took too long (a proxy in between, a busy service): the wait goes on.
      if (status.code == status_code::deadline_exceeded && !is_late())
        poll();
      else
        fail(to_exception(std::move(status), {.workflow_id = workflow_id_}));
      return;
    }
    page_token_ = response.next_page_token();
    if (response.history().events_size() > 0)
      closed(response.history().events(response.history().events_size() - 1));
    else if (is_late())
      fail(to_exception(
          {status_code::deadline_exceeded,
           "workflow " + workflow_id_ + " did not close in time",
           {}}));
    else
      poll();
  }

  void closed(const events::HistoryEvent& event) {
    switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
      const auto& attributes = event.workflow_execution_completed_event_attributes();
      if (!goes_on(attributes.new_execution_run_id()))
        done(converter().decode(from_proto(attributes.result())));
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
      const auto& attributes = event.workflow_execution_failed_event_attributes();
      if (!goes_on(attributes.new_execution_run_id()))
        failed_with(failure_error_from(attributes.failure(), converter()));
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
      if (!goes_on(event.workflow_execution_timed_out_event_attributes().new_execution_run_id()))
        failed_with(
            std::make_shared<timeout_error>("Workflow timed out", timeout_type::start_to_close));
      return;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      failed_with(std::make_shared<canceled_error>(
          "Workflow canceled",
          converter().decode(
              from_proto(event.workflow_execution_canceled_event_attributes().details()))));
      return;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: {
      const auto& reason = event.workflow_execution_terminated_event_attributes().reason();
      failed_with(std::make_shared<terminated_error>(
          reason.empty() ? "Workflow terminated" : "Workflow terminated: " + reason));
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: {
      const auto& next =
          event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
      if (!goes_on(next))
        fail(std::make_exception_ptr(workflow_continued_error{next}));
      return;
    }
    default:
      fail(to_exception(
          {status_code::internal,
           "the service says that workflow " + workflow_id_ + " closed with event "
               + enums::EventType_Name(event.event_type()),
           {}}));
    }
  }

  [[nodiscard]] data_converter converter() const { return settings().converter_of(workflow_id_); }

  /// Continues with the next run of the chain, if there is one and it is wanted.
  bool goes_on(const std::string& next_run_id) {
    if (next_run_id.empty() || !follows_runs_)
      return false;
    run_id_ = next_run_id;
    page_token_.clear();
    poll();
    return true;
  }

  void failed_with(failure_cause cause) {
    fail(std::make_exception_ptr(workflow_failed_error{workflow_id_, run_id_, std::move(cause)}));
  }

  std::string workflow_id_;
  std::string run_id_;
  std::string page_token_;
  bool follows_runs_;
  bool is_polling_ = false;
  std::optional<rpc::call> start_;
  std::optional<eager_start> first_task_; ///< of the start, where that is wished for
};

} // namespace

job_of<payloads> result_job(const workflow_ref& of, result_options options) {
  workflow_result_input in{{}, of.id, of.run_id.empty() ? of.started_run_id : of.run_id, options};
  auto watched_by = intercept(of.from, in, &client_interceptor::workflow_result);
  auto job = std::make_shared<result_wait>(
      of.from, std::move(in.workflow_id), std::move(in.run_id), in.options.follow_runs);
  job->limit_time(in.options.timeout);
  job->watch(std::move(watched_by));
  return {std::move(job)};
}

job_of<payloads> execute_job(const call_origin& from, encoded_start start) {
  call_watchers watched_by;
  auto request = start_request(from, std::move(start), watched_by);
  auto job = std::make_shared<result_wait>(from, request.workflow_id(), std::string{}, true);
  job->watch(std::move(watched_by));
  job->start_with(from, std::move(request));
  return {std::move(job)};
}

} // namespace troupe::detail
