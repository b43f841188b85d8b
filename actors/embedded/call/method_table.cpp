// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/checks/message_parts.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/payload/deep_message.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>
#include <set>
#include <unordered_map>

namespace troupe::embedded {

namespace names = rpc::methods::workflow_service;
namespace operator_names = rpc::methods::operator_service;

const method_row* find_method(std::string_view full_name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const method_row*> index;
    for (const auto& part : method_table())
      for (const auto& each : part)
        index.emplace(each.name, &each);
    return index;
  }();
  auto found = by_name.find(full_name);
  return found == by_name.end() ? nullptr : found->second;
}

rpc_status unknown_method(std::string_view full_name) {
  for (auto prefix : {names::prefix, operator_names::prefix})
    if (full_name.starts_with(prefix))
      return plain_status(
          status_code::unimplemented,
          "unknown method " + std::string{full_name.substr(prefix.size())} + " for service "
              + std::string{prefix.substr(1, prefix.size() - 2)});
  if (full_name.starts_with('/'))
    full_name.remove_prefix(1);
  return plain_status(
      status_code::unimplemented,
      "unknown service " + std::string{full_name.substr(0, full_name.rfind('/'))});
}

namespace {

/// Reads the request into `message`, or says why that cannot be.
rpc_status read_request(const call& from, google::protobuf::Message& message, bool in_slices) {
  std::string scratch;
  const auto bytes = from.body().flatten(scratch);
  if (bytes.size() >= few_parts_below && !has_few_parts(bytes, *message.GetDescriptor()))
    return bad_argument(
        "the request has more than " + std::to_string(most_map_entries)
        + " entries in the maps of one message, or is made of too many small parts");
  if (!(in_slices ? read_message_in_slices(bytes, message) : read_message(bytes, message)))
    return plain_status(status_code::internal, "the request is no " + message.GetTypeName());
  return {};
}

/// The namespace that a command of a workflow goes to; empty: its own.
std::string_view target_of(const temporal::api::command::v1::Command& command) {
  if (command.has_start_child_workflow_execution_command_attributes())
    return command.start_child_workflow_execution_command_attributes().namespace_();
  if (command.has_signal_external_workflow_execution_command_attributes())
    return command.signal_external_workflow_execution_command_attributes().namespace_();
  if (command.has_request_cancel_external_workflow_execution_command_attributes())
    return command.request_cancel_external_workflow_execution_command_attributes().namespace_();
  return {};
}

/// Where a workflow may reach into other namespaces, its worker must be allowed to write there.
rpc_status may_reach_others(directory& here, const call& from, std::string_view own_namespace) {
  if (!here.settings.cross_namespace_commands
      || from.row->name != names::respond_workflow_task_completed)
    return {};
  std::set<std::string_view> asked{"", own_namespace};
  for (const auto& command :
       from.as<temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest>()
           .commands()) {
    const auto target = target_of(command);
    if (!asked.insert(target).second)
      continue;
    if (auto status = here.door->may({from.row->name, role::write, target, from.who()});
        !status.ok())
      return status;
  }
  return {};
}

/// Sends a call with its request on its way.
void enter(directory& here, const call_ptr& from) {
  const auto* row = from->row;
  const auto name_space = row->name_space(here, *from);
  if (name_space.size() > here.settings.max_id_bytes) {
    from->answer(bad_argument("Namespace length exceeds limit."));
    return;
  }
  auto status = here.door->may({row->name, row->needs, name_space, from->who()});
  if (status.ok())
    status = may_reach_others(here, *from, name_space);
  if (!status.ok()) {
    from->answer(std::move(status));
    return;
  }
  if (!row->find(here, from))
    return;
  status = row->check(here.settings, *from);
  if (!status.ok()) {
    from->answer(std::move(status));
    return;
  }
  row->go(here, from);
}

} // namespace

void admit(directory& here, const call_ptr& from) {
  const auto* row = find_method(from->method());
  if (row == nullptr) {
    from->answer(unknown_method(from->method()));
    return;
  }
  from->row = row;
  auto* message = row->make_request(from->arena());
  const auto go_in = [&here, from, message](rpc_status status) {
    if (from->is_answered())
      return; // the service stopped meanwhile
    if (!status.ok()) {
      from->answer(std::move(status));
      return;
    }
    from->set_message(message);
    enter(here, from);
  };
  if (!here.slices.is_large(from->body().size())) {
    go_in(read_request(*from, *message, false));
    return;
  }
  auto status = std::make_shared<rpc_status>();
  here.slices.run(
      [from, message, status] { *status = read_request(*from, *message, true); },
      [go_in, status] { go_in(std::move(*status)); });
}

} // namespace troupe::embedded
