// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/task.hpp"

#include "runtime/base/time.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::nexus {

namespace {

using response_message = temporal::api::workflowservice::v1::PollNexusTaskQueueResponse;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class Map>
std::vector<header_entry> entries_of(const Map& from) {
  std::vector<header_entry> entries;
  entries.reserve(from.size());
  for (const auto& [name, value] : from)
    entries.emplace_back(name, value);
  return entries;
}

void read_start(const temporal::api::nexus::v1::StartOperationRequest& from, nexus_task& task) {
  task.kind = nexus_task::request::start;
  task.service = from.service();
  task.operation = from.operation();
  task.request_id = from.request_id();
  task.callback_url = from.callback();
  task.callback_headers = entries_of(from.callback_header());
  for (const auto& each : from.links())
    task.links.push_back({each.url(), each.type()});
  task.input = view_of(from.payload());
  task.input_metadata = entries_of(from.payload().metadata());
}

void read_cancel(const temporal::api::nexus::v1::CancelOperationRequest& from, nexus_task& task) {
  task.kind = nexus_task::request::cancel;
  task.service = from.service();
  task.operation = from.operation();
  // Services before 1.27 fill only the older field.
  task.operation_token =
      from.operation_token().empty() ? from.operation_id() : from.operation_token();
}

} // namespace

std::optional<std::string_view> nexus_task::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (std::ranges::equal(key, name, {}, lower, lower))
      return value;
  return std::nullopt;
}

result<poll_answer, std::string> read_poll_answer(rpc::bytes message) {
  auto response = std::make_shared<response_message>();
  std::string scratch;
  const auto text = message.flatten(scratch);
  if (!response->ParseFromArray(text.data(), static_cast<int>(text.size())))
    return unexpected{std::string{"the answer to PollNexusTaskQueue cannot be read"}};

  poll_answer answer;
  if (response->has_poller_scaling_decision())
    answer.poller_delta = response->poller_scaling_decision().poll_request_delta_suggestion();
  if (response->task_token().empty())
    return answer;

  auto& task = answer.task.emplace();
  task.token = response->task_token();
  task.poller_group_id = response->poller_group_id();
  const auto& request = response->request();
  task.endpoint = request.endpoint();
  task.headers = entries_of(request.header());
  if (request.has_scheduled_time())
    task.scheduled_at = from_proto(request.scheduled_time());
  task.temporal_failures = request.capabilities().temporal_failure_responses();
  if (request.has_start_operation())
    read_start(request.start_operation(), task);
  else if (request.has_cancel_operation())
    read_cancel(request.cancel_operation(), task);
  task.storage = std::move(response);
  return answer;
}

rpc::bytes make_poll_request(const poll_options& options) {
  temporal::api::workflowservice::v1::PollNexusTaskQueueRequest request;
  request.set_namespace_(std::string{options.name_space});
  request.set_identity(std::string{options.identity});
  request.mutable_task_queue()->set_name(std::string{options.task_queue});
  request.mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  request.set_worker_instance_key(std::string{options.worker_instance_key});
  return request.SerializeAsString();
}

} // namespace troupe::nexus
