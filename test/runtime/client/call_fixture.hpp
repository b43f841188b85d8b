// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/current_executor.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/rpc/call_scope.hpp"
#include "runtime/rpc/direct_transport.hpp"
#include "runtime/rpc/retry.hpp"
#include "test/runtime/client/detached.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/client.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>
#include <optional>
#include <string>

namespace troupe::test {

/// A client on an executor that the test drains, and a second one in the place of a shard.
struct call_fixture {
  manual_executor clock;
  manual_executor shard;
  scripted_service service;
  std::optional<client> caller =
      local_client(service, clock, [this] { return clock.step(); }, {.name_space = "ns"});
  std::string seen;

  [[nodiscard]] workflow_handle<int> handle() const {
    return caller->get_workflow<int>("id", "run");
  }
  void answer_signal() {
    service.answer(
        "SignalWorkflowExecution",
        temporal::api::workflowservice::v1::SignalWorkflowExecutionResponse{});
  }

  /// Runs what a coroutine on the shard does until it waits.
  template <class Begin>
  void on_shard(Begin begin) {
    const executor_scope here{shard};
    begin();
  }
  bool run_shard() {
    const executor_scope here{shard};
    return shard.run_until_idle();
  }
};

/// What an awaited call ended with: `done`, or the code and text of its error.
inline detached signal(workflow_handle<int> handle, std::string* seen) {
  const auto outcome = co_await handle.async().signal("name", 1).as_result();
  if (outcome)
    *seen = "done";
  else
    try {
      std::rethrow_exception(outcome.error());
    } catch (const rpc_error& error) {
      *seen = std::string{to_string(error.code())} + " " + error.what();
    }
}

inline detached signal_with(call<void> made, std::string* seen) {
  try {
    co_await made;
    *seen = "done";
  } catch (const rpc_error& error) {
    *seen = to_string(error.code());
  }
}

/// The scope of a request on the shard, and a client bound to it.
struct scoped_fixture : call_fixture {
  rpc::direct_transport transport{service, shard, {}};
  rpc::retrying_transport retrying{transport, shard};
  cancellation_source cancellation;
  std::shared_ptr<rpc::call_scope> scope = make_scope();

  std::shared_ptr<rpc::call_scope> make_scope() {
    auto made = std::make_shared<rpc::call_scope>();
    made->where = &shard;
    made->over = &retrying;
    made->token = cancellation.token();
    return made;
  }
  [[nodiscard]] workflow_handle<int> bound() const {
    return client{caller->connection(), scope}.get_workflow<int>("id", "run");
  }
};

} // namespace troupe::test
