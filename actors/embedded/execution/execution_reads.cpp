// SPDX-License-Identifier: Apache-2.0
// What tells of a record without changing it: reads, and readers that wait for more of a history.

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/embedded/matching/matching.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe::embedded {

namespace {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::workflowservice::v1;
using actors::tell;

} // namespace

void execution_actor::tell_after_commits(reply what, continuation then) {
  if (undurable_.empty())
    then(what);
  else
    undurable_.back().followers.push_back({std::move(what), std::nullopt, std::move(then)});
}

void execution_actor::answer(const call_ptr& from, reply what) {
  tell_after_commits(std::move(what), [from](reply& told) {
    if (told.status.ok() && !told.bytes.empty())
      from->answer(std::move(told.bytes));
    else
      from->answer(told);
  });
}

void execution_actor::read_for(
    const call_ptr& from, reply (*read)(const record& rec, const call& asked)) {
  if (!is_long()) {
    answer(from, read(*record_, *from));
    return;
  }
  read_in_slices(
      from,
      [read, from](const record& rec) { return read(rec, *from); },
      [this, from](reply found) { answer(from, std::move(found)); });
}

void execution_actor::read_history_for(const call_ptr& from, std::optional<time_point> ends) {
  if (is_busy()) { // woken while effects go out
    hold(from, [this, from, ends] { read_history_for(from, ends); });
    return;
  }
  const auto features = from->header("supported-features");
  // Clients that send no list at all are the raw ones; they get what is there.
  const bool follows =
      features.empty() || features.find("follows-next-run-id") != std::string_view::npos;
  const auto read = [from, follows](const record& rec) {
    return read_history(
        rec,
        from->as<wire::GetWorkflowExecutionHistoryRequest>(),
        from->header("client-name"),
        follows);
  };
  if (!is_long()) {
    tell_history(from, ends, read(*record_));
    return;
  }
  auto found = std::make_shared<read_result>();
  read_in_slices(
      from,
      [found, read](const record& rec) {
        *found = read(rec);
        return found->answer;
      },
      [this, from, ends, found](reply written) {
        found->answer = std::move(written);
        tell_history(from, ends, std::move(*found));
      });
}

void execution_actor::read_standalone_for(
    const call_ptr& from, standalone_read read, std::optional<time_point> ends) {
  if (is_busy()) {
    hold(from, [this, from, read, ends] { read_standalone_for(from, read, ends); });
    return;
  }
  tell_history(from, ends, read(*record_, *from), read);
}

void execution_actor::tell_history(
    const call_ptr& from,
    std::optional<time_point> ends,
    read_result found,
    standalone_read standalone) {
  if (!ends) {
    const auto now = directory_.now();
    auto until = from->deadline();
    // With less time than the margin it waits to its end: an empty answer would be asked again.
    if (until != time_point::max() && until - poll_margin > now)
      until -= poll_margin;
    ends = std::min(later(now, directory_.settings.longest_history_poll), until);
  }
  const auto patience = *ends - directory_.now();
  if (!found.wait || patience <= duration::zero()) {
    answer(from, std::move(found.answer));
    return;
  }
  if (directory_.is_stopping) {
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
    return;
  }
  from->is_long_poll = true;
  from->idle = std::move(found.answer);
  const auto id = ++last_reader_;
  auto weak = caf::actor_cast<caf::actor_addr>(this);
  const auto end = [weak, id](bool is_expired) {
    if (auto self = caf::actor_cast<execution_handle>(weak))
      tell(self, reader_done{id, is_expired});
  };
  from->on_cancel([end] { end(false); });
  readers_[id] = {
      from, found.run_id, *ends, home().schedule(patience, [end] { end(true); }), standalone};
}

void execution_actor::wake_readers(const std::string& run_id) {
  const auto is_open = embedded::is_open(*record_, run_id);
  std::vector<reader> woken;
  for (auto at = readers_.begin(); at != readers_.end();) {
    const bool waits_for_close = at->second.standalone == nullptr
                                 && at->second.from->as<wire::GetWorkflowExecutionHistoryRequest>()
                                            .history_event_filter_type()
                                        == enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT;
    if (at->second.run_id != run_id || (waits_for_close && is_open)) {
      ++at;
      continue;
    }
    home().cancel(at->second.timer);
    woken.push_back(std::move(at->second));
    at = readers_.erase(at);
  }
  for (const auto& each : woken)
    if (each.from->is_answered())
      continue;
    else if (each.standalone != nullptr)
      read_standalone_for(each.from, each.standalone, each.ends);
    else
      read_history_for(each.from, each.ends);
}

void execution_actor::finish_reader(std::uint64_t id, bool is_expired) {
  auto found = readers_.find(id);
  if (found == readers_.end()) {
    finish_query(id, is_expired);
    return;
  }
  auto waiting = std::move(found->second);
  readers_.erase(found);
  home().cancel(waiting.timer);
  if (is_expired && waiting.standalone != nullptr)
    answer(waiting.from, waiting.standalone(*record_, *waiting.from).answer);
  else if (is_expired)
    answer(
        waiting.from,
        read_history(
            *record_,
            waiting.from->as<wire::GetWorkflowExecutionHistoryRequest>(),
            waiting.from->header("client-name"))
            .answer);
  else
    waiting.from->answer(plain_status(status_code::cancelled, "the call was cancelled"));
}

} // namespace troupe::embedded
