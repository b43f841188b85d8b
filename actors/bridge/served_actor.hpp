// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/caf/serve.hpp>

#include <caf/actor_companion.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe::nexus::detail {

/// One request where the served actor has it. Guarded by that one's mutex.
struct asked_request {
  enum class state { waits, is_sent, in_mailbox, over };

  std::shared_ptr<actor_question> what;
  executor* home = nullptr;      ///< null once nobody waits any more
  std::coroutine_handle<> frame; ///< own thread of `home` only
  std::uint64_t id = 0;          ///< of the message; 0: not sent yet
  state at = state::waits;
  cancel_reason to_tell = cancel_reason::none; ///< while it is being sent
};

/// A user's actor as one worker asks it, and what bounds the requests that it has.
///
/// Requests are messages from a companion, an actor without a mailbox of its own, whose code runs
/// where the answer comes from: it posts the coroutine to its shard, so an answer takes one hop,
/// and no thread waits. When the actor ends, all that it has not answered fail at once.
///
/// Owns:      the companion, the requests that the actor has and those that wait for their turn.
/// Threading: thread-safe. Nothing is sent while the mutex is held: an actor that is gone answers
///            within the sending.
class served_actor {
public:
  /// How what hangs on the actor of the user is known there: with the object that it is of, or null
  /// for any.
  static constexpr std::size_t watch_token = 0x74726f757065;

  [[nodiscard]] static std::shared_ptr<served_actor>
  make(caf::strong_actor_ptr whom, const served_actor_options& options);
  served_actor(caf::strong_actor_ptr whom, const served_actor_options& options);
  served_actor(const served_actor&) = delete;
  served_actor& operator=(const served_actor&) = delete;
  ~served_actor();

  void ask(std::shared_ptr<actor_question> what, executor& home, std::coroutine_handle<> frame);
  void leave(actor_question& what) noexcept;
  void tell(const actor_question& what, cancel_reason why);

  [[nodiscard]] caf::actor_system& system() const noexcept { return *whom_->home_system; }

private:
  using request_ptr = std::shared_ptr<asked_request>;

  void on_answer(caf::mailbox_element& answer);
  void on_exit(const caf::error& why);
  [[nodiscard]] bool has_room() const noexcept;
  void take_waiting(std::vector<request_ptr>& to_send);
  void mark_sent(const request_ptr& which);
  void send(const request_ptr& which);
  void send_all(const std::vector<request_ptr>& which);
  void send_notice(const actor_question& about, cancel_reason why);
  void forget_oldest_abandoned();
  static void settle(const request_ptr& which);

  const caf::strong_actor_ptr whom_;
  const served_actor_options options_;
  caf::strong_actor_ptr from_;           ///< the companion, as a sender
  caf::actor_companion* asks_ = nullptr; ///< the same

  std::mutex mutex_;                          ///< guards all below, and the requests
  std::map<std::uint64_t, request_ptr> sent_; ///< by message, so oldest first
  std::deque<request_ptr> waiting_;           ///< bounded by the worker's slots
  std::size_t abandoned_ = 0;                 ///< of those sent: nobody waits for the answer
  std::uint64_t last_id_ = 0;
  caf::error ended_; ///< why there will be no more answers
};

} // namespace troupe::nexus::detail
