// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/context.hpp>
#include <troupe/headers.hpp>
#include <troupe/log.hpp>
#include <troupe/next.hpp>
#include <troupe/payload/payload.hpp>

#include <string>
#include <utility>
#include <vector>

namespace troupe::activity {

/// An attempt begins. Everything may be changed before it goes on.
struct execute_input {
  payloads arguments; ///< as they travel, with the codec: `ctx.converter()` reads and writes them
  /// That the workflow sent along. As they are when the code begins, `ctx.info().headers` has them,
  /// and what client interceptors are told of calls that the code makes (`around`).
  troupe::headers headers;
  /// Add to it what every line of the attempt's `ctx.log()` is to carry.
  std::vector<std::pair<std::string, troupe::log::value>> log;
};

/// Stands around the attempts of a worker's activities, local ones included. Shared by all of them
/// and by several threads at a time; what belongs to one attempt lives in the call. What it throws
/// counts as thrown by the activity. The first of a worker is the outermost.
///
/// An activity is a plain function or a coroutine, and so is what stands around it: override the
/// member for each kind that the worker has.
class interceptor {
public:
  virtual ~interceptor() = default;

  /// For the rest of `execute`.
  using next_execute = next<payload(context, execute_input)>;
  /// Around a plain function, on the pool's thread: may block. Gives the result as it travels.
  virtual payload execute(context ctx, execute_input in, next_execute next) const {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `execute_async`.
  using next_execute_async = next<async<payload>(context, execute_input)>;
  /// Around a coroutine, on its shard: must not block, may be a coroutine itself.
  virtual async<payload>
  execute_async(context ctx, execute_input in, next_execute_async next) const {
    return next(std::move(ctx), std::move(in));
  }

  /// For the rest of `heartbeat`.
  using next_heartbeat = next<void(context, payloads)>;
  /// The code tells that it is alive, on whatever thread it does. Details as they travel.
  virtual void heartbeat(context ctx, payloads details, next_heartbeat next) const {
    next(std::move(ctx), std::move(details));
  }
};

} // namespace troupe::activity
