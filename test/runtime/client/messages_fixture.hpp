// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client.hpp>

#include <google/rpc/status.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace troupe::test {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

struct cart {
  static constexpr std::string_view name = "Cart";
  async<std::string> run(workflow::context, std::string);
};

inline void put(const std::string& json, temporal::api::common::v1::Payloads& to) {
  auto& payload = *to.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(json);
}

template <class... Detail>
rpc_status status_with(status_code code, const std::string& message, const Detail&... detail) {
  google::rpc::Status all;
  (all.add_details()->PackFrom(detail), ...);
  return {code, message, all.SerializeAsString()};
}

struct messages_fixture {
  manual_executor clock;
  scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  [[nodiscard]] workflow_handle<std::string> handle() const {
    return caller.get_workflow<std::string>("id", "run");
  }

  using stage = enums::UpdateWorkflowExecutionLifecycleStage;
  static constexpr auto admitted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
  static constexpr auto accepted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
  static constexpr auto completed = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

  static wire::UpdateWorkflowExecutionResponse update_at(stage at, const std::string& json = {}) {
    wire::UpdateWorkflowExecutionResponse response;
    response.set_stage(at);
    response.mutable_update_ref()->mutable_workflow_execution()->set_run_id("real-run");
    if (!json.empty())
      put(json, *response.mutable_outcome()->mutable_success());
    return response;
  }
  void answer_update(stage at, const std::string& json = {}) {
    service.answer("UpdateWorkflowExecution", update_at(at, json));
  }
  void answer_poll(const std::string& json = {}) {
    wire::PollWorkflowExecutionUpdateResponse response;
    if (!json.empty())
      put(json, *response.mutable_outcome()->mutable_success());
    service.answer("PollWorkflowExecutionUpdate", response);
  }
  void reject_update(const std::string& text) {
    auto response = update_at(completed);
    auto& failure = *response.mutable_outcome()->mutable_failure();
    failure.set_message(text);
    failure.mutable_application_failure_info()->set_type("Refused");
    service.answer("UpdateWorkflowExecution", response);
  }
  wire::UpdateWorkflowExecutionRequest sent_update(std::size_t index = 0) {
    return service.request<wire::UpdateWorkflowExecutionRequest>("UpdateWorkflowExecution", index);
  }
  void answer_with_start(stage at, const std::string& json = {}) {
    wire::ExecuteMultiOperationResponse response;
    auto& started = *response.add_responses()->mutable_start_workflow();
    started.set_run_id("new-run");
    started.set_started(true);
    *response.add_responses()->mutable_update_workflow() = update_at(at, json);
    response.mutable_responses(1)
        ->mutable_update_workflow()
        ->mutable_update_ref()
        ->mutable_workflow_execution()
        ->set_run_id("new-run");
    service.answer("ExecuteMultiOperation", response);
  }
};

} // namespace troupe::test
