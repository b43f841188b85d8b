// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/visibility/visibility_actor.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflow/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace wire = temporal::api::workflowservice::v1;

visibility_actor::visibility_actor(
    caf::actor_config& cfg, actors::shard& home, directory& here, std::string namespace_id)
    : service_actor(cfg, home), directory_(here), namespace_id_(std::move(namespace_id)) {}

visibility_actor::behavior_type visibility_actor::make_behavior() {
  return {
      [this](const put_row& message) {
        guard([&] { directory_.index_of(namespace_id_).put(*message.info); }, [](const auto&) {});
      },
      [this](const remove_row& message) {
        guard(
            [&] { directory_.index_of(namespace_id_).remove(message.run_id); }, [](const auto&) {});
      },
      [this](const serve_call& message) {
        guard(
            [&] { serve(message.what); },
            [&](const rpc_status& fault) { message.what->answer(fault); });
      },
  };
}

void visibility_actor::serve(const call_ptr& from) {
  const auto& index = directory_.index_of(namespace_id_);
  const auto* name_space = directory_.namespaces.find_by_id(namespace_id_);
  if (name_space == nullptr) {
    from->answer(namespace_absent(namespace_id_));
  } else if (from->method().ends_with("/CountWorkflowExecutions")) {
    wire::CountWorkflowExecutionsResponse response;
    const auto status =
        index.count(from->as<wire::CountWorkflowExecutionsRequest>(), *name_space, response);
    status.ok() ? from->answer(response) : from->answer(status);
  } else {
    wire::ListWorkflowExecutionsResponse response;
    const auto status =
        index.list(from->as<wire::ListWorkflowExecutionsRequest>(), *name_space, response);
    status.ok() ? from->answer(response) : from->answer(status);
  }
}

} // namespace troupe::embedded
