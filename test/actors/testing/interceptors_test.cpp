// SPDX-License-Identifier: Apache-2.0
// Interceptors of every kind, in virtual time.

#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client/interceptor.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

using texts = std::vector<std::string>;

inline constexpr activity::contract<std::string(std::string)> shout{"shout"};
inline constexpr activity::contract<std::string(std::string)> whisper{"whisper"};

struct echo_service : nexus::service<"Echo"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr operation<std::string, std::string> echo_async{"echo_async"};
  static constexpr operation<std::string, std::string> wait{"wait"};
  static constexpr auto operations = std::tuple{echo, echo_async, wait};
};

struct leaf {
  static constexpr std::string_view name = "Leaf";
  async<std::string> run(workflow::context ctx, std::string in) {
    std::string last;
    ctx.on_signal("more", [&last](std::string more) { last = more; });
    co_await ctx.sleep(1h);
    co_return in + last;
  }
};

struct trunk {
  static constexpr std::string_view name = "Trunk";
  explicit trunk(workflow::context ctx) {
    ctx.on_update(
        "set",
        [this](std::string to) -> async<std::string> {
          value = to;
          co_return value + "!";
        },
        [](const std::string& to) {
          if (to.empty())
            throw application_error("empty");
        });
    ctx.on_query("value", [this] { return value; });
    ctx.on_signal("put", [this, ctx](std::string to) -> async<> {
      co_await ctx.sleep(1s);
      value = to;
    });
  }
  std::string value;

  async<texts> run(workflow::context ctx, std::string in, bool again) {
    texts seen{in};
    if (again)
      ctx.continue_as_new("continued", false);
    seen.push_back(co_await ctx.execute<shout>({.start_to_close_timeout = 10s}, "a"));
    seen.push_back(co_await ctx.execute<whisper>({.start_to_close_timeout = 10s}, "b"));
    seen.push_back(co_await ctx.execute_local<whisper>({.start_to_close_timeout = 10s}, "c"));
    auto child = co_await ctx.start_child<leaf>({.id = "leaf"}, "d");
    co_await child.signal("more", "e");
    seen.push_back(co_await child.result());
    auto operations = ctx.nexus_client<echo_service>({.endpoint = "echoes"});
    seen.push_back(co_await operations.execute<echo_service::echo>("f"));
    seen.push_back(co_await operations.execute<echo_service::echo_async>("g"));
    auto waiting = operations.execute<echo_service::wait>("h");
    co_await ctx.sleep(1s);
    waiting.cancel();
    (void)(co_await ctx.external_workflow("nobody").cancel().as_result());
    seen.emplace_back(is_canceled((co_await waiting.as_result()).error()) ? "canceled" : "?");
    co_await ctx.wait_condition(
        [this, &ctx] { return !value.empty() && ctx.all_handlers_finished(); });
    co_return seen;
  }
};

/// Notes what passes, with its name in front.
struct notes {
  std::shared_ptr<texts> seen = std::make_shared<texts>();
  std::string name;
  void add(const std::string& what) const { seen->push_back(name + ":" + what); }
};

class noting_run final : public workflow::interceptor, public notes {
public:
  explicit noting_run(const notes& to) : notes(to) {}

  async<payload>
  execute(workflow::context ctx, workflow::execute_input in, next_execute next) override {
    note(ctx, "execute");
    // A coroutine that waits before and after.
    co_await ctx.sleep(1min);
    auto result = co_await next(ctx, std::move(in));
    note(ctx, "executed");
    co_return result;
  }
  async<void>
  handle_signal(workflow::context ctx, workflow::signal_input in, next_signal next) override {
    note(ctx, "signal " + in.name + in.headers.get<std::string>("h").value_or(""));
    co_await next(ctx, std::move(in));
    note(ctx, "signalled");
  }
  payload handle_query(workflow::context ctx, workflow::query_input in, next_query next) override {
    add("query " + in.name + in.headers.get<std::string>("h").value_or(""));
    return next(std::move(ctx), std::move(in));
  }
  void
  validate_update(workflow::context ctx, workflow::update_input in, next_validate next) override {
    note(ctx, "validate " + in.what.name);
    next(std::move(ctx), std::move(in));
  }
  async<payload>
  handle_update(workflow::context ctx, workflow::update_input in, next_update next) override {
    note(
        ctx,
        "update " + ctx.current_update()->name + in.headers.get<std::string>("h").value_or(""));
    auto result = co_await next(ctx, std::move(in));
    note(ctx, "updated");
    co_return result;
  }
  workflow::future<void>
  start_timer(workflow::context ctx, workflow::timer_input in, next_timer next) override {
    note(ctx, "timer");
    return next(std::move(ctx), std::move(in));
  }
  workflow::future<payload>
  start_activity(workflow::context ctx, workflow::activity_input in, next_activity next) override {
    note(ctx, "activity " + in.type);
    in.headers.set(name, "x");
    return next(std::move(ctx), std::move(in));
  }
  workflow::future<payload> start_local_activity(
      workflow::context ctx, workflow::local_activity_input in, next_local_activity next) override {
    note(ctx, "local " + in.type);
    return next(std::move(ctx), std::move(in));
  }
  workflow::begun
  start_child(workflow::context ctx, workflow::child_input in, next_child next) override {
    note(ctx, "child " + in.type);
    in.headers.set(name, "x");
    return next(std::move(ctx), std::move(in));
  }
  workflow::begun start_nexus_operation(
      workflow::context ctx,
      workflow::nexus_operation_input in,
      next_nexus_operation next) override {
    note(ctx, "operation " + in.operation);
    in.options.headers.emplace_back("From-" + name, "x");
    return next(std::move(ctx), std::move(in));
  }
  workflow::future<void> signal_external(
      workflow::context ctx,
      workflow::external_signal_input in,
      next_external_signal next) override {
    note(ctx, std::string{"signals "} + (in.is_child ? "child " : "") + in.name);
    in.headers.set("h", "+");
    return next(std::move(ctx), std::move(in));
  }
  workflow::future<void> cancel_external(
      workflow::context ctx,
      workflow::external_cancel_input in,
      next_external_cancel next) override {
    note(ctx, "cancels " + in.workflow_id);
    return next(std::move(ctx), std::move(in));
  }
  void continue_as_new(
      workflow::context ctx,
      workflow::continue_as_new_input in,
      next_continue_as_new next) override {
    note(ctx, "continues " + in.type);
    in.headers.set("from", "before");
    next(std::move(ctx), std::move(in));
  }

private:
  void note(const workflow::context& ctx, const std::string& what) const {
    if (!ctx.is_replaying())
      add(what);
  }
};

class noting_activities final : public activity::interceptor, public notes {
public:
  explicit noting_activities(const notes& to) : notes(to) {}
  payload
  execute(activity::context ctx, activity::execute_input in, next_execute next) const override {
    add("run " + ctx.info().activity_type);
    in.headers.set("in-" + name, 1);
    return next(std::move(ctx), std::move(in));
  }
  activity::async<payload> execute_async(
      activity::context ctx, activity::execute_input in, next_execute_async next) const override {
    add("run async " + ctx.info().activity_type);
    auto result = co_await next(ctx, std::move(in));
    add("ran " + ctx.info().activity_type);
    co_return result;
  }
  void heartbeat(activity::context ctx, payloads details, next_heartbeat next) const override {
    add("heartbeat");
    next(std::move(ctx), std::move(details));
  }
};

class noting_operations final : public nexus::interceptor, public notes {
public:
  explicit noting_operations(const notes& to) : notes(to) {}
  nexus::start_reply
  start(nexus::start_context ctx, nexus::start_input in, next_start next) const override {
    add("start " + std::string{ctx.operation()});
    return next(std::move(ctx), std::move(in));
  }
  nexus::async<nexus::start_reply> start_async(
      nexus::start_context ctx, nexus::start_input in, next_start_async next) const override {
    add("start async " + std::string{ctx.operation()});
    return next(std::move(ctx), std::move(in));
  }
  void cancel(nexus::cancel_context ctx, next_cancel next) const override {
    add("cancel " + std::string{ctx.operation()});
    next(std::move(ctx));
  }
};

class noting_client final : public client_interceptor, public worker_interceptor, public notes {
public:
  explicit noting_client(const notes& to) : notes(to) {}

  void start_workflow(start_workflow_input& in) const override { pass(in, "start " + in.type); }
  void signal_workflow(signal_workflow_input& in) const override { pass(in, "send " + in.name); }
  void query_workflow(query_workflow_input& in) const override { pass(in, "ask " + in.name); }
  void update_workflow(update_workflow_input& in) const override { pass(in, "change " + in.name); }
  void cancel_workflow(cancel_workflow_input& in) const override {
    add("cancel " + in.workflow_id);
    watch(in);
  }
  void terminate_workflow(terminate_workflow_input& in) const override {
    in.reason += "!";
    add("terminate " + in.workflow_id);
  }

  std::unique_ptr<workflow::interceptor>
  intercept_workflow(const workflow::info& run) const override {
    if (run.workflow_type == "Leaf")
      return nullptr;
    return std::make_unique<noting_run>(*this);
  }
  std::shared_ptr<const activity::interceptor> intercept_activities() const override {
    return std::make_shared<noting_activities>(*this);
  }
  std::shared_ptr<const nexus::interceptor> intercept_nexus() const override {
    return std::make_shared<noting_operations>(*this);
  }

private:
  void pass(auto& in, const std::string& what) const {
    add(what);
    in.headers.set("h", "*");
    watch(in);
  }
  void watch(client_call& in) const {
    in.when_ended([to = static_cast<const notes&>(*this)](const std::exception_ptr& error) {
      to.add(error ? "failed" : "ok");
    });
  }
};

std::string names_of(const headers& of) {
  std::string all;
  for (const auto& [name, value] : of)
    all += (all.empty() ? "" : ",") + name;
  return all;
}

/// Knows how many of it there are.
struct counted {
  static constexpr std::string_view name = "Counted";
  static inline int living = 0;

  explicit counted(workflow::context ctx) {
    ++living;
    ctx.on_query("living", [] { return living; });
  }
  counted(const counted&) = delete;
  ~counted() { --living; }
  async<void> run(workflow::context) { co_return; }
};

struct stands_by final : worker_interceptor {
  std::unique_ptr<workflow::interceptor> intercept_workflow(const workflow::info&) const override {
    return std::make_unique<workflow::interceptor>();
  }
};

struct fixture {
  environment env{{.service = {.endpoints = {{"echoes", "default", "q"}}}}};
  std::shared_ptr<texts> seen = std::make_shared<texts>();

  std::shared_ptr<const noting_client> noting(const std::string& name) const {
    return std::make_shared<noting_client>(notes{seen, name});
  }
  worker serve(const client& with, worker_options options) {
    auto made = env.make_worker(with, std::move(options));
    made.add<trunk>()
        .add<leaf>()
        .add(activity::implement<shout>([](activity::context ctx, const std::string& in) {
          ctx.heartbeat(1);
          return in + " " + names_of(ctx.info().headers);
        }))
        .add(activity::implement<whisper>(
            [](activity::context ctx, std::string in) -> activity::async<std::string> {
              co_return in + " " + names_of(ctx.info().headers);
            }))
        .add(nexus::handler_for<echo_service>(
            nexus::sync<echo_service::echo>([](nexus::start_context ctx, std::string in) {
              return in + std::string{ctx.header("from-a").value_or("-")};
            }),
            nexus::sync<echo_service::echo_async>(
                [](nexus::start_context ctx, std::string in) -> nexus::async<std::string> {
                  co_return in + std::string{ctx.header("from-b").value_or("-")};
                }),
            nexus::workflow_run<echo_service::wait>([](nexus::start_context, std::string in) {
              return nexus::start_workflow<leaf>({.id = "behind"}, in);
            })));
    made.start();
    return made;
  }
  std::size_t place(const std::string& what) const {
    const auto at = std::ranges::find(*seen, what);
    BOOST_TEST((at != seen->end()), what + " was not seen");
    return static_cast<std::size_t>(at - seen->begin());
  }
};

const texts all_seen{"continued", "a a,b,in-a,in-b", "b a,b", "c ", "de", "fx", "gx", "canceled"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(interceptors, fixture)

BOOST_AUTO_TEST_CASE(everything_passes_them_in_their_order) {
  const auto client = env.connect("default", {}, {noting("a")});
  // Its own come behind those of the client; the cache has no room, so all of it is replayed.
  auto serves =
      serve(client, {.task_queue = "q", .max_cached_workflows = 0, .interceptors = {noting("b")}});
  auto run = client.start_workflow<trunk>({.id = "t", .task_queue = "q"}, "first", true);
  env.run_until([&] { return std::ranges::find(*seen, "a:cancel wait") != seen->end(); });
  BOOST_TEST(run.execute_update<std::string>("set", "v") == "v!");
  BOOST_TEST(run.query<std::string>("value") == "v");
  BOOST_TEST(run.result() == all_seen, boost::test_tools::per_element());

  for (const auto* outer_first :
       {"execute",
        "validate set",
        "update set*",
        "query value*",
        "run shout",
        "run async whisper",
        "start echo",
        "start async echo_async",
        "cancel wait"})
    BOOST_TEST(
        (place("a:" + std::string{outer_first}) < place("b:" + std::string{outer_first})),
        outer_first);
  for (const auto* inner_first :
       {"executed",
        "updated",
        "ran whisper",
        "activity shout",
        "local whisper",
        "child Leaf",
        "operation echo",
        "signals child more",
        "cancels nobody",
        "continues Trunk",
        "heartbeat",
        "timer"})
    BOOST_TEST(
        (place("b:" + std::string{inner_first}) < place("a:" + std::string{inner_first})),
        inner_first);
  for (const auto* by_client : {"start Trunk", "ok", "change set", "ask value"})
    place("a:" + std::string{by_client});
}

BOOST_AUTO_TEST_CASE(what_a_run_continues_as_gets_the_headers_that_were_given_to_it_alone) {
  const auto client = env.connect("default", {}, {noting("a")});
  auto serves = serve(client, {.task_queue = "q"});
  auto run = client.start_workflow<trunk>({.id = "t", .task_queue = "q"}, "first", true);
  std::vector<std::string> carried;
  env.run_until([&] { return std::ranges::find(*seen, "a:activity shout") != seen->end(); });
  std::string start_of_second;
  for (const auto& event : client.get_workflow("t").history())
    if (start_of_second.empty())
      start_of_second = event.to_json();
  BOOST_TEST(start_of_second.find("\"from\"") != std::string::npos, start_of_second);
  BOOST_TEST(start_of_second.find("\"h\"") == std::string::npos, start_of_second);
  run.terminate("enough");
}

BOOST_AUTO_TEST_CASE(signals_pass_them_until_their_handlers_end) {
  const auto client = env.connect("default", {}, {noting("a")});
  auto serves = serve(client, {.task_queue = "q", .max_cached_workflows = 0});
  auto run = client.signal_with_start_workflow<trunk>(
      {.id = "t", .task_queue = "q"}, message("put", "one"), "first", false);
  BOOST_TEST(run.result().size() == all_seen.size());
  BOOST_TEST((place("a:signal put*") < place("a:signalled")));
  BOOST_CHECK_THROW(run.signal("put", "two"), rpc_error);
  BOOST_TEST(seen->back() == "a:failed");
}

BOOST_AUTO_TEST_CASE(the_object_of_a_run_that_has_ended_still_answers_queries) {
  const auto caller = env.connect();
  auto mine = env.make_worker(
      caller, {.task_queue = "counted", .interceptors = {std::make_shared<stands_by>()}});
  mine.add<counted>().start();
  const auto handle = caller.start_workflow<counted>({.id = "c", .task_queue = "counted"});
  handle.result();
  BOOST_TEST(handle.query<int>("living") == 1);
}

BOOST_AUTO_TEST_CASE(cancels_and_terminations_pass_the_clients) {
  const auto client = env.connect("default", {}, {noting("a"), noting("b")});
  auto run = client.start_workflow("Nobody", {.id = "n", .task_queue = "none"});
  run.cancel();
  run.terminate("why");
  BOOST_TEST(
      *seen
          == (texts{
              "a:start Nobody",
              "b:start Nobody",
              "b:ok",
              "a:ok",
              "a:cancel n",
              "b:cancel n",
              "b:ok",
              "a:ok",
              "a:terminate n",
              "b:terminate n"}),
      boost::test_tools::per_element());
  try {
    (void)run.result();
    BOOST_ERROR("it was terminated");
  } catch (const workflow_failed_error& error) {
    BOOST_TEST(std::string{error.cause()->message()} == "Workflow terminated: why!!");
  }
}

BOOST_AUTO_TEST_SUITE_END()
