// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/older_lists.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/filter/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <string>
#include <string_view>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;

std::string in_quotes(std::string_view text) {
  std::string to = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\')
      to += '\\';
    to += c;
  }
  return to + '\'';
}

std::string in_quotes(const google::protobuf::Timestamp& when) {
  return in_quotes(rfc3339(instant{when.seconds(), when.nanos()}));
}

/// As queries name it; one that there is not is refused there by its number.
std::string status_name(int status) {
  static constexpr std::array<std::string_view, 9> names{
      "",
      "Running",
      "Completed",
      "Failed",
      "Canceled",
      "Terminated",
      "ContinuedAsNew",
      "TimedOut",
      "Paused"};
  return status > 0 && static_cast<std::size_t>(status) < names.size()
             ? std::string{names[static_cast<std::size_t>(status)]}
             : std::to_string(status);
}

/// `status`: the part of the query that says which.
template <class Request>
listed_as make(const Request& request, std::string status) {
  auto query = std::move(status);
  const auto& time = request.start_time_filter();
  const bool has_earliest = time.has_earliest_time();
  const bool has_latest = time.has_latest_time();
  if (has_earliest && has_latest) {
    if (from_proto(time.earliest_time()) > from_proto(time.latest_time()))
      return unexpected{
          bad_argument("EarliestTime in StartTimeFilter should not be larger than LatestTime.")};
    query += " AND StartTime BETWEEN " + in_quotes(time.earliest_time()) + " AND "
             + in_quotes(time.latest_time());
  } else if (has_earliest)
    query += " AND StartTime >= " + in_quotes(time.earliest_time());
  else if (has_latest)
    query += " AND StartTime <= " + in_quotes(time.latest_time());
  if (request.has_execution_filter()) // whatever its run is
    query += " AND WorkflowId = " + in_quotes(request.execution_filter().workflow_id());
  else if (request.has_type_filter())
    query += " AND WorkflowType = " + in_quotes(request.type_filter().name());
  wire::ListWorkflowExecutionsRequest made;
  made.set_page_size(request.maximum_page_size());
  made.set_next_page_token(request.next_page_token());
  made.set_query(std::move(query));
  return made;
}

} // namespace

listed_as as_list(const wire::ListOpenWorkflowExecutionsRequest& request) {
  return make(request, "ExecutionStatus = 'Running'");
}

listed_as as_list(const wire::ListClosedWorkflowExecutionsRequest& request) {
  if (!request.has_status_filter())
    return make(request, "ExecutionStatus != 'Running'");
  const int status = request.status_filter().status();
  if (status == 0 || status == temporal::api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING)
    return unexpected{bad_argument("StatusFilter must be specified and must be not Running.")};
  return make(request, "ExecutionStatus = " + in_quotes(status_name(status)));
}

listed_as as_list(const wire::ScanWorkflowExecutionsRequest& request) {
  wire::ListWorkflowExecutionsRequest made;
  made.set_page_size(request.page_size());
  made.set_next_page_token(request.next_page_token());
  made.set_query(request.query());
  return made;
}

} // namespace troupe::embedded
