// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/handler.hpp>
#include <troupe/nexus/interceptor.hpp>
#include <troupe/payload/data_converter.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::nexus {

/// How a server of Nexus operations is set up.
struct http_server_options {
  std::string address = "127.0.0.1:0"; ///< `ip:port`; port 0: a free one
  std::string path = {};               ///< that everything lies below: `/nexus`; empty: none
  data_converter converter = {};       ///< of inputs and results
  /// Of every request; outermost first.
  std::vector<std::shared_ptr<const interceptor>> interceptors = {};
  /// For handlers that are plain functions, and for completions.
  std::size_t threads = 8;
  /// Under way at once; more are refused with RESOURCE_EXHAUSTED.
  std::size_t max_requests = 1024;
  /// Of requests that do not say how long they wait. What takes longer is answered REQUEST_TIMEOUT.
  std::chrono::milliseconds request_timeout{60'000};
};

/// How an asynchronous operation ended, as its callback told it.
struct completion {
  /// The operation's.
  std::string token;
  /// Of the callback, names in lower case: with what the caller asked to be sent along.
  std::map<std::string, std::string> headers;
  std::vector<link> links;       ///< to what the operation was
  payload result;                ///< unless there is an error
  std::exception_ptr error = {}; ///< an `operation_error`; null: it succeeded

  /// The result; throws `error` if there is one.
  template <class Output>
  [[nodiscard]] Output get(const data_converter& converter = {}) const {
    if (error)
      std::rethrow_exception(error);
    return converter.from_payload<Output>(result);
  }
};

/// A listener could not be opened: what() says why.
class http_server_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Serves Nexus operations over HTTP to whoever calls, with no Temporal at all:
///
///     nexus::http_server server{{.address = "127.0.0.1:8080"}};
///     server.add(hello_handler());
///     server.start();
///
/// The handlers are those of a worker, and are treated alike: coroutines run on the server's one
/// thread, where nothing may block; plain functions on threads of their own. What needs a service
/// (`nexus::workflow_run`, updates, activities, `context.client()`) is NOT_IMPLEMENTED here. A
/// Temporal endpoint with this server's `url()` as its target calls it from workflows.
///
/// Nobody is asked who he is: put it behind what does that, or have an interceptor do it.
class http_server {
public:
  http_server();
  /// Nothing listens yet.
  explicit http_server(http_server_options options);
  /// As `stop` without grace.
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Before `start`. Throws `std::invalid_argument` as a worker does.
  http_server& add(service_handler service);

  /// What is done with completions of operations that this program started elsewhere, which come to
  /// `completion_url()`: on one of the server's threads. What it throws is told to the sender: a
  /// `handler_error` as it says, all else is INTERNAL and comes again. Before `start`.
  http_server& on_completion(std::function<void(const completion&)> take);

  /// Listens. Throws `http_server_error`.
  void start();

  /// `http://127.0.0.1:8080/nexus`: what callers go by. Once it has started.
  [[nodiscard]] std::string url() const;
  /// Where the completions of operations may be sent.
  [[nodiscard]] std::string completion_url() const;

  /// Takes no new requests, lets those under way be answered for at most `grace`, cancels the rest
  /// (UNAVAILABLE) and waits for plain functions to return. Not from a handler.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds{0});

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::nexus
