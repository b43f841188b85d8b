// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace troupe::embedded {

/// The actors of one kind by key. One that has ended, whyever, is in it no more: the next message
/// to its key makes a new one. On the shard's thread, where the actors end too.
template <class Handle>
class actor_map {
public:
  /// The actor under `key`, made by `spawn` if there is none.
  template <class Spawn>
  Handle find_or_spawn(const std::string& key, Spawn spawn) {
    if (auto found = actors_->find(key); found != actors_->end())
      return found->second;
    std::string mine{key}; // the caller's buffer is free for whatever making the actor looks up
    const auto made = actors_->emplace(mine, spawn()).first->second;
    auto* actor = caf::actor_cast<caf::abstract_actor*>(made);
    actor->attach_functor([weak = std::weak_ptr{actors_}, key = std::move(mine), id = actor->id()](
                              const caf::error&) {
      auto actors = weak.lock();
      if (!actors)
        return;
      auto found = actors->find(key);
      // Its successor may be there already.
      if (found != actors->end()
          && caf::actor_cast<caf::abstract_actor*>(found->second)->id() == id)
        actors->erase(found);
    });
    return made;
  }

  /// Null if there is none.
  [[nodiscard]] Handle find(const std::string& key) const {
    auto found = actors_->find(key);
    return found == actors_->end() ? Handle{} : found->second;
  }

  /// The actor is about to end: what comes from now on is for a new one.
  void forget(const std::string& key) { actors_->erase(key); }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, actor] : *actors_)
      visit(actor);
  }

  [[nodiscard]] std::size_t size() const noexcept { return actors_->size(); }

private:
  using map = std::unordered_map<std::string, Handle>;

  std::shared_ptr<map> actors_ = std::make_shared<map>();
};

} // namespace troupe::embedded
