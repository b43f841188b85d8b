// SPDX-License-Identifier: Apache-2.0
// What a decision of the embedded service costs, without any actor or RPC: the life of a run
// (start, task, signal, timer, completion) in a record that holds more and more closed runs. Prints
// a line for each number of closed runs: a record of ten thousand must decide as fast as one of
// ten.

#include "bench/support/measure.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/record.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace embedded = troupe::embedded;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

/// Ids that count up.
class counting_ids final : public embedded::id_source {
public:
  std::string uuid() override { return next(); }
  std::string time_ordered_uuid(troupe::time_point) override { return next(); }
  double uniform() override { return 0.5; }

private:
  std::string next() {
    char text[37];
    std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012llu", ++last_);
    return text;
  }
  unsigned long long last_ = 0;
};

class nothing_known final : public embedded::catalog {
  std::optional<embedded::endpoint_info> endpoint_by_name(std::string_view) const override {
    return std::nullopt;
  }
  std::optional<embedded::endpoint_info> endpoint_by_id(std::string_view) const override {
    return std::nullopt;
  }
  std::optional<int> search_attribute_type(std::string_view, std::string_view) const override {
    return std::nullopt;
  }
  std::string search_attribute_column(std::string_view, std::string_view) const override {
    return {};
  }
  troupe::rpc_status find_namespace(std::string_view, std::string&) const override {
    return {troupe::status_code::not_found, "there is none", {}};
  }
  std::optional<troupe::duration> retention(std::string_view) const override {
    return std::chrono::hours{24 * 365};
  }
};

/// One record, driven as its actor drives it.
class driven_record {
public:
  driven_record() : record_(embedded::make_record("default", "namespace-id", "w")) {
    start_.set_workflow_id("w");
    start_.mutable_workflow_type()->set_name("W");
    start_.mutable_task_queue()->set_name("tq");
    signal_.mutable_workflow_execution()->set_workflow_id("w");
    signal_.set_signal_name("s");
    auto& timer = *with_timer_.add_commands();
    timer.set_command_type(enums::COMMAND_TYPE_START_TIMER);
    auto& wanted = *timer.mutable_start_timer_command_attributes();
    wanted.set_timer_id("t");
    wanted.mutable_start_to_fire_timeout()->set_seconds(1);
    auto& close = *closing_.add_commands();
    close.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    close.mutable_complete_workflow_execution_command_attributes();
  }

  static constexpr int decisions_of_a_life = 7;

  void live() {
    start_.set_request_id(ids_.uuid());
    decide(embedded::start_execution{start_});
    complete(with_timer_);
    decide(embedded::signal_execution{signal_});
    now_ += std::chrono::seconds{1};
    decide(embedded::timers_due{});
    complete(closing_);
  }

  [[nodiscard]] std::size_t visits() const { return record_->runs.visits(); }

private:
  embedded::transaction decide(const embedded::input& what) {
    auto tx = embedded::decide(*record_, what, {now_, ids_, known_, settings_});
    if (!tx.answer.status.ok())
      throw std::runtime_error{"refused: " + tx.answer.status.message};
    for (const auto& each : tx.effects)
      if (const auto* task = std::get_if<embedded::workflow_task_dispatch>(&each))
        task_ = *task;
    return tx;
  }

  void complete(wire::RespondWorkflowTaskCompletedRequest& request) {
    decide(embedded::start_workflow_task{
        task_.run_id, task_.scheduled_event_id, task_.stamp, false, "worker", ids_.uuid(), ""});
    const auto& started = *record_->current()->state.task;
    decide(embedded::complete_workflow_task{
        request,
        {record_->namespace_id,
         record_->workflow_id,
         task_.run_id,
         started.scheduled_event_id,
         started.started_event_id,
         started.attempt,
         started.stamp}});
  }

  std::shared_ptr<embedded::record> record_;
  troupe::time_point now_{std::chrono::seconds{1'800'000'000}};
  counting_ids ids_;
  nothing_known known_;
  embedded::service_settings settings_;
  embedded::workflow_task_dispatch task_;
  wire::StartWorkflowExecutionRequest start_;
  wire::SignalWorkflowExecutionRequest signal_;
  wire::RespondWorkflowTaskCompletedRequest with_timer_;
  wire::RespondWorkflowTaskCompletedRequest closing_;
};

// No record is freed before the end of the program: runs made in memory that another one gave back,
// which is in the caches still, would be cheaper than those of a service that keeps its runs.
void measure(int closed, int lives, int rounds, std::deque<driven_record>& records) {
  double best = 0;
  std::size_t visits = 0;
  for (int round = 0; round < rounds; ++round) {
    auto& driven = records.emplace_back();
    for (int each = 0; each < closed; ++each)
      driven.live();
    const auto before = driven.visits();
    const auto start = troupe::bench::now_nanoseconds();
    for (int each = 0; each < lives; ++each)
      driven.live();
    const auto decisions = static_cast<double>(lives * driven_record::decisions_of_a_life);
    const auto each = static_cast<double>(troupe::bench::now_nanoseconds() - start) / decisions;
    best = round == 0 ? each : std::min(best, each);
    visits = (driven.visits() - before) / static_cast<std::size_t>(lives);
  }
  std::printf(
      R"({"program":"records","closed_runs":%d,"decision_ns":%.0f,"runs_visited_per_life":%zu})"
      "\n",
      closed,
      best,
      visits);
}

} // namespace

int main(int argc, char** argv) try {
  std::vector<int> closed{10, 100, 1000, 10'000};
  int lives = 200;
  int rounds = 5;
  CLI::App app{"Decides in records with many closed runs"};
  app.add_option("--closed", closed, "Closed runs in the record")->delimiter(',');
  app.add_option("--lives", lives, "Runs to time")->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds, "The best round counts")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  std::deque<driven_record> records;
  for (const int each : closed)
    measure(each, lives, rounds, records);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "records: %s\n", error.what());
  return 1;
}
