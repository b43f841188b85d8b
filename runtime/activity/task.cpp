// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/task.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/retry_policy.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::activity {

namespace wire = temporal::api::workflowservice::v1;

namespace {

std::optional<duration> limit(const google::protobuf::Duration& from) {
  const auto value = from_proto(from);
  return value.count() == 0 ? std::nullopt : std::optional{value};
}

payloads take(temporal::api::common::v1::Payloads& from) {
  payloads all;
  all.reserve(static_cast<std::size_t>(from.payloads_size()));
  for (auto& each : *from.mutable_payloads())
    all.push_back(from_proto(std::move(each)));
  return all;
}

bool parse(const rpc::bytes& from, google::protobuf::MessageLite& to) {
  std::string scratch;
  const auto whole = from.flatten(scratch);
  return to.ParseFromArray(whole.data(), static_cast<int>(whole.size()));
}

} // namespace

task take_task(wire::PollActivityTaskQueueResponse&& from, std::string_view task_queue) {
  task made;
  auto& info = made.info;
  info.task_token = std::move(*from.mutable_task_token());
  info.activity_id = std::move(*from.mutable_activity_id());
  info.activity_type = std::move(*from.mutable_activity_type()->mutable_name());
  info.workflow_id = std::move(*from.mutable_workflow_execution()->mutable_workflow_id());
  info.run_id = std::move(*from.mutable_workflow_execution()->mutable_run_id());
  info.activity_run_id = std::move(*from.mutable_activity_run_id());
  info.workflow_type = std::move(*from.mutable_workflow_type()->mutable_name());
  info.name_space = std::move(*from.mutable_workflow_namespace());
  info.task_queue = task_queue;
  info.attempt = from.attempt();
  info.scheduled_time = from_proto(from.scheduled_time());
  info.current_attempt_scheduled_time = from_proto(from.current_attempt_scheduled_time());
  info.started_time = from_proto(from.started_time());
  info.schedule_to_close_timeout = limit(from.schedule_to_close_timeout());
  info.start_to_close_timeout = limit(from.start_to_close_timeout());
  info.heartbeat_timeout = limit(from.heartbeat_timeout());
  if (from.has_retry_policy())
    info.retry_policy = protocol::read_retry_policy(from.retry_policy());
  info.priority = {
      from.priority().priority_key(),
      from.priority().fairness_key(),
      from.priority().fairness_weight()};
  if (from.has_header())
    info.headers = protocol::read_headers(from.header());
  made.input = take(*from.mutable_input());
  made.last_details = take(*from.mutable_heartbeat_details());
  return made;
}

result<poll_answer, std::string>
read_poll_answer(const rpc::bytes& message, std::string_view task_queue) {
  wire::PollActivityTaskQueueResponse response;
  if (!parse(message, response))
    return unexpected{std::string{"not a PollActivityTaskQueueResponse"}};
  poll_answer answer;
  if (response.has_poller_scaling_decision())
    answer.poller_delta = response.poller_scaling_decision().poll_request_delta_suggestion();
  if (response.task_token().empty())
    return answer;
  if (response.activity_type().name().empty())
    return unexpected{std::string{"an activity task without a type"}};
  answer.task = take_task(std::move(response), task_queue);
  return answer;
}

rpc::bytes make_poll_request(const poll_options& options) {
  wire::PollActivityTaskQueueRequest request;
  request.set_namespace_(std::string{options.name_space});
  request.mutable_task_queue()->set_name(std::string{options.task_queue});
  request.mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  request.set_identity(std::string{options.identity});
  request.set_worker_instance_key(std::string{options.worker_instance_key});
  if (options.most_per_second)
    request.mutable_task_queue_metadata()->mutable_max_tasks_per_second()->set_value(
        *options.most_per_second);
  return request.SerializeAsString();
}

cancel_reason read_heartbeat_answer(const rpc::bytes& message) {
  wire::RecordActivityTaskHeartbeatResponse response;
  if (!parse(message, response))
    return cancel_reason::none;
  if (response.cancel_requested())
    return cancel_reason::requested;
  if (response.activity_reset())
    return cancel_reason::reset;
  return response.activity_paused() ? cancel_reason::paused : cancel_reason::none;
}

} // namespace troupe::activity
