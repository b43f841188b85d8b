// SPDX-License-Identifier: Apache-2.0
// The C++ side of nexus_operations_test.py: what operations can be, and what handlers do meanwhile.
//
//     nexus_operations_peer ENDPOINT QUEUE
//     nexus_operations_peer complete CALLBACK succeed|fail|cancel

#include <troupe/activity/implementation.hpp>
#include <troupe/client/nexus_completion.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/callback.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/payload/json.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

namespace {

std::string endpoint;
std::string queue;

constexpr activity::contract<std::string(std::string)> charge{"charge"};
constexpr activity::contract<std::string()> stay{"stay"};

/// A workflow that others talk to.
struct order {
  static constexpr std::string_view name = "Order";
  static constexpr workflow::signal<std::string> note{"note"};
  static constexpr workflow::query<std::string()> notes{"notes"};
  static constexpr workflow::update<std::string(std::string)> approve{"approve"};

  std::string written;
  troupe::async<std::string> run(workflow::context ctx) {
    ctx.on_signal<note>([this](std::string text) { written += text + ';'; });
    ctx.on_query<notes>([this] { return written; });
    ctx.on_update<approve>([this, ctx](std::string who) -> troupe::async<std::string> {
      if (who == "nobody")
        throw troupe::application_error("who?", {.type = "Nobody"});
      co_await ctx.sleep(1s);
      written += "approved by " + who + ';';
      co_return "thanks, " + who;
    });
    co_await ctx.wait_condition([this] { return written.find("close;") != std::string::npos; });
    co_return written;
  }
};

constexpr auto service_name = "operations";

/// Calls one operation, and cancels it after a while if that is wanted.
struct caller {
  static constexpr std::string_view name = "Caller";
  troupe::async<std::string>
  run(workflow::context ctx, std::string operation, std::string input, bool cancels) {
    auto scope = ctx.make_scope();
    auto client = scope.context().nexus_client({.endpoint = endpoint, .service = service_name});
    auto call = client.execute<troupe::payload>(operation, input);
    if (cancels) {
      co_await ctx.sleep(1s);
      scope.cancel();
    }
    auto outcome = co_await call.as_result();
    if (outcome)
      co_return outcome->data;
    const auto error = troupe::to_failure_error(outcome.error());
    co_return error->cause() ? error->cause()->message() : error->message();
  }
};

/// The callbacks of operations that somebody else completes, by their input.
class open_operations {
public:
  void keep(const std::string& name, nexus::callback where) {
    const std::lock_guard lock{mutex_};
    kept_[name] = std::move(where);
  }
  nexus::callback find(const std::string& name) {
    const std::lock_guard lock{mutex_};
    const auto at = kept_.find(name);
    if (at == kept_.end())
      throw nexus::handler_error{nexus::handler_error_type::unavailable, "not begun yet"};
    return at->second;
  }

private:
  std::mutex mutex_;
  std::map<std::string, nexus::callback> kept_;
};

nexus::start_result<std::string> decide(nexus::start_context, std::string how) {
  if (how.starts_with("update"))
    return nexus::start_update<order::approve>(
        {.workflow_id = "order", .update_id = how}, std::string{"Ann"});
  if (how == "refused")
    return nexus::start_update<order::approve>({.workflow_id = "order"}, std::string{"nobody"});
  if (how == "activity")
    return nexus::start_activity<charge>({.start_to_close_timeout = 10s}, std::string{"Ann"});
  if (how == "staying activity")
    return nexus::start_activity<stay>({.start_to_close_timeout = 1h, .heartbeat_timeout = 2s});
  if (how == "workflow")
    return nexus::start_workflow<order>({.id = "from handler"});
  return "at once";
}

nexus::async<std::string> talk(nexus::start_context ctx, std::string) {
  const auto client = ctx.client().async();
  const auto handle = client.get_workflow("order");
  co_await handle.signal<order::note>("signalled");
  const auto seen = co_await handle.query<order::notes>();
  const auto said = co_await handle.execute_update<order::approve>("Bob");
  co_await client.signal_with_start_workflow<order>(
      {.id = "by signal", .task_queue = queue}, troupe::message<order::note>("hello"));
  co_await client.start_workflow<order>({.id = "by start", .task_queue = queue});
  co_return seen + ' ' + said;
}

int serve() {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  open_operations open;
  troupe::worker worker{client, {.task_queue = queue}};
  worker.add<order>().add<caller>();
  worker.add(activity::implement<charge>(
      [](activity::context, const std::string& who) { return who + " paid"; }));
  worker.add(activity::implement<stay>([](activity::context ctx) -> activity::async<std::string> {
    do
      ctx.heartbeat();
    while (co_await ctx.sleep(100ms));
    ctx.throw_if_cancelled();
    co_return "left";
  }));
  worker.add(nexus::service_handler{
      service_name,
      {nexus::dynamic_operation<std::string, std::string>("decide", decide),
       nexus::dynamic_operation<std::string, std::string>("talk", talk),
       nexus::dynamic_operation<std::string, std::string>(
           "later",
           [&](nexus::start_context ctx, std::string in) -> nexus::async_started {
             auto where = nexus::callback::of(ctx, "mine " + in);
             open.keep(in, where);
             return {where.token};
           }),
       nexus::dynamic_operation<std::string, nexus::callback>(
           "where", [&](nexus::start_context, std::string in) { return open.find(in); })}});
  return worker.run_until_signal();
}

int complete(std::string_view json, std::string_view how) {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  const troupe::nexus_completion at{client, troupe::from_json<nexus::callback>(json)};
  try {
    if (how == "succeed")
      at.succeed(std::string{"done"});
    else if (how == "fail")
      at.fail(troupe::application_error{"no money", {.type = "Poor"}});
    else
      at.fail(nexus::operation_error::canceled("not wanted"));
    std::cout << "told\n";
  } catch (const troupe::rpc_error& error) {
    std::cout << to_string(error.status().code) << '\n';
  }
  return 0;
}

} // namespace

int main(int count, char** words) try {
  if (count == 4 && std::string_view{words[1]} == "complete")
    return complete(words[2], words[3]);
  if (count != 3)
    throw std::runtime_error("usage: nexus_operations_peer ENDPOINT QUEUE");
  endpoint = words[1];
  queue = words[2];
  return serve();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
