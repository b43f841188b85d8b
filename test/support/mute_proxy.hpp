// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace troupe::test {

/// Passes bytes between clients and a service on this machine, until it goes mute: connections that
/// are open then stay open, and nothing passes on them any more, as where a cable was cut. Those
/// that come later pass. Has a thread of its own.
class mute_proxy {
  using tcp = boost::asio::ip::tcp;

public:
  /// What has happened so far.
  struct counts {
    int connections = 0;         ///< that came
    int left = 0;                ///< mute ones that their clients have closed
    std::size_t from_client = 0; ///< times that bytes of clients passed
  };

  explicit mute_proxy(int port)
      : service_(boost::asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)),
        thread_([this] {
          accept();
          context_.run();
        }) {}
  ~mute_proxy() {
    boost::asio::post(context_, [this] { context_.stop(); });
    thread_.join();
  }
  mute_proxy(const mute_proxy&) = delete;
  mute_proxy& operator=(const mute_proxy&) = delete;

  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

  void go_mute() {
    boost::asio::post(context_, [this] {
      for (auto& each : pairs_)
        each.is_mute = &each != &pairs_.back(); // the last one waits for a client
    });
  }

  [[nodiscard]] counts seen() {
    const std::lock_guard lock{mutex_};
    return seen_;
  }
  /// Waits until `holds(counts)`, 20 s at most: whether it does.
  template <class Condition>
  [[nodiscard]] bool wait_until(Condition holds) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return holds(seen_); });
  }

private:
  struct pair {
    explicit pair(boost::asio::io_context& on) : client(on), service(on) {}

    tcp::socket client;
    tcp::socket service;
    std::array<char, 16'384> there{};
    std::array<char, 16'384> back{};
    bool is_mute = false;
  };

  void accept() {
    auto& next = pairs_.emplace_back(context_);
    acceptor_.async_accept(next.client, [this, &next](const auto& error) {
      if (error)
        return;
      next.service.connect(service_);
      tell([](counts& now) { ++now.connections; });
      pass_on(next, next.client, next.service, next.there);
      pass_on(next, next.service, next.client, next.back);
      accept();
    });
  }

  void pass_on(pair& of, tcp::socket& from, tcp::socket& to, std::array<char, 16'384>& through) {
    from.async_read_some(
        boost::asio::buffer(through), [&, this](boost::system::error_code error, std::size_t size) {
          const bool is_client = &from == &of.client;
          if (error) {
            if (of.is_mute && is_client)
              tell([](counts& now) { ++now.left; });
            boost::system::error_code ignored;
            to.close(ignored);
            return;
          }
          if (!of.is_mute) {
            boost::asio::write(to, boost::asio::buffer(through.data(), size), error);
            if (is_client)
              tell([](counts& now) { ++now.from_client; });
          }
          if (!error)
            pass_on(of, from, to, through);
        });
  }

  template <class Change>
  void tell(Change change) {
    {
      const std::lock_guard lock{mutex_};
      change(seen_);
    }
    changed_.notify_all();
  }

  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  tcp::endpoint service_;
  std::list<pair> pairs_; ///< the thread's own
  std::mutex mutex_;      ///< guards what follows
  std::condition_variable changed_;
  counts seen_;
  std::thread thread_; ///< last: uses the rest
};

} // namespace troupe::test
