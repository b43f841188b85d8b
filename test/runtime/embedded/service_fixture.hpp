// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/record.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::test {

namespace wire = temporal::api::workflowservice::v1;
namespace command_api = temporal::api::command::v1;
namespace history_api = temporal::api::history::v1;

/// Throws when the rules have asked so often for something from outside; harmless until armed.
struct fault {
  std::optional<int> after;
  bool happened = false;

  void step() {
    if (!after || --*after >= 0)
      return;
    after.reset();
    happened = true;
    throw std::runtime_error{"a fault that a test planted"};
  }
};

/// Ids that count up, no jitter.
class counting_ids final : public embedded::id_source {
public:
  explicit counting_ids(fault& planted) : planted_(planted) {}
  std::string uuid() override { return next('4'); }
  std::string time_ordered_uuid(time_point) override { return next('7'); }
  double uniform() override {
    planted_.step();
    return 0.5;
  }

private:
  std::string next(char version);
  fault& planted_;
  unsigned last_ = 0;
};

/// Endpoints and search attributes of a test.
class known_things final : public embedded::catalog {
public:
  explicit known_things(fault& planted) : planted_(planted) {}
  std::map<std::string, embedded::endpoint_info, std::less<>> endpoints; ///< by name
  std::map<std::string, int, std::less<>> attributes;
  std::map<std::string, std::string, std::less<>> namespaces; ///< ids by name
  std::optional<duration> retained;                           ///< how long closed runs are kept

  std::optional<embedded::endpoint_info> endpoint_by_name(std::string_view name) const override;
  std::optional<embedded::endpoint_info> endpoint_by_id(std::string_view id) const override;
  std::optional<int>
  search_attribute_type(std::string_view name_space, std::string_view attribute) const override;
  [[nodiscard]] std::string
  search_attribute_column(std::string_view name_space, std::string_view attribute) const override;
  rpc_status find_namespace(std::string_view name, std::string& id) const override;
  std::optional<duration> retention(std::string_view) const override {
    planted_.step();
    return retained;
  }

private:
  fault& planted_;
};

/// One record, a clock that is moved by hand, and what the last decisions left to be done.
class service_fixture {
public:
  explicit service_fixture(std::string workflow_id = "w");

  embedded::record& rec() { return *record_; }
  [[nodiscard]] const embedded::record& rec() const { return *record_; }
  const embedded::run& current() { return *record_->current(); }
  embedded::surroundings around() { return {now, ids, known, settings}; }

  /// Sees every decision right after it was made.
  std::function<void(service_fixture&, const embedded::transaction&)> watcher;
  /// Makes every decision fail first, at each moment at which it can; then `watcher` sees the
  /// failed ones too, and they must have left no trace.
  bool plants_faults = false;
  fault planted;

  /// The service is gone and comes back: all it knows is this record.
  embedded::transaction restart(std::shared_ptr<embedded::record> with);

  /// Decides and keeps the effects: tasks, requests and deliveries wait in the members below.
  embedded::transaction decide(const embedded::input& what);

  /// As above; fails the test if the answer is no message of this type.
  template <class Message>
  Message expect(const embedded::input& what) {
    auto tx = decide(what);
    if (!tx.answer.status.ok())
      fail("refused: " + tx.answer.status.message);
    auto* const message = dynamic_cast<Message*>(tx.answer.message.get());
    if (!message)
      fail("the answer is another message");
    return *message;
  }

  /// A start request that is fine.
  wire::StartWorkflowExecutionRequest start_request(const std::string& type = "W");
  wire::StartWorkflowExecutionResponse start();

  /// A worker takes the only waiting workflow task.
  wire::PollWorkflowTaskQueueResponse poll(bool sticky = false);

  /// Completes the task that `poll` took.
  embedded::transaction complete(
      const std::vector<command_api::Command>& commands,
      bool sticky = false,
      bool return_new_task = false);
  embedded::transaction respond(wire::RespondWorkflowTaskCompletedRequest request);
  embedded::transaction fail_task(temporal::api::enums::v1::WorkflowTaskFailedCause cause);

  /// Moves the clock and lets what is due happen.
  embedded::transaction advance(duration by);
  embedded::transaction advance_to(time_point when);

  /// `WorkflowExecutionStarted WorkflowTaskScheduled ...` of the current run.
  std::string event_types();

  [[noreturn]] static void fail(const std::string& why);

  time_point now{std::chrono::seconds{1'800'000'000}};
  counting_ids ids{planted};
  known_things known{planted};
  embedded::service_settings settings;
  std::vector<embedded::workflow_task_dispatch> tasks;
  std::vector<embedded::activity_task_dispatch> activities;
  std::vector<embedded::nexus_dispatch> nexus_requests;
  std::vector<embedded::callback_delivery> callbacks;
  std::vector<embedded::peer_request> peers; ///< what other records are asked for
  std::optional<time_point> timer;
  std::string task_token;
  std::string worker = "worker"; ///< its identity
  std::string build_id;          ///< what its polls say

private:
  void keep(const embedded::transaction& tx);

  std::shared_ptr<embedded::record> record_;
};

/// The effects of one kind in a transaction.
template <class Effect>
std::vector<Effect> all_of(const embedded::transaction& tx) {
  std::vector<Effect> found;
  for (const auto& each : tx.effects)
    if (const auto* one = std::get_if<Effect>(&each))
      found.push_back(*one);
  return found;
}

// Commands, as a worker sends them.
command_api::Command start_timer(const std::string& id, duration after);
command_api::Command cancel_timer(const std::string& id);
command_api::Command complete_workflow(const std::string& json = "");
command_api::Command fail_workflow(const std::string& message, bool retryable = true);
command_api::Command schedule_operation(
    const std::string& endpoint = "e",
    const std::string& service = "s",
    const std::string& operation = "o");
command_api::Command cancel_operation(std::int64_t scheduled_event_id);

} // namespace troupe::test
