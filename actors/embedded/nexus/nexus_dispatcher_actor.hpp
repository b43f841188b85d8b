// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/leaving_actor.hpp"
#include "actors/embedded/directory/messages.hpp"
#include "runtime/embedded/nexus/circuit_breaker.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::embedded {

class directory;

/// Sends the Nexus requests of one caller namespace to one endpoint, and keeps them back while the
/// endpoint fails.
///
/// Owns:      the requests under way, the circuit breakers (one for starts, one for cancels), the
///            requests held back; the rows of its breakers in the directory.
/// Receives:  dispatch_request (executions), request_answered and request_expired (task queues),
///            breaker_ticked and let_waiting_go (own timers).
/// Sends:     offer_request to the target's task queue; nexus_answered and nexus_held to the
///            execution that asked.
/// Dies when: nothing is under way or held, no breaker is open, and nothing came for five minutes.
///            Failures in a row that it has counted are forgotten then.
///
/// No more than 256 requests are under way at once; others wait as held ones. Retries and their
/// backoff are the record's: each attempt comes here as a new request.
class nexus_dispatcher_actor final : public leaving_actor<nexus_dispatcher_handle> {
public:
  nexus_dispatcher_actor(
      caf::actor_config& cfg,
      actors::shard& home,
      directory& here,
      std::string caller_namespace_id,
      std::string endpoint);

  const char* name() const override { return "nexus_dispatcher"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct under_way {
    execution_ref source;
    nexus_attempt attempt;
    std::shared_ptr<const std::string> request; ///< names the operation, if this fails
  };
  struct lane {
    circuit_breaker breaker;
    /// What failed since the last success, how often: what the log says when the breaker opens.
    std::map<std::string, int> tripped_by;
    std::string opened_by; ///< the same in words, of the last time; empty once it is closed
    std::vector<under_way> held;
    executor::timer_id timer = 0; ///< runs while the breaker is open
    time_point open_until = {};   ///< what it runs to

    [[nodiscard]] bool is_idle() const noexcept { return held.empty() && timer == 0; }
  };

  void dispatch(dispatch_request& wanted);
  void dispatch_outside(dispatch_request& wanted); ///< to the URL of its endpoint
  void finish(const std::string& task_id, nexus_answered answer);
  void tick(bool is_cancelation);
  void let_go(lane& which);
  void wait_for_place(under_way what);
  void release_waiting();
  void arm_waiting();
  void report(const under_way& what, nexus_answered answer);
  [[nodiscard]] bool is_idle() const override;
  void forget() override;
  void say_opened(lane& which, const under_way& last);
  void show(const lane& which);
  void show_open(); ///< for metrics

  directory& directory_;
  std::string caller_namespace_id_;
  std::string endpoint_;
  std::unordered_map<std::string, under_way> requests_; ///< by task id
  std::deque<under_way> waiting_;                       ///< for a place among `requests_`
  executor::timer_id waiting_timer_ = 0;
  std::size_t places_ = 0; ///< requests at once: fewer to a server elsewhere
  lane starts_;
  lane cancels_;
};

} // namespace troupe::embedded
