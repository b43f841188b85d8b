// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/registry/registry_actor.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;

void finish(
    const call_ptr& from, const rpc_status& status, const google::protobuf::Message& response) {
  if (status.ok())
    from->answer(response);
  else
    from->answer(status);
}

template <class Map>
void fill_types(const Map& from, google::protobuf::Map<std::string, enums::IndexedValueType>& to) {
  for (const auto& [name, type] : from)
    to[name] = static_cast<enums::IndexedValueType>(type);
}

} // namespace

registry_actor::registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here)
    : service_actor(cfg, home), directory_(here) {}

registry_actor::behavior_type registry_actor::make_behavior() {
  return {[this](const serve_call& message) {
    guard(
        [&] { serve(message.what); },
        [&](const rpc_status& fault) { message.what->answer(fault); });
  }};
}

void registry_actor::serve(const call_ptr& from) {
  auto method = std::string_view{from->method()};
  method.remove_prefix(method.rfind('/') + 1);
  if (!serve_namespaces(from, method) && !serve_attributes(from, method)
      && !serve_endpoints(from, method))
    from->answer(plain_status(status_code::unimplemented, "unknown method " + std::string{method}));
}

bool registry_actor::serve_namespaces(const call_ptr& from, std::string_view method) {
  auto& known = directory_.namespaces;
  if (method == "DescribeNamespace") {
    wire::DescribeNamespaceResponse response;
    const auto status = known.describe(from->as<wire::DescribeNamespaceRequest>(), response);
    finish(from, status, response);
  } else if (method == "ListNamespaces") {
    wire::ListNamespacesResponse response;
    const auto status = known.list(from->as<wire::ListNamespacesRequest>(), response);
    finish(from, status, response);
  } else if (method == "RegisterNamespace") {
    finish(
        from,
        known.add(from->as<wire::RegisterNamespaceRequest>()),
        wire::RegisterNamespaceResponse{});
  } else if (method == "UpdateNamespace") {
    wire::UpdateNamespaceResponse response;
    const auto status = known.update(from->as<wire::UpdateNamespaceRequest>(), response);
    finish(from, status, response);
  } else if (method == "DeprecateNamespace") {
    finish(
        from,
        known.deprecate(from->as<wire::DeprecateNamespaceRequest>().namespace_()),
        wire::DeprecateNamespaceResponse{});
  } else if (method == "DeleteNamespace") {
    const auto& request = from->as<operators::DeleteNamespaceRequest>();
    const auto* entry = request.namespace_id().empty() ? known.find(request.namespace_())
                                                       : known.find_by_id(request.namespace_id());
    const auto* target = entry ? directory_.endpoints.find_by_target(entry->name) : nullptr;
    if (target != nullptr) {
      from->answer(plain_status(
          status_code::failed_precondition,
          "cannot delete a namespace that is a target of a Nexus endpoint "
              + target->spec().name()));
      return true;
    }
    operators::DeleteNamespaceResponse response;
    const auto status = known.remove(
        request.namespace_(), request.namespace_id(), *response.mutable_deleted_namespace());
    finish(from, status, response);
  } else {
    return false;
  }
  return true;
}

bool registry_actor::serve_attributes(const call_ptr& from, std::string_view method) {
  auto& known = directory_.namespaces;
  if (method == "GetSearchAttributes") {
    wire::GetSearchAttributesResponse response;
    fill_types(system_attributes(), *response.mutable_keys());
    from->answer(response);
  } else if (method == "ListSearchAttributes") {
    const auto& name = from->as<operators::ListSearchAttributesRequest>().namespace_();
    const auto* entry = known.find(name);
    if (name.empty() || entry == nullptr) {
      from->answer(
          name.empty() ? bad_argument("Namespace is not set on request.") : namespace_absent(name));
      return true;
    }
    operators::ListSearchAttributesResponse response;
    fill_types(system_attributes(), *response.mutable_system_attributes());
    for (const auto& [attribute, column] : entry->custom_attributes)
      (*response.mutable_custom_attributes())[attribute] =
          static_cast<enums::IndexedValueType>(column.second);
    from->answer(response);
  } else if (method == "AddSearchAttributes") {
    const auto& request = from->as<operators::AddSearchAttributesRequest>();
    std::map<std::string, attribute_type> wanted;
    for (const auto& [name, type] : request.search_attributes())
      wanted.emplace(name, static_cast<attribute_type>(type));
    finish(
        from,
        known.add_attributes(request.namespace_(), wanted),
        operators::AddSearchAttributesResponse{});
  } else if (method == "RemoveSearchAttributes") {
    const auto& request = from->as<operators::RemoveSearchAttributesRequest>();
    finish(
        from,
        known.remove_attributes(
            request.namespace_(),
            {request.search_attributes().begin(), request.search_attributes().end()}),
        operators::RemoveSearchAttributesResponse{});
  } else {
    return false;
  }
  return true;
}

bool registry_actor::serve_endpoints(const call_ptr& from, std::string_view method) {
  auto& known = directory_.endpoints;
  if (method == "CreateNexusEndpoint") {
    operators::CreateNexusEndpointResponse response;
    const auto status = known.create(
        from->as<operators::CreateNexusEndpointRequest>().spec(),
        directory_.now(),
        *response.mutable_endpoint());
    finish(from, status, response);
  } else if (method == "UpdateNexusEndpoint") {
    const auto& request = from->as<operators::UpdateNexusEndpointRequest>();
    operators::UpdateNexusEndpointResponse response;
    const auto status = known.update(
        request.id(),
        request.version(),
        request.spec(),
        directory_.now(),
        *response.mutable_endpoint());
    finish(from, status, response);
  } else if (method == "DeleteNexusEndpoint") {
    const auto& request = from->as<operators::DeleteNexusEndpointRequest>();
    finish(
        from,
        known.remove(request.id(), request.version()),
        operators::DeleteNexusEndpointResponse{});
  } else if (method == "GetNexusEndpoint") {
    operators::GetNexusEndpointResponse response;
    const auto status = known.get(
        from->as<operators::GetNexusEndpointRequest>().id(), *response.mutable_endpoint());
    finish(from, status, response);
  } else if (method == "ListNexusEndpoints") {
    const auto& request = from->as<operators::ListNexusEndpointsRequest>();
    operators::ListNexusEndpointsResponse response;
    const auto status = known.list(
        request.page_size(),
        request.next_page_token(),
        request.name(),
        [&] { return response.add_endpoints(); },
        *response.mutable_next_page_token());
    finish(from, status, response);
  } else {
    return false;
  }
  return true;
}

} // namespace troupe::embedded
