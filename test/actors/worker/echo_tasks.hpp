// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_kind.hpp"
#include "actors/worker/task_outcome.hpp"
#include "actors/worker/worker_context.hpp"

#include <memory>
#include <string>
#include <utility>

namespace troupe::test {

/// A task that is sent back as it came.
struct echo_job {
  std::string text;
  actors::slot_permit slot;
  actors::outcome_guard outcome;
};

/// A kind of task of the tests' own: what a new kind needs, in one file. Its polls ask with the
/// queue's name, the answer is the task's text, and the text is what it is answered with.
inline actors::task_kind
echo_tasks(std::shared_ptr<actors::slot_supplier> slots, actors::poller_limits pollers) {
  class source final : public actors::poll_source {
  public:
    source(
        std::shared_ptr<actors::worker_context> worker,
        actors::shard_context& shard,
        actors::outcome_counters& outcomes,
        bool sticky)
        : worker_(std::move(worker)), shard_(shard), outcomes_(outcomes), sticky_(sticky) {}

    rpc::bytes make_request() override { return worker_->settings.task_queue; }

    actors::poll_result read(rpc::bytes answer, const actors::poller_handle&) override {
      actors::poll_result result;
      if (auto text = answer.str(); !text.empty())
        result.deliver = [this, text](actors::slot_permit slot) mutable {
          slot.mark_used(
              {.kind = "echo",
               .task_queue = worker_->settings.task_queue,
               .is_sticky = sticky_,
               .type = text,
               .operation = {}});
          auto job = std::make_shared<echo_job>(
              echo_job{text, std::move(slot), actors::outcome_guard{outcomes_, "echo"}});
          shard_.calls->start(
              {"/troupe.test.EchoService/RespondEcho", rpc::bytes{text}, {}, {}},
              [job](const rpc_status& status, const rpc::bytes&) {
                job->outcome.record(
                    status.ok() ? actors::task_outcome::answered
                                : actors::task_outcome::answer_failed);
                job->slot.release();
              });
        };
      return result;
    }

  private:
    std::shared_ptr<actors::worker_context> worker_;
    actors::shard_context& shard_;
    actors::outcome_counters& outcomes_;
    bool sticky_;
  };

  class station final : public actors::task_station {
  public:
    explicit station(const actors::station_setup& with)
        : shard_(with.shard), outcomes_(*with.shard.meter, "EchoWorker") {}
    std::unique_ptr<actors::poll_source>
    make_source(const std::shared_ptr<actors::worker_context>& worker, std::size_t type) override {
      return std::make_unique<source>(worker, shard_, outcomes_, type == 1);
    }

  private:
    actors::shard_context& shard_;
    actors::outcome_counters outcomes_;
  };

  return {
      .name = "echo",
      .worker_type = "EchoWorker",
      .queue_type = 2,
      .polls =
          {{"echo_task", "/troupe.test.EchoService/PollEcho"},
           {"sticky_echo_task", "/troupe.test.EchoService/PollStickyEcho", true}},
      .pollers = pollers,
      .slots = std::move(slots),
      .open = [](const actors::station_setup& with) { return std::make_unique<station>(with); }};
}

} // namespace troupe::test
