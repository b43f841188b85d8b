// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/actors/worker/worker_fixture.hpp"

#include <troupe/caf.hpp>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::test::text)

namespace troupe::test {

inline constexpr auto nexus_poll = "PollNexusTaskQueue";
inline constexpr auto nexus_completed = "RespondNexusTaskCompleted";
inline constexpr auto nexus_failed = "RespondNexusTaskFailed";

/// The user's own system; outlives the worker.
struct user_side {
  caf::actor_system_config user_config{[] {
    caf::actor_system_config made;
    made.set("scheduler.policy", caf::atom("testing"));
    return made;
  }()};
  caf::actor_system user_system{user_config};
};

/// A worker whose operations are served by actors of the user's own system.
struct actor_fixture : user_side, worker_fixture {
  void serve(nexus::service_handler by) {
    auto services = std::make_shared<nexus::service_registry>();
    services->add(std::move(by));
    serve_nexus(std::move(services));
  }
  /// Runs the user's scheduler and the shards until neither has anything to do.
  void run() {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(user_system.scheduler());
    do
      scheduler.run();
    while (clock->run_until_idle());
    scheduler.run();
  }
  /// A request that starts an operation, with its input.
  void
  ask(const std::string& operation,
      const std::string& input,
      const std::string& token,
      const std::string& timeout = "10s") {
    auto task = nexus_task(operation, token, timeout);
    task.mutable_request()->mutable_start_operation()->mutable_payload()->set_data(
        R"({"value":")" + input + R"("})");
    give(nexus_poll, task);
    run();
  }
  /// The answers that were not taken yet, as JSON.
  std::vector<std::string> answers() {
    std::vector<std::string> found;
    for (const auto* each : service.open(nexus_completed))
      found.push_back(each->as<wire::RespondNexusTaskCompletedRequest>()
                          .response()
                          .start_operation()
                          .sync_success()
                          .payload()
                          .data());
    return found;
  }
  /// The first failure that was not taken yet holds this text.
  bool has_failed_with(std::string_view text) {
    const auto open = service.open(nexus_failed);
    return !open.empty() && open.front()->request.find(text) != std::string::npos;
  }
  std::uint64_t outcomes(actors::task_outcome of) { return counters().nexus_tasks.of(of); }
};

} // namespace troupe::test
