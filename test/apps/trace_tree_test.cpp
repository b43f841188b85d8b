// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/trace_tree.hpp"
#include "runtime/base/time/time.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/enums/v1/event_type.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>

#include <chrono>
#include <string>

using namespace troupe;
using namespace troupe::cli;
using namespace std::chrono_literals;
namespace enums = temporal::api::enums::v1;

namespace {

using event = temporal::api::history::v1::HistoryEvent;

/// Events of one run, a second after each other.
class told {
public:
  explicit told(traced& to) : to_(to) {}

  event& next(enums::EventType type) {
    event_.Clear();
    event_.set_event_id(++last_);
    event_.set_event_type(type);
    to_proto(time(), *event_.mutable_event_time());
    return event_;
  }
  std::shared_ptr<traced> tell() { return to_.apply(event_); }
  std::shared_ptr<traced> tell(enums::EventType type) {
    next(type);
    return tell();
  }
  [[nodiscard]] traced::time time() const { return traced::time{1'000'000s + last_ * 1s}; }
  [[nodiscard]] std::int64_t last() const { return last_; }

  void started(const std::string& type) {
    auto& attributes = *next(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
                            .mutable_workflow_execution_started_event_attributes();
    attributes.mutable_workflow_type()->set_name(type);
    attributes.set_original_execution_run_id("run-1");
    attributes.set_attempt(1);
    tell();
  }
  std::int64_t scheduled(const std::string& type) {
    next(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        .mutable_activity_task_scheduled_event_attributes()
        ->mutable_activity_type()
        ->set_name(type);
    tell();
    return last_;
  }
  void activity_started(std::int64_t scheduled, int attempt) {
    auto& attributes = *next(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
                            .mutable_activity_task_started_event_attributes();
    attributes.set_scheduled_event_id(scheduled);
    attributes.set_attempt(attempt);
    tell();
  }
  std::int64_t child_initiated(const std::string& type, const std::string& id) {
    auto& attributes = *next(enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)
                            .mutable_start_child_workflow_execution_initiated_event_attributes();
    attributes.mutable_workflow_type()->set_name(type);
    attributes.set_workflow_id(id);
    tell();
    return last_;
  }
  std::shared_ptr<traced> child_started(std::int64_t initiated, const std::string& id) {
    auto& attributes = *next(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
                            .mutable_child_workflow_execution_started_event_attributes();
    attributes.set_initiated_event_id(initiated);
    attributes.mutable_workflow_execution()->set_workflow_id(id);
    attributes.mutable_workflow_execution()->set_run_id(id + "-run");
    return tell();
  }
  void timer(const std::string& id, std::chrono::nanoseconds after) {
    auto& attributes =
        *next(enums::EVENT_TYPE_TIMER_STARTED).mutable_timer_started_event_attributes();
    attributes.set_timer_id(id);
    to_proto(after, *attributes.mutable_start_to_fire_timeout());
    tell();
  }

private:
  traced& to_;
  event event_;
  std::int64_t last_ = 0;
};

struct fixture {
  fixture() { root->workflow_id = "root"; }
  std::string drawn() {
    style.now = run.time() + 1min;
    return draw_trace(*root, style, flags);
  }

  std::shared_ptr<traced> root = std::make_shared<traced>();
  told run{*root};
  trace_style style{.folded = {enums::WORKFLOW_EXECUTION_STATUS_COMPLETED}};
  global_flags flags;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_tree, fixture)

BOOST_AUTO_TEST_CASE(activities_show_how_they_stand) {
  run.started("Root");
  const auto done = run.scheduled("done");
  run.activity_started(done, 1);
  run.next(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
      .mutable_activity_task_completed_event_attributes()
      ->set_scheduled_event_id(done);
  run.tell();
  const auto broken = run.scheduled("broken");
  run.activity_started(broken, 3);
  auto& failed = *run.next(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED)
                      .mutable_activity_task_failed_event_attributes();
  failed.set_scheduled_event_id(broken);
  failed.mutable_failure()->set_message("first\nsecond\x1b[31m");
  failed.set_retry_state(enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED);
  run.tell();
  run.scheduled("waits");
  const auto canceled = run.scheduled("canceled");
  run.activity_started(canceled, 1);
  run.next(enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)
      .mutable_activity_task_cancel_requested_event_attributes()
      ->set_scheduled_event_id(canceled);
  run.tell();
  run.next(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED)
      .mutable_activity_task_canceled_event_attributes()
      ->set_scheduled_event_id(canceled);
  run.tell();
  const auto late = run.scheduled("late");
  run.activity_started(late, 1);
  run.next(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT)
      .mutable_activity_task_timed_out_event_attributes()
      ->set_scheduled_event_id(late);
  run.tell();
  // What no event of this history began.
  run.next(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
      .mutable_activity_task_completed_event_attributes()
      ->set_scheduled_event_id(77);
  run.tell();
  const auto text = drawn();
  BOOST_TEST(
      text
      == " ╪ ▷ Root (1m15s ago)\n"
         " │   wfId: root, runId: run-1\n"
         " │   ┼ ✓ done (1s)\n"
         " │   ┼ ! broken (1s, 3 attempts)\n"
         " │   │   Failure: first\n"
         " │   │       second\\u001b[31m\n"
         " │   │   Retry state: MaximumAttemptsReached\n"
         " │   ┼ • waits \n"
         " │   ┼ x canceled (2s)\n"
         " │   ┼ ⏱ late (1s)\n");
}

BOOST_AUTO_TEST_CASE(timers_have_their_length_and_children_a_tree_of_their_own) {
  run.started("Root");
  run.timer("2", 1500ms);
  run.timer("mine", 24h);
  const auto initiated = run.child_initiated("Leaf", "leaf");
  BOOST_TEST(drawn().find("╪ • Leaf \n") != std::string::npos);
  const auto child = run.child_started(initiated, "leaf");
  BOOST_REQUIRE(child != nullptr);
  BOOST_TEST(!run.tell(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED));
  told inner{*child};
  inner.started("Leaf");
  inner.timer("1s", 1s);
  run.next(enums::EVENT_TYPE_TIMER_FIRED)
      .mutable_timer_fired_event_attributes()
      ->set_started_event_id(2);
  run.tell();
  const auto open = drawn();
  BOOST_TEST(open.find(" │   ┼ ⧖ Timer (1.5s) (5s)\n") != std::string::npos, open);
  BOOST_TEST(open.find(" │   ┼ ⧖ mine (24h0m0s) (1m4s ago)\n") != std::string::npos, open);
  BOOST_TEST(
      open.find(" │   │   wfId: leaf, runId: leaf-run\n"
                " │   │   ┼ ⧖ 1s (1s) (1m5s ago)\n")
          != std::string::npos,
      open);
  run.next(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
      .mutable_child_workflow_execution_completed_event_attributes()
      ->set_initiated_event_id(initiated);
  run.tell();
  const auto folded = drawn();
  BOOST_TEST(
      folded.find(" │   │   wfId: leaf, runId: leaf-run\n"
                  " │   │   ↳ execution folded\n")
          != std::string::npos,
      folded);
  style.folds = false;
  BOOST_TEST(drawn().find("folded") == std::string::npos);
  const auto [applied, known] = count_events(*root);
  BOOST_TEST(applied == run.last() + inner.last());
  BOOST_TEST(known == 0);
}

BOOST_AUTO_TEST_CASE(every_end_of_a_run_has_its_sign) {
  run.started("Root");
  run.next(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
      .mutable_workflow_execution_cancel_requested_event_attributes()
      ->set_cause("enough");
  run.tell();
  auto& end = *run.next(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
                   .mutable_workflow_execution_terminated_event_attributes();
  end.set_reason("why");
  end.set_identity("me");
  run.tell();
  BOOST_TEST(root->is_closed());
  BOOST_TEST(
      drawn()
      == " ╪ x Root (2s)\n"
         " │   wfId: root, runId: run-1\n"
         " │   Termination reason: why\n"
         " │   Termination request id: me\n"
         " │   Cancel cause: enough\n");
  const std::pair<enums::EventType, std::string> ends[] = {
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, "✓"},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, "!"},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, "x"},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "»"},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, "⏱"}};
  for (const auto& [type, sign] : ends) {
    traced other;
    told story{other};
    story.started("Other");
    story.tell(type);
    BOOST_TEST(other.is_closed());
    BOOST_TEST(std::string{other.icon} == sign);
  }
}

BOOST_AUTO_TEST_CASE(long_times_are_told_in_larger_units) {
  const std::pair<std::chrono::nanoseconds, std::string> spans[] = {
      {1500us, "(2ms)"},
      {59600ms, "(1m0s)"},
      {90min, "(1h30m0s)"},
      {26h, "(1d2h)"},
      {24h * 15, "(2w15d)"}};
  for (const auto& [span, text] : spans) {
    traced one;
    told story{one};
    story.started("One");
    one.closed = *one.started + span;
    BOOST_TEST(draw_trace(one, style, flags).find(text) != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(colours_are_those_of_the_flags) {
  run.started("Root");
  flags.color = "always";
  BOOST_TEST(
      drawn()
      == "\x1b[2m\x1b[22m \x1b[2m╪\x1b[22m ▷ Root \x1b[2m(\x1b[22m\x1b[2m1m0s "
         "ago\x1b[22m\x1b[2m)\x1b[22m\n"
         "\x1b[2m │  \x1b[22m \x1b[2mwfId:\x1b[22m \x1b[34mroot\x1b[0m\x1b[2m, runId:\x1b[22m "
         "\x1b[34mrun-1\x1b[0m\n");
}

BOOST_AUTO_TEST_SUITE_END()
