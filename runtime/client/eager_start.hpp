// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/eager_starts.hpp"
#include "runtime/rpc/transport.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>
#include <string>
#include <utility>

namespace troupe::detail {

/// The first task of one workflow, on its way from the answer to the start to a worker of this
/// process. A part of the call that starts it, used like that on the executor's thread.
///
/// Between `reserve` and `answered` a slot is kept. A call that ends without an answer gives it
/// back when it is destroyed, and the service's task timeout covers what its answer may have
/// brought.
class eager_start {
public:
  using request = temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;
  using response = temporal::api::workflowservice::v1::StartWorkflowExecutionResponse;

  /// Of what is started with `asked`, which does not ask for the task itself.
  eager_start(const call_origin& from, const request& asked)
      : starts_(from.connection->starts()), task_queue_(asked.task_queue().name()),
        type_(asked.workflow_type().name()) {}

  /// Just before `what`, the encoded request, is sent: asks for the task if a worker has a slot.
  void reserve(rpc::call& what) {
    slot_ = starts_->try_reserve(task_queue_, type_);
    if (!slot_)
      return;
    auto asked = what.request.str(); // a field may stand behind the others
    wire_writer{asked}.number(request::kRequestEagerExecutionFieldNumber, 1);
    what.request = std::move(asked);
  }

  /// The answer has come; an empty one if it was none.
  void answered(response& what) {
    const auto slot = std::move(slot_); // goes back, whatever happens
    if (slot && what.has_eager_workflow_task())
      slot->run(std::move(*what.mutable_eager_workflow_task()));
  }

private:
  std::shared_ptr<eager_starts> starts_;
  std::string task_queue_;
  std::string type_;
  std::unique_ptr<reserved_start> slot_;
};

/// True if the caller wishes for it; then the request says so no more.
[[nodiscard]] inline bool take_wish(eager_start::request& from) {
  const bool wished = from.request_eager_execution();
  from.clear_request_eager_execution();
  return wished;
}

} // namespace troupe::detail
