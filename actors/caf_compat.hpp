// SPDX-License-Identifier: Apache-2.0
#pragma once

// What differs between CAF 0.17 (Debian 12) and CAF 1.x, in one place. Developed against 0.17.6;
// 0.18 and 0.19 have a third spelling of several of these and are refused.

#include <caf/actor_addr.hpp>
#include <caf/config.hpp>
#include <caf/replies_to.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_actor.hpp>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#if CAF_VERSION >= 1800 && CAF_VERSION < 10000
#error "CAF 0.18 and 0.19 are not supported: use 0.17.6 (Debian 12) or 1.x."
#endif

namespace troupe::actors {

namespace detail {

template <class Signature>
struct signature;

#if defined(CAF_VERSION_MAJOR) && CAF_VERSION_MAJOR >= 1
template <class R, class... Args>
struct signature<R(Args...)> {
  using type = caf::result<R>(Args...);
};
#else
template <class... Args>
struct signature<void(Args...)> {
  using type = caf::reacts_to<Args...>;
};
template <class R, class... Args>
struct signature<R(Args...)> {
  using type = typename caf::replies_to<Args...>::template with<R>;
};
#endif

} // namespace detail

/// One message of a typed actor's interface: `caf::typed_actor<sig<void(stop_polling)>,
/// sig<int(question)>>`.
template <class Signature>
using sig = typename detail::signature<Signature>::type;

/// Carries something that can only be moved through a message to exactly one receiver.
///
/// CAF 0.17 wants messages to be copyable although an unshared one is never copied. A copy would
/// mean that the message went to two receivers, which is a programming error: it ends the program.
template <class T>
class handoff {
public:
  handoff() = default;
  explicit handoff(std::unique_ptr<T> what) : what_(what.release(), [](T* mine) { delete mine; }) {}
  handoff(handoff&&) noexcept = default;
  handoff& operator=(handoff&&) noexcept = default;
  handoff(const handoff& other) : what_(nullptr, nullptr) {
    if (other.what_) {
      std::fputs("troupe: a message that has one receiver was copied\n", stderr);
      std::abort();
    }
  }
  handoff& operator=(const handoff&) = delete;

  /// Takes it out; empty the second time.
  [[nodiscard]] std::unique_ptr<T> take() { return std::unique_ptr<T>{what_.release()}; }
  [[nodiscard]] T* get() const noexcept { return what_.get(); }

private:
  std::unique_ptr<T, void (*)(T*)> what_{nullptr, [](T*) {}};
};

template <class T, class... Args>
[[nodiscard]] handoff<T> make_handoff(Args&&... args) {
  return handoff<T>{std::make_unique<T>(std::forward<Args>(args)...)};
}

/// Messages that wait for an actor. Only where it is run, while it does not run.
[[nodiscard]] inline std::size_t waiting_messages(caf::scheduled_actor& of) {
#if defined(CAF_VERSION_MAJOR) && CAF_VERSION_MAJOR >= 1
  return of.mailbox().size();
#else
  // Asking a blocked mailbox for more would unblock it, and its actor would never be run again.
  auto& box = of.mailbox();
  return box.blocked() || box.closed() ? 0 : box.size();
#endif
}

/// Calls back when monitored actors end. Belongs to one actor, which makes it in its constructor.
///
/// CAF 0.17 has one down handler per actor, so this keeps the map from who died to who wants to
/// know.
class down_watch {
public:
  using callback = std::function<void(const caf::error&)>;

  explicit down_watch(caf::scheduled_actor* self) : self_(self) {
    self->set_down_handler([this](caf::scheduled_actor*, caf::down_msg& down) {
      auto found = callbacks_.find(down.source);
      if (found == callbacks_.end())
        return;
      auto call = std::move(found->second);
      callbacks_.erase(found);
      call(down.reason);
    });
  }

  template <class Handle>
  void on_down(const Handle& whom, callback call) {
    callbacks_[whom.address()] = std::move(call);
    self_->monitor(whom);
  }

  void clear() { callbacks_.clear(); }

private:
  caf::scheduled_actor* self_;
  std::map<caf::actor_addr, callback> callbacks_;
};

} // namespace troupe::actors
