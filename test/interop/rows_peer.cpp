// SPDX-License-Identifier: Apache-2.0
// The C++ side of rows_test.py, the same as rows_peer.py: `rows_peer QUEUE workflows|companions
// [COMPANIONS ENDPOINT]`.

#include "test/interop/rows_peer.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/search_attribute.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace rows_peer {

// -- workflows

struct echo_workflow {
  static constexpr std::string_view name = "Echo";
  async<std::string> run(workflow::context, std::string what) { co_return what; }
};
struct structs {
  static constexpr std::string_view name = "Structs";
  async<person> run(workflow::context, person who) { co_return twice(std::move(who)); }
};
struct nothing {
  static constexpr std::string_view name = "Nothing";
  async<void> run(workflow::context) { co_return; }
};
struct several {
  static constexpr std::string_view name = "Several";
  async<std::string> run(workflow::context, int first, std::string text, bool yes) {
    co_return std::to_string(first) + " " + text + (yes ? " yes" : " no");
  }
};

struct others {
  async<std::string> run(workflow::context ctx, payloads input) {
    co_return ctx.info().workflow_type + " " + decode_value<std::string>(input.at(0));
  }
};

std::string companions; // the task queue of the other language
std::string endpoint;

class messages {
public:
  static constexpr std::string_view name = "Messages";

  explicit messages(workflow::context ctx) {
    ctx.on_signal("add", [this](int n) { total_ += n; });
    ctx.on_signal("add_count", [this](person who) { total_ += who.count; });
    ctx.on_signal("end", [this] { ends_ = true; });
    ctx.on_other_signals([this](std::string other, payloads) { others_ += " " + other; });
    ctx.on_query("total", [this] { return total_; });
    ctx.on_query("times", [this](int n) { return total_ * n; });
    ctx.on_query("broken", []() -> int { throw application_error("broken"); });
    ctx.on_update("plus", this, &messages::plus, &messages::check_plus);
    ctx.on_update("slowly", this, &messages::slowly);
    ctx.on_update("ask", this, &messages::ask);
    ctx.on_update("refuse_it", [] { throw application_error("no", {.type = "Refused"}); });
  }

  async<std::string> run(workflow::context ctx) {
    co_await ctx.wait_condition([this, ctx] { return ends_ && ctx.all_handlers_finished(); });
    co_return std::to_string(total_) + others_;
  }

private:
  int plus(int n) { return total_ += n; }
  void check_plus(int n) const {
    if (n < 0)
      throw application_error("fewer than none", {.type = "Negative"});
  }
  async<int> slowly(workflow::context ctx, int n) {
    co_await ctx.sleep(200ms);
    co_return total_ += n;
  }
  async<std::string> ask(workflow::context ctx, std::string what) {
    co_return co_await ctx.execute<echo>(
        {.task_queue = companions, .start_to_close_timeout = 10s}, what);
  }

  int total_ = 0;
  bool ends_ = false;
  std::string others_;
};

class row {
public:
  static constexpr std::string_view name = "Row";

  explicit row(workflow::context ctx) {
    ctx.on_signal("word", [this](std::string word) { words_.push_back(std::move(word)); });
  }

  async<std::string> run(workflow::context ctx, std::string which, int n) {
    const auto found = all().find(which);
    if (found == all().end())
      throw application_error("there is no row " + which, {.type = "NoRow"});
    co_return co_await (this->*found->second)(ctx, n);
  }

private:
  using member = async<std::string> (row::*)(workflow::context, int);
  static const std::map<std::string, member>& all();

  // waiting

  async<std::string> timer(workflow::context ctx, int) {
    co_await ctx.sleep(10ms);
    co_return "slept";
  }
  async<std::string> race(workflow::context ctx, int) {
    auto slow = ctx.sleep(60s);
    auto fast = ctx.sleep(10ms);
    const auto first = co_await workflow::any(slow, fast);
    slow.cancel();
    co_return first == 1 ? "fast" : "slow";
  }
  async<std::string> timer_cancelled(workflow::context ctx, int) {
    auto timer = ctx.sleep(60s);
    co_await ctx.sleep(10ms);
    timer.cancel();
    const auto ended = co_await timer.as_result();
    co_return ended ? "fired" : text_of(ended.error());
  }
  async<std::string> side_by_side(workflow::context ctx, int) {
    const auto later = [](workflow::context inner, int i) -> async<int> {
      co_await inner.sleep(10ms * i);
      co_return i;
    };
    std::vector<workflow::future<int>> each;
    for (const int i : {3, 1, 2})
      each.push_back(ctx.spawn(later, i));
    int sum = 0;
    for (const auto& one : each)
      sum += co_await one;
    co_return std::to_string(sum);
  }
  async<std::string> condition_in_time(workflow::context ctx, int) {
    auto soon = ctx.spawn([this](workflow::context inner) -> async<void> {
      co_await inner.sleep(10ms);
      words_.emplace_back("x");
    });
    const bool in_time = co_await ctx.wait_condition([this] { return !words_.empty(); }, 60s);
    co_await soon;
    co_return in_time ? "in time" : "late";
  }
  async<std::string> condition_late(workflow::context ctx, int) {
    co_return co_await ctx.wait_condition([] { return false; }, 10ms) ? "in time" : "late";
  }
  async<std::string> now_moves(workflow::context ctx, int) {
    const auto before = ctx.now();
    co_await ctx.sleep(1s);
    co_return ctx.now() - before >= 1s ? "moved" : "stood";
  }
  async<std::string> random_number(workflow::context ctx, int) {
    const auto rolled = ctx.random().uniform(1, 6);
    co_return rolled >= 1 && rolled <= 6 ? "in range" : "out of it";
  }
  async<std::string> uuid(workflow::context ctx, int) {
    co_return std::to_string(ctx.uuid().size());
  }

  // ends and beginnings

  async<std::string> fails(workflow::context, int) {
    throw application_error("it failed", {.type = "Bad"});
    co_return "";
  }
  async<std::string> fails_with_details(workflow::context, int) {
    throw application_error("it failed", {.type = "Bad", .details = make_payloads(1, "two")});
    co_return "";
  }
  async<std::string> fails_with_cause(workflow::context, int) {
    throw application_error(
        "outer",
        {.type = "Outer",
         .cause = std::make_shared<application_error>(
             "inner", application_error_options{.type = "Inner"})});
    co_return "";
  }
  async<std::string> retried(workflow::context ctx, int) {
    if (ctx.info().attempt < 3)
      throw application_error("not yet", {.type = "Early"});
    co_return "attempt " + std::to_string(ctx.info().attempt);
  }
  async<std::string> non_retryable(workflow::context ctx, int) {
    throw application_error(
        "at attempt " + std::to_string(ctx.info().attempt),
        {.type = "Final", .non_retryable = true});
    co_return "";
  }
  async<std::string> continues(workflow::context ctx, int n) {
    if (n < 3)
      ctx.continue_as_new("continues", n + 1);
    co_return "run " + std::to_string(n) + " " + co_await memo(ctx, n);
  }
  async<std::string> continues_as_another(workflow::context ctx, int) {
    ctx.continue_as_new({.workflow_type = "Echo"}, "another");
    co_return "";
  }
  async<std::string> last_failure(workflow::context ctx, int) {
    if (ctx.info().attempt < 2)
      throw application_error("not yet", {.type = "Early"});
    co_return ctx.last_failure()->message();
  }
  async<std::string> cancelled(workflow::context ctx, int) {
    co_await ctx.sleep(60s);
    co_return "slept";
  }
  async<std::string> cancel_cleanup(workflow::context ctx, int) {
    if (co_await ctx.sleep(60s).as_result())
      co_return "slept";
    co_await ctx.shielded().sleep(10ms);
    co_return "cleaned";
  }

  // what a run is and says

  async<std::string> info(workflow::context ctx, int) {
    const auto about = ctx.info();
    co_return about.workflow_type + " " + std::to_string(about.attempt) + " " + about.workflow_id
        + " " + about.name_space;
  }
  async<std::string> priority(workflow::context ctx, int) {
    const auto priority = ctx.info().priority;
    co_return std::to_string(priority.key) + " " + priority.fairness_key;
  }
  async<std::string> memo(workflow::context ctx, int) {
    co_return ctx.memo_of<std::string>("key").value_or("none");
  }
  async<std::string> upsert_memo(workflow::context ctx, int n) {
    ctx.upsert_memo({{"key", encode_value("new")}});
    co_return co_await memo(ctx, n);
  }
  async<std::string> upsert_search_attribute(workflow::context ctx, int) {
    const keyword_attribute customer{"Customer"};
    ctx.upsert_search_attributes({customer.set("Ann")});
    co_await ctx.sleep(10ms);
    co_return ctx.search_attribute_of(customer).value_or("none");
  }
  async<std::string> patched(workflow::context ctx, int) {
    co_return ctx.patched("change") ? "new" : "old";
  }
  async<std::string> deprecated(workflow::context ctx, int) {
    ctx.deprecate_patch("change");
    co_return "gone on";
  }

  // activities

  static workflow::activity_options options(int attempts = 0) {
    return {
        .task_queue = companions,
        .start_to_close_timeout = 10s,
        .retry_policy =
            workflow::retry_policy{.initial_interval = 10ms, .maximum_attempts = attempts}};
  }

  async<std::string> activity(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute<echo>(options(), "hi").as_result());
  }
  async<std::string> activity_struct(workflow::context ctx, int) {
    const auto who = co_await ctx.execute<make_double>(options(), person{"Ann", 2, {"a"}});
    co_return who.name + " " + std::to_string(who.count) + " " + std::to_string(who.tags.size());
  }
  async<std::string> activity_fails(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute<refuse>(options(), "no").as_result());
  }
  async<std::string> activity_flaky(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute<flaky>(options(), 2).as_result());
  }
  async<std::string> activity_attempts(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute<flaky>(options(2), 9).as_result());
  }
  async<std::string> activity_type_ends_retries(workflow::context ctx, int) {
    auto with = options();
    with.retry_policy->non_retryable_error_types = {"Flaky"};
    co_return outcome(co_await ctx.execute<flaky>(with, 9).as_result());
  }
  async<std::string> hanging(workflow::context ctx, workflow::activity_options with) {
    const auto ended = co_await ctx.execute<hang>(with).as_result();
    co_return ended ? "done" : text_of(ended.error());
  }
  async<std::string> activity_timeout(workflow::context ctx, int) {
    auto with = options(1);
    with.start_to_close_timeout = 1s;
    co_return co_await hanging(ctx, with);
  }
  async<std::string> activity_heartbeat_timeout(workflow::context ctx, int) {
    auto with = options(1);
    with.heartbeat_timeout = 1s;
    co_return co_await hanging(ctx, with);
  }
  async<std::string> activity_nobody(workflow::context ctx, int) {
    auto with = options();
    with.task_queue = "nobody";
    with.schedule_to_start_timeout = 1s;
    co_return outcome(co_await ctx.execute<echo>(with, "hi").as_result());
  }
  async<std::string> activity_unknown(workflow::context ctx, int) {
    const auto said =
        outcome(co_await ctx.execute_activity<std::string>("unheard", options(1)).as_result());
    co_return said.substr(0, said.find(':'));
  }
  async<std::string>
  cancel(workflow::context ctx, workflow::activity_cancellation_type how, bool gives_in) {
    auto with = options();
    with.heartbeat_timeout = 1s;
    with.cancellation_type = how;
    auto running = ctx.execute<beat>(with, gives_in);
    co_await ctx.sleep(500ms);
    running.cancel();
    co_return outcome(co_await running.as_result());
  }
  async<std::string> activity_try_cancel(workflow::context ctx, int) {
    return cancel(ctx, workflow::activity_cancellation_type::try_cancel, true);
  }
  async<std::string> activity_wait_cancel(workflow::context ctx, int) {
    return cancel(ctx, workflow::activity_cancellation_type::wait_completed, true);
  }
  async<std::string> activity_abandon(workflow::context ctx, int) {
    return cancel(ctx, workflow::activity_cancellation_type::abandon, true);
  }
  async<std::string> activity_ends_in_spite(workflow::context ctx, int) {
    return cancel(ctx, workflow::activity_cancellation_type::wait_completed, false);
  }
  async<std::string> activity_details(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute<remember>(options()).as_result());
  }
  async<std::string> ten_activities(workflow::context ctx, int) {
    std::vector<workflow::future<int>> each;
    for (int i = 0; i != 10; ++i)
      each.push_back(ctx.execute<number>(options(), i));
    int sum = 0;
    for (const auto& one : each)
      sum += co_await one;
    co_return std::to_string(sum);
  }
  static workflow::local_activity_options local() {
    return {
        .start_to_close_timeout = 10s,
        .retry_policy = workflow::retry_policy{.initial_interval = 10ms}};
  }
  async<std::string> local_activity(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute_local<echo>(local(), "hi").as_result());
  }
  async<std::string> local_activity_flaky(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute_local<flaky>(local(), 2).as_result());
  }
  async<std::string> local_activity_fails(workflow::context ctx, int) {
    co_return outcome(co_await ctx.execute_local<refuse>(local(), "no").as_result());
  }

  // children and others

  static workflow::child_workflow_options child_options(const workflow::context& ctx) {
    return {.id = ctx.info().workflow_id + "-child", .task_queue = companions};
  }
  static auto execute(workflow::context ctx, const std::string& how) {
    return ctx.execute_child<rows_peer::child>(child_options(ctx), how, 0);
  }
  static auto start(workflow::context ctx) {
    return ctx.start_child<rows_peer::child>(child_options(ctx), "wait", 0);
  }
  async<std::string> child(workflow::context ctx, int) {
    co_return outcome(co_await execute(ctx, "hi").as_result());
  }
  async<std::string> child_fails(workflow::context ctx, int) {
    co_return outcome(co_await execute(ctx, "fail").as_result());
  }
  async<std::string> child_continues(workflow::context ctx, int) {
    co_return outcome(co_await execute(ctx, "continue").as_result());
  }
  async<std::string> child_retried(workflow::context ctx, int) {
    auto with = child_options(ctx);
    with.retry_policy = workflow::retry_policy{.initial_interval = 10ms};
    co_return outcome(co_await ctx.execute_child<rows_peer::child>(with, "retry", 0).as_result());
  }
  async<std::string> child_timeout(workflow::context ctx, int) {
    auto with = child_options(ctx);
    with.run_timeout = 1s;
    co_return outcome(co_await ctx.execute_child<rows_peer::child>(with, "wait", 0).as_result());
  }
  async<std::string> child_cancelled(workflow::context ctx, int) {
    auto running = co_await start(ctx);
    running.cancel();
    co_return outcome(co_await running.result().as_result());
  }
  async<std::string> child_signalled(workflow::context ctx, int) {
    auto running = co_await start(ctx);
    co_await running.signal("word", "hello");
    co_return co_await running.result();
  }
  async<std::string> child_taken(workflow::context ctx, int) {
    auto running = co_await start(ctx);
    const auto said = outcome(co_await execute(ctx, "wait").as_result());
    co_await running.signal("word", "hello");
    co_return said + ", " + co_await running.result();
  }
  async<std::string> leave(workflow::context ctx, workflow::parent_close_policy how) {
    auto with = child_options(ctx);
    with.parent_close_policy = how;
    co_await ctx.start_child<rows_peer::child>(with, "wait", 0);
    co_return "left";
  }
  async<std::string> child_replaced(workflow::context ctx, int) {
    auto with = child_options(ctx);
    with.id_reuse_policy = workflow_id_reuse_policy::terminate_if_running;
    const auto first = co_await ctx.start_child<rows_peer::child>(with, "wait", 0);
    const auto second =
        outcome(co_await ctx.execute_child<rows_peer::child>(with, "hi", 0).as_result());
    co_return outcome(co_await first.result().as_result()) + ", " + second;
  }
  async<std::string> child_abandoned(workflow::context ctx, int) {
    return leave(ctx, workflow::parent_close_policy::abandon);
  }
  async<std::string> child_asked_to_cancel(workflow::context ctx, int) {
    return leave(ctx, workflow::parent_close_policy::request_cancel);
  }
  async<std::string> child_terminated(workflow::context ctx, int) {
    return leave(ctx, workflow::parent_close_policy::terminate);
  }
  async<std::string> external_signal(workflow::context ctx, int) {
    auto running = co_await start(ctx);
    co_await ctx.external_workflow(running.workflow_id()).signal("word", "hello");
    co_return co_await running.result();
  }
  async<std::string> external_cancel(workflow::context ctx, int) {
    auto running = co_await start(ctx);
    co_await ctx.external_workflow(running.workflow_id()).cancel();
    co_return outcome(co_await running.result().as_result());
  }
  async<std::string> signal_to(workflow::context ctx, std::string whom) {
    const auto sent = co_await ctx.external_workflow(whom).signal("word", "hello").as_result();
    if (sent)
      co_return "sent";
    const auto* why = find_cause<workflow::external_workflow_error>(sent.error());
    co_return why != nullptr && why->problem() == workflow::external_workflow_problem::not_found
        ? "not found"
        : text_of(sent.error());
  }
  async<std::string> external_nobody(workflow::context ctx, int) {
    return signal_to(ctx, "nobody-is-there");
  }
  async<std::string> itself(workflow::context ctx, int) {
    return signal_to(ctx, ctx.info().workflow_id);
  }

  // operations

  static auto operations(const workflow::context& ctx) {
    return ctx.nexus_client<rows>({.endpoint = endpoint});
  }
  async<std::string> nexus_sync(workflow::context ctx, int) {
    co_return outcome(co_await operations(ctx).execute<rows::say>("Ann").as_result());
  }
  async<std::string> nexus_fails(workflow::context ctx, int) {
    const auto said = outcome(co_await operations(ctx).execute<rows::say>("nobody").as_result());
    co_return said.substr(said.find(": ") + 2);
  }
  async<std::string> nexus_workflow(workflow::context ctx, int) {
    co_return outcome(co_await operations(ctx).execute<rows::grow>("hi").as_result());
  }
  async<std::string> nexus_workflow_fails(workflow::context ctx, int) {
    co_return outcome(co_await operations(ctx).execute<rows::grow>("fail").as_result());
  }
  async<std::string> nexus_cancelled(workflow::context ctx, int) {
    auto running = co_await operations(ctx).start<rows::grow>("wait");
    running.cancel();
    co_return outcome(co_await running.result().as_result());
  }

  std::vector<std::string> words_;
};

const std::map<std::string, row::member>& row::all() {
#define ROW(name) {#name, &row::name}
  static const std::map<std::string, member> rows{
      ROW(timer),
      ROW(race),
      ROW(timer_cancelled),
      ROW(side_by_side),
      ROW(condition_in_time),
      ROW(condition_late),
      ROW(now_moves),
      ROW(random_number),
      ROW(uuid),
      ROW(fails),
      ROW(fails_with_details),
      ROW(fails_with_cause),
      ROW(retried),
      ROW(non_retryable),
      ROW(continues),
      ROW(continues_as_another),
      ROW(last_failure),
      ROW(cancelled),
      ROW(cancel_cleanup),
      ROW(info),
      ROW(priority),
      ROW(memo),
      ROW(upsert_memo),
      ROW(upsert_search_attribute),
      ROW(patched),
      ROW(deprecated),
      ROW(activity),
      ROW(activity_struct),
      ROW(activity_fails),
      ROW(activity_flaky),
      ROW(activity_attempts),
      ROW(activity_type_ends_retries),
      ROW(activity_timeout),
      ROW(activity_heartbeat_timeout),
      ROW(activity_nobody),
      ROW(activity_unknown),
      ROW(activity_try_cancel),
      ROW(activity_wait_cancel),
      ROW(activity_abandon),
      ROW(activity_ends_in_spite),
      ROW(activity_details),
      ROW(ten_activities),
      ROW(local_activity),
      ROW(local_activity_flaky),
      ROW(local_activity_fails),
      ROW(child),
      ROW(child_fails),
      ROW(child_continues),
      ROW(child_retried),
      ROW(child_timeout),
      ROW(child_cancelled),
      ROW(child_signalled),
      ROW(child_taken),
      ROW(child_replaced),
      ROW(child_abandoned),
      ROW(child_asked_to_cancel),
      ROW(child_terminated),
      ROW(external_signal),
      ROW(external_cancel),
      ROW(external_nobody),
      ROW(itself),
      ROW(nexus_sync),
      ROW(nexus_fails),
      ROW(nexus_workflow),
      ROW(nexus_workflow_fails),
      ROW(nexus_cancelled),
  };
#undef ROW
  return rows;
}

} // namespace rows_peer

int main(int count, char** words) try {
  using namespace rows_peer;
  if (count < 3)
    throw std::invalid_argument("rows_peer QUEUE workflows|companions [COMPANIONS ENDPOINT]");
  const std::string_view serves{words[2]};
  companions = count > 3 ? words[3] : "";
  endpoint = count > 4 ? words[4] : "";
  auto client = client::connect(connection_options_from_environment());
  worker worker{client, {.task_queue = words[1]}};
  if (serves == "companions")
    add_companions(worker);
  else
    worker.add<row>()
        .add<messages>()
        .add<echo_workflow>()
        .add<structs>()
        .add<nothing>()
        .add<several>()
        .add(workflow::define_others<others>());
  add_activities(worker);
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
