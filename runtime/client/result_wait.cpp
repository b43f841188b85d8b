// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/eager_start.hpp"
#include "runtime/client/end_wait.hpp"
#include "runtime/client/request.hpp"
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

struct workflow_methods {
  using start_response = wire::StartWorkflowExecutionResponse;
  using poll_request = wire::GetWorkflowExecutionHistoryRequest;
  using poll_response = wire::GetWorkflowExecutionHistoryResponse;
  static constexpr std::string_view start_method = methods::start_workflow_execution;
  static constexpr std::string_view poll_method = methods::get_workflow_execution_history;
};

/// Waits for the end of a chain of runs, by polls for the close event.
class result_wait final : public end_wait<workflow_methods> {
public:
  result_wait(
      const call_origin& from, std::string workflow_id, std::string run_id, bool follow_runs)
      : end_wait(from, std::move(workflow_id), std::move(run_id)), follows_runs_(follow_runs) {}

  /// Sends this first, and waits for what it starts.
  void start_with(const call_origin& from, wire::StartWorkflowExecutionRequest request) {
    if (take_wish(request))
      first_task_.emplace(from, request);
    end_wait::start_with(request);
  }

private:
  void about_to_start(rpc::call& start) override {
    if (first_task_)
      first_task_->reserve(start);
  }
  void has_answered(wire::StartWorkflowExecutionResponse& response) override {
    if (first_task_)
      first_task_->answered(response);
  }

  void fill(wire::GetWorkflowExecutionHistoryRequest& request) override {
    request.mutable_execution()->set_workflow_id(id_);
    request.mutable_execution()->set_run_id(run_id_);
    request.set_wait_new_event(true);
    request.set_skip_archival(true);
    request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    request.set_next_page_token(page_token_);
  }

  bool take(const wire::GetWorkflowExecutionHistoryResponse& response) override {
    page_token_ = response.next_page_token();
    if (response.history().events_size() == 0)
      return false;
    closed(response.history().events(response.history().events_size() - 1));
    return true;
  }

  [[nodiscard]] std::string_view noun() const override { return "workflow"; }
  [[nodiscard]] std::string not_in_time() const override {
    return "workflow " + id_ + " did not close in time";
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
           "the service says that workflow " + id_ + " closed with event "
               + enums::EventType_Name(event.event_type()),
           {}}));
    }
  }

  [[nodiscard]] data_converter converter() const { return settings().converter_of(id_); }

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
    fail(std::make_exception_ptr(workflow_failed_error{id_, run_id_, std::move(cause)}));
  }

  std::string page_token_;
  bool follows_runs_;
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
