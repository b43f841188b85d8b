// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/interceptor.hpp>

#include <utility>

using namespace troupe;

class logging final : public workflow::interceptor {
  async<void>
  handle_signal(workflow::context ctx, workflow::signal_input in, next_signal next) override {
    ctx.log().info(in.name);
#ifdef MISTAKE
    next(ctx, std::move(in));
    co_return;
#else
    co_await next(ctx, std::move(in));
#endif
  }
};
