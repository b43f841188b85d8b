// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/virtual_executor.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/other_backings.hpp"
#include "runtime/nexus/workflow_run.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/immediate_transport.hpp"
#include "runtime/telemetry/program_metrics.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

#include <troupe/testing/nexus.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>
#include <utility>

namespace troupe::testing {

namespace {

namespace service = temporal::api::workflowservice::v1;

template <class Message>
Message parsed(const rpc::bytes& bytes) {
  Message message;
  if (!message.ParseFromString(bytes.str()))
    throw std::logic_error("an answer of the Nexus runtime cannot be read back");
  return message;
}

} // namespace

struct nexus_environment::impl {
  options with;
  std::shared_ptr<nexus::service_registry> services = std::make_shared<nexus::service_registry>();
  std::shared_ptr<telemetry::registry> metrics = std::make_shared<telemetry::registry>();
  std::shared_ptr<troupe::detail::program_metrics> counts =
      std::make_shared<troupe::detail::program_metrics>(
          metrics,
          troupe::detail::program_metrics::environment{
              .warn = [](const std::string& what) { log::warn(what); }});
  std::optional<rpc_status> refusal;
  std::uint64_t tasks = 0;

  service::PollNexusTaskQueueResponse task_for(const nexus_request& request) {
    service::PollNexusTaskQueueResponse task;
    task.set_task_token("test-task-" + std::to_string(++tasks));
    auto& header = *task.mutable_request()->mutable_header();
    for (const auto& [name, value] : request.headers)
      header[name] = value;
    if (request.timeout.count() > 0 && !header.contains("request-timeout"))
      header["request-timeout"] = std::to_string(request.timeout.count()) + "ms";
    task.mutable_request()->set_endpoint(request.endpoint);
    task.mutable_request()->mutable_capabilities()->set_temporal_failure_responses(true);
    return task;
  }

  nexus_outcome run(const service::PollNexusTaskQueueResponse& task, const nexus_request& request) {
    auto answered = nexus::read_poll_answer(task.SerializeAsString());
    auto environment = std::make_shared<nexus::dispatch_environment>();
    environment->services = services;
    environment->converter = with.converter;
    environment->name_space = with.name_space;
    environment->task_queue = with.task_queue;
    environment->identity = "test";
    environment->client = with.client;
    environment->interceptors = with.interceptors;
    environment->metrics = counts;
    cancellation_source shutdown;
    environment->shutdown = shutdown.token();

    virtual_executor where; // outlives the call, whose coroutine may hold timers
    std::unique_ptr<rpc::transport> calls;
    if (with.client != nullptr)
      calls = std::make_unique<rpc::immediate_transport>(with.client->connection(), where);
    const auto call = nexus::accept_task(
        std::move(environment),
        std::move(*answered.value().task),
        where,
        where.now(),
        {},
        calls.get());
    bool is_late = false;
    if (const auto deadline = call->deadline())
      where.schedule(*deadline - where.now(), [&] {
        is_late = true;
        call->cancel(cancel_reason::timed_out);
      });
    const auto begins = request.shutdown_begins_after.count() > 0 ? request.shutdown_begins_after
                                                                  : request.shutdown_after;
    if (begins.count() > 0)
      where.schedule(begins, [&] { shutdown.cancel(cancel_reason::worker_shutdown); });
    if (request.shutdown_after.count() > 0)
      where.schedule(request.shutdown_after, [&] { call->cancel(cancel_reason::worker_shutdown); });

    nexus_outcome outcome;
    for (;;) {
      switch (call->next()) {
      case nexus::operation_call::step::run_on_pool:
        call->run_on_pool();
        call->pool_finished();
        break;
      case nexus::operation_call::step::run_on_shard: {
        const executor_scope here{where};
        bool is_finished = false;
        call->run_on_shard([&] { is_finished = true; });
        while (!is_finished && !is_late && where.run_one()) {
        }
        if (is_late || !is_finished)
          return outcome; // nobody waits for the answer any more, or the coroutine waits for
                          // nothing
        break;
      }
      case nexus::operation_call::step::call_service: serve(*call, outcome); break;
      case nexus::operation_call::step::answer: read_answer(*call, outcome); return outcome;
      }
    }
  }

  void serve(nexus::operation_call& call, nexus_outcome& outcome) {
    const auto asked = call.service_call();
    if (refusal) {
      call.on_reply(*refusal, {});
      return;
    }
    if (asked.method == nexus::cancel_workflow_method) {
      outcome.cancelled_workflow =
          parsed<service::RequestCancelWorkflowExecutionRequest>(asked.request)
              .workflow_execution()
              .workflow_id();
      call.on_reply({}, {});
      return;
    }
    if (asked.method == nexus::cancel_activity_method) {
      outcome.cancelled_activity =
          parsed<service::RequestCancelActivityExecutionRequest>(asked.request).activity_id();
      call.on_reply({}, {});
      return;
    }
    if (asked.method == nexus::update_workflow_method)
      return serve_update(call, asked, outcome);
    if (asked.method == nexus::start_activity_method)
      return serve_activity(call, asked, outcome);
    const auto start = parsed<service::StartWorkflowExecutionRequest>(asked.request);
    outcome.workflow = started_workflow{
        start.workflow_type().name(),
        start.workflow_id(),
        start.task_queue().name(),
        start.request_id(),
        static_cast<workflow_id_conflict_policy>(start.workflow_id_conflict_policy()),
        with.converter.decode(from_proto(start.input()))};
    service::StartWorkflowExecutionResponse reply;
    reply.set_run_id("test-run-id");
    reply.set_started(true);
    call.on_reply({}, reply.SerializeAsString());
  }

  void serve_update(nexus::operation_call& call, const rpc::call& asked, nexus_outcome& outcome) {
    const auto sent = parsed<service::UpdateWorkflowExecutionRequest>(asked.request);
    const auto& execution = sent.workflow_execution();
    outcome.update = started_update{
        sent.request().input().name(),
        execution.workflow_id(),
        execution.run_id(),
        sent.request().meta().update_id(),
        with.converter.decode(from_proto(sent.request().input().args()))};
    service::UpdateWorkflowExecutionResponse reply;
    reply.set_stage(temporal::api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
    reply.mutable_update_ref()->mutable_workflow_execution()->set_run_id(
        execution.run_id().empty() ? "test-run-id" : execution.run_id());
    call.on_reply({}, reply.SerializeAsString());
  }

  void serve_activity(nexus::operation_call& call, const rpc::call& asked, nexus_outcome& outcome) {
    const auto start = parsed<service::StartActivityExecutionRequest>(asked.request);
    outcome.activity = started_activity{
        start.activity_type().name(),
        start.activity_id(),
        start.task_queue().name(),
        with.converter.decode(from_proto(start.input()))};
    service::StartActivityExecutionResponse reply;
    reply.set_run_id("test-run-id");
    reply.set_started(true);
    call.on_reply({}, reply.SerializeAsString());
  }

  void read_answer(const nexus::operation_call& call, nexus_outcome& outcome) const {
    using kind = nexus_outcome::kind;
    const auto answer = call.answer();
    if (call.is_failure()) {
      outcome.what = kind::refused;
      outcome.error = from_failure(
          parsed<service::RespondNexusTaskFailedRequest>(answer.request).failure(), with.converter);
      return;
    }
    const auto response =
        parsed<service::RespondNexusTaskCompletedRequest>(answer.request).response();
    outcome.what = kind::succeeded;
    if (!response.has_start_operation())
      return;
    const auto& start = response.start_operation();
    const auto add_links = [&](const auto& links) {
      for (const auto& each : links)
        outcome.links.push_back({each.url(), each.type()});
    };
    if (start.has_sync_success()) {
      outcome.value = from_proto(start.sync_success().payload());
      add_links(start.sync_success().links());
    } else if (start.has_async_success()) {
      outcome.what = kind::started;
      outcome.token = start.async_success().operation_token();
      add_links(start.async_success().links());
    } else {
      outcome.what = kind::failed;
      const auto& failure = start.failure();
      outcome.error = std::make_exception_ptr(nexus::operation_error{
          failure.has_canceled_failure_info() ? nexus::operation_state::canceled
                                              : nexus::operation_state::failed,
          failure.message(),
          failure.has_cause() ? failure_error_from(failure.cause(), with.converter) : nullptr});
    }
  }
};

namespace {

template <class Error>
Error error_as(const std::exception_ptr& error, const char* otherwise) {
  try {
    if (error)
      std::rethrow_exception(error);
  } catch (const Error& found) {
    return found;
  } catch (...) {
    // Another family: the caller asked for the wrong one.
  }
  throw std::logic_error(otherwise);
}

} // namespace

nexus::handler_error nexus_outcome::handler_error() const {
  return error_as<nexus::handler_error>(
      error, "the Nexus request did not end with a handler error");
}

nexus::operation_error nexus_outcome::operation_error() const {
  return error_as<nexus::operation_error>(
      error, "the Nexus request did not end with an operation error");
}

void nexus_outcome::throw_unless_succeeded() const {
  if (error)
    std::rethrow_exception(error);
  if (what != kind::succeeded)
    throw std::logic_error(
        what == kind::started ? "the operation was started and has no result yet"
                              : "the request timed out before there was an answer");
}

nexus_environment::nexus_environment() : nexus_environment(options{}) {}
nexus_environment::nexus_environment(options with) : impl_(std::make_unique<impl>()) {
  impl_->with = std::move(with);
}
nexus_environment::nexus_environment(nexus_environment&&) noexcept = default;
nexus_environment& nexus_environment::operator=(nexus_environment&&) noexcept = default;
nexus_environment::~nexus_environment() = default;

void nexus_environment::add(nexus::service_handler service) {
  impl_->services->add(std::move(service));
}

void nexus_environment::refuse_calls(rpc_status with) {
  impl_->refusal = std::move(with);
}

nexus_outcome nexus_environment::start_raw(
    std::string_view service,
    std::string_view operation,
    payload input,
    const nexus_request& request) {
  auto task = impl_->task_for(request);
  auto& start = *task.mutable_request()->mutable_start_operation();
  start.set_service(std::string{service});
  start.set_operation(std::string{operation});
  start.set_request_id(request.request_id);
  start.set_callback(request.callback_url);
  for (const auto& [name, value] : request.callback_headers)
    (*start.mutable_callback_header())[name] = value;
  for (const auto& each : request.links) {
    auto& added = *start.add_links();
    added.set_url(each.url);
    added.set_type(each.type);
  }
  to_proto(std::move(input), *start.mutable_payload());
  return impl_->run(task, request);
}

nexus_outcome nexus_environment::cancel(
    std::string_view service,
    std::string_view operation,
    std::string_view token,
    const nexus_request& request) {
  auto task = impl_->task_for(request);
  auto& cancel = *task.mutable_request()->mutable_cancel_operation();
  cancel.set_service(std::string{service});
  cancel.set_operation(std::string{operation});
  cancel.set_operation_token(std::string{token});
  return impl_->run(task, request);
}

std::string nexus_environment::metrics_text() const {
  return telemetry::to_prometheus(impl_->metrics->read(), {.attach_service_name = false});
}

const data_converter& nexus_environment::converter() const noexcept {
  return impl_->with.converter;
}

} // namespace troupe::testing
