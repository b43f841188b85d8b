// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/http_client.hpp>
#include <troupe/nexus/http_server.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <tuple>

namespace troupe::test {

struct probe : nexus::service<"probe"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr operation<std::string, std::string> block{"block"};
  static constexpr operation<std::string, std::string> fail{"fail"};
  static constexpr operation<std::string, std::string> later{"later"};
  static constexpr operation<std::string, void> nothing{"nothing"};
  static constexpr auto operations = std::tuple{echo, block, fail, later, nothing};
};

/// What one thread says and another waits for.
template <class T>
class mailbox {
public:
  void put(T what) {
    std::lock_guard guard{mutex_};
    all_.push_back(std::move(what));
    changed_.notify_all();
  }
  T take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !all_.empty(); });
    auto first = std::move(all_.front());
    all_.pop_front();
    return first;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> all_;
};

/// A server of it: `echo` is a coroutine, which says that it sleeps; `block` a function that waits
/// for `gate`.
struct probe_server {
  explicit probe_server(nexus::http_server_options options = {}) : server(std::move(options)) {
    server.add(nexus::handler_for<probe>(
        nexus::sync<probe::echo>([this](nexus::start_context ctx, std::string text) {
          if (text == "sleep")
            entered.put(text);
          return echo(std::move(ctx), std::move(text));
        }),
        nexus::sync<probe::block>([this](nexus::start_context, std::string text) {
          entered.put(text);
          gate.take();
          return text;
        }),
        nexus::sync<probe::fail>([](nexus::start_context, std::string how) -> std::string {
          if (how == "failed")
            throw nexus::operation_error::failed("went wrong");
          if (how == "canceled")
            throw nexus::operation_error::canceled("not wanted");
          if (how == "application")
            throw application_error{"mine", {.type = "T", .non_retryable = true}};
          if (how == "other")
            throw std::runtime_error("secret");
          throw nexus::handler_error{how, "refused", nexus::retry_behavior::non_retryable};
        }),
        nexus::operation_handler<probe::later>(
            [this](nexus::start_context ctx, std::string text) -> nexus::async_started {
              const auto where = nexus::callback::of(ctx, "token " + text);
              started.put(where);
              return {where.token};
            },
            [this](nexus::cancel_context ctx) {
              if (ctx.operation_token() == "unknown")
                throw nexus::handler_error{nexus::handler_error_type::not_found, "no such token"};
              cancelled.put(std::string{ctx.operation_token()});
            }),
        nexus::sync<probe::nothing>([](nexus::start_context, std::string) {})));
    server.on_completion([this](const nexus::completion& what) {
      if (what.token == "refused")
        throw nexus::handler_error{nexus::handler_error_type::not_found, "no such operation"};
      if (what.token == "broken")
        throw std::runtime_error("secret");
      completed.put(what);
    });
    server.start();
  }

  static nexus::async<std::string> echo(nexus::start_context ctx, std::string text) {
    if (text == "sleep")
      co_await ctx.sleep(std::chrono::hours{1});
    if (text == "nap")
      co_await ctx.sleep(std::chrono::milliseconds{1});
    ctx.add_link({"http://link", "L"});
    co_return text + std::string{ctx.header("x-own").value_or("")};
  }

  mailbox<std::string> entered, gate, cancelled;
  mailbox<nexus::callback> started;
  mailbox<nexus::completion> completed;
  nexus::http_server server; ///< last: its threads use the rest
};

} // namespace troupe::test
