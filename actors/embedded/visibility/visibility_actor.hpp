// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "runtime/embedded/visibility/visibility.hpp"

#include <string>

namespace troupe::embedded {

class directory;

/// The index of the runs of one namespace.
///
/// Owns:      the index.
/// Receives:  put_row and remove_row (executions, after commit), serve_call (list and count).
/// Sends:     answers.
/// Dies when: the service does.
class visibility_actor final : public actors::pinned_actor<visibility_handle::base> {
public:
  visibility_actor(
      caf::actor_config& cfg, actors::shard& home, directory& here, std::string namespace_id);

  const char* name() const override { return "visibility"; }
  behavior_type make_behavior() override;

private:
  void serve(const call_ptr& from);

  directory& directory_;
  std::string namespace_id_;
  visibility_index index_;
};

} // namespace troupe::embedded
