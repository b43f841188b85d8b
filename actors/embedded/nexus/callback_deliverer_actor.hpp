// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/leaving_actor.hpp"
#include "actors/embedded/directory/messages.hpp"

#include <deque>
#include <string>
#include <unordered_map>

namespace troupe::embedded {

class directory;

/// Delivers completion callbacks to one destination.
///
/// Owns:      the deliveries whose outcome it waits for, and those that wait for their turn.
/// Receives:  deliver_callback (executions that closed), operation_outcome (executions of callers),
///            callback_posted (the HTTP client).
/// Sends:     operation_completed to the caller's execution; callback_reported to the execution
///            that closed.
/// Dies when: it waits for no outcome and had nothing to deliver for five minutes.
///
/// Retries and their backoff are the record's. `temporal://system` is this service itself, and so
/// are callbacks that it made (header `source`); others are posted over HTTP, so many at a time.
/// Of what is cut as the service ends nothing is reported: the record sends it again.
class callback_deliverer_actor final : public leaving_actor<callback_deliverer_handle> {
public:
  callback_deliverer_actor(
      caf::actor_config& cfg, actors::shard& home, directory& here, std::string destination);

  const char* name() const override { return "callback_deliverer"; }
  behavior_type make_behavior() override;
  void on_exit() override { stop_watching(); }

private:
  struct under_way {
    execution_ref source;
    std::string run_id;
    std::string callback_id;
    std::int32_t attempt = 0;
  };

  void deliver(deliver_callback& wanted, const under_way& started);
  void post(deliver_callback wanted, const under_way& started);
  void deliver_waiting();
  void
  report_posted(const under_way& what, callback_done::result outcome, const std::string& problem);
  void report(const under_way& what, const rpc_status& status);
  [[nodiscard]] bool is_idle() const override { return deliveries_.empty() && waiting_.empty(); }
  void forget() override;

  directory& directory_;
  std::string destination_;
  std::unordered_map<std::uint64_t, under_way> deliveries_;
  std::deque<deliver_callback> waiting_;
  std::uint64_t last_delivery_ = 0;
};

} // namespace troupe::embedded
