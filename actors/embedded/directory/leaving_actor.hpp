// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"

#include <caf/actor_cast.hpp>

#include <chrono>
#include <utility>

namespace troupe::embedded {

/// Base of the actors whose keys clients make up (queues, endpoints, destinations): one that is
/// idle and that nobody wanted for a while (at most twice of it) ends, and the next message to its
/// key makes a new one. Otherwise a service would keep an actor for every name it ever heard.
///
/// `Handle` takes `leave_if_idle`, which its behavior hands to `leave_when_idle`.
template <class Handle>
class leaving_actor : public service_actor<Handle> {
public:
  using service_actor<Handle>::service_actor;

protected:
  /// True if nothing is lost when it ends now.
  [[nodiscard]] virtual bool is_idle() const = 0;
  /// Takes it out of the directory.
  virtual void forget() = 0;

  void note_use() noexcept { is_used_ = true; }
  void note_no_use() noexcept { is_used_ = false; }

  /// Looks in `patience` whether anybody still wants it, again and again; to be called once it
  /// lives.
  void watch_idleness(duration patience) {
    if (idle_timer_ != 0)
      return;
    patience_ = patience;
    idle_timer_ = this->home().schedule(patience, [weak = caf::actor_cast<caf::actor_addr>(this)] {
      if (auto self = caf::actor_cast<Handle>(weak))
        actors::tell(self, leave_if_idle{});
    });
  }

  /// For `on_exit` too.
  void stop_watching() {
    if (idle_timer_ != 0)
      this->home().cancel(std::exchange(idle_timer_, 0));
  }

  void leave_when_idle() {
    stop_watching();
    if (std::exchange(is_used_, false) || !is_idle() || !this->mailbox().empty()) {
      watch_idleness(patience_);
      return;
    }
    forget();
    this->quit();
  }

private:
  executor::timer_id idle_timer_ = 0;
  duration patience_{};
  bool is_used_ = true; ///< since the last look
};

} // namespace troupe::embedded
