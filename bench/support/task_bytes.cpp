// SPDX-License-Identifier: Apache-2.0
#include "bench/support/task_bytes.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::bench {
namespace {

constexpr std::string_view token_mark = "0123456789abcdef0123456789ab";
static_assert(token_mark.size() == task_token::size);

std::string json_struct(std::size_t bytes) {
  std::string json = R"({"title":"benchmark","items":[)";
  for (int i = 0; json.size() + 3 < bytes; ++i) {
    if (i != 0)
      json += ',';
    json += R"({"id":)" + std::to_string(100000 + i) + R"(,"name":"item number )"
            + std::to_string(i) + R"(","price":12.5,"tags":["red","green","blue"],"stock":true})";
  }
  return json + "]}";
}

std::string json_string(std::size_t bytes) {
  return '"' + std::string(bytes < 2 ? 0 : bytes - 2, 'x') + '"';
}

reply_template marked(const google::protobuf::MessageLite& reply) {
  reply_template result{reply.SerializeAsString(), 0};
  result.token_at = result.bytes.find(token_mark);
  return result;
}

} // namespace

reply_template nexus_task(std::size_t payload_bytes, bool as_struct) {
  temporal::api::workflowservice::v1::PollNexusTaskQueueResponse reply;
  reply.set_task_token(std::string{token_mark});
  auto& request = *reply.mutable_request();
  auto& header = *request.mutable_header();
  header["request-timeout"] = "9998ms";
  header["Request-Timeout"] = "9998ms";
  header["content-type"] = "application/json";
  header["operation-timeout"] = "59998ms";
  header["temporal-nexus-failure-support"] = "true";
  request.mutable_scheduled_time()->set_seconds(1'760'000'000);
  request.mutable_capabilities()->set_temporal_failure_responses(true);
  request.set_endpoint("my-nexus-endpoint-name");
  auto& start = *request.mutable_start_operation();
  start.set_service("my-hello-service");
  start.set_operation("say-hello");
  start.set_request_id("5b6f0c0c-5d92-4ea0-8a2b-7e1f54b8e0a3");
  start.set_callback("temporal://system");
  (*start.mutable_callback_header())["temporal-callback-token"] =
      R"({"v":1,"d":")" + std::string(420, 'A') + R"("})";
  auto& link = *start.add_links();
  link.set_url(
      "temporal:///namespaces/my-caller-namespace/workflows/caller-workflow/"
      "0199f0a1-2b3c-7d4e-8f50-617283940a5b/history?eventID=5&eventType=NexusOperationScheduled"
      "&referenceType=EventReference");
  link.set_type("temporal.api.common.v1.Link.WorkflowEvent");
  auto& payload = *start.mutable_payload();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(as_struct ? json_struct(payload_bytes) : json_string(payload_bytes));
  return marked(reply);
}

reply_template activity_task(std::size_t payload_bytes, double heartbeat_timeout) {
  temporal::api::workflowservice::v1::PollActivityTaskQueueResponse reply;
  reply.set_task_token(std::string{token_mark});
  reply.set_workflow_namespace("default");
  reply.mutable_workflow_type()->set_name("my-workflow-type");
  reply.mutable_workflow_execution()->set_workflow_id("bench-workflow");
  reply.mutable_workflow_execution()->set_run_id("00000000-1111-2222-3333-444444444444");
  reply.mutable_activity_type()->set_name("say-hello");
  reply.set_activity_id("1");
  reply.mutable_header();
  auto& payload = *reply.mutable_input()->add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(json_string(payload_bytes));
  for (auto* time :
       {reply.mutable_scheduled_time(),
        reply.mutable_current_attempt_scheduled_time(),
        reply.mutable_started_time()})
    time->set_seconds(1'760'000'000);
  reply.set_attempt(1);
  reply.mutable_schedule_to_close_timeout();
  reply.mutable_start_to_close_timeout()->set_seconds(3'600);
  auto& silence = *reply.mutable_heartbeat_timeout();
  silence.set_seconds(static_cast<std::int64_t>(heartbeat_timeout));
  silence.set_nanos(static_cast<std::int32_t>(
      (heartbeat_timeout - static_cast<double>(silence.seconds())) * 1e9));
  auto& retries = *reply.mutable_retry_policy();
  retries.mutable_initial_interval()->set_seconds(1);
  retries.set_backoff_coefficient(2);
  retries.mutable_maximum_interval()->set_seconds(100);
  reply.mutable_priority();
  return marked(reply);
}

std::string_view find_field(std::string_view message, unsigned number) {
  std::size_t at = 0;
  const auto varint = [&](std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; at < message.size() && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(message[at++]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0)
        return true;
    }
    return false;
  };
  while (at < message.size()) {
    std::uint64_t tag = 0;
    std::uint64_t size = 0;
    if (!varint(tag))
      return {};
    switch (tag & 7) {
    case 0:
      if (!varint(size))
        return {};
      break;
    case 1: at += 8; break;
    case 2:
      if (!varint(size) || size > message.size() - at)
        return {};
      if (tag >> 3 == number)
        return message.substr(at, size);
      at += size;
      break;
    case 5: at += 4; break;
    default: return {};
    }
  }
  return {};
}

} // namespace troupe::bench
