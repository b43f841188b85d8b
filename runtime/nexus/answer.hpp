// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/error_mapping.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/nexus/context.hpp>
#include <troupe/payload/payload.hpp>

#include <span>
#include <string>
#include <string_view>

namespace troupe::nexus {

/// The longest operation token that the service takes.
inline constexpr std::size_t max_token_bytes = 4096;

/// A finished answer: RespondNexusTaskCompleted, or RespondNexusTaskFailed for handler errors.
struct task_answer {
  std::string_view method;
  rpc::bytes body;
  bool is_failure = false;
  std::string failure_text;
  std::string failure_reason = {}; ///< `operation_call::failure_reason`
};

[[nodiscard]] task_answer answer_sync(
    const dispatch_environment& environment,
    const nexus_task& task,
    payload value,
    std::span<const link> links);

[[nodiscard]] task_answer answer_async(
    const dispatch_environment& environment,
    const nexus_task& task,
    std::string_view token,
    std::span<const link> links);

[[nodiscard]] task_answer
answer_cancelled(const dispatch_environment& environment, const nexus_task& task);

/// Operation errors of a start travel as its outcome, handler errors as a failed task; each in the
/// form the caller understands: a Temporal failure, or (before server 1.30) a Nexus failure that
/// carries it as JSON. A cancel request has no operation outcome, so an operation error of its
/// handler becomes INTERNAL.
[[nodiscard]] task_answer answer_error(
    const dispatch_environment& environment,
    const nexus_task& task,
    const handler_outcome_error& error);

} // namespace troupe::nexus
