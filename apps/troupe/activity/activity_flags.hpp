// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"

#include <string>

namespace troupe::cli {

/// Which activity of which workflow, for the commands that the Temporal CLI also gives to batch
/// jobs: their `--query` and what goes with it is refused by name.
struct one_activity_flags {
  workflow_flags of;
  std::string activity_id, reason;

  void add(CLI::App& command) {
    of.add(command, false);
    add_text(command, "-a,--activity-id", activity_id, "Activity ID");
    add_text(command, "--reason", reason, "Reason of a batch job, so not for one activity");
    for (const auto* flag : {"-q,--query", "--rps"})
      refuse_flag(command, flag);
    refuse_flag(command, "-y,--yes", false);
    ignore_flag(command, "--headers", "Taken, but nothing carries them");
  }

  /// Throws `command_error` if it is not one activity.
  void check() const {
    if (of.workflow_id.empty())
      throw command_error("must set either workflow ID or query");
    if (!reason.empty())
      throw command_error("cannot set reason when workflow ID is set");
    if (activity_id.empty())
      throw command_error("either --activity-id and --workflow-id, or --query must be set");
  }
};

/// A request about one activity in the words that pause, unpause, reset and update-options share.
template <class Request>
Request request_about_activity(
    const workflow_flags& of, const std::string& activity_id, const connection& to) {
  auto request = request_about<Request>(of, to);
  request.set_id(activity_id);
  return request;
}

} // namespace troupe::cli
