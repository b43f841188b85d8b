// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/callback.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/payload/data_converter.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe::nexus {

/// Whom a client calls.
struct http_client_options {
  /// `http://host:port/path` or `https://...`: what the services lie below. Of a Temporal service
  /// `http://HOST:HTTP-PORT/nexus/endpoints/ENDPOINT-ID/services`.
  std::string url = {};
  data_converter converter = {}; ///< of inputs and results
  /// Of every request: `{{"authorization", "Bearer ..."}}`. They go to the server of `url`; a
  /// completion that leads elsewhere takes the headers of its callback alone.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string ca_file = {}; ///< PEM of who may have signed; empty: whom the system trusts
};

/// Of one request.
struct http_call_options {
  std::string request_id = {};   ///< the same on every try of one start; empty: a new one
  std::string callback_url = {}; ///< where the end of an asynchronous operation is to be told
  std::vector<std::pair<std::string, std::string>> callback_headers = {}; ///< that go with it
  std::vector<std::pair<std::string, std::string>> headers = {};          ///< of this request
  std::vector<link> links = {};              ///< to what the request comes from
  std::chrono::milliseconds timeout{10'000}; ///< of the request; the handler hears of it
};

/// Nobody answered, or with nothing that makes sense: what() says why. The operation may have been
/// started; the same request id asks again without starting it twice.
class http_call_error : public std::runtime_error {
public:
  /// Why, and whether it was time that ran out.
  http_call_error(const std::string& why, bool is_timeout)
      : std::runtime_error(why), is_timeout_(is_timeout) {}
  /// Its time was over.
  [[nodiscard]] bool is_timeout() const noexcept { return is_timeout_; }

private:
  bool is_timeout_;
};

/// What a start came to.
template <class Output>
struct http_started {
  std::optional<Output> value = {}; ///< the result; nothing: the operation goes on
  std::string token = {};           ///< if it goes on: what cancels it
  std::vector<link> links = {};     ///< to what the handler did or started

  /// The result is there.
  [[nodiscard]] bool is_done() const noexcept { return value.has_value(); }
};
/// The same of an operation without a result.
template <>
struct http_started<void> {
  std::string token = {};       ///< empty: it is done
  std::vector<link> links = {}; ///< to what the handler did or started

  /// It does not go on.
  [[nodiscard]] bool is_done() const noexcept { return token.empty(); }
};

/// Calls Nexus operations over HTTP, of any server, without Temporal:
///
///     nexus::http_client client{{.url = "http://127.0.0.1:8080"}};
///     auto hello = client.start<hello_service, hello_service::echo>({"hi"});
///
/// Calls block their thread, so make none from coroutines of workers. Thread-safe; has a thread of
/// its own, and keeps connections. Throws what the operation came to: `operation_error` if it
/// failed or was cancelled, `handler_error` if it could not be served, `http_call_error` if nobody
/// could be asked, `payload_error` if the result is of another type.
class http_client {
public:
  /// Throws `std::invalid_argument` if the URL is none.
  explicit http_client(http_client_options options);
  /// Calls under way end with `http_call_error`.
  ~http_client();
  /// What was moved from can only be assigned to or destroyed.
  http_client(http_client&&) noexcept;
  /// Calls of what it held end as when that is destroyed.
  http_client& operator=(http_client&&) noexcept;

  /// Starts an operation of a contract.
  template <class Service, const auto& Operation>
  auto start(
      const typename std::remove_cvref_t<decltype(Operation)>::input& input,
      const http_call_options& options = {}) {
    (void)detail::check_listed<Service, Operation>();
    return read<Operation>(
        start_raw(Service::service_name, Operation.name, converter().to_payload(input), options));
  }
  /// The same for an operation without input.
  template <class Service, const auto& Operation>
    requires std::is_void_v<typename std::remove_cvref_t<decltype(Operation)>::input>
  auto start(const http_call_options& options = {}) {
    (void)detail::check_listed<Service, Operation>();
    return read<Operation>(
        start_raw(Service::service_name, Operation.name, converter().to_payload(nullptr), options));
  }
  /// By name, with any payload.
  [[nodiscard]] http_started<payload> start_raw(
      std::string_view service,
      std::string_view operation,
      payload input,
      const http_call_options& options = {});

  /// Asks the handler to cancel an operation that goes on.
  template <class Service, const auto& Operation>
  void cancel(std::string_view token, const http_call_options& options = {}) {
    (void)detail::check_listed<Service, Operation>();
    cancel_raw(Service::service_name, Operation.name, token, options);
  }
  /// By name.
  void cancel_raw(
      std::string_view service,
      std::string_view operation,
      std::string_view token,
      const http_call_options& options = {});

  /// Tells whoever started an operation of this program's that it succeeded: the callback is that
  /// of its start (`nexus::callback::of`), an `http` or `https` URL, of any server. Throws
  /// `handler_error` if that refuses it, `http_call_error` if it cannot be reached or answers
  /// nonsense (tell it again later), `std::invalid_argument` if the URL is none.
  template <class Output>
  void complete(const callback& where, const Output& value) {
    complete_raw(where, converter().to_payload(value));
  }
  /// With an encoded result.
  void complete_raw(const callback& where, payload value);
  /// Or that it did not. Throws as `complete` does.
  void fail(const callback& where, const operation_error& why);

private:
  template <const auto& Operation>
  auto read(http_started<payload> from) {
    using output = typename std::remove_cvref_t<decltype(Operation)>::output;
    http_started<output> made;
    made.token = std::move(from.token);
    made.links = std::move(from.links);
    if constexpr (!std::is_void_v<output>)
      if (from.value)
        made.value.emplace(converter().template from_payload<output>(*from.value));
    return made;
  }
  [[nodiscard]] const data_converter& converter() const noexcept;

  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::nexus
