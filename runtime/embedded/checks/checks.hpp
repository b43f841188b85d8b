// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/checks/search_attribute_checks.hpp"
#include "runtime/embedded/checks/task_queue_name.hpp"
#include "runtime/embedded/record/change.hpp"

#include <troupe/rpc_status.hpp>

#include <iterator>
#include <string_view>

namespace troupe::embedded {

/// A negative or malformed duration: the cause as the server words it; empty if it is fine.
std::string_view duration_problem(const google::protobuf::Duration& value);

/// Cuts a timeout to the hundred years of the real server, and a billion nanoseconds to a second:
/// what is written can be read by every reader of protobuf's JSON.
void cut_timeout(google::protobuf::Duration& value);

/// True for a payload that stands for no value: it is dropped where a run begins with it, and an
/// upsert deletes by it. JSON's `null` is a value like others.
bool is_null(const api::common::v1::Payload& payload);

/// Drops what stands for no value from the memo and search attributes of a message.
template <class Message>
void drop_nulls(Message& from) {
  const auto drop = [](auto& fields) {
    for (auto at = fields.begin(); at != fields.end();)
      at = is_null(at->second) ? fields.erase(at) : std::next(at);
    return fields.empty();
  };
  if constexpr (requires { from.mutable_memo(); })
    if (from.has_memo() && drop(*from.mutable_memo()->mutable_fields()))
      from.clear_memo();
  if (from.has_search_attributes()
      && drop(*from.mutable_search_attributes()->mutable_indexed_fields()))
    from.clear_search_attributes();
}

/// Callbacks of a start request: number, URL, header size. Makes header names lower case.
rpc_status check_callbacks(
    const surroundings& around,
    std::size_t already,
    google::protobuf::RepeatedPtrField<api::common::v1::Callback>& callbacks);

/// The links of a request, of which its callbacks have `others`: number, length, what they lead to.
rpc_status
check_links(const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links, int others = 0);

/// Timeouts cut and filled in, entries without a value dropped: the normal form of what is checked
/// already.
void normalize_start(api::workflowservice::v1::StartWorkflowExecutionRequest& request);

/// The same of the timeout of workflow tasks alone: never 0, never longer than two minutes or
/// `run`.
duration task_timeout_of(duration wanted, duration run);

/// All checks of a start request in the server's order, and its normal form: defaults filled in,
/// null entries dropped, timeouts cut. Signal-with-start is checked as the start request it
/// contains.
rpc_status check_and_normalize(
    const surroundings& around, api::workflowservice::v1::StartWorkflowExecutionRequest& request);

} // namespace troupe::embedded
