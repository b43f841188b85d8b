// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/name_resolver.hpp"

#include "runtime/base/quiet_thread.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <system_error>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

name_resolver::places
ask_the_system(const std::string& host, const std::string& port, error_code& error) {
  asio::io_context here{1};
  name_resolver::places found;
  for (const auto& each : tcp::resolver{here}.resolve(host, port, error))
    found.push_back(each.endpoint());
  return found;
}

std::optional<tcp::endpoint> as_address(const std::string& host, const std::string& port) {
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t number = 0;
  const auto* const end = port.data() + port.size();
  if (const auto read = std::from_chars(port.data(), end, number);
      error || read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return tcp::endpoint{address, number};
}

} // namespace

name_resolver::name_resolver(asio::io_context& context)
    : name_resolver(context, {}, ask_the_system) {}

name_resolver::name_resolver(asio::io_context& context, limits within, lookup_function look_up)
    : context_(context), within_(within), look_up_(std::move(look_up)) {}

name_resolver::~name_resolver() {
  stop();
  for (auto& each : threads_)
    each.join();
}

name_resolver::ticket
name_resolver::find(const std::string& host, const std::string& port, done_function done) {
  if (const auto address = as_address(host, port)) {
    done({}, {*address});
    return 0;
  }
  const name what{host, port};
  const auto [at, is_new] = waiting_.try_emplace(what);
  if (is_new && (waiting_.size() > within_.names || !queue(what))) {
    waiting_.erase(at);
    done(asio::error::try_again, {});
    return 0;
  }
  at->second.push_back({++last_, std::move(done)});
  return last_;
}

void name_resolver::forget(const std::string& host, const std::string& port, ticket who) {
  const auto at = waiting_.find({host, port});
  if (at == waiting_.end())
    return;
  std::erase_if(at->second, [&](const waiter& each) { return each.who == who; });
  if (!at->second.empty())
    return;
  const std::lock_guard guard{mutex_};
  // One that has begun stays known: who asks for it next waits for the same.
  if (std::erase(queued_, at->first) != 0)
    waiting_.erase(at);
}

void name_resolver::stop() {
  waiting_.clear();
  const std::lock_guard guard{mutex_};
  queued_.clear();
  is_stopped_ = true;
  changed_.notify_all();
}

bool name_resolver::queue(const name& what) {
  const std::lock_guard guard{mutex_};
  if (is_stopped_)
    return false;
  if (queued_.size() >= idle_ && threads_.size() < within_.threads)
    try {
      threads_.push_back(quiet_thread("troupe-names", [this] { work(); }));
    } catch (const std::system_error&) { // then those that are there do it later
      if (threads_.empty())
        return false;
    }
  queued_.push_back(what);
  changed_.notify_one();
  return true;
}

void name_resolver::work() {
  std::unique_lock guard{mutex_};
  for (;;) {
    ++idle_;
    changed_.wait(guard, [this] { return is_stopped_ || !queued_.empty(); });
    --idle_;
    if (is_stopped_)
      return;
    const auto next = std::move(queued_.front());
    queued_.pop_front();
    guard.unlock();
    error_code error;
    places found;
    try {
      found = look_up_(next.first, next.second, error);
    } catch (const std::exception&) { // no memory, no descriptor
      error = asio::error::try_again;
    }
    asio::post(
        context_, [this, next, error, found = std::move(found)] { tell(next, error, found); });
    guard.lock();
  }
}

void name_resolver::tell(const name& of, const error_code& error, const places& found) {
  auto told = waiting_.extract(of);
  if (told)
    for (auto& each : told.mapped())
      each.done(error, found);
}

} // namespace troupe::http
