// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::test {

/// Takes requests one after the other and answers each with the same bytes, or not at all. Over TLS
/// if it has a certificate (PEM files `NAME.pem` and `NAME.key`).
class collector {
public:
  explicit collector(
      std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
      const std::string& certificate = {})
      : answer_(std::move(answer)), is_tls_(!certificate.empty()) {
    if (is_tls_) {
      identity_.use_certificate_chain_file(certificate + ".pem");
      identity_.use_private_key_file(certificate + ".key", boost::asio::ssl::context::pem);
    }
    thread_ = std::thread{[this] { serve(); }};
  }
  ~collector() {
    is_over_ = true;
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket wake{context};
    boost::system::error_code ignored;
    wake.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;

  [[nodiscard]] std::string port() const {
    return std::to_string(acceptor_.local_endpoint().port());
  }
  [[nodiscard]] std::string url() const {
    return (is_tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + port();
  }

  /// Waits until there are so many requests; their bytes.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [&] { return requests_.size() >= count; });
    return requests_;
  }

private:
  void serve() {
    for (;;) {
      boost::asio::ip::tcp::socket peer{context_};
      acceptor_.accept(peer);
      if (is_over_)
        return;
      if (!is_tls_) {
        converse(peer);
        continue;
      }
      boost::asio::ssl::stream<boost::asio::ip::tcp::socket&> hidden{peer, identity_};
      boost::system::error_code refused;
      hidden.handshake(boost::asio::ssl::stream_base::server, refused);
      if (!refused)
        converse(hidden);
    }
  }

  template <class Stream>
  void converse(Stream& peer) {
    boost::system::error_code error;
    std::string bytes;
    const auto head =
        boost::asio::read_until(peer, boost::asio::dynamic_buffer(bytes), "\r\n\r\n", error);
    const auto at = bytes.find("Content-Length: ");
    if (!error && at != std::string::npos) {
      const auto wanted = head + std::stoul(bytes.substr(at + 16));
      if (bytes.size() < wanted)
        boost::asio::read(
            peer,
            boost::asio::dynamic_buffer(bytes),
            boost::asio::transfer_exactly(wanted - bytes.size()),
            error);
    }
    {
      const std::lock_guard guard{mutex_};
      requests_.push_back(bytes);
    }
    changed_.notify_all();
    if (!answer_.empty())
      boost::asio::write(peer, boost::asio::buffer(answer_), error);
    else
      boost::asio::read(peer, boost::asio::dynamic_buffer(bytes), error); // until it gives up
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{
      context_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  boost::asio::ssl::context identity_{boost::asio::ssl::context::tls_server};
  const std::string answer_;
  const bool is_tls_;
  std::atomic<bool> is_over_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

} // namespace troupe::test
