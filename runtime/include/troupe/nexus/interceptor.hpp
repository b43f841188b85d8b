// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>
#include <troupe/next.hpp>
#include <troupe/nexus/context.hpp>
#include <troupe/nexus/handler_base.hpp>
#include <troupe/payload/payload.hpp>

#include <utility>

namespace troupe::nexus {

/// A request to start an operation. What may be changed before it goes on.
struct start_input {
  payload argument; ///< as it travels, with the codec
  /// What client interceptors are told of calls that the handler makes with its context's client
  /// (`around`). Nexus itself carries text only: `ctx.header(name)`.
  troupe::headers headers;
};

/// The handler answered at once: `value` as it travels.
using answered = detail::sync_success;
/// The handler described a workflow, which is started now: type, options, arguments and headers may
/// still be changed.
using workflow_to_start = detail::encoded_workflow_start;
/// The same of an update that is sent now.
using update_to_start = detail::encoded_update_start;
/// The same of an activity that is started now.
using activity_to_start = detail::encoded_activity_start;
/// What a start handler came to: `answered`, `async_started`, or one of the three above.
using start_reply = detail::start_outcome;

/// Stands around the Nexus operation handlers of a worker. Shared by all requests and by several
/// threads at a time; what belongs to one request lives in the call. What it throws counts as
/// thrown by the handler. The first of a worker is the outermost.
///
/// A handler is a plain function or a coroutine, and so is what stands around it: override the
/// member for each kind that the worker has.
class interceptor {
public:
  virtual ~interceptor() = default;

  /// For the rest of `start`.
  using next_start = next<start_reply(start_context, start_input)>;
  /// Around a plain function, on the pool's thread: may block.
  virtual start_reply start(start_context ctx, start_input in, next_start next) const {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `start_async`.
  using next_start_async = next<async<start_reply>(start_context, start_input)>;
  /// Around a coroutine, on its shard: must not block, may be a coroutine itself.
  virtual async<start_reply>
  start_async(start_context ctx, start_input in, next_start_async next) const {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `cancel`.
  using next_cancel = next<void(cancel_context)>;
  /// Around a cancel handler that is a plain function, or the cancel of what the token names, which
  /// the library sends when this has gone on. Of the latter it is called on the shard and must not
  /// block.
  virtual void cancel(cancel_context ctx, next_cancel next) const { next(std::move(ctx)); }

  /// For the rest of `cancel_async`.
  using next_cancel_async = next<async<void>(cancel_context)>;
  /// Around a cancel handler that is a coroutine.
  virtual async<void> cancel_async(cancel_context ctx, next_cancel_async next) const {
    return next(std::move(ctx));
  }
};

} // namespace troupe::nexus
