// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/context.hpp>
#include <troupe/nexus/handler_base.hpp>

#include <boost/describe/class.hpp>

#include <map>
#include <string>
#include <utility>

namespace troupe::nexus {

/// Where the outcome of an asynchronous operation is to be told, for handlers that complete it by
/// other means than a workflow. Plain data: a handler keeps it, in a database say (it travels as
/// JSON like any described struct), and whoever has it tells the outcome
/// (`troupe::nexus_completion`), from any process:
///
///     nexus::operation_handler<payments::charge>(
///         [&](nexus::start_context ctx, order in) -> nexus::async_started {
///           const auto where = nexus::callback::of(ctx, "payment-" + in.id);
///           orders.keep(in.id, where);
///           return {where.token};
///         },
///         [&](nexus::cancel_context ctx) { orders.cancel(ctx.operation_token()); })
///
/// It is a secret: who has it can complete the operation.
struct callback {
  std::string url;                            ///< the service's own, or that of another system
  std::map<std::string, std::string> headers; ///< that go with the outcome; names in lower case
  std::string token; ///< that the handler gives the operation; what it is cancelled by

  /// Of the request that is being served. Throws `handler_error` (BAD_REQUEST) if it came without
  /// one: nobody could be told.
  [[nodiscard]] static callback of(const start_context& context, std::string token);

  friend bool operator==(const callback&, const callback&) = default;
};
BOOST_DESCRIBE_STRUCT(callback, (), (url, headers, token))

} // namespace troupe::nexus
