// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/registry/registry_actor.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;
namespace names = rpc::methods::workflow_service;
namespace operator_names = rpc::methods::operator_service;
using namespace ways;

void finish(
    const call_ptr& from, const rpc_status& status, const google::protobuf::Message& response) {
  if (status.ok())
    from->answer(response);
  else
    from->answer(status);
}

/// Answers with what `fill` puts into the response, or with the status that it gives instead.
template <class Response, class Fill>
void answer_with(const call_ptr& from, Fill fill) {
  Response response;
  const auto status = fill(response);
  finish(from, status, response);
}

template <class Map>
void fill_types(const Map& from, google::protobuf::Map<std::string, enums::IndexedValueType>& to) {
  for (const auto& [name, type] : from)
    to[name] = static_cast<enums::IndexedValueType>(type);
}

// -- task queues ---------------------------------------------------------------------------------

void update_queue_config(
    registry_actor& owner,
    const call_ptr& from,
    const wire::UpdateTaskQueueConfigRequest& request) {
  answer_with<wire::UpdateTaskQueueConfigResponse>(from, [&](auto& response) {
    return owner.configs().update(
        from->name_space->id, request, owner.now(), *response.mutable_config());
  });
}

// -- namespaces ----------------------------------------------------------------------------------

void describe_namespace(
    registry_actor& owner, const call_ptr& from, const wire::DescribeNamespaceRequest& request) {
  answer_with<wire::DescribeNamespaceResponse>(
      from, [&](auto& response) { return owner.namespaces().describe(request, response); });
}

void list_namespaces(
    registry_actor& owner, const call_ptr& from, const wire::ListNamespacesRequest& request) {
  answer_with<wire::ListNamespacesResponse>(
      from, [&](auto& response) { return owner.namespaces().list(request, response); });
}

void register_namespace(
    registry_actor& owner, const call_ptr& from, const wire::RegisterNamespaceRequest& request) {
  finish(from, owner.namespaces().add(request), wire::RegisterNamespaceResponse{});
}

void update_namespace(
    registry_actor& owner, const call_ptr& from, const wire::UpdateNamespaceRequest& request) {
  answer_with<wire::UpdateNamespaceResponse>(
      from, [&](auto& response) { return owner.namespaces().update(request, response); });
}

void deprecate_namespace(
    registry_actor& owner, const call_ptr& from, const wire::DeprecateNamespaceRequest& request) {
  finish(
      from, owner.namespaces().deprecate(request.namespace_()), wire::DeprecateNamespaceResponse{});
}

void delete_namespace(
    registry_actor& owner, const call_ptr& from, const operators::DeleteNamespaceRequest& request) {
  auto& known = owner.namespaces();
  const auto* entry = request.namespace_id().empty() ? known.find(request.namespace_())
                                                     : known.find_by_id(request.namespace_id());
  const auto* target = entry ? owner.endpoints().find_by_target(entry->name) : nullptr;
  if (target != nullptr) {
    from->answer(plain_status(
        status_code::failed_precondition,
        "cannot delete a namespace that is a target of a Nexus endpoint " + target->spec().name()));
    return;
  }
  answer_with<operators::DeleteNamespaceResponse>(from, [&](auto& response) {
    return known.remove(
        request.namespace_(), request.namespace_id(), *response.mutable_deleted_namespace());
  });
}

// -- search attributes ---------------------------------------------------------------------------

void get_attributes(
    registry_actor&, const call_ptr& from, const wire::GetSearchAttributesRequest&) {
  wire::GetSearchAttributesResponse response;
  fill_types(system_attributes(), *response.mutable_keys());
  from->answer(response);
}

void list_attributes(
    registry_actor& owner,
    const call_ptr& from,
    const operators::ListSearchAttributesRequest& request) {
  const auto& name = request.namespace_();
  const auto* entry = owner.namespaces().find(name);
  if (name.empty() || entry == nullptr) {
    from->answer(
        name.empty() ? bad_argument("Namespace is not set on request.") : namespace_absent(name));
    return;
  }
  operators::ListSearchAttributesResponse response;
  fill_types(system_attributes(), *response.mutable_system_attributes());
  for (const auto& [attribute, column] : entry->custom_attributes)
    (*response.mutable_custom_attributes())[attribute] =
        static_cast<enums::IndexedValueType>(column.second);
  from->answer(response);
}

void add_attributes(
    registry_actor& owner,
    const call_ptr& from,
    const operators::AddSearchAttributesRequest& request) {
  std::map<std::string, attribute_type> wanted;
  for (const auto& [name, type] : request.search_attributes())
    wanted.emplace(name, static_cast<attribute_type>(type));
  finish(
      from,
      owner.namespaces().add_attributes(request.namespace_(), wanted),
      operators::AddSearchAttributesResponse{});
}

void remove_attributes(
    registry_actor& owner,
    const call_ptr& from,
    const operators::RemoveSearchAttributesRequest& request) {
  finish(
      from,
      owner.namespaces().remove_attributes(
          request.namespace_(),
          {request.search_attributes().begin(), request.search_attributes().end()}),
      operators::RemoveSearchAttributesResponse{});
}

// -- endpoints -----------------------------------------------------------------------------------

void create_endpoint(
    registry_actor& owner,
    const call_ptr& from,
    const operators::CreateNexusEndpointRequest& request) {
  answer_with<operators::CreateNexusEndpointResponse>(from, [&](auto& response) {
    return owner.endpoints().create(request.spec(), owner.now(), *response.mutable_endpoint());
  });
}

void update_endpoint(
    registry_actor& owner,
    const call_ptr& from,
    const operators::UpdateNexusEndpointRequest& request) {
  answer_with<operators::UpdateNexusEndpointResponse>(from, [&](auto& response) {
    return owner.endpoints().update(
        request.id(), request.version(), request.spec(), owner.now(), *response.mutable_endpoint());
  });
}

void delete_endpoint(
    registry_actor& owner,
    const call_ptr& from,
    const operators::DeleteNexusEndpointRequest& request) {
  finish(
      from,
      owner.endpoints().remove(request.id(), request.version()),
      operators::DeleteNexusEndpointResponse{});
}

void get_endpoint(
    registry_actor& owner,
    const call_ptr& from,
    const operators::GetNexusEndpointRequest& request) {
  answer_with<operators::GetNexusEndpointResponse>(from, [&](auto& response) {
    auto status = owner.endpoints().get(request.id(), *response.mutable_endpoint());
    if (status.ok())
      owner.tell_breakers(*response.mutable_endpoint());
    return status;
  });
}

void list_endpoints(
    registry_actor& owner,
    const call_ptr& from,
    const operators::ListNexusEndpointsRequest& request) {
  answer_with<operators::ListNexusEndpointsResponse>(from, [&](auto& response) {
    auto status = owner.endpoints().list(
        request.page_size(),
        request.next_page_token(),
        request.name(),
        [&] { return response.add_endpoints(); },
        *response.mutable_next_page_token());
    for (auto& each : *response.mutable_endpoints())
      owner.tell_breakers(each);
    return status;
  });
}

constexpr std::array rows{
    row<by_registry_in_namespace, update_queue_config>(
        names::update_task_queue_config, role::write),
    row<by_registry, describe_namespace>(names::describe_namespace, role::read),
    row<by_registry, list_namespaces>(names::list_namespaces, role::read),
    row<by_registry, register_namespace>(names::register_namespace, role::admin),
    row<by_registry, update_namespace>(names::update_namespace, role::admin),
    row<by_registry, deprecate_namespace>(names::deprecate_namespace, role::admin),
    row<by_registry, delete_namespace>(operator_names::delete_namespace, role::admin),
    row<by_registry, get_attributes>(names::get_search_attributes, role::read),
    row<by_registry, list_attributes>(operator_names::list_search_attributes, role::read),
    row<by_registry, add_attributes>(operator_names::add_search_attributes, role::admin),
    row<by_registry, remove_attributes>(operator_names::remove_search_attributes, role::admin),
    row<by_registry, create_endpoint>(operator_names::create_nexus_endpoint, role::admin),
    row<by_registry, update_endpoint>(operator_names::update_nexus_endpoint, role::admin),
    row<by_registry, delete_endpoint>(operator_names::delete_nexus_endpoint, role::admin),
    row<by_registry, get_endpoint>(operator_names::get_nexus_endpoint, role::admin),
    row<by_registry, list_endpoints>(operator_names::list_nexus_endpoints, role::admin),
};

} // namespace

std::span<const method_row> registry_calls() {
  return rows;
}

} // namespace troupe::embedded
