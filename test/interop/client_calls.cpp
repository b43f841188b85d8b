// SPDX-License-Identifier: Apache-2.0
// Every call of the client against the workflow of client_peer.py, in each way to make one:
// `client_calls blocking|awaited|called_back QUEUE`, and from a coroutine handler
// of a Nexus operation that a workflow of ours calls: `client_calls handler QUEUE ENDPOINT
// HANDLERS`; or first tasks without a poll, with a worker of ours: `client_calls eager QUEUE`; or
// activities without a workflow and a batch operation, with one, too: `client_calls alone QUEUE`.
// Settings come from the environment. Prints a line for each thing that was as it should
// be.
#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>

#include <boost/describe.hpp>

#include <coroutine>
#include <exception>
#include <future>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace troupe;
using namespace std::chrono_literals;

struct failed_check : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check(bool is_so, const std::string& what) {
  if (!is_so)
    throw failed_check(what);
  std::cout << "ok: " << what << std::endl;
}

/// Checks that `what` throws an `Error` that fits.
template <class Error, class What, class Fits>
void refuses(const std::string& sentence, What what, Fits fits) {
  try {
    what();
  } catch (const Error& error) {
    std::cout << "    " << describe(error) << '\n';
    return check(fits(error), sentence);
  } catch (const std::exception& error) {
    throw failed_check(sentence + ": " + describe(error));
  }
  throw failed_check(sentence + ": nothing was thrown");
}

/// Asks again until it is so: deletions, lists and batch operations lag behind on the real server.
template <class Condition>
void becomes(const std::string& what, Condition condition) {
  for (int at = 0; at < 300; ++at) {
    if (condition())
      return check(true, what);
    std::this_thread::sleep_for(100ms);
  }
  check(false, what);
}

auto has_code(status_code code) {
  return [code](const rpc_error& error) { return error.code() == code; };
}
template <class Error>
auto because_of(const std::string& type) {
  return [type](const Error& error) {
    const auto* cause = find_cause<application_error>(error);
    return cause != nullptr && cause->type() == type;
  };
}

// -- the ways to make a call ----------------------------------------------------------------------

struct detached {
  struct promise_type {
    detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

template <class T>
void fulfil(std::promise<T>& promise, result<T> outcome) {
  if (!outcome)
    promise.set_exception(outcome.error());
  else if constexpr (std::is_void_v<T>)
    promise.set_value();
  else
    promise.set_value(*std::move(outcome));
}

template <class T>
detached await_into(call<T> made, std::promise<T>* promise) {
  fulfil(*promise, co_await made.as_result());
}

enum class way { blocking, awaited, called_back };

struct asker {
  way by;

  template <class T>
  T operator()(call<T> made) const {
    if (by == way::blocking)
      return made.get();
    std::promise<T> promise;
    auto outcome = promise.get_future();
    if (by == way::awaited)
      await_into(std::move(made), &promise);
    else
      made.start([&](result<T> value) { fulfil(promise, std::move(value)); });
    return outcome.get();
  }
};

// -- the story ------------------------------------------------------------------------------------

struct story {
  async_client client;
  asker ask;
  std::string queue;
  std::string name; ///< of what is started, apart from other ways

  [[nodiscard]] start_workflow_options
  options(const std::string& id, const std::string& on = {}) const {
    return {.id = name + "-" + id, .task_queue = on.empty() ? queue : on};
  }

  void signals_and_queries() const {
    const auto cart =
        ask(client.start_workflow<std::string>("Cart", options("messages"), std::string{"Ann"}));
    check(!cart.run_id().empty(), "a workflow is started");
    check(ask(cart.query<int>("total")) == 0, "a query is answered");
    ask(cart.signal("put", 3));
    check(ask(cart.query<int>("total")) == 3, "a signal arrives before the next query");
    refuses<workflow_query_failed_error>(
        "a query that fails tells why",
        [&] { ask(cart.query<int>("broken")); },
        // Workers of that SDK send the text alone.
        [](const auto& error) { return error.message() == "nothing to be seen"; });
    refuses<workflow_query_failed_error>(
        "a query that nobody knows fails",
        [&] { ask(cart.query<int>("no_such_query")); },
        has_code(status_code::invalid_argument));
    refuses<rpc_error>(
        "a result that does not come in time is an error",
        [&] { ask(cart.result().with_timeout(200ms)); },
        has_code(status_code::deadline_exceeded));

    const auto same = ask(client.signal_with_start_workflow<std::string>(
        "Cart", options("messages"), message("put", 4), std::string{"Bob"}));
    check(same.run_id() == cart.run_id(), "a signal with start finds the running one");
    check(ask(cart.query<int>("total")) == 7, "its signal arrives");
    check(ask(cart.describe()).status == workflow_status::running, "it is running");
    ask(cart.signal("close"));
    check(ask(cart.result()) == "Ann:7", "it ends with its result");
    refuses<workflow_query_rejected_error>(
        "a query of a closed workflow is rejected if one wants",
        [&] { ask(cart.query<int>("total", {.reject_if = query_reject_condition::not_open})); },
        [](const auto& error) { return error.status() == workflow_status::completed; });
    refuses<rpc_error>(
        "a signal to a closed workflow is an error",
        [&] { ask(cart.signal("put", 1)); },
        has_code(status_code::not_found));

    const auto next = ask(client.signal_with_start_workflow<std::string>(
        "Cart", options("messages"), message("put", 5), std::string{"Cid"}));
    check(next.run_id() != cart.run_id(), "a signal with start starts where none runs");
    check(ask(next.query<int>("total")) == 5, "its signal comes first");
    ask(next.cancel("enough"));
    refuses<workflow_failed_error>(
        "a cancelled workflow tells so",
        [&] { ask(next.result()); },
        [](const auto& error) { return find_cause<canceled_error>(error) != nullptr; });
    calls_by_name();
  }

  void calls_by_name() const {
    check(
        ask(client.call_service("WorkflowService/GetSystemInfo", {})).find("1.31")
            != std::string::npos,
        "a call by its name brings the answer's bytes");
    check(
        ask(client.call_service("OperatorService/ListClusters", {})).find("active")
            != std::string::npos,
        "so do those for operators");
    const std::string is_serving{"\x08\x01"};
    const std::string service{"temporal.api.workflowservice.v1.WorkflowService"};
    const auto request = std::string{"\x0a"} + static_cast<char>(service.size()) + service;
    check(
        ask(client.call_service("grpc.health.v1.Health/Check", request)) == is_serving,
        "and those of other services");
    refuses<rpc_error>(
        "a method that there is not is refused",
        [&] { (void)ask(client.call_service("WorkflowService/NoSuchThing", {})); },
        has_code(status_code::unimplemented));
  }

  void updates() const {
    const auto cart =
        ask(client.start_workflow<std::string>("Cart", options("updates"), std::string{"Ann"}));
    check(ask(cart.execute_update<int>("add", 4)) == 4, "an update is executed");
    refuses<workflow_update_failed_error>(
        "an update that its validator refuses tells why",
        [&] { ask(cart.execute_update<int>("add", -1)); },
        because_of<workflow_update_failed_error>("Negative"));
    refuses<workflow_update_failed_error>(
        "an update that fails tells why",
        [&] { ask(cart.execute_update<void>("spill")); },
        because_of<workflow_update_failed_error>("Spilled"));
    refuses<workflow_update_failed_error>(
        "an update that nobody knows fails",
        [&] { ask(cart.execute_update<void>("no_such_update")); },
        [](const auto&) { return true; });

    const auto waits = ask(cart.start_update<int>("until", {.id = "waits"}, 6));
    check(!waits.is_completed(), "an update is started without waiting for its end");
    check(waits.id() == "waits" && waits.run_id() == cart.run_id(), "its handle knows it");
    refuses<rpc_error>(
        "an end that does not come in time is an error",
        [&] { ask(waits.result(200ms)); },
        has_code(status_code::deadline_exceeded));
    ask(cart.signal("put", 2));
    check(ask(waits.result()) == 6, "its end is waited for");
    check(ask(cart.get_update<int>("waits").result()) == 6, "it is found by its id");
    const auto again = ask(cart.start_update<int>("until", {.id = "waits"}, 100));
    check(again.is_completed() && ask(again.result()) == 6, "the same id joins the first one");
    refuses<rpc_error>(
        "an update that is not there is an error",
        [&] { ask(cart.get_update<int>("other").result()); },
        has_code(status_code::not_found));

    const auto alone = ask(
        client.start_workflow("Cart", options("alone", "no-worker-" + queue), std::string{"Ann"}));
    refuses<rpc_error>(
        "an update that no worker takes does not come in time",
        [&] { ask(alone.execute_update<int>("add", update_options{.timeout = 300ms}, 1)); },
        has_code(status_code::deadline_exceeded));
    ask(alone.terminate("nobody comes"));
    refuses<workflow_failed_error>(
        "a terminated workflow tells so",
        [&] { ask(alone.result()); },
        [](const auto& error) { return find_cause<terminated_error>(error) != nullptr; });
    updates_with_start(cart);
  }

  void resets_and_removals() const {
    const auto cart =
        ask(client.start_workflow<std::string>("Cart", options("resets"), std::string{"Ann"}));
    check(ask(cart.query<int>("total")) == 0, "a workflow has done its first task");
    ask(cart.signal("put", 3));
    check(ask(cart.query<int>("total")) == 3, "and got that far");
    const auto run = [&](const std::string& id) {
      return client.get_workflow<std::string>(cart.id(), id);
    };
    const auto anew = run(ask(cart.reset(
        {.to = reset_point::first_workflow_task,
         .reason = "again",
         .exclude = {reset_exclusion::signals}})));
    check(ask(anew.query<int>("total")) == 0, "it begins anew at its first task");
    ask(anew.signal("put", 4));
    check(ask(anew.query<int>("total")) == 4, "and goes on");
    const auto repeated = run(ask(anew.reset({.to = reset_point::last_workflow_task})));
    check(ask(repeated.query<int>("total")) == 4, "it does its last task again");
    // Whichever run it is by now.
    const auto built = run(ask(client.get_workflow<std::string>(cart.id()).reset(
        {.to = reset_point::build_id,
         .build_id = "cart-1",
         .exclude = {reset_exclusion::signals}})));
    check(ask(built.query<int>("total")) == 0, "it goes back to the first task of a build");
    refuses<rpc_error>(
        "a point that its history does not have is told",
        [&] { ask(built.reset({.to = reset_point::last_continued_as_new})); },
        has_code(status_code::failed_precondition));
    ask(built.remove());
    becomes("a workflow that is deleted is gone", [&] {
      try {
        (void)ask(built.describe());
        return false;
      } catch (const rpc_error& error) {
        return error.code() == status_code::not_found;
      }
    });
  }

  void updates_with_start(const async_workflow_handle<std::string>& cart) const {
    auto existing = options("updates");
    existing.id_conflict_policy = workflow_id_conflict_policy::use_existing;
    const auto both = ask(client.update_with_start_workflow<std::string, int>(
        "Cart", existing, message("add", 4), {}, std::string{"Bob"}));
    check(
        both.workflow.run_id() == cart.run_id() && both.update.run_id() == cart.run_id(),
        "an update with start finds the running one");
    check(ask(both.update.result()) == 10, "and updates it");
    auto strict = options("updates");
    strict.id_conflict_policy = workflow_id_conflict_policy::fail;
    refuses<workflow_already_started_error>(
        "an update with start is refused if the running one is in the way",
        [&] {
          ask(client.execute_update_with_start_workflow<int>(
              "Cart", strict, message("add", 1), {}, std::string{"Bob"}));
        },
        [&](const auto& error) { return error.run_id() == cart.run_id(); });
    ask(cart.signal("close"));
    check(ask(cart.result()) == "Ann:10", "all of it arrived once");
    refuses<rpc_error>(
        "an update of a closed workflow is an error",
        [&] { ask(cart.execute_update<int>("add", 1)); },
        has_code(status_code::not_found));

    auto fresh = options("fresh");
    fresh.id_conflict_policy = workflow_id_conflict_policy::use_existing;
    const auto made = ask(client.update_with_start_workflow<std::string, int>(
        "Cart",
        fresh,
        message("add", 2),
        {.wait_for = update_stage::completed},
        std::string{"Cid"}));
    check(made.update.is_completed(), "an update with start waits for the end if one wants");
    check(ask(made.update.result()) == 2, "and starts the workflow where none runs");
    refuses<workflow_update_failed_error>(
        "an update with start that is refused tells why",
        [&] {
          ask(client.execute_update_with_start_workflow<int>(
              "Cart", fresh, message("add", -1), {}, std::string{"Cid"}));
        },
        because_of<workflow_update_failed_error>("Negative"));
    auto cron = options("cron");
    cron.id_conflict_policy = workflow_id_conflict_policy::use_existing;
    cron.cron_schedule = "* * * * *";
    refuses<rpc_error>(
        "what no update may start is refused in the service's words",
        [&] {
          ask(client.execute_update_with_start_workflow<int>(
              "Cart", cron, message("add", 1), {}, std::string{"Cid"}));
        },
        [](const auto& error) { return error.status().message == "CronSchedule is not allowed."; });
    ask(made.workflow.terminate("enough"));
  }
};

// -- from a handler -------------------------------------------------------------------------------

struct seen {
  int total = 0;
  int updated = 0;
  int waited = 0;
  std::string result;
  std::string blocking;
};
BOOST_DESCRIBE_STRUCT(seen, (), (total, updated, waited, result, blocking))

struct carts : nexus::service<"Carts"> {
  static constexpr operation<std::string, seen> visit{"visit"};
  static constexpr auto operations = std::tuple{visit};
};

struct visitor {
  static constexpr std::string_view name = "Visitor";
  async<seen> run(workflow::context ctx, std::string endpoint, std::string id) {
    co_return co_await ctx.nexus_client<carts>({.endpoint = endpoint}).execute<carts::visit>(id);
  }
};

int serve_and_call(
    const client& here,
    const std::string& queue,
    const std::string& endpoint,
    const std::string& handlers) {
  worker own{here, {.task_queue = handlers, .shards = 1}};
  own.add<visitor>().add(nexus::handler_for<carts>(nexus::sync<carts::visit>(
      [queue](nexus::start_context ctx, std::string id) -> nexus::async<seen> {
        seen all;
        const auto client = ctx.client().async();
        const auto cart = co_await client.signal_with_start_workflow<std::string>(
            "Cart", {.id = id, .task_queue = queue}, message("put", 3), std::string{"Eve"});
        all.total = co_await cart.query<int>("total");
        all.updated = co_await cart.execute_update<int>("add", 4);
        const auto waits = co_await cart.start_update<int>("until", 9);
        co_await cart.signal("put", 2);
        all.waited = co_await waits.result();
        co_await cart.signal("close");
        all.result = co_await cart.result();
        try {
          (void)cart.blocking().describe();
        } catch (const std::logic_error& error) {
          all.blocking = error.what();
        }
        co_return all;
      })));
  own.start();
  const auto all = here.execute_workflow<visitor>(
      {.id = "visitor-" + queue, .task_queue = handlers}, endpoint, "visited-" + queue);
  check(all.total == 3, "a handler signals with start and queries");
  check(all.updated == 7, "a handler updates");
  check(all.waited == 9, "a handler waits for an update that it started");
  check(all.result == "Eve:9", "a handler waits for a result");
  check(
      all.blocking.find("co_await client.async()") != std::string::npos,
      "a handler that blocks is told what to do");
  own.stop();
  return 0;
}

} // namespace

namespace {

struct eager_one {
  static constexpr std::string_view name = "EagerOne";
  async<int> run(workflow::context ctx, int number) {
    co_await ctx.sleep(10ms);
    co_return number + 1;
  }
};

/// First tasks that come with the answer to the start: each has one outcome, and none is lost.
int start_eagerly(const client& here, const std::string& queue) {
  constexpr int runs = 20;
  worker serves{here, {.task_queue = queue}};
  serves.add<eager_one>().start();
  const auto ids = "eager-" + queue + "-";
  for (int i = 0; i < runs; ++i) {
    const start_workflow_options options{
        .id = ids + std::to_string(i), .task_queue = queue, .request_eager_start = true};
    check(
        (i % 2 == 0 ? here.execute_workflow<eager_one>(options, i)
                    : here.start_workflow<eager_one>(options, i).result())
            == i + 1,
        "run " + std::to_string(i) + " ended");
  }
  int accepted = 0;
  for (int i = 0; i < runs; ++i) {
    int started = 0;
    int completed = 0;
    int other = 0;
    for (const auto& event : here.get_workflow(ids + std::to_string(i)).history()) {
      if (event.type() == "WorkflowExecutionStarted")
        accepted += event.to_json().find("eagerExecutionAccepted") != std::string::npos ? 1 : 0;
      started += event.type() == "WorkflowTaskStarted" ? 1 : 0;
      completed += event.type() == "WorkflowTaskCompleted" ? 1 : 0;
      other += event.type() == "WorkflowTaskFailed" || event.type() == "WorkflowTaskTimedOut";
    }
    check(started == 2 && completed == 2 && other == 0, "its tasks had one outcome each");
  }
  check(accepted == runs, "the service gave every first task out");
  check(
      serves.snapshot().metrics["workflow_tasks_without_poll"] == std::uint64_t{runs},
      "and the worker ran all of them");
  return 0;
}

// -- activities without a workflow, batch operations ----------------------------------------------

constexpr activity::contract<std::string(std::string)> shout{"shout"};
constexpr activity::contract<void()> beat{"beat"};

struct waiter {
  static constexpr std::string_view name = "Waiter";
  async<std::string> run(workflow::context ctx) {
    std::optional<std::string> got;
    ctx.on_signal("give", [&got](std::string what) { got = std::move(what); });
    co_await ctx.wait_condition([&got] { return got.has_value(); });
    co_return *got;
  }
};

int call_alone(const client& here, const std::string& queue) {
  worker serves{here, {.task_queue = queue}};
  serves.add<waiter>();
  serves.add(activity::implement<shout>([](activity::context ctx, const std::string& what) {
    if (ctx.info().attempt == 1)
      throw application_error("once more", {.type = "Once"});
    return what + "! " + ctx.info().activity_run_id;
  }));
  serves.add(activity::implement<beat>([](activity::context ctx) -> activity::async<> {
    do
      ctx.heartbeat();
    while (co_await ctx.sleep(100ms));
    ctx.throw_if_cancelled();
  }));
  serves.start();

  const auto shouting = here.start_activity<shout>(
      {.id = "shout",
       .task_queue = queue,
       .start_to_close_timeout = 10s,
       .retry_policy = workflow::retry_policy{.initial_interval = 10ms},
       .static_summary = "loud"},
      "Ann");
  check(shouting.result() == "Ann! " + shouting.run_id(), "an activity runs without a workflow");
  const auto done = shouting.describe();
  check(done.status == activity_status::completed && done.attempt == 2, "it was tried twice");
  check(done.last_failure == "once more" && done.static_summary == "loud", "and is described");
  refuses<activity_already_started_error>(
      "a used id is refused if it has to be",
      [&] {
        (void)here.start_activity<shout>(
            {.id = "shout",
             .task_queue = queue,
             .start_to_close_timeout = 10s,
             .id_reuse_policy = activity_id_reuse_policy::reject_duplicate},
            "Ann");
      },
      [&](const auto& error) { return error.run_id() == shouting.run_id(); });
  const start_activity_options beats{
      .id = "beat", .task_queue = queue, .start_to_close_timeout = 1min, .heartbeat_timeout = 1s};
  const auto cancelled = here.start_activity<beat>(beats);
  becomes("a worker takes it", [&] { return cancelled.describe().run_state == "Started"; });
  cancelled.cancel("enough");
  refuses<activity_failed_error>(
      "it is cancelled by its heartbeats",
      [&] { cancelled.result(20s); },
      [](const auto& error) { return find_cause<canceled_error>(error) != nullptr; });
  check(cancelled.describe().canceled_reason == "enough", "and says why");
  const auto ended = here.start_activity<beat>(beats);
  ended.terminate("enough");
  refuses<activity_failed_error>(
      "it is terminated",
      [&] { ended.result(20s); },
      [](const auto& error) { return find_cause<terminated_error>(error) != nullptr; });
  becomes("they are counted", [&] {
    return here.count_activities("ActivityType = 'beat'") == 2
           && here.count_activities("ExecutionStatus = 'Completed'") == 1;
  });
  becomes("and listed", [&] {
    const auto found = here.list_activities("ExecutionStatus = 'Terminated'").collect();
    return found.size() == 1 && found.front().id == "beat"
           && found.front().status == activity_status::terminated;
  });
  shouting.remove();
  becomes("one is deleted", [&] { return here.count_activities("ActivityId = 'shout'") == 0; });

  constexpr int runs = 3;
  std::vector<workflow_handle<std::string>> waiting;
  for (int at = 0; at < runs; ++at)
    waiting.push_back(here.start_workflow<waiter>({.task_queue = queue}));
  becomes("workflows are counted by groups", [&] {
    const auto found =
        here.count_workflows_by_group("WorkflowType = 'Waiter' GROUP BY ExecutionStatus");
    return found.groups.size() == 1 && found.groups.front().count == runs
           && found.groups.front().value() == "Running";
  });
  const auto job = here.start_batch(
      {.query = "WorkflowType = 'Waiter'", .reason = "it is time"},
      message("give", std::string{"x"}));
  for (const auto& each : waiting)
    check(each.result({.timeout = 30s}) == "x", "a batch signals a workflow");
  becomes("a batch ends", [&] { return here.describe_batch(job).state == batch_state::completed; });
  const auto batch = here.describe_batch(job);
  check(batch.completed_count == runs && batch.failed_count == 0, "it counts what it did");
  check(batch.operation == "SignalWorkflow" && batch.reason == "it is time", "and says what");
  becomes("it is listed", [&] { return here.list_batches().collect().size() == 1; });
  refuses<rpc_error>(
      "it is not stopped any more",
      [&] { here.stop_batch(job, "late"); },
      has_code(status_code::not_found));
  const auto first = waiting.front().fetch_history();
  check(first.events.back().type() == "WorkflowExecutionCompleted", "a history is fetched whole");
  return 0;
}

} // namespace

int main(int count, char** words) {
  const std::vector<std::string> told{words + 1, words + count};
  try {
    const auto here = client::connect(connection_options_from_environment());
    if (told.at(0) == "handler")
      return serve_and_call(here, told.at(1), told.at(2), told.at(3));
    if (told.at(0) == "alone") {
      call_alone(here, told.at(1));
      std::cout << "all is well" << std::endl;
      return 0;
    }
    if (told.at(0) == "eager")
      return start_eagerly(here, told.at(1));
    const auto by = told.at(0) == "awaited"       ? way::awaited
                    : told.at(0) == "called_back" ? way::called_back
                                                  : way::blocking;
    const story tale{here.async(), {by}, told.at(1), told.at(0)};
    tale.signals_and_queries();
    tale.resets_and_removals();
    tale.updates();
    std::cout << "all is well" << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cout << "failed: " << describe(error) << std::endl;
    return 1;
  }
}
