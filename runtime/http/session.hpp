// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/http/wire_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <optional>

namespace troupe::http {

class session;

/// What all connections of a server share: its thread's, but for the atomics.
struct sessions {
  sessions(handler& to, server_limits limits) : serves(to), within(limits) {}

  handler& serves;
  const server_limits within;
  std::list<session*> open; ///< the one first that has waited longest on its client
  std::size_t bodies = 0;   ///< bytes of requests that are on their way
  bool is_stopping = false;
  std::atomic<int> unanswered = 0; ///< requests that the handler owes an answer
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<int> connections = 0;   ///< that are open, for who waits for their end
  boost::asio::io_context context{1}; ///< last: what it still holds goes first
};

/// One connection.
///
///   state    event                      next
///   reading  hands were shaken (TLS)    reading
///   reading  a whole request            serving
///   reading  no HTTP, or over a limit   writing (the last one)
///   reading  gone, too slow             closed
///   serving  answer                     writing
///   serving  the client is gone         serving (cancelled)
///   writing  written, kept alive        reading
///   writing  written, the last one      closed, or leaving if a request was not read whole
///   writing  gone, too slow             closed
///   leaving  the client closes, or time closed
///
/// While a request is served one more read is under way, to see the client go; what it brings is
/// the next request's. All on the server's thread.
class session : public std::enable_shared_from_this<session> {
public:
  /// Without a context it is not encrypted.
  session(
      boost::asio::ip::tcp::socket socket,
      std::shared_ptr<boost::asio::ssl::context> tls,
      sessions& all);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void begin();
  /// Ends it as soon as nothing is under way.
  void drain();
  /// Cancels the request that is served.
  void give_up();
  /// Ends it now; a request that is served is cancelled.
  void close();
  /// True if it could be closed without loss: nobody here works for it.
  [[nodiscard]] bool waits_for_client() const noexcept { return state_ != state::serving; }

private:
  enum class state : char { reading, serving, writing, leaving, closed };
  class pending_answer;
  using error_code = boost::system::error_code;

  void read();
  void read_header();
  void read_body();
  void on_header(error_code error);
  void on_body(error_code error);
  void failed_to_read(error_code error);
  void refuse(refusal why);
  void account(std::size_t body);
  void serve();
  void watch();
  void on_watched(error_code error, std::size_t size);
  void answered(answer_maker make);
  void write(response what);
  /// Throws if it cannot be put into a message.
  void fill_answer(response what);
  void on_written(error_code error);
  void leave();
  void part();
  void discard();
  void moved_on();
  void wait_for_client(std::chrono::milliseconds at_most);

  wire_stream stream_;
  boost::asio::steady_timer clock_;
  sessions& all_;
  std::list<session*>::iterator place_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> answer_;
  std::shared_ptr<const client_certificate> certificate_;
  std::shared_ptr<const incoming> request_;
  unique_function<void()> cancel_;
  std::size_t accounted_ = 0; ///< of the body, in `sessions::bodies`
  std::size_t discarded_ = 0; ///< while it leaves
  state state_ = state::reading;
  bool keeps_alive_ = true; ///< after the request that is under way
  bool is_head_ = false;
  bool takes_gzip_ = false;
  bool is_watching_ = false;   ///< a read is under way beside the request
  bool is_input_over_ = false; ///< the client sends nothing more
  bool is_refused_ = false;    ///< its request was not read whole
  bool is_draining_ = false;
};

} // namespace troupe::http
