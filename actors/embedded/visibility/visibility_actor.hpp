// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"
#include "runtime/embedded/visibility/visibility.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace troupe::embedded {

class directory;

/// The index of the runs of one namespace.
///
/// Owns:      the right to change the index, which the directory keeps; the lists and counts under
///            way.
/// Receives:  put_row and remove_row (executions, after commit), serve_call (list and count),
///            drop_index (registry).
/// Sends:     answers; serve_call to itself for a call that needs another slice, once the shard has
///            nothing else to do or has done it for a while.
/// Dies when: its namespace is gone.
class visibility_actor final : public service_actor<visibility_handle> {
public:
  visibility_actor(
      caf::actor_config& cfg, actors::shard& home, directory& here, std::string namespace_id);

  const char* name() const override { return "visibility"; }
  behavior_type make_behavior() override;

  /// For the rows of the method table (call/visibility_calls.cpp): answers a call in slices.
  /// `begin` makes its scan, or says why it is refused; it is asked once.
  using scan_function = result<visibility_scan, rpc_status> (*)(const call& from);
  void scan_for(const call_ptr& from, scan_function begin);

private:
  directory& directory_;
  std::string namespace_id_;
  /// What calls wait for whose answer takes more than one slice.
  std::unordered_map<const call*, std::shared_ptr<visibility_scan>> scans_;
};

} // namespace troupe::embedded
