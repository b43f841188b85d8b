// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/checks/task_queue_name.hpp"
#include "runtime/embedded/record/change.hpp"

#include <troupe/rpc_status.hpp>

#include <string_view>

namespace troupe::embedded {

/// A negative or malformed duration: the cause as the server words it; empty if it is fine.
std::string_view duration_problem(const google::protobuf::Duration& value);

/// Cuts a timeout to the hundred years of the real server, and a billion nanoseconds to a second:
/// what is written can be read by every reader of protobuf's JSON.
void cut_timeout(google::protobuf::Duration& value);

/// Known names and values of the right type; sets the `type` metadata of each value.
/// Entries that are null are kept (an upsert deletes by them).
rpc_status check_search_attributes(
    const surroundings& around,
    std::string_view name_space,
    api::common::v1::SearchAttributes& attributes);

/// True for a payload that stands for null, by which an upsert deletes.
bool is_null(const api::common::v1::Payload& payload);

/// Callbacks of a start request: number, URL, header size. Makes header names lower case.
rpc_status check_callbacks(
    const surroundings& around,
    std::size_t already,
    google::protobuf::RepeatedPtrField<api::common::v1::Callback>& callbacks);

/// The links of a request, of which its callbacks have `others`: number, length, what they lead to.
rpc_status
check_links(const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links, int others = 0);

/// Null entries dropped, timeouts cut and filled in: the normal form of what is checked already.
void normalize_start(api::workflowservice::v1::StartWorkflowExecutionRequest& request);

/// All checks of a start request in the server's order, and its normal form: defaults filled in,
/// null entries dropped, timeouts cut. Signal-with-start is checked as the start request it
/// contains.
rpc_status check_and_normalize(
    const surroundings& around, api::workflowservice::v1::StartWorkflowExecutionRequest& request);

} // namespace troupe::embedded
