// SPDX-License-Identifier: Apache-2.0
// Interceptors that refuse, replace and go wrong, in virtual time.

#include <troupe/activity/implementation.hpp>
#include <troupe/client/interceptor.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/testing/replayer.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

inline constexpr activity::contract<std::string(std::string)> shout{"shout"};

struct echo_service : nexus::service<"Echo"> {
  static constexpr operation<std::string, std::string> wait{"wait"};
  static constexpr auto operations = std::tuple{wait};
};

struct waits {
  static constexpr std::string_view name = "Waits";
  async<std::string> run(workflow::context ctx, std::string in) {
    co_await ctx.sleep(1h);
    co_return in;
  }
};

/// Does what it is told.
struct does {
  static constexpr std::string_view name = "Does";
  explicit does(workflow::context ctx) {
    ctx.on_update("set", [](std::string to) { return to; });
    ctx.on_signal("stop", [] {});
  }
  async<std::string> run(workflow::context ctx, std::string what) {
    if (what == "continue")
      ctx.continue_as_new("activity");
    if (what == "operation") {
      auto waiting =
          ctx.nexus_client<echo_service>({.endpoint = "echoes"})
              .execute<echo_service::wait>(
                  "x", {.cancellation_type = workflow::nexus_cancellation_type::wait_requested});
      co_await ctx.sleep(1s);
      waiting.cancel();
      co_return co_await waiting;
    }
    if (what == "cancel") {
      auto called = ctx.execute<shout>({.start_to_close_timeout = 10s}, what);
      called.cancel("enough");
      co_return is_canceled((co_await called.as_result()).error()) ? "canceled" : "?";
    }
    if (what == "sleep") {
      co_await ctx.sleep(1min);
      co_return "slept";
    }
    co_return co_await ctx.execute<shout>({.start_to_close_timeout = 10s}, what);
  }
};

/// Each member that is set stands in for the default.
struct behaviour {
  std::function<void(workflow::execute_input&)> on_execute = {};
  std::function<void(workflow::signal_input&)> on_signal = {};
  std::function<void(const workflow::update_input&)> on_validate = {};
  std::function<workflow::future<payload>(
      workflow::context, workflow::activity_input, workflow::interceptor::next_activity)>
      on_activity = {};
  std::function<void(workflow::continue_as_new_input&)> instead_of_continue = {};
  std::function<void(activity::execute_input&)> on_run = {};
  std::function<void()> on_cancel = {};
  bool delays_timers = false;
};

class run_interceptor final : public workflow::interceptor {
public:
  explicit run_interceptor(const behaviour& with) : with_(with) {}
  async<payload>
  execute(workflow::context ctx, workflow::execute_input in, next_execute next) override {
    if (with_.on_execute)
      with_.on_execute(in);
    return next(std::move(ctx), std::move(in));
  }
  async<void>
  handle_signal(workflow::context ctx, workflow::signal_input in, next_signal next) override {
    if (with_.on_signal)
      with_.on_signal(in);
    return next(std::move(ctx), std::move(in));
  }
  void
  validate_update(workflow::context ctx, workflow::update_input in, next_validate next) override {
    if (with_.on_validate)
      with_.on_validate(in);
    next(std::move(ctx), std::move(in));
  }
  workflow::future<payload>
  start_activity(workflow::context ctx, workflow::activity_input in, next_activity next) override {
    if (with_.on_activity)
      return with_.on_activity(std::move(ctx), std::move(in), next);
    return next(std::move(ctx), std::move(in));
  }
  workflow::future<void>
  start_timer(workflow::context ctx, workflow::timer_input in, next_timer next) override {
    if (with_.delays_timers)
      in.after *= 2;
    return next(std::move(ctx), std::move(in));
  }
  void continue_as_new(
      workflow::context ctx,
      workflow::continue_as_new_input in,
      next_continue_as_new next) override {
    if (with_.instead_of_continue)
      with_.instead_of_continue(in);
    else
      next(std::move(ctx), std::move(in));
  }

private:
  const behaviour& with_;
};

class all_interceptors final : public worker_interceptor {
public:
  explicit all_interceptors(const behaviour& with) : with_(with) {}
  std::unique_ptr<workflow::interceptor> intercept_workflow(const workflow::info&) const override {
    return std::make_unique<run_interceptor>(with_);
  }
  std::shared_ptr<const activity::interceptor> intercept_activities() const override {
    struct of_activities final : activity::interceptor {
      explicit of_activities(const behaviour& what) : with(what) {}
      payload
      execute(activity::context ctx, activity::execute_input in, next_execute next) const override {
        if (with.on_run)
          with.on_run(in);
        return next(std::move(ctx), std::move(in));
      }
      const behaviour& with;
    };
    return std::make_shared<of_activities>(with_);
  }
  std::shared_ptr<const nexus::interceptor> intercept_nexus() const override {
    struct of_operations final : nexus::interceptor {
      explicit of_operations(const behaviour& what) : with(what) {}
      void cancel(nexus::cancel_context ctx, next_cancel next) const override {
        if (with.on_cancel)
          with.on_cancel();
        next(std::move(ctx));
      }
      const behaviour& with;
    };
    return std::make_shared<of_operations>(with_);
  }

private:
  const behaviour& with_;
};

struct fixture {
  behaviour with;
  environment env{{.service = {.endpoints = {{"echoes", "default", "q"}}}}};
  client here = env.connect();
  worker serves = env.make_worker(
      here,
      {.task_queue = "q",
       .max_cached_workflows = 0,
       .interceptors = {std::make_shared<all_interceptors>(with)}});

  fixture() {
    serves.add<does>()
        .add<waits>()
        .add(activity::implement<shout>([](const std::string& in) { return in + "!"; }))
        .add(nexus::handler_for<echo_service>(
            nexus::workflow_run<echo_service::wait>([](nexus::start_context, std::string in) {
              return nexus::start_workflow<waits>({.id = "behind"}, in);
            })))
        .start();
  }

  std::string run(const std::string& what) {
    return here.execute_workflow<does>({.id = "w", .task_queue = "q"}, what);
  }
  /// What its failure is in the end.
  std::string failure(const std::string& what) {
    try {
      return "no failure but " + run(what);
    } catch (const workflow_failed_error& error) {
      const auto* last = error.cause().get();
      while (last->cause())
        last = last->cause().get();
      return last->message();
    }
  }
  /// The message of the first failed task of the run that is there now.
  std::string task_failure(const std::string& what) {
    const auto handle = here.start_workflow<does>({.id = "w", .task_queue = "q"}, what);
    std::string found;
    env.run_until(
        [&] {
          for (const auto& event : handle.history())
            if (const auto text = event.to_json();
                text.find("EVENT_TYPE_WORKFLOW_TASK_FAILED") != std::string::npos)
              found = text;
          return !found.empty();
        },
        1h);
    handle.terminate();
    return found;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(interceptor_faults, fixture)

BOOST_AUTO_TEST_CASE(a_failure_of_one_fails_the_workflow_and_a_bug_its_task) {
  with.on_execute = [](auto&) { throw application_error("not today"); };
  BOOST_TEST(failure("sleep") == "not today");
  with.on_execute = [](auto&) { throw std::runtime_error("a bug"); };
  BOOST_TEST(task_failure("sleep").find("a bug") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_is_null_is_refused) {
  BOOST_CHECK_THROW((void)env.connect("default", {}, {nullptr}), connection_error);
  BOOST_CHECK_THROW(
      (void)env.make_worker(here, {.task_queue = "q", .interceptors = {nullptr}}), worker_error);
}

BOOST_AUTO_TEST_CASE(arguments_may_be_changed_on_the_way) {
  with.on_execute = [](workflow::execute_input& in) {
    in.arguments = make_payloads(std::string{"other"});
  };
  BOOST_TEST(run("sleep") == "other!");
}

BOOST_AUTO_TEST_CASE(an_update_is_rejected_by_one_and_leaves_no_trace) {
  with.on_validate = [](const workflow::update_input& in) {
    throw application_error("no " + in.what.name);
  };
  const auto handle = here.start_workflow<does>({.id = "w", .task_queue = "q"}, "sleep");
  try {
    (void)handle.execute_update<std::string>("set", "x");
    BOOST_ERROR("it is rejected");
  } catch (const workflow_update_failed_error& error) {
    BOOST_TEST(error.cause()->message() == "no set");
  }
  for (const auto& event : handle.history())
    BOOST_TEST(event.to_json().find("UPDATE_ACCEPTED") == std::string::npos);
  with.on_validate = {};
  BOOST_TEST(handle.execute_update<std::string>("set", "x") == "x");
  BOOST_TEST(handle.result() == "slept");
}

BOOST_AUTO_TEST_CASE(an_error_on_the_way_to_a_signals_handler_counts_as_the_handlers) {
  with.on_signal = [](auto&) { throw application_error("no signals"); };
  const auto handle = here.start_workflow<does>({.id = "w", .task_queue = "q"}, "sleep");
  handle.signal("stop");
  BOOST_CHECK_EXCEPTION((void)handle.result(), workflow_failed_error, [](const auto& error) {
    return error.cause()->message() == "no signals";
  });
}

BOOST_AUTO_TEST_CASE(a_signal_that_gets_a_name_without_a_handler_fails_the_workflow) {
  with.on_signal = [](workflow::signal_input& in) { in.name = "other"; };
  const auto handle = here.start_workflow<does>({.id = "w", .task_queue = "q"}, "sleep");
  handle.signal("stop");
  BOOST_CHECK_EXCEPTION((void)handle.result(), workflow_failed_error, [](const auto& error) {
    return error.cause()->message() == "there is no handler of signals named 'other'";
  });
}

BOOST_AUTO_TEST_CASE(the_result_of_an_activity_may_be_replaced) {
  with.on_activity = [](workflow::context ctx, workflow::activity_input in, auto next) {
    return ctx.spawn([in, next](workflow::context inner) -> async<payload> {
      co_await inner.sleep(1s);
      const auto got = inner.converter().from_payload<std::string>(co_await next(inner, in));
      co_return inner.converter().to_payload(got + "?");
    });
  };
  BOOST_TEST(run("hey") == "hey!?");
  // And is cancelled as an activity is.
  BOOST_TEST(run("cancel") == "canceled");
}

BOOST_AUTO_TEST_CASE(one_may_call_again) {
  with.on_activity = [](workflow::context ctx, workflow::activity_input in, auto next) {
    return ctx.spawn([in, next](workflow::context inner) -> async<payload> {
      auto first = next(inner, in);
      auto second = next(inner, in);
      co_await workflow::all(first, second);
      co_return second.get();
    });
  };
  BOOST_TEST(run("twice") == "twice!");
}

BOOST_AUTO_TEST_CASE(who_keeps_a_run_from_going_on_must_say_why) {
  with.instead_of_continue = [](auto&) {};
  BOOST_TEST(task_failure("continue").find("neither went on nor threw") != std::string::npos);
  with.instead_of_continue = [](auto&) { throw application_error("stay"); };
  BOOST_TEST(failure("continue") == "stay");
  with.instead_of_continue = [](auto&) { throw workflow::continue_as_new_request{}; };
  BOOST_TEST(task_failure("continue").find("continued as new while") != std::string::npos);
  with.instead_of_continue = {};
  BOOST_TEST(run("continue") == "activity!");
}

BOOST_AUTO_TEST_CASE(an_error_around_an_activity_is_the_activitys) {
  with.on_run = [](auto&) {
    throw application_error("not here", application_error_options{.non_retryable = true});
  };
  BOOST_TEST(failure("x") == "not here");
  int attempts = 0;
  with.on_run = [&](auto&) {
    if (++attempts < 3)
      throw std::runtime_error("again");
  };
  BOOST_TEST(run("x") == "x!");
  BOOST_TEST(attempts == 3);
}

BOOST_AUTO_TEST_CASE(the_cancel_of_an_operation_may_be_refused) {
  with.on_cancel = [] {
    throw nexus::handler_error{nexus::handler_error_type::bad_request, "not now"};
  };
  BOOST_TEST(failure("operation") == "not now");
}

BOOST_AUTO_TEST_CASE(histories_are_replayed_with_them) {
  with.delays_timers = true;
  BOOST_TEST(run("sleep") == "slept");
  std::string history = "{\"events\":[";
  for (const auto& event : here.get_workflow("w").history())
    history += (history.back() == '[' ? "" : ",") + event.to_json();
  history += "]}";
  testing::replayer without{{.compare_contents = true}};
  without.add<does>();
  BOOST_TEST(without.replay_json(history).nondeterministic);
  testing::replayer same{
      {.compare_contents = true, .interceptors = {std::make_shared<all_interceptors>(with)}}};
  same.add<does>();
  const auto outcome = same.replay_json(history);
  BOOST_TEST(outcome.ok(), outcome.message);
}

BOOST_AUTO_TEST_SUITE_END()
