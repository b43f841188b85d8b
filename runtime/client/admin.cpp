// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe {

namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace methods = rpc::methods::workflow_service;
namespace operator_methods = rpc::methods::operator_service;

namespace {

namespace_description namespace_from(const wire::DescribeNamespaceResponse& from) {
  namespace_description to;
  const auto& info = from.namespace_info();
  to.name = info.name();
  to.id = info.id();
  to.state =
      camel_case(temporal::api::enums::v1::NamespaceState_Name(info.state()), "NAMESPACE_STATE_");
  to.description = info.description();
  to.owner_email = info.owner_email();
  to.retention = from_proto(from.config().workflow_execution_retention_ttl());
  to.data.assign(info.data().begin(), info.data().end());
  std::sort(to.data.begin(), to.data.end());
  to.is_global = from.is_global_namespace();
  return to;
}

nexus_endpoint endpoint_from(const temporal::api::nexus::v1::Endpoint& from) {
  nexus_endpoint to;
  to.id = from.id();
  to.version = from.version();
  to.url_prefix = from.url_prefix();
  to.name = from.spec().name();
  to.target_namespace = from.spec().target().worker().namespace_();
  to.target_task_queue = from.spec().target().worker().task_queue();
  to.target_url = from.spec().target().external().url();
  if (from.spec().has_description()) {
    try {
      // Descriptions are for every tool to read, so no codec is applied to them.
      to.description = decode_value<std::string>(from_proto(from.spec().description()));
    } catch (const std::exception&) {
      to.description = from.spec().description().data();
    }
  }
  return to;
}

void fill_spec(const nexus_endpoint_options& from, temporal::api::nexus::v1::EndpointSpec& to) {
  to.set_name(from.name);
  if (!from.description.empty())
    to_proto(encode_value(from.description), *to.mutable_description());
  if (!from.target_url.empty()) {
    to.mutable_target()->mutable_external()->set_url(from.target_url);
  } else if (!from.target_namespace.empty() || !from.target_task_queue.empty()) {
    to.mutable_target()->mutable_worker()->set_namespace_(from.target_namespace);
    to.mutable_target()->mutable_worker()->set_task_queue(from.target_task_queue);
  }
}

page_range<nexus_endpoint>
list_endpoints(std::shared_ptr<client_connection> connection, std::string name) {
  return page_range<nexus_endpoint>{
      [connection = std::move(connection), name = std::move(name)](const std::string& token) {
        operators::ListNexusEndpointsRequest request;
        request.set_page_size(100);
        request.set_next_page_token(token);
        request.set_name(name);
        const auto response = connection->call<operators::ListNexusEndpointsResponse>(
            operator_methods::list_nexus_endpoints, request);
        page_range<nexus_endpoint>::page page;
        for (const auto& endpoint : response.endpoints())
          page.items.push_back(endpoint_from(endpoint));
        page.next_token = response.next_page_token();
        return page;
      }};
}

} // namespace

void client::create_namespace(const namespace_options& options) const {
  wire::RegisterNamespaceRequest request;
  request.set_namespace_(options.name);
  request.set_description(options.description);
  request.set_owner_email(options.owner_email);
  to_proto(options.retention, *request.mutable_workflow_execution_retention_period());
  for (const auto& [key, value] : options.data)
    (*request.mutable_data())[key] = value;
  connection_->call<wire::RegisterNamespaceResponse>(methods::register_namespace, request);
}

namespace_description client::describe_namespace(std::string_view name) const {
  wire::DescribeNamespaceRequest request;
  request.set_namespace_(std::string{name});
  return namespace_from(
      connection_->call<wire::DescribeNamespaceResponse>(methods::describe_namespace, request));
}

page_range<namespace_description> client::list_namespaces() const {
  return page_range<namespace_description>{[connection = connection_](const std::string& token) {
    wire::ListNamespacesRequest request;
    request.set_page_size(100);
    request.set_next_page_token(token);
    const auto response =
        connection->call<wire::ListNamespacesResponse>(methods::list_namespaces, request);
    page_range<namespace_description>::page page;
    for (const auto& each : response.namespaces())
      page.items.push_back(namespace_from(each));
    page.next_token = response.next_page_token();
    return page;
  }};
}

nexus_endpoint client::create_nexus_endpoint(const nexus_endpoint_options& options) const {
  operators::CreateNexusEndpointRequest request;
  fill_spec(options, *request.mutable_spec());
  return endpoint_from(connection_
                           ->call<operators::CreateNexusEndpointResponse>(
                               operator_methods::create_nexus_endpoint, request)
                           .endpoint());
}

nexus_endpoint client::get_nexus_endpoint(std::string_view id) const {
  operators::GetNexusEndpointRequest request;
  request.set_id(std::string{id});
  return endpoint_from(
      connection_
          ->call<operators::GetNexusEndpointResponse>(operator_methods::get_nexus_endpoint, request)
          .endpoint());
}

page_range<nexus_endpoint> client::list_nexus_endpoints() const {
  return list_endpoints(connection_, {});
}

nexus_endpoint client::find_nexus_endpoint(std::string_view name) const {
  auto found = list_endpoints(connection_, std::string{name}).collect(1);
  if (found.empty())
    throw rpc_error(
        {status_code::not_found, "there is no Nexus endpoint \"" + std::string{name} + "\"", {}});
  return std::move(found.front());
}

nexus_endpoint client::update_nexus_endpoint(const nexus_endpoint& changed) const {
  operators::UpdateNexusEndpointRequest request;
  request.set_id(changed.id);
  request.set_version(changed.version);
  fill_spec(changed, *request.mutable_spec());
  return endpoint_from(connection_
                           ->call<operators::UpdateNexusEndpointResponse>(
                               operator_methods::update_nexus_endpoint, request)
                           .endpoint());
}

void client::delete_nexus_endpoint(std::string_view id, std::int64_t version) const {
  operators::DeleteNexusEndpointRequest request;
  request.set_id(std::string{id});
  request.set_version(version);
  connection_->call<operators::DeleteNexusEndpointResponse>(
      operator_methods::delete_nexus_endpoint, request);
}

} // namespace troupe
