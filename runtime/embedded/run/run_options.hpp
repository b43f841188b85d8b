// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

#include <string>

namespace google::protobuf {
class FieldMask;
}

namespace troupe::embedded {

/// What its start and changes since have made of a run's priority and of where it may run.
[[nodiscard]] api::workflow::v1::WorkflowExecutionOptions options_of(const run& on);
/// Its priority alone. The run has a history.
[[nodiscard]] bool has_priority(const run& on);
/// Empty if it has none.
[[nodiscard]] const api::common::v1::Priority& priority_of(const run& on);
/// Its override; empty if it was taken away, null if there never was one.
[[nodiscard]] const api::workflow::v1::VersioningOverride* override_of(const run& on);
/// What an event says of a change.
void take_options(
    run& on, const api::history::v1::WorkflowExecutionOptionsUpdatedEventAttributes& changed);

/// Takes over the fields that the mask names; gives what is wrong with it, in the words of an
/// error.
[[nodiscard]] std::string merge_options(
    const api::workflow::v1::WorkflowExecutionOptions& from,
    const google::protobuf::FieldMask& mask,
    api::workflow::v1::WorkflowExecutionOptions& to);
/// Writes an event if that is a change.
void change_options(
    change& ch,
    run& on,
    const api::workflow::v1::WorkflowExecutionOptions& now,
    const std::string& identity);

} // namespace troupe::embedded
