// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/interceptor.hpp>
#include <troupe/workflow/interceptor.hpp>

#include <utility>

using namespace troupe;

activity::async<bool> is_allowed_by_an_activity();
async<bool> is_allowed();

class asking final : public workflow::interceptor {
  async<payload>
  execute(workflow::context ctx, workflow::execute_input in, next_execute next) override {
#ifdef MISTAKE
    co_await is_allowed_by_an_activity();
#else
    co_await is_allowed();
#endif
    co_return co_await next(ctx, std::move(in));
  }
};
