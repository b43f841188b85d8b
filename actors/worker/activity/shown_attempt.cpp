// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/shown_attempt.hpp"

#include <string>

namespace troupe::actors {

worker_snapshot::activity_attempt shown(const activity::attempt& of, duration age) {
  const auto& info = of.info();
  worker_snapshot::activity_attempt made{
      .activity_type = info.activity_type,
      .activity_id = info.activity_id,
      .workflow_id = info.workflow_id,
      .run_id = info.run_id,
      .attempt = info.attempt,
      .is_local = info.is_local,
      .told_to_stop = {},
      .age = age};
  if (of.cancelled() != cancel_reason::none)
    made.told_to_stop = to_string(of.cancelled());
  return made;
}

} // namespace troupe::actors
