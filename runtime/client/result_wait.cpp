// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_core.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <troupe/client/errors.hpp>

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe {

namespace wire = temporal::api::workflowservice::v1;
namespace events = temporal::api::history::v1;
namespace enums = temporal::api::enums::v1;

namespace {

/// One caller's wait for the end of a chain of runs: a long poll for the close event after another.
class result_wait : public std::enable_shared_from_this<result_wait> {
public:
  result_wait(
      rpc::transport& over,
      executor& runs_on,
      const client_settings& settings,
      std::string workflow_id,
      std::string run_id,
      bool follow_runs,
      std::chrono::milliseconds timeout,
      outcome_handler<payloads> done)
      : over_(&over), runs_on_(&runs_on), settings_(settings), workflow_id_(std::move(workflow_id)),
        run_id_(std::move(run_id)), follows_runs_(follow_runs),
        deadline_(timeout.count() > 0 ? runs_on.now() + timeout : time_point::max()),
        done_(std::move(done)) {}

  void poll() {
    wire::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_(settings_.name_space);
    request.mutable_execution()->set_workflow_id(workflow_id_);
    request.mutable_execution()->set_run_id(run_id_);
    request.set_wait_new_event(true);
    request.set_skip_archival(true);
    request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    request.set_next_page_token(page_token_);
    rpc::unary<wire::GetWorkflowExecutionHistoryResponse>(
        *over_,
        rpc::methods::workflow_service::get_workflow_execution_history,
        request,
        poll_timeout(),
        [self = shared_from_this()](
            rpc_status status, const wire::GetWorkflowExecutionHistoryResponse& response) {
          self->polled(std::move(status), response);
        },
        {},
        true);
  }

private:
  [[nodiscard]] std::chrono::milliseconds poll_timeout() const {
    if (deadline_ == time_point::max())
      return settings_.long_poll_timeout;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - runs_on_->now());
    return std::clamp(left, std::chrono::milliseconds{1}, settings_.long_poll_timeout);
  }

  void polled(rpc_status status, const wire::GetWorkflowExecutionHistoryResponse& response) {
    const bool is_late = runs_on_->now() >= deadline_;
    if (!status.ok()) {
      // The poll itself took too long (a proxy in between, a busy service): the wait goes on.
      if (status.code == status_code::deadline_exceeded && !is_late)
        poll();
      else
        done_(unexpected{to_exception(std::move(status), workflow_id_)});
      return;
    }
    page_token_ = response.next_page_token();
    if (response.history().events_size() > 0) {
      try {
        closed(response.history().events(response.history().events_size() - 1));
      } catch (...) {
        done_(unexpected{std::current_exception()});
      }
      return;
    }
    if (is_late)
      done_(unexpected{to_exception(
          {status_code::deadline_exceeded,
           "workflow " + workflow_id_ + " did not close in time",
           {}})});
    else
      poll();
  }

  void closed(const events::HistoryEvent& event) {
    switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
      const auto& attributes = event.workflow_execution_completed_event_attributes();
      if (!goes_on(attributes.new_execution_run_id()))
        done_(settings_.converter.decode(from_proto(attributes.result())));
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
      const auto& attributes = event.workflow_execution_failed_event_attributes();
      if (!goes_on(attributes.new_execution_run_id()))
        failed(failure_error_from(attributes.failure(), settings_.converter));
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
      if (!goes_on(event.workflow_execution_timed_out_event_attributes().new_execution_run_id()))
        failed(std::make_shared<timeout_error>("Workflow timed out", timeout_type::start_to_close));
      return;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      failed(std::make_shared<canceled_error>(
          "Workflow canceled",
          settings_.converter.decode(
              from_proto(event.workflow_execution_canceled_event_attributes().details()))));
      return;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: {
      const auto& reason = event.workflow_execution_terminated_event_attributes().reason();
      failed(std::make_shared<terminated_error>(
          reason.empty() ? "Workflow terminated" : "Workflow terminated: " + reason));
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: {
      const auto& next =
          event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
      if (!goes_on(next))
        done_(unexpected{std::make_exception_ptr(workflow_continued_error{next})});
      return;
    }
    default:
      done_(unexpected{to_exception(
          {status_code::internal,
           "the service says that workflow " + workflow_id_ + " closed with event "
               + enums::EventType_Name(event.event_type()),
           {}})});
    }
  }

  /// Continues with the next run of the chain, if there is one and it is wanted.
  bool goes_on(const std::string& next_run_id) {
    if (next_run_id.empty() || !follows_runs_)
      return false;
    run_id_ = next_run_id;
    page_token_.clear();
    poll();
    return true;
  }

  void failed(failure_cause cause) {
    done_(unexpected{
        std::make_exception_ptr(workflow_failed_error{workflow_id_, run_id_, std::move(cause)})});
  }

  rpc::transport* over_;
  executor* runs_on_;
  client_settings settings_;
  std::string workflow_id_;
  std::string run_id_;
  std::string page_token_;
  bool follows_runs_;
  time_point deadline_;
  outcome_handler<payloads> done_;
};

} // namespace

void client_core::await_result(
    std::string workflow_id,
    std::string run_id,
    bool follow_runs,
    std::chrono::milliseconds timeout,
    outcome_handler<payloads> done) {
  std::make_shared<result_wait>(
      *over_,
      *runs_on_,
      settings_,
      std::move(workflow_id),
      std::move(run_id),
      follow_runs,
      timeout,
      std::move(done))
      ->poll();
}

} // namespace troupe
