// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/quiet_thread.hpp"
#include "runtime/http/authorities.hpp"
#include "runtime/http/outgoing_connection.hpp"
#include "runtime/http/run.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

/// Servers of which something is known; those that nothing is sent to are forgotten then.
constexpr std::size_t most_destinations = 256;
/// More than that nobody waits; the clock could not hold all that can be asked for.
constexpr std::chrono::milliseconds longest_time = std::chrono::hours{24 * 365};

std::string key_of(const http_url& to) {
  return (to.is_tls ? "https://" : "http://") + to.host + ':' + to.port + ' ' + to.ca_file;
}

/// What goes to one server.
struct destination {
  std::size_t busy = 0;
  std::vector<outgoing_connection_ptr> idle; ///< the one used last is last
  std::deque<exchange_ptr> waiting;
};

} // namespace

struct client::implementation {
  explicit implementation(client_limits limits) : within(limits) {
    thread = quiet_thread("troupe-post", [this] { run(context, "the client"); });
  }

  void begin(const exchange_ptr& what) {
    if (is_stopped)
      return finish(*what, no_answer("the HTTP client was closed"));
    if (destinations.size() >= most_destinations)
      std::erase_if(destinations, [](const auto& each) {
        return each.second.busy == 0 && each.second.waiting.empty();
      });
    auto& to = destinations[key_of(what->what.to)];
    if (to.busy >= within.connections) {
      if (waiting >= within.waiting || to.waiting.size() >= within.waiting_for_one)
        return finish(*what, no_answer("too many HTTP requests are under way"));
      ++waiting;
      to.waiting.push_back(what);
      if (what->ends < waits_until) {
        waits_until = what->ends;
        watch_waiting();
      }
      return;
    }
    start(to, what);
  }

  /// Looks again when the first of those that wait has no more time.
  void watch_waiting() {
    waiting_clock.expires_at(waits_until);
    waiting_clock.async_wait([this](error_code stopped) {
      if (!stopped && !is_stopped)
        end_what_is_late();
    });
  }

  void end_what_is_late() {
    const auto now = clock::now();
    std::vector<exchange_ptr> over;
    waits_until = clock::time_point::max();
    for (auto& [key, to] : destinations)
      std::erase_if(to.waiting, [&](const exchange_ptr& each) {
        if (each->ends <= now)
          over.push_back(each);
        else
          waits_until = std::min(waits_until, each->ends);
        return each->ends <= now;
      });
    waiting -= over.size();
    if (waits_until != clock::time_point::max())
      watch_waiting();
    for (const auto& each : over)
      finish_late(*each);
  }

  static void finish_late(exchange& what) {
    auto late = no_answer("request timed out");
    late.is_late = true;
    finish(what, std::move(late));
  }

  /// Closes connections that were not used for long.
  void watch_idle() {
    if (std::exchange(is_watching_idle, true))
      return;
    idle_clock.expires_after(within.idle_time);
    idle_clock.async_wait([this](error_code stopped) {
      is_watching_idle = false;
      if (stopped || is_stopped)
        return;
      const auto oldest = clock::now() - within.idle_time;
      bool are_left = false;
      for (auto& [key, to] : destinations) {
        std::erase_if(to.idle, [&](const outgoing_connection_ptr& each) {
          return each->idle_since <= oldest;
        });
        are_left = are_left || !to.idle.empty();
      }
      if (are_left)
        watch_idle();
    });
  }

  void start(destination& to, const exchange_ptr& what) {
    outgoing_connection_ptr over;
    try {
      over = take(to, what->what.to);
    } catch (const std::exception& error) {
      return finish(*what, no_answer(std::string{"TLS: "} + error.what()));
    }
    ++to.busy;
    const auto place = under_way.insert(under_way.end(), over);
    over->run(
        what,
        [this, &to, what, place, over](std::optional<received> came, bool is_reusable) mutable {
          under_way.erase(place);
          if (is_reusable && !is_stopped && to.idle.size() < within.idle) {
            over->idle_since = clock::now();
            to.idle.push_back(over);
            watch_idle();
          }
          // Later: who hears of it may send the next, and the connection has yet to return.
          asio::post(context, [this, &to, what, over, came = std::move(came)]() mutable {
            --to.busy;
            if (came)
              finish(*what, std::move(*came));
            else if (is_stopped || std::exchange(what->was_sent_again, true))
              finish(*what, no_answer("the server closed the connection without an answer"));
            else
              start_again(to, what);
            next(to);
          });
        });
  }

  void start_again(destination& to, const exchange_ptr& what) {
    to.idle.clear(); // as old as that one
    start(to, what);
  }

  void next(destination& to) {
    const auto now = clock::now();
    while (!to.waiting.empty() && (is_stopped || to.busy < within.connections)) {
      auto what = std::move(to.waiting.front());
      to.waiting.pop_front();
      --waiting;
      if (is_stopped) {
        finish(*what, no_answer("the HTTP client was closed"));
      } else if (what->ends <= now) {
        finish_late(*what);
      } else {
        start(to, what);
      }
    }
  }

  outgoing_connection_ptr take(destination& to, const http_url& url) {
    const auto oldest = clock::now() - within.idle_time;
    while (!to.idle.empty()) {
      auto last = std::move(to.idle.back());
      to.idle.pop_back();
      if (last->idle_since < oldest) {
        to.idle.clear();
        break;
      }
      if (last->is_quiet())
        return last;
    }
    return connect_to(context, names, within, url, url.is_tls ? &trust(url.ca_file) : nullptr);
  }

  /// Whom to trust; throws if that file cannot be read. One that has changed is read again; if it
  /// cannot be, what it was before stays in force.
  asio::ssl::context& trust(const std::string& ca_file) {
    auto& found = trusted[ca_file];
    const auto is_now = stamp_of(ca_file);
    if (found.context && found.read_as == is_now)
      return *found.context;
    try {
      found.context = read_authorities(ca_file); // connections keep what they began with
    } catch (const std::exception& error) {
      if (!found.context)
        throw;
      log::warn(
          "a file of certificates that has changed cannot be read, the former stay in force",
          {{"file", ca_file}, {"error", error.what()}});
    }
    found.read_as = is_now;
    return *found.context;
  }

  static void finish(exchange& what, received came) {
    try {
      std::exchange(what.done, nullptr)(std::move(came));
    } catch (const std::exception& error) { // others wait for their turn behind it
      log::error("what was done with an HTTP answer threw", {{"error", error.what()}});
    }
  }

  /// False if it is closed.
  bool post(const exchange_ptr& what) {
    std::lock_guard guard{mutex};
    if (!is_closed)
      asio::post(context, [this, what] { begin(what); });
    return !is_closed;
  }

  void stop() {
    {
      std::lock_guard guard{mutex};
      if (std::exchange(is_closed, true))
        return;
    }
    asio::post(context, [this] {
      is_stopped = true;
      waiting_clock.cancel();
      idle_clock.cancel();
      names.stop();
      for (const auto open = under_way; const auto& each : open)
        each->close();
      for (auto& [key, to] : destinations) {
        to.idle.clear();
        next(to);
      }
      work.reset(); // the thread ends once all has come back
    });
    thread.join();
  }

  const client_limits within;
  std::map<std::string, authorities> trusted; ///< by file
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::map<std::string, destination> destinations; ///< their addresses stay
  std::list<outgoing_connection_ptr> under_way;
  name_resolver names{context};
  std::size_t waiting = 0;
  asio::steady_timer waiting_clock{context};
  clock::time_point waits_until = clock::time_point::max(); ///< what that clock is set to
  asio::steady_timer idle_clock{context};
  bool is_watching_idle = false;
  bool is_stopped = false; ///< on the thread
  std::mutex mutex;        ///< guards what follows
  bool is_closed = false;
  std::thread thread;
};

std::string why_no_authorities(const std::string& path) {
  try {
    read_authorities(path);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

client::client(client_limits within) : impl_(std::make_unique<implementation>(within)) {}

client::~client() {
  stop();
}

void client::send(outgoing what, unique_function<void(received)> done) {
  auto made = std::make_shared<exchange>();
  made->ends = clock::now() + std::min(what.time, longest_time);
  made->what = std::move(what);
  made->done = std::move(done);
  if (!impl_->post(made))
    implementation::finish(*made, no_answer("the HTTP client was closed"));
}

void client::stop() {
  impl_->stop();
}

} // namespace troupe::http
