// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/handler_base.hpp>
#include <troupe/nexus/service.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What actors that serve operations are told beside the input, if they want to know. Plain data
/// that may be sent to other nodes, which `add_message_types` tells CAF about.
namespace troupe::nexus {

/// What an actor may know of the request that it serves.
struct operation_request {
  std::string request_id; ///< the same on every retry of one start
  std::string endpoint;   ///< that the caller used; empty where the service does not say
  /// The request's headers, names as they came.
  std::vector<std::pair<std::string, std::string>> headers;
  /// When the answer would come too late; the epoch: the request did not say.
  caf::timestamp deadline{};
  /// Where the outcome of an operation that goes on is to be told (`nexus::callback`); empty: the
  /// caller does not want to know.
  std::string callback_url;
  /// What has to be sent along with the outcome.
  std::vector<std::pair<std::string, std::string>> callback_headers;

  /// For CAF.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, operation_request& of) {
    return f(
        caf::meta::type_name("troupe.nexus.operation_request"),
        of.request_id,
        of.endpoint,
        of.headers,
        of.deadline,
        of.callback_url,
        of.callback_headers);
  }
};

/// The same for one operation: see `request_of`.
template <fixed_string Service, fixed_string Operation>
struct named_request : operation_request {
  /// For CAF.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, named_request& of) {
    return inspect(f, static_cast<operation_request&>(of));
  }
};

/// Stands before the input in the messages of an actor that wants to know which operation it serves
/// and for whom: `caf::replies_to<request_of<my_service::greet>, greet_input>::with<greeting>`. It
/// tells operations apart that take the same input, and is the whole message of one that takes
/// none.
template <const auto& Operation>
using request_of = named_request<
    detail::declaring_name<Operation>,
    detail::to_fixed<detail::name_of_operation<Operation>::value>()>;

/// The time of a request is over, its answer is ignored, and the caller's service will send it
/// again. Sent to actors whose interface has `caf::reacts_to<operation_deadline>`, after the
/// request.
struct operation_deadline {
  std::string request_id; ///< of `operation_request`

  /// For CAF.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, operation_deadline& of) {
    return f(caf::meta::type_name("troupe.nexus.operation_deadline"), of.request_id);
  }
};

/// Nobody needs the answer any more, but it is taken if it comes soon: the worker has been
/// shutting down for its grace (`request_id` says which request it is about), or the caller cancels
/// an operation that went on
/// (`operation_token`). Sent to actors whose interface has `caf::reacts_to<cancel_requested>`,
/// after the request. Handling it without an error says that the cancellation was passed on.
struct cancel_requested {
  std::string request_id;      ///< of a request that is being served; else empty
  std::string operation_token; ///< of an operation that the actor began; else empty
  std::string reason;          ///< in words

  /// For CAF.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, cancel_requested& of) {
    return f(
        caf::meta::type_name("troupe.nexus.cancel_requested"),
        of.request_id,
        of.operation_token,
        of.reason);
  }
};

/// For CAF: what an actor answers with that begins an operation which goes on.
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, async_started& of) {
  return f(caf::meta::type_name("troupe.nexus.async_started"), of.token);
}

namespace detail {

template <class Service, std::size_t Index>
struct operation_at {
  static constexpr std::string_view name = std::get<Index>(Service::operations).name;
  using type = std::tuple_element_t<Index, std::remove_cvref_t<decltype(Service::operations)>>;
  using request = named_request<declaring_service<type>::name, to_fixed<name>()>;
};

} // namespace detail

/// Tells CAF the names of all messages of this header, those of a contract's operations included,
/// so that they can be sent to another node. Call it on both nodes, before the actor system is
/// made.
template <class Service>
void add_message_types(caf::actor_system_config& config) {
  config.add_message_type<operation_deadline>("troupe.nexus.operation_deadline");
  config.add_message_type<cancel_requested>("troupe.nexus.cancel_requested");
  config.add_message_type<async_started>("troupe.nexus.async_started");
  const auto add_requests = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    const auto add = [&]<class Operation>(Operation) {
      std::string name{"troupe.nexus.request_of "};
      name.append(Service::service_name).append("/").append(Operation::name);
      config.add_message_type<typename Operation::request>(std::move(name));
    };
    (add(detail::operation_at<Service, Index>{}), ...);
  };
  add_requests(std::make_index_sequence<
               std::tuple_size_v<std::remove_cvref_t<decltype(Service::operations)>>>{});
}

} // namespace troupe::nexus
