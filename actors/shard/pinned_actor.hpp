// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"
#include "runtime/base/log/log.hpp"

#include <troupe/error.hpp>

#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_message.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <string>
#include <utility>

namespace troupe::actors {

/// Base of every actor that lives on a shard; `Base` is a typed interface's `base` or
/// `caf::event_based_actor`.
///
///     class poller_actor final : public pinned_actor<poller_handle::base> {
///     public:
///       poller_actor(caf::actor_config& cfg, shard& home, ...) : pinned_actor(cfg, home) {}
///
/// It runs on `home` whoever sends to it. Messages that it does not know and exceptions that a
/// handler lets out are logged; the latter end the actor (its monitors see `sec::runtime_error`),
/// never the shard.
///
/// CAF 0.17: an actor stays where it is because `enqueue` and `launch` pass the shard instead of
/// the sender's unit.
template <class Base>
class pinned_actor : public Base {
public:
  pinned_actor(caf::actor_config& cfg, shard& home) : Base(cfg), home_(home) {
    this->set_default_handler(
        [](caf::scheduled_actor* self, caf::message_view&) -> caf::result<caf::message> {
          log::error("an actor got a message that it does not know", {{"actor", self->name()}});
          return caf::make_error(caf::sec::unexpected_message);
        });
    this->set_exception_handler(
        [this](caf::scheduled_actor* self, std::exception_ptr& thrown) -> caf::error {
          died_ = true;
          const auto what = describe(thrown);
          log::error(
              "an actor died of an exception",
              {{"actor", self->name()}, {"id", std::to_string(self->id())}, {"error", what}});
          return caf::make_error(caf::sec::runtime_error, what);
        });
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    Base::enqueue(std::move(what), &home_);
  }

  void launch(caf::execution_unit*, bool lazy, bool hide) override {
    home_.joined(this);
    Base::launch(&home_, lazy, hide);
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    home_.left(this);
    return Base::cleanup(std::move(reason), host);
  }

  [[nodiscard]] shard& home() const noexcept { return home_; }

protected:
  /// For `on_exit`: a handler of this actor let an exception out.
  [[nodiscard]] bool died() const noexcept { return died_; }

private:
  shard& home_;
  bool died_ = false;
};

/// Sends one message from code that is no actor (a completion handler, a timer) to an actor; one
/// allocation.
template <class Handle, class Message>
void tell(const Handle& whom, Message&& what) {
  if (auto* target = caf::actor_cast<caf::abstract_actor*>(whom))
    target->enqueue(
        caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::forward<Message>(what)),
        nullptr);
}

} // namespace troupe::actors
