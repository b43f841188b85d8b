// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/instance.hpp"
#include "runtime/workflow/machines/local_machine.hpp"

#include <troupe/workflow/detail/ref.hpp>

#include <cstdint>
#include <vector>

namespace troupe::workflow {

/// The local activities of a run that are not done: those that wait for the end of replay, and
/// those that the worker runs.
class local_work {
public:
  void add(local_machine& by, detail::activity_request&& what);
  /// True if it runs, and the worker has yet to hear that it should stop; one that does not run yet
  /// is forgotten.
  bool cancel(local_machine& by);
  /// Takes out those that find their end in `event`.
  void offer(const history_event& event);
  /// Takes it out; null if nobody waits for it any more.
  detail::ref<local_machine> take(std::uint64_t id);

  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
  /// What the worker has not been told yet.
  [[nodiscard]] activation_need to_do();

private:
  struct entry {
    std::uint64_t id = 0;
    detail::ref<local_machine> by;
    detail::activity_request what; ///< empty once it runs
    bool runs = false;
  };

  std::vector<entry> all_;
  std::vector<std::uint64_t> to_cancel_;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::workflow
