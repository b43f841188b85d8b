// SPDX-License-Identifier: Apache-2.0
// What a worker logs of user code, in whole systems in virtual time.

#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/worker_interceptor.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::test::captured_log;
using troupe::testing::environment;

namespace {

using line_fields = std::map<std::string, std::string>;

inline constexpr activity::contract<std::string(std::string)> tell{"tell"};

/// Its messages fail in each way there is; a first argument says how.
struct listens {
  static constexpr std::string_view name = "Listens";
  explicit listens(workflow::context ctx) {
    const auto fail = [](const std::string& how) {
      if (how == "bug")
        throw std::runtime_error("a bug");
      throw application_error(
          "not now",
          {.category = how == "benign" ? error_category::benign : error_category::unspecified});
    };
    ctx.on_update(
        "change",
        [ctx, fail](std::string how) -> async<void> {
          co_await ctx.sleep(1s);
          fail(how);
        },
        [](const std::string& how) {
          if (how == "never")
            throw application_error("no such change");
        });
    ctx.on_update("change at once", fail);
    ctx.on_query("ask", [](std::string) -> int { throw application_error("no answer"); });
    ctx.on_signal("shout", fail);
    ctx.on_signal("whisper", [ctx, fail](std::string how) -> async<void> {
      co_await ctx.sleep(1s);
      fail(how);
    });
  }
  async<void> run(workflow::context ctx) { co_await ctx.cancelled(); }
};

struct talks {
  static constexpr std::string_view name = "Talks";
  async<void> run(workflow::context ctx) {
    ctx.log().warn(
        "of a workflow",
        {{"count", 3},
         {"ratio", 0.25},
         {"done", true},
         {"what", "4"},
         {"letter", 'x'},
         {"attempt of", std::uint64_t{18'446'744'073'709'551'615U}}});
    (void)co_await ctx.execute<tell>({.start_to_close_timeout = 10s}, "x");
  }
};

/// Adds fields of all kinds to the lines of workflows and activities.
class tags final : public worker_interceptor {
public:
  std::unique_ptr<workflow::interceptor> intercept_workflow(const workflow::info&) const override {
    struct of_run final : workflow::interceptor {
      async<payload>
      execute(workflow::context ctx, workflow::execute_input in, next_execute next) override {
        in.log.emplace_back("tenant", 7);
        in.log.emplace_back("region", "north");
        return next(std::move(ctx), std::move(in));
      }
    };
    return std::make_unique<of_run>();
  }
  std::shared_ptr<const activity::interceptor> intercept_activities() const override {
    struct of_attempts final : activity::interceptor {
      payload
      execute(activity::context ctx, activity::execute_input in, next_execute next) const override {
        in.log.emplace_back("trusted", false);
        return next(std::move(ctx), std::move(in));
      }
    };
    return std::make_shared<of_attempts>();
  }
};

/// Lines as JSON.
struct json_lines final : log::sink {
  void write(const log::line& what) override {
    const std::lock_guard guard{mutex};
    all.push_back(log::to_text(what, log::format::json));
  }
  std::string with(const std::string& message) {
    log::flush();
    const std::lock_guard guard{mutex};
    for (const auto& each : all)
      if (each.find("\"msg\":\"" + message + "\"") != std::string::npos)
        return each;
    return "no line says " + message;
  }
  std::mutex mutex;
  std::vector<std::string> all;
};

struct fixture {
  environment env;
  client here = env.connect();
  worker serves;

  explicit fixture(worker_options with = {.task_queue = "q"})
      : serves(env.make_worker(here, std::move(with))) {
    serves.add<listens>()
        .add<talks>()
        .add(activity::implement<tell>([](activity::context ctx, std::string in) {
          ctx.log().warn("of an activity", {{"bytes", in.size()}, {"share", 1.5}, {"last", false}});
          return in;
        }))
        .start();
  }
  workflow_handle<void> listener(const std::string& id = "w") {
    return here.start_workflow<listens>({.id = id, .task_queue = "q"});
  }
  void update_fails(workflow_handle<void>& of, const std::string& name, const std::string& how) {
    BOOST_CHECK_THROW(of.execute_update<void>(name, how), workflow_update_failed_error);
  }
};

struct with_interceptors : fixture {
  with_interceptors() : fixture({.task_queue = "q", .interceptors = {std::make_shared<tags>()}}) {}
};

void check_names_the_run(const line_fields& line) {
  const line_fields expected{
      {"namespace", "default"},
      {"task_queue", "q"},
      {"workflow_type", "Listens"},
      {"workflow_id", "w"},
      {"attempt", "1"}};
  for (const auto& [key, value] : expected)
    BOOST_TEST((line.contains(key) && line.at(key) == value), key);
  BOOST_TEST(line.contains("run_id"));
}

/// Each in a run of its own, without interceptors and with some around it.
void check_messages(fixture& in) {
  const captured_log log{log::level::debug};
  auto run = in.listener();

  in.update_fails(run, "change", "failure");
  auto lines = log.lines_of("a workflow update failed");
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  check_names_the_run(lines[0]);
  BOOST_TEST(lines[0].at("update") == "change");
  BOOST_TEST(!lines[0].at("update_id").empty());
  BOOST_TEST(lines[0].at("error").starts_with("not now"), lines[0].at("error"));

  in.update_fails(run, "change at once", "failure");
  in.update_fails(run, "change", "benign");
  BOOST_TEST(log.lines_of("a workflow update failed").size() == 3u);

  in.update_fails(run, "change", "never");
  lines = log.lines_of("a workflow update was rejected");
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  check_names_the_run(lines[0]);
  BOOST_TEST(lines[0].at("error").starts_with("no such change"), lines[0].at("error"));
  in.update_fails(run, "unknown", "x");
  BOOST_TEST(log.lines_of("a workflow update was rejected").size() == 2u);

  BOOST_CHECK_THROW((void)run.query<int>("ask", "x"), workflow_query_failed_error);
  lines = log.lines_of("a workflow query failed");
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  check_names_the_run(lines[0]);
  BOOST_TEST(lines[0].at("query") == "ask");

  run.signal("shout", 7);
  BOOST_CHECK_THROW((void)run.query<int>("ask", "x"), workflow_query_failed_error);
  lines = log.lines_of("dropped a signal whose arguments cannot be read");
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  check_names_the_run(lines[0]);
  BOOST_TEST(lines[0].at("signal") == "shout");

  // The run ends by it: one line for both.
  run.signal("shout", "failure");
  BOOST_CHECK_THROW(run.result(), workflow_failed_error);
  lines = log.lines_of("a workflow failed");
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  check_names_the_run(lines[0]);
  BOOST_TEST(lines[0].at("signal") == "shout");
  run = in.listener();
  run.signal("whisper", "failure");
  BOOST_CHECK_THROW(run.result(), workflow_failed_error);
  lines = log.lines_of("a workflow failed");
  BOOST_REQUIRE_EQUAL(lines.size(), 2u);
  BOOST_TEST(lines[1].at("signal") == "whisper");
}

/// Bugs fail the task: its line names the message.
void check_bugs(fixture& in) {
  for (const char* name : {"shout", "whisper", "change", "change at once"}) {
    const captured_log log;
    auto run = in.listener();
    const bool is_signal = std::string{name} == "shout" || std::string{name} == "whisper";
    if (is_signal)
      run.signal(name, "bug");
    else if (std::string{name} == "change")
      (void)run.start_update<void>(name, "bug");
    else // its task fails before it is accepted, again and again
      BOOST_CHECK_THROW(
          (void)run.start_update<void>(name, {.timeout = 5s}, std::string{"bug"}), rpc_error);
    in.env.run_until([&] { return !log.lines_of("a workflow task failed").empty(); }, 1h);
    const auto lines = log.lines_of("a workflow task failed");
    BOOST_REQUIRE(!lines.empty());
    BOOST_TEST(lines[0].at(is_signal ? "signal" : "update") == name);
    BOOST_TEST(lines[0].at("error").find("a bug") != std::string::npos, lines[0].at("error"));
    check_names_the_run(lines[0]);
    run.terminate();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(logs)

BOOST_FIXTURE_TEST_CASE(each_message_that_fails_is_one_line_that_names_the_run, fixture) {
  check_messages(*this);
}

BOOST_FIXTURE_TEST_CASE(interceptors_around_messages_change_no_line, with_interceptors) {
  check_messages(*this);
}

BOOST_FIXTURE_TEST_CASE(a_bug_in_a_handler_is_a_failed_task_that_names_the_message, fixture) {
  check_bugs(*this);
}

BOOST_FIXTURE_TEST_CASE(a_bug_behind_an_interceptor_names_the_message_too, with_interceptors) {
  check_bugs(*this);
}

BOOST_AUTO_TEST_CASE(a_replay_tells_of_no_message_again) {
  fixture in{{.task_queue = "q", .max_cached_workflows = 0}};
  const captured_log log{log::level::debug};
  auto run = in.listener();
  in.update_fails(run, "change", "failure");
  run.signal("shout", 7);
  for (int i = 0; i < 3; ++i) // each with a replay
    BOOST_CHECK_THROW((void)run.query<int>("ask", "x"), workflow_query_failed_error);
  BOOST_TEST(log.lines_of("a workflow update failed").size() == 1u);
  BOOST_TEST(log.lines_of("dropped a signal whose arguments cannot be read").size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(messages_that_fail_again_and_again_are_counted, fixture) {
  const captured_log log;
  auto run = listener();
  for (int i = 0; i < 100; ++i)
    update_fails(run, "change at once", "failure");
  BOOST_TEST(log.lines_of("a workflow update failed").size() == 5u);
  env.run_until([&] { return log.lines_of("a workflow update failed").size() > 5; }, 1h);
  const auto lines = log.lines_of("a workflow update failed");
  BOOST_REQUIRE_EQUAL(lines.size(), 6u);
  BOOST_TEST(lines[5].at("times") == "95");
}

BOOST_FIXTURE_TEST_CASE(rejections_are_made_up_only_for_who_wants_them, fixture) {
  const captured_log log; // warnings
  auto run = listener();
  update_fails(run, "change", "never");
  update_fails(run, "change", "benign");
  BOOST_TEST(log.count("a workflow update") == 0u);
  for (const auto& failure : serves.snapshot().failures)
    BOOST_TEST(failure.what != "a workflow update was rejected");
}

BOOST_FIXTURE_TEST_CASE(fields_of_all_kinds_are_values_in_json, with_interceptors) {
  const auto lines = std::make_shared<json_lines>();
  const captured_log restores;
  log::set_sink(lines);
  here.execute_workflow<talks>({.id = "t", .task_queue = "q"});
  const auto of_workflow = lines->with("of a workflow");
  const auto of_activity = lines->with("of an activity");
  for (const char* each :
       {R"("count":3,"ratio":0.25,"done":true,"what":"4","letter":"x")",
        R"("attempt of":18446744073709551615,"tenant":7,"region":"north","workflow_id":"t")"})
    BOOST_TEST(of_workflow.find(each) != std::string::npos, of_workflow);
  BOOST_TEST(
      of_activity.find(
          R"("bytes":1,"share":1.5,"last":false,"trusted":false,"activity_type":"tell")")
          != std::string::npos,
      of_activity);
}

BOOST_AUTO_TEST_SUITE_END()
