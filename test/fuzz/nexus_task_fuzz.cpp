// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/task.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace wire = temporal::api::workflowservice::v1;

/// The scanner against protobuf's own parser: where both understand a message, they understand the
/// same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  using fuzz::require;
  const std::string bytes{fuzz::as_text(data, size)};
  const auto scanned = nexus::read_poll_answer(rpc::bytes{bytes});
  wire::PollNexusTaskQueueResponse parsed;
  if (!scanned || !parsed.ParseFromString(bytes))
    return 0;
  require(scanned->task.has_value() == !parsed.task_token().empty(), "a token means a task");
  if (!scanned->task)
    return 0;
  const auto& task = *scanned->task;
  require(task.token == parsed.task_token(), "the same token");
  if (!task.refusal.empty())
    return 0;
  const auto& request = parsed.request();
  require(task.endpoint == request.endpoint(), "the same endpoint");
  if (request.has_start_operation()) {
    const auto& start = request.start_operation();
    require(task.kind == nexus::nexus_task::request::start, "a start");
    require(task.service == start.service(), "the same service");
    require(task.operation == start.operation(), "the same operation");
    require(task.request_id == start.request_id(), "the same request id");
    require(task.callback_url == start.callback(), "the same callback");
    require(task.input.data == start.payload().data(), "the same input");
  }
  if (request.has_cancel_operation()) {
    require(task.kind == nexus::nexus_task::request::cancel, "a cancel");
    require(task.service == request.cancel_operation().service(), "the same service");
  }
  return 0;
}
