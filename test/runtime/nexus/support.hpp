// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/service_registry.hpp"

#include <troupe/nexus/handler.hpp>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace nexus_test {

namespace service = temporal::api::workflowservice::v1;

/// An executor whose time moves only when told to.
class manual_executor final : public troupe::executor {
public:
  void post(troupe::unique_function<void()> work) override {
    schedule(troupe::duration::zero(), std::move(work));
  }
  timer_id schedule(troupe::duration after, troupe::unique_function<void()> work) override {
    timers_.emplace(std::pair{now_ + after, ++last_}, std::move(work));
    return last_;
  }
  void cancel(timer_id timer) override {
    std::erase_if(timers_, [&](const auto& each) { return each.first.second == timer; });
  }
  troupe::time_point now() const override { return now_; }
  bool runs_here() const override { return true; }

  void advance(troupe::duration by) {
    const auto until = now_ + by;
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto first = timers_.extract(timers_.begin());
      now_ = std::max(now_, first.key().first);
      first.mapped()();
    }
    now_ = until;
  }
  std::size_t waiting() const { return timers_.size(); }

private:
  troupe::time_point now_{std::chrono::seconds{1'700'000'000}};
  timer_id last_ = 0;
  std::map<std::pair<troupe::time_point, timer_id>, troupe::unique_function<void()>> timers_;
};

inline service::PollNexusTaskQueueResponse
start_task(std::string service_name, std::string operation) {
  service::PollNexusTaskQueueResponse task;
  task.set_task_token("task-token");
  auto& request = *task.mutable_request();
  request.set_endpoint("endpoint");
  request.mutable_capabilities()->set_temporal_failure_responses(true);
  auto& start = *request.mutable_start_operation();
  start.set_service(std::move(service_name));
  start.set_operation(std::move(operation));
  start.set_request_id("request-id");
  start.set_callback("temporal://system");
  (*start.mutable_callback_header())["temporal-callback-token"] = "callback-token";
  (*start.mutable_payload()->mutable_metadata())["encoding"] = "json/plain";
  start.mutable_payload()->set_data("\"in\"");
  return task;
}

inline service::PollNexusTaskQueueResponse
cancel_task(std::string service_name, std::string operation, std::string token) {
  service::PollNexusTaskQueueResponse task;
  task.set_task_token("task-token");
  auto& request = *task.mutable_request();
  request.mutable_capabilities()->set_temporal_failure_responses(true);
  auto& cancel = *request.mutable_cancel_operation();
  cancel.set_service(std::move(service_name));
  cancel.set_operation(std::move(operation));
  cancel.set_operation_token(std::move(token));
  return task;
}

/// A worker's surroundings with one service.
struct fixture {
  manual_executor where;
  std::shared_ptr<troupe::nexus::service_registry> services =
      std::make_shared<troupe::nexus::service_registry>();
  std::shared_ptr<troupe::tracer> tracer;
  troupe::data_converter converter;

  std::shared_ptr<troupe::nexus::operation_call>
  accept(const service::PollNexusTaskQueueResponse& message) {
    auto environment = std::make_shared<troupe::nexus::dispatch_environment>();
    environment->services = services;
    environment->name_space = "handler-ns";
    environment->task_queue = "handler-tq";
    environment->identity = "handler-worker";
    environment->tracer = tracer;
    environment->converter = converter;
    auto answer = troupe::nexus::read_poll_answer(message.SerializeAsString());
    if (!answer || !answer.value().task)
      throw std::logic_error("no task in the message");
    return troupe::nexus::accept_task(
        environment, std::move(*answer.value().task), where, where.now());
  }

  /// Runs the user code of a call whose coroutine does not wait, or whose function may run here.
  void run(troupe::nexus::operation_call& call) {
    if (call.next() == troupe::nexus::operation_call::step::run_on_pool) {
      call.run_on_pool();
      call.pool_finished();
    } else if (call.next() == troupe::nexus::operation_call::step::run_on_shard)
      call.run_on_shard([] {});
  }
};

template <class Message>
Message sent(const troupe::rpc::call& call) {
  Message message;
  if (!message.ParseFromString(call.request.str()))
    throw std::logic_error("the request cannot be read");
  return message;
}

inline service::RespondNexusTaskCompletedRequest
completed(const troupe::nexus::operation_call& call) {
  const auto answer = call.answer();
  if (!answer.method.ends_with("/RespondNexusTaskCompleted"))
    throw std::logic_error("not completed: " + call.failure_text());
  return sent<service::RespondNexusTaskCompletedRequest>(answer);
}

inline service::RespondNexusTaskFailedRequest failed(const troupe::nexus::operation_call& call) {
  const auto answer = call.answer();
  if (!answer.method.ends_with("/RespondNexusTaskFailed"))
    throw std::logic_error("not failed");
  return sent<service::RespondNexusTaskFailedRequest>(answer);
}

/// The request or the response of a recorded call.
template <class Message>
Message recorded(const std::string& name, const std::string& part) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/histories/wire/" + name + ".json"};
  std::ostringstream text;
  text << file.rdbuf();
  google::protobuf::Struct whole;
  std::string json;
  Message message;
  if (!file || !google::protobuf::util::JsonStringToMessage(text.str(), &whole).ok()
      || !google::protobuf::util::MessageToJsonString(whole.fields().at(part), &json).ok()
      || !google::protobuf::util::JsonStringToMessage(json, &message).ok())
    throw std::runtime_error("cannot read the recorded call " + name);
  return message;
}

} // namespace nexus_test
