// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/client/description.hpp>
#include <troupe/payload/data_converter.hpp>

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace temporal::api::workflow::v1 {
class WorkflowExecutionInfo;
}
namespace temporal::api::workflowservice::v1 {
class DescribeWorkflowExecutionResponse;
}

namespace troupe {

[[nodiscard]] workflow_summary summary_from(
    const temporal::api::workflow::v1::WorkflowExecutionInfo& from,
    const data_converter& converter);

[[nodiscard]] workflow_description description_from(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& from,
    const data_converter& converter);

/// Summaries and the like are JSON strings in a payload; what is none is left out.
[[nodiscard]] std::string text_of(
    bool is_there, const temporal::api::common::v1::Payload& from, const data_converter& converter);

[[nodiscard]] inline std::optional<wall_time>
time_of(bool is_there, const google::protobuf::Timestamp& from) {
  return is_there ? std::optional{wall_time{from_proto(from)}} : std::nullopt;
}

/// Maps of messages have no order.
inline void sort_by_name(std::vector<std::pair<std::string, payload>>& what) {
  std::sort(what.begin(), what.end(), [](const auto& left, const auto& right) {
    return left.first < right.first;
  });
}

/// A count of workflows or of activities.
template <class Response>
[[nodiscard]] grouped_count count_from(const Response& from) {
  grouped_count to{from.count(), {}};
  for (const auto& group : from.groups()) {
    auto& made = to.groups.emplace_back();
    made.count = group.count();
    for (const auto& value : group.group_values())
      made.values.push_back(from_proto(value));
  }
  return to;
}

} // namespace troupe
