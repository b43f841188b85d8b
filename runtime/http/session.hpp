// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/answer_head.hpp"
#include "runtime/http/server.hpp"
#include "runtime/http/wire_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace troupe::http {

class session;

/// What all connections of a server share: its thread's, but for the atomics.
struct sessions {
  sessions(handler& to, server_limits limits) : serves(to), within(limits) {}

  handler& serves;
  const server_limits within;
  std::list<session*> open; ///< the one first that has waited longest on its client
  std::size_t bodies = 0;   ///< bytes of requests that are on their way
  http_clock clock;
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
/// What is ready goes on at once: a request that came whole is served where its bytes were read, an
/// answer that the handler gave meanwhile is written by one call, and only what has to be waited
/// for goes by the loop. While a request is served for longer one more read is under way, to see
/// the client go; what it brings is the next request's. All on the server's thread.
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
  static constexpr auto never = std::chrono::steady_clock::time_point::max();
  using error_code = boost::system::error_code;

  void read();
  void parse();
  void read_body();
  void more(std::size_t at_most);
  void on_received(error_code error, std::size_t size);
  void failed_to_read(error_code error);
  void refuse(refusal why);
  void account(std::size_t body);
  void serve();
  std::shared_ptr<incoming> take_request();
  void answered(answer_maker make);
  void write(response what);
  /// Throws if it cannot be put into a message.
  void fill_answer(response what);
  void write_rest(std::size_t from);
  void on_written(error_code error);
  void leave();
  void part();
  void discard();
  void moved_on();
  void wait_for_client(std::chrono::milliseconds at_most);
  void set_clock();

  wire_stream stream_;
  boost::asio::steady_timer clock_; ///< goes off no later than `due_`, perhaps before it
  sessions& all_;
  std::list<session*>::iterator place_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::string head_; ///< of the answer that is written; and its body, if that is short
  std::string body_; ///< else
  std::string peer_;
  std::shared_ptr<const client_certificate> certificate_;
  std::shared_ptr<const incoming> request_;
  unique_function<void()> cancel_;
  answer_maker made_; ///< of a handler that answered at once
  /// When it is closed; `never` while it is the server's turn.
  std::chrono::steady_clock::time_point due_ = never;
  std::size_t accounted_ = 0; ///< of the body, in `sessions::bodies`
  state state_ = state::reading;
  bool keeps_alive_ = true; ///< after the request that is under way
  bool is_head_ = false;
  bool takes_gzip_ = false;
  bool is_receiving_ = false; ///< a read is under way
  bool is_clock_set_ = false;
  bool is_handing_over_ = false; ///< the handler is being asked
  bool is_input_over_ = false;   ///< the client sends nothing more
  bool is_refused_ = false;      ///< its request was not read whole
  bool is_draining_ = false;
};

} // namespace troupe::http
