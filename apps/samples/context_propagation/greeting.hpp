// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

// A workflow that greets in several ways. Nobody here passes the user on: each says for whom it
// works by what came along.
namespace context_propagation_sample {

using namespace std::chrono_literals;

inline std::string user_in(const troupe::headers& headers) {
  return headers.get<std::string>("user-id").value_or("nobody");
}

inline constexpr troupe::activity::contract<std::string(std::string)> compose{"compose"};
/// Tells the workflow that called it something, through the service.
inline constexpr troupe::activity::contract<void()> report{"report"};

struct greetings : troupe::nexus::service<"GreetingService"> {
  static constexpr operation<std::string, std::string> greet{"greet"};
  static constexpr auto operations = std::tuple{greet};
};

/// Behind the Nexus operation, and a child as well.
struct greeter {
  static constexpr std::string_view name = "Greeter";
  troupe::async<std::string> run(troupe::workflow::context ctx, std::string who) {
    ctx.log().info("greeting");
    co_return "Hello " + who + " (" + user_in(ctx.info().headers) + ")";
  }
};

struct greets_all {
  static constexpr std::string_view name = "GreetsAll";

  std::vector<std::string> lines;
  bool reported = false;

  troupe::async<std::vector<std::string>> run(troupe::workflow::context ctx, std::string who) {
    ctx.on_signal("reported", [this](std::string line) {
      lines.push_back(std::move(line));
      reported = true;
    });
    lines.push_back("workflow (" + user_in(ctx.info().headers) + ")");
    lines.push_back(co_await ctx.execute<compose>({.start_to_close_timeout = 10s}, who));
    lines.push_back(co_await ctx.execute_local<compose>({.start_to_close_timeout = 10s}, who));
    lines.push_back(co_await ctx.execute_child<greeter>({}, who));
    auto nexus = ctx.nexus_client<greetings>({.endpoint = "greetings"});
    lines.push_back(co_await nexus.execute<greetings::greet>(who));
    co_await ctx.execute<report>({.start_to_close_timeout = 10s});
    co_await ctx.wait_condition([this] { return reported; });
    ctx.log().info("all greeted");
    co_return lines;
  }
};

inline auto composer() {
  return troupe::activity::implement<compose>([](troupe::activity::context ctx, std::string who) {
    ctx.log().info("composing");
    return "Hi " + who + " (" + user_in(ctx.info().headers) + ")";
  });
}

inline auto reporter() {
  return troupe::activity::implement<report>(
      [](troupe::activity::context ctx) -> troupe::activity::async<> {
        const auto of = ctx.info().workflow_id;
        co_await ctx.client().get_workflow(of).async().signal(
            "reported", "reported (" + user_in(ctx.info().headers) + ")");
      });
}

inline auto greeting_handler() {
  return troupe::nexus::handler_for<greetings>(troupe::nexus::workflow_run<greetings::greet>(
      [](troupe::nexus::start_context ctx, std::string who) {
        return troupe::nexus::start_workflow<greeter>(
            {.id = "greeter-" + std::string{ctx.request_id()}}, who);
      }));
}

} // namespace context_propagation_sample
