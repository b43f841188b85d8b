// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/checks/task_queue_name.hpp"
#include "runtime/embedded/record/surroundings.hpp"

#include <troupe/rpc_status.hpp>

#include <string_view>
#include <type_traits>

namespace temporal::api::workflowservice::v1 {
class ListTaskQueuePartitionsRequest;
}

/// How long the fields of requests may be: checked for every call before it goes to the actor whose
/// business it is, so that nothing long is kept or passed on. Limits of what a decision looks at
/// anyway (ids of a start, payloads) stand where it is decided, in the real server's order.
namespace troupe::embedded {

/// Refuses the first text that is over its limit, with the real server's words for it.
class length_checks {
public:
  length_checks& text(std::string_view value, std::size_t limit, const char* words) {
    if (status_.ok() && value.size() > limit)
      status_ = {status_code::invalid_argument, words, {}};
    return *this;
  }
  length_checks& that(rpc_status status) {
    if (status_.ok())
      status_ = std::move(status);
    return *this;
  }
  rpc_status result() { return std::move(status_); }

private:
  rpc_status status_;
};

/// | who            | field                                         | limit          |
/// |----------------|-----------------------------------------------|----------------|
/// | polls          | task_queue (also not set, empty or reserved)  | id             |
/// | polls          | task_queue.normal_name (of sticky ones only)  | id             |
/// | polls          | identity                                      | id             |
/// | polls          | worker_version_capabilities.build_id          | build id       |
/// | workflow tasks | identity                                      | id             |
/// |   answered     | worker_version_stamp.build_id                 | build id       |
/// |                | deployment_options, binary_checksum           | id (ours)      |
/// | activities     | identity                                      | id             |
/// |   answered     |                                               |                |
/// | DescribeTask.. | task_queue (also not set or empty),           | id             |
/// |                | normal_name (of sticky ones only)             |                |
/// | ListTaskQueueP.| task_queue (also not set, empty or reserved)  | id             |
/// | UpdateTask..   | task_queue (no worker can poll a longer one)  | id (ours)      |
/// | ShutdownWorker | sticky_task_queue, identity                   | id             |
/// | endpoint lists | page_size                                     | 0 to 1000      |
template <class Request>
rpc_status check_fields(const Request& request, const service_settings& to) {
  constexpr auto queue_too_long = "taskQueue length exceeds limit";
  constexpr auto identity_too_long = "Identity length exceeds limit.";
  constexpr auto build_id_too_long =
      "Build ID exceeds configured limit.workerBuildIdSize, use a shorter build ID.";
  constexpr int largest_endpoint_page = 1000;
  constexpr std::size_t longest_build_id = 255;
  length_checks checks;
  if constexpr (requires { request.worker_version_capabilities(); }) {
    const auto& queue = request.task_queue();
    checks.that(check_task_queue(request.has_task_queue(), queue, to.max_id_bytes))
        .that(check_normal_name(queue, to.max_id_bytes))
        .text(request.identity(), to.max_id_bytes, identity_too_long)
        .text(
            request.worker_version_capabilities().build_id(), longest_build_id, build_id_too_long);
  } else if constexpr (requires {
                         request.task_token();
                         request.binary_checksum();
                       }) {
    checks.text(request.identity(), to.max_id_bytes, identity_too_long)
        .text(request.binary_checksum(), to.max_id_bytes, "binaryChecksum length exceeds limit")
        .text(
            request.deployment_options().build_id(),
            to.max_id_bytes,
            "size of BuildID larger than the maximum allowed")
        .text(
            request.deployment_options().deployment_name(),
            to.max_id_bytes,
            "size of WorkerDeploymentName larger than the maximum allowed");
    if constexpr (requires { request.worker_version_stamp(); }) {
      const auto& stamp = request.worker_version_stamp();
      checks.text(stamp.build_id(), longest_build_id, build_id_too_long);
      if (stamp.use_versioning() && stamp.build_id().empty())
        checks.that(
            {status_code::invalid_argument,
             "WorkerVersionStamp must be present if UseVersioning is true.",
             {}});
    }
  } else if constexpr (requires {
                         request.resource_id();
                         request.identity();
                       }) {
    checks.text(request.identity(), to.max_id_bytes, identity_too_long);
  } else if constexpr (requires { request.include_task_queue_status(); }) {
    const auto& queue = request.task_queue();
    if (!request.has_task_queue())
      checks.that({status_code::invalid_argument, "taskQueue is not set", {}});
    else if (queue.name().empty())
      checks.that({status_code::invalid_argument, "missing task queue name", {}});
    checks.text(queue.name(), to.max_id_bytes, queue_too_long)
        .that(check_normal_name(queue, to.max_id_bytes));
  } else if constexpr (std::is_same_v<
                           Request,
                           temporal::api::workflowservice::v1::ListTaskQueuePartitionsRequest>) {
    checks.that(check_task_queue(request.has_task_queue(), request.task_queue(), to.max_id_bytes));
  } else if constexpr (requires { request.set_fairness_weight_overrides(); }) {
    checks.text(request.task_queue(), to.max_id_bytes, queue_too_long);
  } else if constexpr (requires { request.sticky_task_queue(); }) {
    checks.text(request.sticky_task_queue(), to.max_id_bytes, queue_too_long)
        .text(request.identity(), to.max_id_bytes, identity_too_long);
  } else if constexpr (requires {
                         request.page_size();
                         request.name();
                       }) {
    if (request.page_size() < 0)
      checks.that({status_code::invalid_argument, "page_size is negative", {}});
    if (request.page_size() > largest_endpoint_page)
      checks.that({status_code::invalid_argument, "page_size exceeds limit of 1000", {}});
  }
  return checks.result();
}

} // namespace troupe::embedded
