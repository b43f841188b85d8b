// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/guarded_door.hpp"

#include "runtime/embedded/record/status.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>

#include <chrono>

namespace troupe::embedded {

rpc_status unauthorized() {
  return with_detail(
      status_code::permission_denied,
      "Request unauthorized.",
      temporal::api::errordetails::v1::PermissionDeniedFailure{});
}

rpc_status guarded_door::may(const question& asked) {
  if (asked.needs == role::anyone || asked.who.is_inside())
    return {};
  // Not the service's time, which tests may turn: keys and certificates end in that of everybody.
  const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  const auto known = keeper_->find(
      asked.who.header("authorization"),
      [&] {
        auto shown = asked.who.identity();
        return shown ? std::move(shown->certificate_pem) : std::string{};
      },
      now);
  if (!known || known->in(asked.name_space) < asked.needs)
    return unauthorized();
  return {};
}

} // namespace troupe::embedded
