// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/instance.hpp"
#include "runtime/workflow/machines/local_machine.hpp"

#include <troupe/workflow/detail/ref.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::workflow {

/// The local activities of a run that are not done: those that wait for the end of replay, and
/// those that the worker runs.
class local_work {
public:
  void add(local_machine& by, detail::local_activity_request&& what);
  /// The worker is to hear that it should stop, once it runs.
  void cancel(local_machine& by);
  /// Forgets it; `stop`: the worker is to hear that it should stop, if it runs.
  void leave(local_machine& by, bool stop);
  /// Takes out the one that finds its end in `event`; false if none does.
  bool offer(const history_event& event);
  /// Takes it out; null if nobody waits for it any more.
  detail::ref<local_machine> take(std::uint64_t id);

  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
  /// What each of them waits for, in words.
  void add_waits(std::vector<std::string>& to) const;
  /// What the worker has not been told yet.
  [[nodiscard]] activation_need to_do();

private:
  struct entry;
  [[nodiscard]] std::vector<entry>::iterator find(local_machine& by);

  struct entry {
    std::uint64_t id = 0;
    detail::ref<local_machine> by;
    detail::local_activity_request what; ///< empty once it runs
    bool runs = false;
    bool is_cancelled = false; ///< before it runs
  };

  std::vector<entry> all_;
  std::vector<std::uint64_t> to_cancel_;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::workflow
