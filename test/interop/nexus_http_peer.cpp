// SPDX-License-Identifier: Apache-2.0
// A server and a caller of Nexus over HTTP, with no Temporal: what peers/go_http is in Go.
//
//   nexus_http_peer serve ADDRESS
//   nexus_http_peer call URL COMPLETION-ADDRESS
#include <troupe/nexus/http_client.hpp>
#include <troupe/nexus/http_server.hpp>

#include <signal.h>

#include <condition_variable>
#include <deque>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>

namespace nexus = troupe::nexus;

namespace {

struct probe : nexus::service<"probe"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr operation<std::string, std::string> fail{"fail"};
  static constexpr operation<std::string, std::string> refuse{"refuse"};
  static constexpr operation<std::string, std::string> later{"later"};
  static constexpr auto operations = std::tuple{echo, fail, refuse, later};
};

/// Operations that go on until somebody cancels them.
class waiting {
public:
  void keep(const nexus::callback& which) {
    std::lock_guard guard{mutex_};
    kept_[which.token] = which;
  }
  nexus::callback take(const std::string& token) {
    std::lock_guard guard{mutex_};
    auto found = kept_.extract(token);
    if (found.empty())
      throw nexus::handler_error{nexus::handler_error_type::not_found, "no such token"};
    return found.mapped();
  }

private:
  std::mutex mutex_;
  std::map<std::string, nexus::callback> kept_;
};

int serve(const std::string& address) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  waiting operations;
  nexus::http_client completer{{.url = "http://unused"}};
  nexus::http_server server{{.address = address}};
  server.add(nexus::handler_for<probe>(
      nexus::sync<probe::echo>([](nexus::start_context ctx, std::string text) {
        return text + " " + std::string{ctx.header("x-own").value_or("")};
      }),
      nexus::sync<probe::fail>([](nexus::start_context, std::string state) -> std::string {
        if (state == "canceled")
          throw nexus::operation_error::canceled("not wanted");
        throw nexus::operation_error::failed("went wrong");
      }),
      nexus::sync<probe::refuse>([](nexus::start_context, std::string type) -> std::string {
        throw nexus::handler_error{type, "refused", nexus::retry_behavior::unspecified};
      }),
      nexus::operation_handler<probe::later>(
          [&](nexus::start_context ctx, std::string text) -> nexus::async_started {
            const auto where = nexus::callback::of(ctx, "mine " + text);
            if (text == "wait")
              operations.keep(where);
            else
              std::thread{[&completer, where, text] {
                completer.complete(where, "done " + text);
              }}.detach();
            return {where.token};
          },
          [&](nexus::cancel_context ctx) {
            const auto where = operations.take(std::string{ctx.operation_token()});
            std::thread{[&completer, where] {
              completer.fail(where, nexus::operation_error::canceled("stopped"));
            }}.detach();
          })));
  server.start();
  int which = 0;
  sigwait(&ends, &which);
  server.stop();
  return 0;
}

/// What the operation came to.
template <class Call>
std::string outcome(Call call) {
  try {
    return call();
  } catch (const nexus::operation_error& error) {
    return std::string{to_string(error.state())} + ": " + error.message();
  } catch (const nexus::handler_error& error) {
    // Callers of other SDKs see what the answer says of the cause.
    return error.type_text() + ": "
           + (error.message().empty() && error.cause() ? error.cause()->message()
                                                       : error.message());
  } catch (const std::exception& error) {
    return std::string{"?: "} + error.what();
  }
}

int call(const std::string& url, const std::string& completion_address) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> came;
  nexus::http_server completions{{.address = completion_address}};
  completions.on_completion([&](const nexus::completion& what) {
    auto text = outcome([&] { return "succeeded: " + what.get<std::string>(); });
    const auto mine = what.headers.find("x-mine");
    text += ", " + what.token + ", " + (mine == what.headers.end() ? "" : mine->second);
    std::lock_guard guard{mutex};
    came.push_back(std::move(text));
    changed.notify_all();
  });
  completions.start();
  const auto next = [&] {
    std::unique_lock lock{mutex};
    if (!changed.wait_for(lock, std::chrono::seconds{20}, [&] { return !came.empty(); }))
      return std::string{"nothing came"};
    auto first = std::move(came.front());
    came.pop_front();
    return first;
  };

  nexus::http_client client{{.url = url}};
  const nexus::http_call_options options{
      .callback_url = completions.completion_url(),
      .callback_headers = {{"x-mine", "callback"}},
      .headers = {{"x-own", "header"}}};
  for (const auto& [operation, text] : std::vector<std::pair<std::string, std::string>>{
           {"echo", "hi"},
           {"fail", "failed"},
           {"fail", "canceled"},
           {"refuse", "NOT_FOUND"},
           {"refuse", "UNAVAILABLE"},
           {"nope", "x"}}) {
    const troupe::data_converter converter;
    std::cout << operation << ' ' << text << " = " << outcome([&] {
      const auto started =
          client.start_raw("probe", operation, converter.to_payload(text), options);
      return converter.from_payload<std::string>(started.value.value());
    }) << '\n';
  }
  for (const std::string text : {"soon", "wait"}) {
    const auto started = client.start<probe, probe::later>(text, options);
    std::cout << "later " << text << " = " << started.token << '\n';
    if (text == "wait") {
      client.cancel<probe, probe::later>(started.token);
      std::cout << "cancel again = " << outcome([&] {
        client.cancel<probe, probe::later>(started.token);
        return std::string{"cancelled"};
      }) << '\n';
    }
    std::cout << "completed " << text << " = " << next() << '\n';
  }
  return 0;
}

} // namespace

int main(int argc, char** argv) try {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "serve")
    return serve(argv[2]);
  if (what == "call" && argc > 3)
    return call(argv[2], argv[3]);
  std::cerr << "nexus_http_peer serve ADDRESS | call URL COMPLETION-ADDRESS\n";
  return 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
