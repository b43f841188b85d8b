// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <variant>

namespace troupe::embedded {

/// What a handler outside of the service answered, as a worker would have said it.
struct outside_reply {
  std::variant<
      temporal::api::workflowservice::v1::RespondNexusTaskCompletedRequest,
      temporal::api::workflowservice::v1::RespondNexusTaskFailedRequest,
      nexus_call_failed>
      what;
};

/// What is decided about; borrows from the answer.
[[nodiscard]] inline nexus_outcome outcome_of(const nexus_answered& done) {
  using completed = temporal::api::workflowservice::v1::RespondNexusTaskCompletedRequest;
  using failed = temporal::api::workflowservice::v1::RespondNexusTaskFailedRequest;
  if (done.outside) {
    const auto& what = done.outside->what;
    if (const auto* success = std::get_if<completed>(&what))
      return success;
    if (const auto* failure = std::get_if<failed>(&what))
      return failure;
    return std::get<nexus_call_failed>(what);
  }
  if (!done.answer)
    return nexus_no_answer{};
  if (done.is_failure)
    return &done.answer->as<failed>();
  return &done.answer->as<completed>();
}

} // namespace troupe::embedded
