// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/batch/batch_job.hpp"
#include "apps/troupe/cli.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <optional>
#include <string>

namespace troupe::cli {

/// Which activity of which workflow, or those of many workflows.
struct one_activity_flags {
  workflow_flags of;
  batch_flags many;
  std::string activity_id;

  void add(CLI::App& command) {
    of.add(command, false);
    many.add(command);
    add_text(command, "-a,--activity-id", activity_id, "Activity ID");
    ignore_flag(command, "--headers", "Taken, but nothing carries them");
  }

  /// As `batch_request`; throws `command_error` if it is no one activity either.
  [[nodiscard]] std::optional<temporal::api::workflowservice::v1::StartBatchOperationRequest>
  batch(connection& to, const global_flags& flags) const;
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
