// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/answer.hpp"
#include "runtime/activity/attempt.hpp"
#include "runtime/activity/registry.hpp"
#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/virtual_executor.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/immediate_transport.hpp"
#include "runtime/telemetry/program_metrics.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

#include <troupe/error.hpp>
#include <troupe/testing/activity_environment.hpp>

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::testing {

namespace {

namespace service = temporal::api::workflowservice::v1;

template <class Message>
Message parsed(const rpc::call& call) {
  Message message;
  if (!call.problem.empty())
    throw std::logic_error("the activity's answer could not be sent: " + call.problem);
  if (!message.ParseFromString(call.request.str()))
    throw std::logic_error("an answer of the activity runtime cannot be read back");
  return message;
}

/// One attempt under way: what it tells, and what is done to it meanwhile.
class run_of_attempt {
public:
  run_of_attempt(
      const activity::environment& environment,
      activity::task what,
      const activity_attempt& how,
      troupe::client* client)
      : stops_(how.stops), begun_(where_.now()) {
    if (client != nullptr)
      calls_ = std::make_unique<rpc::immediate_transport>(client->connection(), where_);
    auto own = std::make_shared<activity::environment>(environment);
    own->shutdown = shutdown_.token();
    attempt_ = std::make_shared<activity::attempt>(
        std::move(own), std::move(what), where_, std::shared_ptr<void>{}, calls_.get());
    const auto shut_down = [this] { shutdown_.cancel(cancel_reason::worker_shutdown); };
    if (how.worker_stops_after && how.worker_stops_after->count() <= 0)
      shut_down();
    else if (how.worker_stops_after)
      where_.schedule(*how.worker_stops_after, shut_down);
  }

  activity_outcome run() {
    attempt_->state().watch([this](const payloads& details) { on_heartbeat(details); });
    for (const auto& each : stops_)
      if (each.at_heartbeat == 0)
        stop_later(each);
    const auto& info = attempt_->info();
    auto limit = info.start_to_close_timeout;
    if (info.schedule_to_close_timeout)
      limit = std::min(limit.value_or(duration::max()), *info.schedule_to_close_timeout);
    if (limit)
      where_.schedule(*limit, [this] {
        is_late_ = true;
        attempt_->cancel(cancel_reason::timed_out);
      });
    expect_heartbeat();
    run_code();
    attempt_->state().watch({});
    outcome_.took = where_.now() - begun_;
    outcome_.asked = attempt_->cancelled();
    if (is_late_)
      outcome_.what = activity_outcome::kind::too_late;
    else
      read_answer();
    return std::move(outcome_);
  }

private:
  void stop_later(const activity_stop& how) {
    if (how.after.count() <= 0)
      attempt_->cancel(how.reason);
    else
      where_.schedule(how.after, [this, reason = how.reason] { attempt_->cancel(reason); });
  }

  void on_heartbeat(const payloads& details) {
    outcome_.heartbeats.push_back(attempt_->converter().decode(details));
    if (is_silent_) // the service knows nothing of it any more
      attempt_->cancel(cancel_reason::not_found);
    for (const auto& each : stops_)
      if (each.at_heartbeat == outcome_.heartbeats.size())
        attempt_->cancel(each.reason);
    expect_heartbeat();
  }

  /// Of a heartbeat timeout the activity hears nothing, until it tells something too late.
  void expect_heartbeat() {
    const auto& timeout = attempt_->info().heartbeat_timeout;
    if (!timeout)
      return;
    if (silence_ != 0)
      where_.cancel(silence_);
    silence_ = where_.schedule(*timeout, [this] { is_late_ = is_silent_ = true; });
  }

  void run_code() {
    using step = activity::attempt::step;
    while (attempt_->next() != step::ended) {
      if (attempt_->next() == step::run_on_pool) {
        attempt_->run_on_pool();
        attempt_->pool_finished();
        continue;
      }
      const executor_scope here{where_};
      bool is_finished = false;
      attempt_->run_on_shard([&] { is_finished = true; });
      while (!is_finished && where_.run_one()) {
      }
      if (!is_finished && !is_late_)
        throw std::logic_error(
            "the activity " + attempt_->info().activity_type
            + " waits for something that never comes");
      if (!is_finished)
        return;
    }
  }

  void read_answer() {
    using kind = activity_outcome::kind;
    const auto& converter = attempt_->converter();
    const auto& came = attempt_->result();
    if (came.what == activity::outcome::kind::later) {
      outcome_.what = kind::later;
      return;
    }
    auto call = activity::answer_of(*attempt_, {});
    if (came.what == activity::outcome::kind::completed) {
      outcome_.what = kind::completed;
      auto results =
          from_proto(parsed<service::RespondActivityTaskCompletedRequest>(call).result());
      outcome_.value = std::move(converter.decode(std::move(results)).at(0));
    } else if (came.what == activity::outcome::kind::canceled) {
      outcome_.what = kind::canceled;
      outcome_.details = converter.decode(
          from_proto(parsed<service::RespondActivityTaskCanceledRequest>(call).details()));
    } else {
      outcome_.what = kind::failed;
      outcome_.error = from_failure(
          parsed<service::RespondActivityTaskFailedRequest>(call).failure(), converter);
    }
  }

  const std::vector<activity_stop>& stops_;
  cancellation_source shutdown_; ///< of the worker
  virtual_executor where_;       // outlives the attempt, whose coroutine may hold timers
  const time_point begun_;
  std::unique_ptr<rpc::transport> calls_;
  std::shared_ptr<activity::attempt> attempt_;
  activity_outcome outcome_;
  executor::timer_id silence_ = 0;
  bool is_late_ = false;
  bool is_silent_ = false;
};

} // namespace

const application_error& activity_outcome::failure() const {
  try {
    if (error)
      std::rethrow_exception(error);
  } catch (const application_error& found) {
    return found; // lives as long as `error`
  } catch (...) {
    // Another family: the caller asked for the wrong one.
  }
  throw std::logic_error("the activity did not fail with an application error");
}

void activity_outcome::throw_unless_completed() const {
  if (error)
    std::rethrow_exception(error);
  switch (what) {
  case kind::completed: return;
  case kind::failed: throw std::logic_error("the activity failed");
  case kind::canceled: throw std::logic_error("the activity ended as cancelled");
  case kind::later: throw std::logic_error("the activity is completed by somebody else");
  case kind::too_late:
    throw std::logic_error("a timeout of the activity passed before it had a result");
  }
}

struct activity_environment::impl {
  options with;
  std::shared_ptr<activity::registry> known = std::make_shared<activity::registry>();
  std::shared_ptr<telemetry::registry> metrics = std::make_shared<telemetry::registry>();
  std::shared_ptr<troupe::detail::program_metrics> counts =
      std::make_shared<troupe::detail::program_metrics>(
          metrics,
          troupe::detail::program_metrics::environment{
              .warn = [](const std::string& what) { log::warn(what); }});
};

activity_environment::activity_environment() : activity_environment(options{}) {}
activity_environment::activity_environment(options with) : impl_(std::make_unique<impl>()) {
  impl_->with = std::move(with);
}
activity_environment::activity_environment(activity_environment&&) noexcept = default;
activity_environment& activity_environment::operator=(activity_environment&&) noexcept = default;
activity_environment::~activity_environment() = default;

void activity_environment::add(activity::implementation what) {
  impl_->known->add(std::move(what));
}

std::string activity_environment::metrics_text() const {
  return telemetry::to_prometheus(impl_->metrics->read(), {.attach_service_name = false});
}

const data_converter& activity_environment::converter() const noexcept {
  return impl_->with.converter;
}

activity_outcome activity_environment::run_raw(
    std::string_view type, payloads arguments, const activity_attempt& attempt) const {
  const auto& with = impl_->with;
  auto environment = std::make_shared<activity::environment>(activity::environment{
      .activities = impl_->known,
      .converter = with.converter,
      .name_space = with.name_space,
      .task_queue = with.task_queue,
      .identity = "test",
      .client = with.client,
      .interceptors = with.interceptors,
      .metrics = impl_->counts});
  activity::task task{.info = attempt.info, .input = std::move(arguments), .last_details = {}};
  auto& info = task.info;
  const auto fill = [](std::string& what, std::string_view otherwise) {
    if (what.empty())
      what = otherwise;
  };
  info.activity_type = type;
  if (!info.is_local)
    fill(info.task_token, "test-task-token");
  fill(info.activity_id, "test-activity-id");
  fill(info.workflow_id, "test-workflow-id");
  fill(info.run_id, "test-run-id");
  fill(info.workflow_type, "test-workflow-type");
  fill(info.name_space, with.name_space);
  fill(info.task_queue, with.task_queue);
  // As its workflow and an earlier attempt would have written them.
  const auto of_activity = with.converter.with_context(
      {.name_space = info.name_space,
       .workflow_id = info.workflow_id,
       .workflow_type = info.workflow_type,
       .activity_type = info.activity_type,
       .task_queue = info.task_queue,
       .is_local = info.is_local});
  if (of_activity.codec != with.converter.codec)
    task.input = of_activity.encode(with.converter.decode(std::move(task.input)));
  task.last_details = of_activity.encode(attempt.last_heartbeat);
  const workflow::time_point now = virtual_executor{}.now();
  for (auto* each :
       {&info.scheduled_time, &info.current_attempt_scheduled_time, &info.started_time})
    if (*each == workflow::time_point{})
      *each = now;
  return run_of_attempt{*environment, std::move(task), attempt, with.client}.run();
}

} // namespace troupe::testing
