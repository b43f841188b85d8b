// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/uuid.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/status_error.hpp"
#include "runtime/protocol/reset_search.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <troupe/client/workflow_handle.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

template result<std::string>& outcome_of<std::string>(call_job&);

namespace {

wire::ResetWorkflowExecutionRequest
reset_request(const client_settings& settings, reset_workflow_input& in) {
  auto& options = in.options;
  wire::ResetWorkflowExecutionRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  name_execution(in, *request.mutable_workflow_execution());
  request.set_reason(std::move(options.reason));
  request.set_workflow_task_finish_event_id(options.event_id);
  request.set_request_id(
      options.request_id.empty() ? random_uuid() : std::move(options.request_id));
  for (const auto each : options.exclude)
    request.add_reset_reapply_exclude_types(static_cast<enums::ResetReapplyExcludeType>(each));
  if (options.change.priority || options.change.versioning) {
    auto& change = *request.add_post_reset_operations()->mutable_update_workflow_options();
    write_options(
        options.change,
        *change.mutable_workflow_execution_options(),
        *change.mutable_update_mask());
  }
  return request;
}

/// Looks for the point where a workflow goes on from, and resets it.
///
/// | step | asks for | then |
/// |---|---|---|
/// | describes | the run, and which builds worked on it | `build_id`: resets; else the next |
/// | finds_previous | the first event | reads the run before |
/// | reads | the history, from that end where the point is | resets |
/// | resets | the reset | done |
///
/// Where the handle names no run, the current one is asked for first: what is found in one history
/// must not be looked up in another.
class reset_wait final : public typed_job<std::string> {
public:
  reset_wait(const call_origin& from, reset_workflow_input& in)
      : typed_job(from), to_(in.options.to), build_id_(in.options.build_id),
        request_(reset_request(settings(), in)) {}

private:
  enum class step { describes, finds_previous, reads, resets };

  void begin() override {
    if (to_ == reset_point::event_id)
      return reset();
    if (to_ == reset_point::build_id && build_id_.empty())
      return fail(std::make_exception_ptr(std::invalid_argument(
          "reset_options::build_id is empty: say which build to go back to")));
    if (to_ == reset_point::build_id || execution().run_id().empty())
      return describe();
    look();
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    if (!status.ok())
      return fail(to_exception(std::move(status), {.workflow_id = execution().workflow_id()}));
    switch (step_) {
    case step::describes: return described(reply);
    case step::finds_previous: return previous_found(reply);
    case step::reads: return page_read(reply);
    case step::resets: return was_reset(reply);
    }
  }

  // -- each step ----------------------------------------------------------------------------------

  void describe() {
    wire::DescribeWorkflowExecutionRequest request;
    request.set_namespace_(settings().name_space);
    *request.mutable_execution() = execution();
    ask(step::describes, methods::describe_workflow_execution, request);
  }
  void described(const rpc::bytes& reply) {
    wire::DescribeWorkflowExecutionResponse found;
    if (!read(reply, found))
      return;
    const auto& info = found.workflow_execution_info();
    execution().set_run_id(info.execution().run_id());
    if (to_ != reset_point::build_id)
      return look();
    for (const auto& point : info.auto_reset_points().points()) {
      if (point.build_id() != build_id_)
        continue;
      if (!point.resettable())
        return no_point("what workers of build " + build_id_ + " did first cannot be reset");
      execution().set_run_id(point.run_id());
      request_.set_workflow_task_finish_event_id(point.first_workflow_task_completed_id());
      return reset();
    }
    no_point("no workers of build " + build_id_ + " completed a workflow task of it");
  }

  void look() {
    if (to_ != reset_point::last_continued_as_new)
      return read_page();
    auto request = history_request();
    request.set_maximum_page_size(1);
    ask(step::finds_previous, methods::get_workflow_execution_history, request);
  }
  void previous_found(const rpc::bytes& reply) {
    wire::GetWorkflowExecutionHistoryResponse found;
    if (!read(reply, found))
      return;
    for (const auto& begun : found.history().events()) {
      const auto& previous =
          begun.workflow_execution_started_event_attributes().continued_execution_run_id();
      if (previous.empty())
        break;
      execution().set_run_id(previous);
      return read_page();
    }
    no_point("it was not continued from another run");
  }

  void read_page() {
    if (to_ == reset_point::first_workflow_task)
      return ask(step::reads, methods::get_workflow_execution_history, history_request());
    wire::GetWorkflowExecutionHistoryReverseRequest request;
    request.set_namespace_(settings().name_space);
    *request.mutable_execution() = execution();
    request.set_next_page_token(page_token_);
    ask(step::reads, methods::get_workflow_execution_history_reverse, request);
  }
  void page_read(const rpc::bytes& reply) {
    wire::GetWorkflowExecutionHistoryResponse page; // the reverse one has the same fields
    if (!read(reply, page))
      return;
    for (const auto& event : page.history().events())
      if (search_.see(event)) {
        request_.set_workflow_task_finish_event_id(search_.completed());
        return reset();
      }
    if (!page.next_page_token().empty()) {
      page_token_ = std::move(*page.mutable_next_page_token());
      return read_page();
    }
    const auto found = search_.completed_or_scheduled();
    if (found == 0 || to_ == reset_point::last_continued_as_new)
      return no_point("no workflow task of it was completed");
    request_.set_workflow_task_finish_event_id(found);
    reset();
  }

  void reset() { ask(step::resets, methods::reset_workflow_execution, request_); }
  void was_reset(const rpc::bytes& reply) {
    wire::ResetWorkflowExecutionResponse response;
    if (read(reply, response))
      done(std::move(*response.mutable_run_id()));
  }

  // -- what they share ----------------------------------------------------------------------------

  [[nodiscard]] wire::GetWorkflowExecutionHistoryRequest history_request() {
    wire::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_(settings().name_space);
    *request.mutable_execution() = execution();
    request.set_next_page_token(page_token_);
    return request;
  }

  void ask(step next, std::string_view method, const google::protobuf::MessageLite& request) {
    step_ = next;
    method_ = method;
    send(rpc::make_call(method, request, settings().rpc_timeout));
  }

  bool read(const rpc::bytes& reply, google::protobuf::MessageLite& to) {
    if (rpc::decode(reply, to))
      return true;
    fail(to_exception(rpc::undecodable(method_)));
    return false;
  }

  void no_point(const std::string& why) {
    fail(to_exception(
        {status_code::failed_precondition,
         "workflow " + execution().workflow_id() + " cannot be reset there: " + why,
         {}}));
  }

  [[nodiscard]] temporal::api::common::v1::WorkflowExecution& execution() {
    return *request_.mutable_workflow_execution();
  }

  reset_point to_;
  std::string build_id_;
  wire::ResetWorkflowExecutionRequest request_;
  step step_ = step::resets;
  std::string_view method_;
  std::string page_token_;
  protocol::reset_search search_;
};

} // namespace

job_of<std::string> reset_job(const workflow_ref& of, reset_options wanted) {
  reset_workflow_input in{{}, of.id, of.run_id, std::move(wanted)};
  auto watched_by = intercept(of.from, in, &client_interceptor::reset_workflow);
  auto job = std::make_shared<reset_wait>(of.from, in);
  job->watch(std::move(watched_by));
  return {std::move(job)};
}

} // namespace troupe::detail
