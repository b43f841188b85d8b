// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/visibility/visibility_actor.hpp"

#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

namespace troupe::embedded {

visibility_actor::visibility_actor(
    caf::actor_config& cfg, actors::shard& home, directory& here, std::string namespace_id)
    : service_actor(cfg, home), directory_(here), namespace_id_(std::move(namespace_id)) {}

visibility_actor::behavior_type visibility_actor::make_behavior() {
  return {
      [this](const put_row& message) {
        guard([&] { directory_.index_of(namespace_id_).put(*message.info); }, [](const auto&) {});
      },
      [this](const remove_row& message) {
        guard(
            [&] { directory_.index_of(namespace_id_).remove(message.run_id); }, [](const auto&) {});
      },
      [this](const serve_call& message) {
        guard(
            [&] { serve(*this, message.what); },
            [&](const rpc_status& fault) {
              scans_.erase(message.what.get());
              message.what->answer(fault);
            });
      },
      [this](const drop_index& message) {
        // What is under way finds an index without rows, and ends with its next slice.
        if (!scans_.empty()) {
          home().defer([self = visibility_handle{this}, message] { actors::tell(self, message); });
          return;
        }
        directory_.forget_visibility(namespace_id_);
        quit();
      },
  };
}

void visibility_actor::scan_for(const call_ptr& from, scan_function begin) {
  const auto known = scans_.find(from.get());
  std::shared_ptr<visibility_scan> scan;
  if (known != scans_.end()) {
    scan = known->second;
  } else {
    auto begun = begin(*from);
    if (!begun) {
      from->answer(std::move(begun.error()));
      return;
    }
    scan = std::make_shared<visibility_scan>(std::move(*begun));
  }
  // Whoever is gone needs no more slices, but an answer all the same.
  const bool is_over = from->is_cancelled();
  if (is_over || scan->step(directory_.index_of(namespace_id_))) {
    if (known != scans_.end())
      scans_.erase(known);
    if (is_over)
      from->answer(plain_status(status_code::cancelled, "the call was cancelled"));
    else
      from->answer(scan->response());
    return;
  }
  if (known == scans_.end())
    scans_.emplace(from.get(), scan);
  // Not a message at once: an actor gets many of its messages in one turn of the shard.
  home().defer([self = visibility_handle{this}, from] { actors::tell(self, serve_call{from}); });
}

} // namespace troupe::embedded
