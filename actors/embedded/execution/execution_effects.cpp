// SPDX-License-Identifier: Apache-2.0
// What leaves a decision, and the timer that brings the next one.
#include "actors/embedded/call/call.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/nexus/callback_post.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <variant>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using actors::tell;

} // namespace

void execution_actor::send_out(transaction& decided) {
  for (auto& each : decided.effects)
    std::visit([this](auto& what) { perform(what); }, each);
}

void execution_actor::perform(nexus_dispatch& request) {
  auto dispatcher = directory_.dispatcher(key_->namespace_id, request.target.name);
  tell(dispatcher, dispatch_request{key_, std::move(request)});
}

void execution_actor::perform(callback_delivery& delivery) {
  auto deliverer = directory_.deliverer(destination_of(delivery.url));
  tell(deliverer, deliver_callback{key_, std::move(delivery)});
}

void execution_actor::perform(peer_request& request) {
  if (directory_.namespaces.find_by_id(request.namespace_id) == nullptr) {
    tell(
        me(),
        peer_told{
            {request.ask,
             plain_status(status_code::not_found, "the namespace is gone"),
             {},
             true}});
    return;
  }
  auto whom = directory_.execution(request.namespace_id, request.workflow_id);
  tell(whom, ask_peer{key_, std::move(request)});
}

void execution_actor::perform(visibility_put& row) {
  tell(directory_.visibility(key_->namespace_id), put_row{std::move(row.info)});
}

void execution_actor::perform(visibility_remove& row) {
  tell(directory_.visibility(key_->namespace_id), remove_row{std::move(row.run_id)});
}

void execution_actor::put_task_back(workflow_task_dispatch task) {
  auto queue = directory_.queue(
      key_->namespace_id, task.task_queue, task.sticky ? queue_kind::sticky : queue_kind::workflow);
  tell(queue, add_workflow_task{key_, std::move(task)});
}

void execution_actor::put_task_back(activity_task_dispatch task) {
  auto queue = directory_.queue(key_->namespace_id, task.task_queue, queue_kind::activity);
  tell(queue, add_activity_task{key_, std::move(task)});
}

void execution_actor::reopen(const poll_ptr& taker) {
  const auto& call = *taker->from;
  const auto& queue = taker->is_activity
                          ? call.as<wire::PollActivityTaskQueueRequest>().task_queue()
                          : call.as<wire::PollWorkflowTaskQueueRequest>().task_queue();
  const auto kind = taker->is_activity ? queue_kind::activity
                    : taker->is_sticky ? queue_kind::sticky
                                       : queue_kind::workflow;
  tell(directory_.queue(key_->namespace_id, queue.name(), kind), reopen_poll{taker});
}

void execution_actor::arm(std::optional<time_point> when) {
  if (when == timer_due_)
    return;
  disarm();
  timer_due_ = when;
  if (!when)
    return;
  timer_ = home().schedule(
      *when - directory_.now(),
      [weak = caf::actor_cast<caf::actor_addr>(this), generation = timer_generation_] {
        if (auto self = caf::actor_cast<execution_handle>(weak))
          tell(self, record_timer_due{generation});
      });
}

void execution_actor::disarm() {
  if (timer_ != 0)
    home().cancel(std::exchange(timer_, 0));
  timer_due_.reset();
  ++timer_generation_;
}

} // namespace troupe::embedded
