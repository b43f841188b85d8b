// SPDX-License-Identifier: Apache-2.0
// Requests that are too large for one turn of the shard. Nothing here looks at a clock: what a turn
// does is counted.
#include "runtime/base/log/log.hpp"
#include "runtime/base/slices/slice.hpp"
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <google/protobuf/stubs/logging.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <functional>
#include <limits>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using answer_request = wire::RespondWorkflowTaskCompletedRequest;

service_settings with_slices_of(std::size_t units) {
  service_settings settings;
  settings.slice_units = units;
  return settings;
}

/// A service on a store that has the workflow `w`, and its worker.
struct fixture : stored_service {
  explicit fixture(
      std::size_t units, disk_ptr on = std::make_shared<troupe::test::scripted_store::disk>())
      : stored_service(std::move(on), 7, with_slices_of(units)) {}

  void start() { call("StartWorkflowExecution", start_request("w")); }
  void poll() {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("q");
    token = call("PollWorkflowTaskQueue", request)
                ->as<wire::PollWorkflowTaskQueueResponse>()
                .task_token();
    BOOST_TEST(!token.empty());
  }
  answer_request answer() const {
    answer_request request;
    request.set_namespace_("default");
    request.set_task_token(token);
    return request;
  }
  sent respond(const answer_request& request) {
    return call("RespondWorkflowTaskCompleted", request);
  }

  /// What happened to a workflow, as far as it is the same in every life: no ids, no times.
  std::string history(const std::string& id = "w") {
    std::string all;
    auto request = about<wire::GetWorkflowExecutionHistoryRequest>(id);
    for (;;) {
      const auto page = call("GetWorkflowExecutionHistory", request)
                            ->as<wire::GetWorkflowExecutionHistoryResponse>();
      for (const auto& event : page.history().events())
        all += std::to_string(event.event_id()) + ' ' + enums::EventType_Name(event.event_type())
               + '\n';
      if (page.next_page_token().empty())
        return all;
      request.set_next_page_token(page.next_page_token());
    }
  }

  std::string token;
};

void add_timers(answer_request& to, int count, int from = 0) {
  for (int n = from; n < from + count; ++n) {
    auto& command = *to.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_START_TIMER);
    auto& timer = *command.mutable_start_timer_command_attributes();
    timer.set_timer_id("t" + std::to_string(n));
    timer.mutable_start_to_fire_timeout()->set_seconds(60);
  }
}

void add_activities(answer_request& to, int count) {
  for (int n = 0; n < count; ++n) {
    auto& command = *to.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
    auto& activity = *command.mutable_schedule_activity_task_command_attributes();
    activity.set_activity_id("a" + std::to_string(n));
    activity.mutable_activity_type()->set_name("A");
    activity.mutable_task_queue()->set_name("activities");
    activity.mutable_schedule_to_close_timeout()->set_seconds(1000);
  }
}

void add_children(answer_request& to, int count) {
  for (int n = 0; n < count; ++n) {
    auto& command = *to.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
    auto& child = *command.mutable_start_child_workflow_execution_command_attributes();
    child.set_workflow_id("child" + std::to_string(n));
    child.mutable_workflow_type()->set_name("C");
    child.mutable_task_queue()->set_name("children");
    child.set_parent_close_policy(enums::PARENT_CLOSE_POLICY_TERMINATE);
  }
}

void add_markers(answer_request& to, int count, std::size_t bytes) {
  for (int n = 0; n < count; ++n) {
    auto& command = *to.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_RECORD_MARKER);
    auto& marker = *command.mutable_record_marker_command_attributes();
    marker.set_marker_name("m");
    (*marker.mutable_details())["d"].add_payloads()->set_data(std::string(bytes, 'x'));
  }
}

void add_close(answer_request& to) {
  auto& command = *to.add_commands();
  command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  command.mutable_complete_workflow_execution_command_attributes();
}

/// What is done between two looks of the shard at the rest of the world.
class turn_meter final : public troupe::spending_observer {
public:
  explicit turn_meter(const troupe::actors::shard& of) : of_(of) { troupe::observe_spending(this); }
  ~turn_meter() override { troupe::observe_spending(nullptr); }

  void spent(std::size_t units) override {
    const auto& counters = of_.counters();
    const auto turn = counters.resumed + counters.works;
    now_ = turn == turn_ ? now_ + units : units;
    turn_ = turn;
    all += units;
    most = std::max(most, now_);
  }

  std::size_t all = 0;
  std::size_t most = 0; ///< in one turn

private:
  const troupe::actors::shard& of_;
  std::uint64_t turn_ = 0;
  std::size_t now_ = 0;
};

struct huge_request {
  const char* name;
  std::function<void(fixture&)> before;
  std::function<void(fixture&)> send;
};

const std::vector<huge_request>& huge_requests() {
  static const auto taken = [](fixture& in) {
    in.start();
    in.poll();
  };
  static const auto answers = [](auto fill) {
    return [fill](fixture& in) {
      auto request = in.answer();
      fill(request);
      in.respond(request);
    };
  };
  static const auto timers = [](auto& to) { add_timers(to, 3000); };
  static const auto long_run = [](fixture& in) {
    taken(in);
    auto request = in.answer();
    add_markers(request, 3000, 10);
    request.set_force_create_new_workflow_task(true);
    in.respond(request);
    in.poll();
  };
  static const std::vector<huge_request> all{
      {"an answer with timers", taken, answers(timers)},
      {"an answer that is refused at the end", taken, answers([](auto& to) {
         add_timers(to, 3000);
         add_timers(to, 1);
       })},
      {"timers that are due at once",
       [](fixture& in) {
         taken(in);
         answers(timers)(in);
       },
       [](fixture& in) { in.shard.advance(61s); }},
      {"an answer with large results", taken, answers([](auto& to) {
         add_markers(to, 100, 30'000);
       })},
      {"an answer with activities", taken, answers([](auto& to) { add_activities(to, 2000); })},
      {"a description of many activities",
       [](fixture& in) {
         taken(in);
         answers([](auto& to) { add_activities(to, 2000); })(in);
       },
       [](fixture& in) {
         in.call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w"));
       }},
      {"an answer with children", taken, answers([](auto& to) { add_children(to, 1000); })},
      {"an end with many children",
       [](fixture& in) {
         taken(in);
         answers([](auto& to) {
           add_children(to, 1000);
           to.set_force_create_new_workflow_task(true);
         })(in);
         in.poll();
       },
       answers([](auto& to) { add_close(to); })},
      {"an end with many timers",
       [](fixture& in) {
         taken(in);
         answers([](auto& to) {
           add_timers(to, 3000);
           to.set_force_create_new_workflow_task(true);
         })(in);
         in.poll();
       },
       answers([](auto& to) { add_close(to); })},
      {"a reset of a long run",
       [](fixture& in) {
         long_run(in);
         auto request = in.answer();
         request.set_force_create_new_workflow_task(true);
         in.respond(request);
       },
       [](fixture& in) {
         auto request = about<wire::ResetWorkflowExecutionRequest>("w");
         request.set_request_id("reset");
         request.set_workflow_task_finish_event_id(3007);
         BOOST_TEST(in.call("ResetWorkflowExecution", request)->status.ok());
       }},
      {"a reset that brings much along",
       [](fixture& in) {
         in.start();
         for (int n = 0; n < 3000; ++n)
           in.call("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("w"));
         in.poll();
         in.respond(in.answer());
         in.call("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("w"));
         in.poll();
       },
       [](fixture& in) {
         auto request = about<wire::ResetWorkflowExecutionRequest>("w");
         request.set_request_id("reset");
         request.set_workflow_task_finish_event_id(3);
         in.call("ResetWorkflowExecution", request);
       }},
      {"a deletion of a long run",
       long_run,
       [](fixture& in) {
         in.call("DeleteWorkflowExecution", about<wire::DeleteWorkflowExecutionRequest>("w"));
       }},
      {"a long run that comes back into memory",
       [](fixture& in) {
         long_run(in);
         auto request = in.answer();
         add_close(request);
         in.respond(request);
         in.shard.advance(5min);
       },
       [](fixture& in) {
         in.call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w"));
       }},
  };
  return all;
}

BOOST_AUTO_TEST_SUITE(slices)

BOOST_AUTO_TEST_CASE(no_request_keeps_the_shard_for_more_than_a_slice) {
  constexpr std::size_t units = 150;
  // One thing that is too large for what is left of a slice gets one of its own, and what is small
  // enough for a slice is done at once, whatever that comes to in the end.
  constexpr std::size_t most = 4 * units;
  for (const auto& each : huge_requests())
    BOOST_TEST_CONTEXT(each.name) {
      fixture world{units};
      each.before(world);
      turn_meter meter{world.shard};
      each.send(world);
      BOOST_TEST(meter.all > 2 * most); // it is huge
      BOOST_TEST(meter.most <= most);
    }
}

BOOST_AUTO_TEST_CASE(in_slices_or_not_the_same_happens) {
  for (const auto& each : huge_requests())
    BOOST_TEST_CONTEXT(each.name) {
      std::string whole;
      for (const std::size_t units : {std::size_t{1} << 40, std::size_t{1}, std::size_t{100}}) {
        fixture world{units};
        each.before(world);
        each.send(world);
        const auto happened = world.history();
        if (whole.empty())
          whole = happened;
        BOOST_TEST(happened == whole);
      }
    }
}

/// Does something between two slices of the next request.
template <class Do>
void between_slices(fixture& in, int after, Do what) {
  in.shard.defer([&in, after, what] {
    if (after > 0)
      between_slices(in, after - 1, what);
    else
      what();
  });
}

BOOST_AUTO_TEST_CASE(what_comes_meanwhile_waits_for_its_turn) {
  fixture world{10};
  world.start();
  world.poll();
  auto request = world.answer();
  add_timers(request, 500);
  std::vector<service_fixture::sent> meanwhile;
  auto answered = world.send("RespondWorkflowTaskCompleted", request);
  between_slices(world, 20, [&] {
    BOOST_TEST(!answered->is_answered);
    meanwhile.push_back(
        world.send("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("w")));
    meanwhile.push_back(world.send(
        "DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w")));
    meanwhile.push_back(world.send("RespondWorkflowTaskCompleted", request)); // once more
    meanwhile.push_back(world.send(
        "TerminateWorkflowExecution", about<wire::TerminateWorkflowExecutionRequest>("w")));
  });
  world.shard.run_until_idle();
  BOOST_TEST(answered->status.ok());
  BOOST_REQUIRE(meanwhile.size() == 4);
  for (const auto& each : meanwhile)
    BOOST_TEST(each->is_answered);
  BOOST_TEST(meanwhile[0]->status.ok());
  BOOST_TEST(
      meanwhile[1]
          ->as<wire::DescribeWorkflowExecutionResponse>()
          .workflow_execution_info()
          .history_length()
      == 506); // start, task, timers, signal, task
  BOOST_CHECK(meanwhile[2]->status.code == troupe::status_code::not_found);
  BOOST_TEST(meanwhile[3]->status.ok());
  BOOST_TEST(world.history().ends_with("EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED\n"));
}

BOOST_AUTO_TEST_CASE(others_are_served_between_two_slices) {
  fixture world{10};
  world.start();
  world.poll();
  world.call("StartWorkflowExecution", start_request("other"));
  auto request = world.answer();
  add_timers(request, 500);
  auto answered = world.send("RespondWorkflowTaskCompleted", request);
  service_fixture::sent other;
  bool was_first = false;
  between_slices(world, 5, [&] {
    other =
        world.send("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("other"));
  });
  between_slices(world, 40, [&] { was_first = other->is_answered && !answered->is_answered; });
  world.shard.run_until_idle();
  BOOST_TEST(was_first);
  BOOST_TEST(answered->status.ok());
}

BOOST_AUTO_TEST_CASE(a_service_that_ends_in_the_middle_has_decided_nothing) {
  for (const int after : {0, 3, 30, 90, 140}) {
    std::shared_ptr<troupe::test::scripted_store::disk> disk;
    std::string before;
    {
      fixture world{10};
      disk = world.disk;
      world.start();
      world.poll();
      before = world.history();
      auto request = world.answer();
      add_timers(request, 500);
      auto answered = world.send("RespondWorkflowTaskCompleted", request);
      between_slices(world, after, [&] {
        BOOST_TEST(!answered->is_answered);
        world.host->stop();
        world.shard.stop();
      });
      world.shard.run_until_idle();
      BOOST_TEST(answered->is_answered);
      BOOST_CHECK(answered->status.code == troupe::status_code::unavailable);
    }
    fixture again{10, disk};
    BOOST_TEST(again.history() == before);
  }
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_takes_along_what_is_being_decided_on_it) {
  troupe::log::configure(troupe::log::level::off, troupe::log::format::text);
  fixture world{10};
  world.start();
  world.poll();
  const auto before = world.history();
  world.where->holds = true;
  const auto signal =
      world.send("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("w"));
  world.shard.run_until_idle();
  auto request = world.answer();
  add_timers(request, 500);
  auto answered = world.send("RespondWorkflowTaskCompleted", request);
  between_slices(world, 20, [&] {
    BOOST_TEST(!answered->is_answered);
    world.where->let_go(0, false);
    world.where->holds = false;
  });
  world.shard.run_until_idle();
  BOOST_CHECK(signal->status.code == troupe::status_code::unavailable);
  BOOST_CHECK(answered->status.code == troupe::status_code::unavailable);
  BOOST_TEST(world.history() == before);
  // The worker's second try finds its task as it was.
  BOOST_TEST(world.respond(request)->status.ok());
  troupe::log::configure(troupe::log::level::warn, troupe::log::format::text);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_busy_stays_in_memory) {
  fixture world{10};
  world.start();
  world.poll();
  auto request = world.answer();
  add_timers(request, 500);
  auto answered = world.send("RespondWorkflowTaskCompleted", request);
  between_slices(world, 20, [&] {
    // Whoever looks for idle records comes by several times.
    for (int n = 0; n < 4; ++n)
      world.host->here().residents.stays(
          std::make_shared<execution_key>(
              execution_key{world.host->here().namespaces.find("default")->id, "w"}),
          true);
  });
  world.shard.run_until_idle();
  BOOST_TEST(answered->status.ok());
}

BOOST_AUTO_TEST_CASE(a_large_request_that_is_no_message_is_refused_like_a_small_one) {
  auto* const logged = google::protobuf::SetLogHandler(nullptr); // goes to stderr otherwise
  fixture world{1000};
  for (const std::size_t size : {std::size_t{1000}, std::size_t{100'000}, std::size_t{3'000'000}}) {
    auto broken = world.send_bytes("SignalWorkflowExecution", std::string(size, '\xff'));
    world.shard.run_until_idle();
    BOOST_TEST(broken->is_answered);
    BOOST_CHECK(broken->status.code == troupe::status_code::internal);
  }
  auto text = about<wire::SignalWorkflowExecutionRequest>("w");
  text.set_signal_name(std::string(100'000, 'x'));
  auto bytes = text.SerializeAsString();
  bytes[bytes.size() / 2] = '\xff'; // no UTF-8
  auto broken = world.send_bytes("SignalWorkflowExecution", bytes);
  world.shard.run_until_idle();
  BOOST_CHECK(broken->status.code == troupe::status_code::internal);
  google::protobuf::SetLogHandler(logged);
}

BOOST_AUTO_TEST_CASE(a_large_request_that_is_read_when_the_service_stops_is_answered) {
  fixture world{1};
  world.start();
  auto request = about<wire::SignalWorkflowExecutionRequest>("w");
  request.mutable_input()->add_payloads()->set_data(std::string(1'000'000, 'x'));
  auto sent = world.send("SignalWorkflowExecution", request);
  between_slices(world, 5, [&] {
    BOOST_TEST(!sent->is_answered);
    world.host->stop();
  });
  world.shard.run_until_idle();
  BOOST_TEST(sent->is_answered);
  BOOST_CHECK(sent->status.code == troupe::status_code::unavailable);
}

BOOST_AUTO_TEST_CASE(many_who_wait_for_a_long_history_hear_of_its_end) {
  fixture world{10};
  world.start();
  world.poll();
  auto wait = about<wire::GetWorkflowExecutionHistoryRequest>("w");
  wait.set_wait_new_event(true);
  wait.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  std::vector<service_fixture::sent> waiting;
  for (int n = 0; n < 200; ++n)
    waiting.push_back(world.send("GetWorkflowExecutionHistory", wait));
  world.shard.run_until_idle();
  auto request = world.answer();
  add_timers(request, 500);
  add_close(request);
  BOOST_TEST(world.respond(request)->status.ok());
  for (const auto& each : waiting)
    BOOST_TEST(each->as<wire::GetWorkflowExecutionHistoryResponse>().history().events_size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
