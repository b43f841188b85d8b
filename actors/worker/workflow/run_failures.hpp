// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/log/repeated_failures.hpp"
#include "runtime/workflow/messages/failed_message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
}

namespace troupe::actors {

/// A failure of a workflow's code, or of what is done for it, with what names the run of `task`,
/// and the message whose handler is at fault, if it is that of one of `messages`.
[[nodiscard]] log::failure failure_of_run(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    std::string_view message,
    std::string error,
    log::level severity,
    const std::vector<workflow::failed_message>& messages);

/// Of an update, by its validator or for lack of a handler: no failure, but an answer.
[[nodiscard]] bool is_rejection(const workflow::failed_message& failed) noexcept;

/// A message that failed, and the run did not. Rejected updates and errors that are expected
/// (benign) are for who looks for a mistake: `debug`.
[[nodiscard]] log::failure failure_of_message(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    const workflow::failed_message& failed);

} // namespace troupe::actors
