// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/server.hpp"

#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/quiet_thread.hpp"
#include "runtime/http/run.hpp"
#include "runtime/http/session.hpp"
#include "runtime/http/tls_context.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// After an error of `accept` (no descriptors left) it would come again at once.
constexpr std::chrono::milliseconds accept_pause{100};

/// The thread of a server as an executor. Outlives it, for whom it was given to.
class server_loop final : public executor {
public:
  explicit server_loop(asio::io_context& context) : context_(&context) {}

  void post(unique_function<void()> work) override {
    std::lock_guard guard{mutex_};
    if (context_ != nullptr)
      asio::post(*context_, [this, made = std::move(work)]() mutable { run(made); });
  }

  timer_id schedule(duration after, unique_function<void()> work) override {
    const auto id = ++last_timer_;
    if (context_ == nullptr)
      return id; // never due
    auto& timer = timers_.try_emplace(id, *context_).first->second;
    timer.expires_after(std::min<duration>(after, longest_timer));
    timer.async_wait([this, id, made = std::move(work)](error_code stopped) mutable {
      if (stopped || timers_.erase(id) == 0)
        return;
      run(made);
    });
    return id;
  }

  void cancel(timer_id timer) override { timers_.erase(timer); }

  [[nodiscard]] time_point now() const override {
    return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  }

  [[nodiscard]] bool runs_here() const override {
    return context_ != nullptr && context_->get_executor().running_in_this_thread();
  }

  /// The thread is gone, and the context will be.
  void end() {
    {
      std::lock_guard guard{mutex_};
      context_ = nullptr;
    }
    timers_.clear();
  }

private:
  /// Longer ones than the clock can hold are never due.
  static constexpr std::chrono::hours longest_timer{24 * 365 * 100};

  void run(unique_function<void()>& work) {
    const executor_scope here{*this};
    try {
      work();
    } catch (const std::exception& failed) {
      log::error("what was posted to an HTTP server threw", {{"error", failed.what()}});
    }
  }

  std::mutex mutex_;          ///< guards `context_` against those on other threads, which only post
  asio::io_context* context_; ///< null: it has ended
  std::unordered_map<timer_id, asio::steady_timer> timers_;
  timer_id last_timer_ = 0;
};

} // namespace

std::string_view incoming::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return {};
}

response handler::refuse(refusal why) const {
  switch (why) {
  case refusal::header_too_large: return {.status = 431, .body = "the headers are too large\n"};
  case refusal::body_too_large: return {.status = 413, .body = "the body is too large\n"};
  case refusal::unknown_encoding:
    return {.status = 415, .body = "gzip is the only content encoding\n"};
  case refusal::unknown_expectation:
    return {.status = 417, .body = "100-continue is the only expectation\n"};
  case refusal::too_much_at_a_time:
    return {.status = 503, .body = "too many requests are on their way\n"};
  case refusal::malformed:
  case refusal::unreadable_body: break;
  }
  return {.status = 400, .body = "400 Bad Request\n"};
}

struct server::implementation {
  implementation(const http::address& to, handler& serves, server_limits within, tls_source tls)
      : contexts(std::move(tls)), all(serves, within) {
    error_code error;
    const tcp::endpoint endpoint{asio::ip::make_address(to.ip, error), to.port};
    const auto fail_on = [&] {
      if (error)
        throw listen_error("cannot listen on " + http::to_string(to) + ": " + error.message());
    };
    fail_on();
    acceptor.open(endpoint.protocol(), error);
    fail_on();
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    fail_on();
    acceptor.bind(endpoint, error);
    fail_on();
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    fail_on();
    const auto bound = acceptor.local_endpoint(error);
    fail_on();
    where = {bound.address().to_string(), bound.port()};
    all.serves.use(loop);
    accept();
    start();
  }

  void start() {
    try {
      thread = quiet_thread("troupe-http", [this] { run(all.context, "the server"); });
    } catch (const std::exception& failed) {
      throw listen_error(std::string{"cannot start the thread of a listener: "} + failed.what());
    }
  }

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted)
        return;
      if (error) {
        pause.expires_after(accept_pause);
        pause.async_wait([this](error_code stopped) {
          if (!stopped)
            accept();
        });
        return;
      }
      if (all.is_stopping) // it was on its way when the acceptor was closed
        return;
      all.accepted.fetch_add(1, std::memory_order_relaxed);
      if (make_room()) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        // Without a context nobody is served in the clear: the connection is closed.
        if (auto context = contexts.current(); context || !contexts.encrypts())
          std::make_shared<session>(std::move(socket), std::move(context), all)->begin();
      }
      accept();
    });
  }

  /// False if nobody can be sent away.
  bool make_room() {
    if (all.open.size() < all.within.connections)
      return true;
    all.refused.fetch_add(1, std::memory_order_relaxed);
    if (!std::exchange(has_warned, true))
      log::warn(
          "an HTTP listener has all the connections it may have: the idlest are closed",
          {{"address", http::to_string(where)},
           {"connections", std::to_string(all.within.connections)}});
    for (auto* each : all.open)
      if (each->waits_for_client()) {
        each->close();
        return true;
      }
    return false;
  }

  void stop(std::chrono::milliseconds grace) {
    if (std::exchange(is_stopped, true))
      return;
    std::promise<void> closed;
    asio::post(all.context, [this, grace, &closed] {
      all.is_stopping = true;
      error_code ignored;
      acceptor.close(ignored);
      pause.cancel();
      for (auto each = all.open.begin(); each != all.open.end();)
        (*each++)->drain();
      // Those that are left have until then.
      pause.expires_after(grace);
      pause.async_wait([this](error_code) {
        for (auto each = all.open.begin(); each != all.open.end();)
          (*each++)->give_up();
        asio::post(all.context, [this] { // after the answers to that
          while (!all.open.empty())
            all.open.front()->close();
        });
      });
      closed.set_value();
    });
    closed.get_future().wait(); // nothing new comes from now on
    for (int left = all.connections; left != 0; left = all.connections)
      all.connections.wait(left);
    for (int owed = all.unanswered; owed != 0; owed = all.unanswered)
      all.unanswered.wait(owed);
    all.context.stop();
    thread.join();
    loop->end();
  }

  tls_contexts contexts; ///< the thread's
  sessions all;          ///< before the rest: sessions in its context leave the list as they go
  std::shared_ptr<server_loop> loop = std::make_shared<server_loop>(all.context);
  /// The thread also waits for answers while no connection is left.
  asio::executor_work_guard<asio::io_context::executor_type> work{all.context.get_executor()};
  tcp::acceptor acceptor{all.context};
  asio::steady_timer pause{all.context};
  http::address where;
  std::thread thread;
  bool has_warned = false;
  bool is_stopped = false;
};

server::server(const http::address& where, handler& serves, server_limits within, tls_source tls)
    : impl_(std::make_unique<implementation>(where, serves, within, std::move(tls))) {}

server::~server() {
  stop(std::chrono::milliseconds{0});
}

const http::address& server::where() const noexcept {
  return impl_->where;
}

executor& server::loop() noexcept {
  return *impl_->loop;
}

server_counts server::counts() const noexcept {
  return {impl_->all.accepted, impl_->all.refused, impl_->all.requests};
}

void server::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

} // namespace troupe::http
