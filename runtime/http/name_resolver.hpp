// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::http {

/// Where names lead, for who must not wait. The system's resolver waits for as long as it likes and
/// cannot be cut short, so lookups have a few threads of their own: a name whose servers are slow
/// holds one of them and nobody else, and is looked up once for all who ask meanwhile. An address
/// needs no lookup.
///
/// Lives on its context's thread, where all functions are called and all who ask are answered.
class name_resolver {
public:
  using places = std::vector<boost::asio::ip::tcp::endpoint>;
  using done_function = unique_function<void(const boost::system::error_code&, const places&)>;
  /// Blocks. On any thread.
  using lookup_function = std::function<places(
      const std::string& host, const std::string& port, boost::system::error_code& error)>;
  /// Stands for one who asks; 0 for one who was answered at once.
  using ticket = std::uint64_t;

  struct limits {
    std::size_t threads = 4;  ///< begun when they are needed
    std::size_t names = 1024; ///< looked up or to be looked up; more are refused at once
  };

  explicit name_resolver(boost::asio::io_context& context);
  /// With another way to look up.
  name_resolver(boost::asio::io_context& context, limits within, lookup_function look_up);
  /// As `stop`, and waits for the lookups that have begun.
  ~name_resolver();
  name_resolver(const name_resolver&) = delete;
  name_resolver& operator=(const name_resolver&) = delete;

  /// `done` is called once, perhaps at once, unless it is forgotten.
  ticket find(const std::string& host, const std::string& port, done_function done);
  /// Who asked wants to know no more.
  void forget(const std::string& host, const std::string& port, ticket who);
  /// Forgets all, and begins no more lookups.
  void stop();

private:
  using name = std::pair<std::string, std::string>; // host and port
  struct waiter {
    ticket who = 0;
    done_function done;
  };

  /// False if there is no thread to do it.
  bool queue(const name& what);
  void work();
  void tell(const name& of, const boost::system::error_code& error, const places& found);

  boost::asio::io_context& context_;
  const limits within_;
  const lookup_function look_up_;
  std::map<name, std::vector<waiter>> waiting_;
  ticket last_ = 0;
  std::mutex mutex_; ///< guards what follows
  std::condition_variable changed_;
  std::deque<name> queued_;
  std::size_t idle_ = 0; ///< threads
  bool is_stopped_ = false;
  std::vector<std::thread> threads_; ///< of the context's thread
};

} // namespace troupe::http
