// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/admin.hpp>
#include <troupe/client/basic_client.hpp>
#include <troupe/client/batch.hpp>
#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/errors.hpp>
#include <troupe/client/history.hpp>
#include <troupe/client/message.hpp>
#include <troupe/client/page_range.hpp>
#include <troupe/client/pages.hpp>
#include <troupe/client/standalone_activity.hpp>
#include <troupe/client/standalone_operation.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/client/update_handle.hpp>
#include <troupe/client/workflow_handle.hpp>
#include <troupe/connection.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/rpc_options.hpp>

#include <memory>
#include <utility>

namespace troupe {

/// The awaitable form of a client, what `client::async()` returns: the same members, each of which
/// gives a `call<T>` where the client blocks and gives a `T`; its lists are `async_pages`, its
/// handles `async_workflow_handle`s. A cheap value, thread-safe.
class async_client : public basic_client<detail::awaitable_style> {
public:
  using basic_client<detail::awaitable_style>::basic_client;

  /// The same client, whose calls, and those of the handles it gives, travel so. Throws
  /// `std::invalid_argument` for headers that cannot be sent.
  [[nodiscard]] async_client with(rpc_options how) const {
    return async_client{detail::with_rpc_options(origin(), std::move(how))};
  }
};

/// Starts workflows and looks after them, in one namespace of one service.
///
/// A cheap value; copies share one connection and its thread. Thread-safe. Calls block, retry what
/// may go away by itself within `connection_options::rpc_timeout`, and throw `rpc_error`. Where
/// nothing may block (coroutine handlers), await the members of `async()`, which are the same:
///
///     auto handle = client.start_workflow<greeter>(options, "Ann");
///     handle.signal("hurry");
///
///     auto handle = co_await client.async().start_workflow<greeter>(options, "Ann");
///     co_await handle.signal("hurry");
class client : public basic_client<detail::blocking_style> {
public:
  /// Connects and checks that a Temporal service answers (GetSystemInfo), unless `options.lazy`.
  /// Throws `connection_error` with what to do.
  [[nodiscard]] static client
  connect(connection_options options = {}, data_converter converter = {});

  /// The same client, whose calls are awaited.
  [[nodiscard]] async_client async() const { return async_client{origin()}; }

  /// The same client, whose calls, and those of the handles it gives, travel so:
  /// `client.with({.headers = {{"tenant", "a"}}, .timeout = 2s})`. Throws `std::invalid_argument`
  /// for headers that cannot be sent.
  [[nodiscard]] client with(rpc_options how) const {
    return client{detail::with_rpc_options(origin(), std::move(how))};
  }

  // -- for the layers above -----------------------------------------------------------------------

  /// Shared by all copies; defined in `runtime/client/client_connection.hpp`. The scope is that of
  /// a handler's context.
  explicit client(
      std::shared_ptr<client_connection> connection,
      std::shared_ptr<rpc::call_scope> scope = nullptr)
      : basic_client({std::move(connection), std::move(scope)}) {}
  /// Made by the library.
  explicit client(detail::call_origin to) : basic_client(std::move(to)) {}
  /// For the library.
  [[nodiscard]] const std::shared_ptr<client_connection>& connection() const noexcept {
    return origin().connection;
  }
};

} // namespace troupe
