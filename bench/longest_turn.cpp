// SPDX-License-Identifier: Apache-2.0
// How long a single request keeps the shard of the embedded service from everything else: the whole
// service on a shard that this program turns itself, one huge request of each kind after the other.
// Prints a line for each: the longest turn, the median of several rounds.

#include "actors/embedded/host/service_host.hpp"
#include "actors/shard/shard.hpp"
#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace embedded = troupe::embedded;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

/// As many rounds of its run queue as a threaded shard runs in a turn.
constexpr std::size_t rounds_per_turn = 16;

/// Of this thread alone: what else the machine does is not the shard's.
std::int64_t own_nanoseconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * 1'000'000'000LL + used.tv_nsec;
}

/// A shard in virtual time, each turn of which is timed.
class timed_shard final : public troupe::actors::shard {
public:
  explicit timed_shard(caf::actor_system& system) : shard(system) {}
  void stop() {
    ask_actors_to_leave();
    run();
    close();
  }

  /// Turns until there is nothing to do.
  void run() {
    const troupe::executor_scope here{*this};
    for (bool ran = true; ran;) {
      timed([&] {
        ran = run_due_timers();
        ran = drain(rounds_per_turn) || ran;
      });
      if (!ran)
        timed([&] { ran = run_deferred(); });
    }
  }
  template <class Part>
  void timed(Part part) {
    const auto start = own_nanoseconds();
    part();
    longest_ = std::max(longest_, own_nanoseconds() - start);
    ++turns_;
  }
  void advance(troupe::duration by) {
    now_ += by;
    run();
  }

  void forget() { longest_ = 0, turns_ = 0; }
  [[nodiscard]] double longest_ms() const { return static_cast<double>(longest_) / 1e6; }
  [[nodiscard]] std::size_t turns() const { return turns_; }

  [[nodiscard]] troupe::time_point now() const override { return now_; }
  [[nodiscard]] bool runs_here() const override { return true; }
  bool leave_behind(const troupe::actors::foreign_look&) override { return false; }

protected:
  void wake() override {}
  [[nodiscard]] bool owns_this_thread() const override { return true; }
  [[nodiscard]] troupe::actors::timer_heap::instant ticks() const override {
    return now_.time_since_epoch().count();
  }

private:
  troupe::time_point now_{std::chrono::seconds{1'800'000'000}};
  std::int64_t longest_ = 0;
  std::size_t turns_ = 0;
};

/// A service with one workflow, and what a worker does about it.
class world {
public:
  world() {
    config_.set("scheduler.max-threads", std::size_t{1});
    system_ = std::make_unique<caf::actor_system>(config_);
    shard_ = std::make_unique<timed_shard>(*system_);
    embedded::service_settings settings;
    host_ = std::make_unique<embedded::service_host>(
        *system_, *shard_, settings, std::make_unique<embedded::random_ids>(7));
  }
  ~world() {
    host_->stop();
    shard_->stop();
    host_.reset();
  }

  template <class Response, class Request>
  Response call(const char* method, const Request& request, bool may_fail = false) {
    Response response;
    bool is_answered = false;
    troupe::rpc::local_service::request sent;
    sent.method = std::string{"/temporal.api.workflowservice.v1.WorkflowService/"} + method;
    sent.message = troupe::rpc::bytes{request.SerializeAsString()};
    sent.deadline = shard_->now() + std::chrono::seconds{30};
    std::string answer;
    troupe::rpc_status status;
    shard_->timed([&] {
      host_->handle(std::move(sent), [&](troupe::rpc_status how, const troupe::rpc::bytes& what) {
        is_answered = true;
        status = std::move(how);
        answer = what.str();
      });
    });
    shard_->run();
    if (!is_answered || (!status.ok() && !may_fail))
      throw std::runtime_error{std::string{method} + ": " + status.message};
    response.ParseFromString(answer);
    return response;
  }

  void start(const std::string& input = "") {
    wire::StartWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.set_workflow_id("w");
    request.set_request_id("r");
    request.mutable_workflow_type()->set_name("W");
    request.mutable_task_queue()->set_name("q");
    if (!input.empty())
      request.mutable_input()->add_payloads()->set_data(input);
    run_id_ =
        call<wire::StartWorkflowExecutionResponse>("StartWorkflowExecution", request).run_id();
  }

  void poll() {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("q");
    token_ =
        call<wire::PollWorkflowTaskQueueResponse>("PollWorkflowTaskQueue", request).task_token();
  }

  wire::RespondWorkflowTaskCompletedRequest answer() const {
    wire::RespondWorkflowTaskCompletedRequest request;
    request.set_namespace_("default");
    request.set_task_token(token_);
    return request;
  }
  void respond(const wire::RespondWorkflowTaskCompletedRequest& request, bool may_fail = false) {
    call<wire::RespondWorkflowTaskCompletedResponse>(
        "RespondWorkflowTaskCompleted", request, may_fail);
  }

  void signal(const std::string& input = "", const std::string& header = "") {
    wire::SignalWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_workflow_execution()->set_workflow_id("w");
    request.set_signal_name("s");
    if (!input.empty())
      request.mutable_input()->add_payloads()->set_data(input);
    if (!header.empty())
      request.set_control(header);
    call<wire::SignalWorkflowExecutionResponse>("SignalWorkflowExecution", request, true);
  }

  [[nodiscard]] timed_shard& shard() { return *shard_; }
  [[nodiscard]] const std::string& run_id() const { return run_id_; }

  template <class Request>
  Request about() const {
    Request request;
    request.set_namespace_("default");
    if constexpr (requires { request.mutable_workflow_execution(); })
      request.mutable_workflow_execution()->set_workflow_id("w");
    else
      request.mutable_execution()->set_workflow_id("w");
    return request;
  }

private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<timed_shard> shard_;
  std::unique_ptr<embedded::service_host> host_;
  std::string token_;
  std::string run_id_;
};

auto& add_timer(wire::RespondWorkflowTaskCompletedRequest& to, int number) {
  auto& command = *to.add_commands();
  command.set_command_type(enums::COMMAND_TYPE_START_TIMER);
  auto& timer = *command.mutable_start_timer_command_attributes();
  timer.set_timer_id("a timer with the number " + std::to_string(number));
  timer.mutable_start_to_fire_timeout()->set_seconds(60);
  return command;
}

void add_timers(wire::RespondWorkflowTaskCompletedRequest& to, int count) {
  for (int n = 0; n < count; ++n)
    add_timer(to, n);
}

void add_marker(wire::RespondWorkflowTaskCompletedRequest& to, const std::string& data) {
  auto& command = *to.add_commands();
  command.set_command_type(enums::COMMAND_TYPE_RECORD_MARKER);
  auto& marker = *command.mutable_record_marker_command_attributes();
  marker.set_marker_name("m");
  if (!data.empty())
    (*marker.mutable_details())["d"].add_payloads()->set_data(data);
}

void add_activities(wire::RespondWorkflowTaskCompletedRequest& to, int count) {
  for (int n = 0; n < count; ++n) {
    auto& command = *to.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
    auto& activity = *command.mutable_schedule_activity_task_command_attributes();
    activity.set_activity_id("activity " + std::to_string(n));
    activity.mutable_activity_type()->set_name("A");
    activity.mutable_task_queue()->set_name("activities");
    activity.mutable_schedule_to_close_timeout()->set_seconds(1000);
    activity.mutable_input()->add_payloads()->set_data(std::string(500, 'x'));
  }
}

void add_children(wire::RespondWorkflowTaskCompletedRequest& to, int count) {
  for (int n = 0; n < count; ++n) {
    auto& command = *to.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
    auto& child = *command.mutable_start_child_workflow_execution_command_attributes();
    child.set_workflow_id("child " + std::to_string(n));
    child.mutable_workflow_type()->set_name("C");
    child.mutable_task_queue()->set_name("children");
    child.set_parent_close_policy(enums::PARENT_CLOSE_POLICY_TERMINATE);
  }
}

void add_close(wire::RespondWorkflowTaskCompletedRequest& to) {
  auto& command = *to.add_commands();
  command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  command.mutable_complete_workflow_execution_command_attributes();
}

/// A run of nearly as many events as one may have, with a task under way at the end.
void make_long(world& in, bool with_timers = false) {
  in.start();
  for (int task = 0; task < 5; ++task) {
    in.poll();
    auto request = in.answer();
    if (with_timers)
      for (int n = 0; n < 5'000; ++n) {
        add_timer(request, task * 5'000 + n);
        auto& cancel = *request.add_commands();
        cancel.set_command_type(enums::COMMAND_TYPE_CANCEL_TIMER);
        cancel.mutable_cancel_timer_command_attributes()->set_timer_id(
            request.commands(request.commands_size() - 2)
                .start_timer_command_attributes()
                .timer_id());
      }
    else
      for (int n = 0; n < 10'000; ++n)
        add_marker(request, "");
    request.set_force_create_new_workflow_task(true);
    in.respond(request);
  }
  in.poll();
}

std::string text_of(std::size_t bytes, std::string_view letter) {
  std::string made;
  made.reserve(bytes + letter.size());
  while (made.size() < bytes)
    made += letter;
  return made;
}

struct scenario {
  const char* name;
  std::function<void(world&)> before;
  std::function<void(world&)> measured;
};

constexpr std::size_t blob = (2 << 20) - 1000;

const std::vector<scenario>& scenarios() {
  static const auto started = [](world& in) {
    in.start();
    in.poll();
  };
  static const auto answered = [](auto fill) {
    return [fill](world& in) {
      auto request = in.answer();
      fill(request);
      in.respond(request, true);
    };
  };
  static const std::vector<scenario> all{
      {"answer with 30,000 timers", started, answered([](auto& to) { add_timers(to, 30'000); })},
      {"answer with 30,000 timers, refused at the last", started, answered([](auto& to) {
         add_timers(to, 30'000);
         add_timer(to, 0);
       })},
      {"30,000 timers due at once",
       [](world& in) {
         started(in);
         answered([](auto& to) { add_timers(to, 30'000); })(in);
       },
       [](world& in) { in.shard().advance(std::chrono::seconds{61}); }},
      {"answer with two results of 2 MB", started, answered([](auto& to) {
         add_marker(to, std::string(blob, 'x'));
         add_marker(to, std::string(blob, 'y'));
       })},
      {"start with 2 MB of input",
       [](world&) {},
       [](world& in) { in.start(std::string(blob, 'x')); }},
      {"signal with 2 MB of input",
       [](world& in) { in.start(); },
       [](world& in) { in.signal(std::string(blob, 'x')); }},
      {"signal with 4 MB of plain text, refused",
       [](world& in) { in.start(); },
       [](world& in) { in.signal("", text_of(4'100'000, "x")); }},
      {"signal with 4 MB of Greek text, refused",
       [](world& in) { in.start(); },
       [](world& in) { in.signal("", text_of(4'100'000, "\xce\xb1")); }},
      {"poll of a run with 2 MB of input",
       [](world& in) { in.start(std::string(blob, 'x')); },
       [](world& in) { in.poll(); }},
      {"answer with 2,000 activities", started, answered([](auto& to) {
         add_activities(to, 2'000);
       })},
      {"description of 2,000 activities",
       [](world& in) {
         started(in);
         answered([](auto& to) { add_activities(to, 2'000); })(in);
       },
       [](world& in) {
         in.call<wire::DescribeWorkflowExecutionResponse>(
             "DescribeWorkflowExecution", in.about<wire::DescribeWorkflowExecutionRequest>());
       }},
      {"answer with 2,000 children", started, answered([](auto& to) { add_children(to, 2'000); })},
      {"end with 2,000 children",
       [](world& in) {
         started(in);
         answered([](auto& to) {
           add_children(to, 2'000);
           to.set_force_create_new_workflow_task(true);
         })(in);
         in.poll();
       },
       answered([](auto& to) { add_close(to); })},
      {"page of a history of 50,000 events",
       [](world& in) { make_long(in); },
       [](world& in) {
         in.call<wire::GetWorkflowExecutionHistoryResponse>(
             "GetWorkflowExecutionHistory", in.about<wire::GetWorkflowExecutionHistoryRequest>());
       }},
      {"reset of a run of 50,000 events",
       [](world& in) { make_long(in, true); },
       [](world& in) {
         auto request = in.about<wire::ResetWorkflowExecutionRequest>();
         request.set_request_id("reset");
         request.set_workflow_task_finish_event_id(40'016);
         in.call<wire::ResetWorkflowExecutionResponse>("ResetWorkflowExecution", request);
       }},
      {"end of a run of 50,000 events", [](world& in) { make_long(in); }, answered([](auto& to) {
         add_close(to);
       })},
      {"deletion of a run of 50,000 events",
       [](world& in) { make_long(in); },
       [](world& in) {
         in.call<wire::DeleteWorkflowExecutionResponse>(
             "DeleteWorkflowExecution", in.about<wire::DeleteWorkflowExecutionRequest>());
       }},
  };
  return all;
}

void measure(const scenario& what, int rounds) {
  std::vector<double> longest;
  std::size_t turns = 0;
  for (int round = 0; round < rounds; ++round) {
    world in;
    what.before(in);
    in.shard().forget();
    what.measured(in);
    longest.push_back(in.shard().longest_ms());
    turns = in.shard().turns();
  }
  std::ranges::sort(longest);
  std::printf(
      R"({"program":"longest_turn","request":"%s","longest_turn_ms":%.2f,"worst_ms":%.2f,"turns":%zu})"
      "\n",
      what.name,
      longest[longest.size() / 2],
      longest.back(),
      turns);
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) try {
  int rounds = 5;
  std::string only;
  CLI::App app{"Times the longest turn of the service's shard while it serves one huge request"};
  app.add_option("--rounds", rounds, "The median round counts")->check(CLI::PositiveNumber);
  app.add_option("--only", only, "Requests with this in their name");
  CLI11_PARSE(app, argc, argv);
  troupe::log::configure(troupe::log::level::off, troupe::log::format::text);
  for (const auto& each : scenarios())
    if (std::string_view{each.name}.find(only) != std::string_view::npos)
      measure(each, rounds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "longest_turn: %s\n", error.what());
  return 1;
}
