// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/uuid.hpp"

#include <troupe/workflow/context.hpp>

namespace troupe::workflow {

std::string context::uuid() const {
  const auto high = owner_->random();
  return uuid_v4(high, owner_->random());
}

std::string context::uuid7() const {
  const auto since =
      std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch());
  const auto high = owner_->random();
  return uuid_v7(static_cast<std::uint64_t>(since.count()), high, owner_->random());
}

async<bool> context::wait_condition_until(
    context self, unique_function<bool()> condition, duration timeout, timer_options options) {
  auto deadline = self.sleep(timeout, options);
  auto holds = self.wait_condition(std::move(condition));
  co_await any(holds, deadline);
  if (holds.is_ready()) {
    deadline.cancel();
    holds.get();
    co_return true;
  }
  deadline.get(); // throws if the scope was cancelled
  co_return false;
}

} // namespace troupe::workflow
