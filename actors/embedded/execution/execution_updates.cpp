// SPDX-License-Identifier: Apache-2.0
// Calls that wait for updates of the record's runs.

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>
#include <vector>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using actors::tell;

/// The real server's, whatever the client's deadline is: then it is told how far the update has
/// come, and asks again.
constexpr duration longest_update_wait = std::chrono::seconds{20};

} // namespace

void execution_actor::poll_update_for(const call_ptr& from) {
  auto found = poll_update(*record_, from->as<wire::PollWorkflowExecutionUpdateRequest>());
  if (wait_of(from, found))
    wait_for_update(from, found, false);
  else
    answer(from, std::move(found));
}

void execution_actor::wait_for_update(
    const call_ptr& from, const reply& so_far, bool was_repeated) {
  auto waiting = wait_of(from, so_far);
  if (!waiting) {
    from->answer(so_far);
    return;
  }
  if (directory_.is_stopping) {
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
    return;
  }
  waiting->was_repeated = was_repeated;
  // Whoever drains the service does not wait for a worker that may never come.
  from->is_long_poll = true;
  from->idle = so_far;
  const auto id = ++last_reader_;
  const auto end = [weak = caf::actor_cast<caf::actor_addr>(this), id](bool is_expired) {
    if (auto self = caf::actor_cast<execution_handle>(weak))
      tell(self, reader_done{id, is_expired});
  };
  from->on_cancel([end] { end(false); });
  update_waits_.emplace(
      id, timed_update_wait{std::move(*waiting), home().schedule(longest_update_wait, [end] {
                              end(true);
                            })});
}

void execution_actor::perform(update_told& told) {
  std::vector<update_wait> over;
  for (auto at = update_waits_.begin(); at != update_waits_.end();) {
    auto& waiting = at->second.what;
    if (waiting.run_id != told.run_id || waiting.update_id != told.update_id
        || (told.status.ok() && !advance(waiting, told))) {
      ++at;
      continue;
    }
    home().cancel(at->second.timer);
    over.push_back(std::move(waiting));
    at = update_waits_.erase(at);
  }
  for (const auto& each : over) {
    if (told.status.ok()) {
      each.from->answer({{}, each.answer});
    } else if (is_repeated(each, told.status) && record_) {
      // Behind what goes out now: its effects are those of a later state.
      hold(each.from, [this, from = each.from] {
        decide_update_for(
            from, execute_operations{from->as<wire::ExecuteMultiOperationRequest>()}, true);
      });
      go_on_later();
    } else {
      each.from->answer(failure_of(each, told.status));
    }
  }
}

bool execution_actor::finish_update_wait(std::uint64_t id, bool is_expired) {
  const auto found = update_waits_.find(id);
  if (found == update_waits_.end())
    return false;
  auto waiting = std::move(found->second);
  update_waits_.erase(found);
  home().cancel(waiting.timer);
  if (is_expired)
    answer(waiting.what.from, {{}, waiting.what.answer});
  else
    waiting.what.from->answer(plain_status(status_code::cancelled, "the call was cancelled"));
  return true;
}

void execution_actor::lose_update_waits(const rpc_status& why) {
  for (auto& [id, waiting] : std::exchange(update_waits_, {})) {
    home().cancel(waiting.timer);
    waiting.what.from->answer(why);
  }
}

} // namespace troupe::embedded
