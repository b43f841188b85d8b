// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_core.hpp"

#include "runtime/base/text/uuid.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/start_request.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <troupe/client/errors.hpp>

#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

namespace {

/// The details of one type, if the status carries them.
template <class Detail>
std::optional<Detail> detail_of(const rpc_status& status) {
  google::rpc::Status all;
  if (status.details.empty() || !all.ParseFromString(status.details))
    return {};
  for (const auto& any : all.details())
    if (Detail found; any.Is<Detail>() && any.UnpackTo(&found))
      return found;
  return {};
}

/// A call whose reply says nothing but that it was done.
template <class Response>
rpc::transport::call_id acknowledge(
    rpc::transport& over,
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout,
    outcome_handler<void> done) {
  return rpc::unary<Response>(
      over,
      method,
      request,
      timeout,
      [done = std::move(done)](rpc_status status, Response) mutable {
        if (status.ok())
          done(result<void>{});
        else
          done(unexpected{to_exception(std::move(status))});
      });
}

} // namespace

std::exception_ptr to_exception(rpc_status status, std::string_view workflow_id) {
  using already_started = temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure;
  if (status.code == status_code::already_exists)
    if (const auto found = detail_of<already_started>(status))
      return std::make_exception_ptr(workflow_already_started_error{
          std::move(status), std::string{workflow_id}, found->run_id()});
  return std::make_exception_ptr(rpc_error{std::move(status)});
}

client_core::client_core(rpc::transport& over, executor& runs_on, client_settings settings)
    : over_(&over), runs_on_(&runs_on), settings_(std::move(settings)) {}

std::string client_core::new_id() const {
  return settings_.new_id ? settings_.new_id() : random_uuid();
}

rpc::transport::call_id client_core::start_workflow_raw(
    std::string_view type,
    const start_workflow_options& options,
    payloads args,
    const customise_start& customise,
    outcome_handler<wire::StartWorkflowExecutionResponse> done) {
  auto named = options;
  if (named.id.empty())
    named.id = new_id();
  if (named.request_id.empty())
    named.request_id = new_id();
  wire::StartWorkflowExecutionRequest request;
  protocol::fill_start_request(
      type,
      std::move(named),
      std::move(args),
      {settings_.name_space, settings_.identity, settings_.converter},
      request);
  if (customise)
    customise(request);
  return rpc::unary<wire::StartWorkflowExecutionResponse>(
      *over_,
      methods::start_workflow_execution,
      request,
      settings_.rpc_timeout,
      [id = request.workflow_id(), done = std::move(done)](
          rpc_status status, wire::StartWorkflowExecutionResponse response) mutable {
        if (status.ok())
          done(std::move(response));
        else
          done(unexpected{to_exception(std::move(status), id)});
      });
}

rpc::transport::call_id client_core::start_workflow(
    std::string_view type,
    const start_workflow_options& options,
    payloads args,
    const customise_start& customise,
    outcome_handler<started_workflow> done) {
  auto named = options;
  if (named.id.empty())
    named.id = new_id();
  return start_workflow_raw(
      type,
      named,
      std::move(args),
      customise,
      [id = named.id,
       done = std::move(done)](result<wire::StartWorkflowExecutionResponse> outcome) mutable {
        if (!outcome) {
          done(unexpected{outcome.error()});
          return;
        }
        // A service that does not tell the first run made it just now.
        const auto& first = outcome->first_execution_run_id();
        done(started_workflow{
            std::move(id),
            outcome->run_id(),
            first.empty() ? outcome->run_id() : first,
            outcome->started()});
      });
}

rpc::transport::call_id client_core::signal_workflow(
    std::string_view workflow_id,
    std::string_view run_id,
    std::string_view name,
    payloads args,
    outcome_handler<void> done) {
  wire::SignalWorkflowExecutionRequest request;
  request.set_namespace_(settings_.name_space);
  request.mutable_workflow_execution()->set_workflow_id(std::string{workflow_id});
  request.mutable_workflow_execution()->set_run_id(std::string{run_id});
  request.set_signal_name(std::string{name});
  if (!args.empty())
    to_proto(std::move(args), *request.mutable_input());
  request.set_identity(settings_.identity);
  request.set_request_id(new_id());
  return acknowledge<wire::SignalWorkflowExecutionResponse>(
      *over_, methods::signal_workflow_execution, request, settings_.rpc_timeout, std::move(done));
}

rpc::transport::call_id client_core::cancel_workflow(
    std::string_view workflow_id,
    std::string_view run_id,
    std::string_view first_execution_run_id,
    std::string_view reason,
    outcome_handler<void> done) {
  wire::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(settings_.name_space);
  request.mutable_workflow_execution()->set_workflow_id(std::string{workflow_id});
  request.mutable_workflow_execution()->set_run_id(std::string{run_id});
  request.set_first_execution_run_id(std::string{first_execution_run_id});
  request.set_reason(std::string{reason});
  request.set_identity(settings_.identity);
  request.set_request_id(new_id());
  return acknowledge<wire::RequestCancelWorkflowExecutionResponse>(
      *over_,
      methods::request_cancel_workflow_execution,
      request,
      settings_.rpc_timeout,
      std::move(done));
}

rpc::transport::call_id client_core::terminate_workflow(
    std::string_view workflow_id,
    std::string_view run_id,
    std::string_view first_execution_run_id,
    std::string_view reason,
    payloads details,
    outcome_handler<void> done) {
  wire::TerminateWorkflowExecutionRequest request;
  request.set_namespace_(settings_.name_space);
  request.mutable_workflow_execution()->set_workflow_id(std::string{workflow_id});
  request.mutable_workflow_execution()->set_run_id(std::string{run_id});
  request.set_first_execution_run_id(std::string{first_execution_run_id});
  request.set_reason(std::string{reason});
  if (!details.empty())
    to_proto(settings_.converter.encode(std::move(details)), *request.mutable_details());
  request.set_identity(settings_.identity);
  return acknowledge<wire::TerminateWorkflowExecutionResponse>(
      *over_,
      methods::terminate_workflow_execution,
      request,
      settings_.rpc_timeout,
      std::move(done));
}

} // namespace troupe
