// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/activity_start.hpp"

#include "runtime/protocol/start_parts.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <utility>

namespace troupe::protocol {

namespace enums = temporal::api::enums::v1;

void fill_activity_start(
    std::string_view type,
    start_activity_options options,
    payloads args,
    const starter& by,
    temporal::api::workflowservice::v1::StartActivityExecutionRequest& to) {
  fill_start_parts(options, std::move(args), by, to);
  to.set_activity_id(std::move(options.id));
  to.mutable_activity_type()->set_name(std::string{type});
  write_span(
      options.schedule_to_close_timeout, [&] { return to.mutable_schedule_to_close_timeout(); });
  write_span(
      options.schedule_to_start_timeout, [&] { return to.mutable_schedule_to_start_timeout(); });
  write_span(options.start_to_close_timeout, [&] { return to.mutable_start_to_close_timeout(); });
  write_span(options.heartbeat_timeout, [&] { return to.mutable_heartbeat_timeout(); });
  to.set_id_reuse_policy(static_cast<enums::ActivityIdReusePolicy>(options.id_reuse_policy));
  to.set_id_conflict_policy(
      static_cast<enums::ActivityIdConflictPolicy>(options.id_conflict_policy));
}

} // namespace troupe::protocol
