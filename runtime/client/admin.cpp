// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::detail {

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

job_of<result_page<nexus_endpoint>>
list_endpoints(const call_origin& from, const std::string& token) {
  operators::ListNexusEndpointsRequest request;
  request.set_page_size(100);
  request.set_next_page_token(token);
  return make_unary<operators::ListNexusEndpointsResponse>(
      from,
      operator_methods::list_nexus_endpoints,
      request,
      [](call_job&, operators::ListNexusEndpointsResponse& response) {
        result_page<nexus_endpoint> page;
        for (const auto& endpoint : response.endpoints())
          page.items.push_back(endpoint_from(endpoint));
        page.next_token = response.next_page_token();
        return page;
      });
}

/// A call that answers with the endpoint it is about.
template <class Response>
job_of<nexus_endpoint> about_endpoint(
    const call_origin& from,
    std::string_view method,
    const google::protobuf::MessageLite& request) {
  return make_unary<Response>(from, method, request, [](call_job&, Response& response) {
    return endpoint_from(response.endpoint());
  });
}

} // namespace

template result<namespace_description>& outcome_of<namespace_description>(call_job&);
template result<result_page<namespace_description>>&
outcome_of<result_page<namespace_description>>(call_job&);
template result<nexus_endpoint>& outcome_of<nexus_endpoint>(call_job&);
template result<result_page<nexus_endpoint>>& outcome_of<result_page<nexus_endpoint>>(call_job&);

job_of<void> create_namespace_job(const call_origin& from, const namespace_options& options) {
  wire::RegisterNamespaceRequest request;
  request.set_namespace_(options.name);
  request.set_description(options.description);
  request.set_owner_email(options.owner_email);
  to_proto(options.retention, *request.mutable_workflow_execution_retention_period());
  for (const auto& [key, value] : options.data)
    (*request.mutable_data())[key] = value;
  return acknowledged<wire::RegisterNamespaceResponse>(from, methods::register_namespace, request);
}

job_of<namespace_description>
describe_namespace_job(const call_origin& from, std::string_view name) {
  wire::DescribeNamespaceRequest request;
  request.set_namespace_(std::string{name});
  return make_unary<wire::DescribeNamespaceResponse>(
      from,
      methods::describe_namespace,
      request,
      [](call_job&, wire::DescribeNamespaceResponse& response) {
        return namespace_from(response);
      });
}

async_pages<namespace_description> namespace_pages(const call_origin& from) {
  return async_pages<namespace_description>{[from](const std::string& token) {
    wire::ListNamespacesRequest request;
    request.set_page_size(100);
    request.set_next_page_token(token);
    return call<result_page<namespace_description>>{make_unary<wire::ListNamespacesResponse>(
        from,
        methods::list_namespaces,
        request,
        [](call_job&, wire::ListNamespacesResponse& response) {
          result_page<namespace_description> page;
          for (const auto& each : response.namespaces())
            page.items.push_back(namespace_from(each));
          page.next_token = response.next_page_token();
          return page;
        })};
  }};
}

job_of<nexus_endpoint>
create_endpoint_job(const call_origin& from, const nexus_endpoint_options& options) {
  operators::CreateNexusEndpointRequest request;
  fill_spec(options, *request.mutable_spec());
  return about_endpoint<operators::CreateNexusEndpointResponse>(
      from, operator_methods::create_nexus_endpoint, request);
}

job_of<nexus_endpoint> get_endpoint_job(const call_origin& from, std::string_view id) {
  operators::GetNexusEndpointRequest request;
  request.set_id(std::string{id});
  return about_endpoint<operators::GetNexusEndpointResponse>(
      from, operator_methods::get_nexus_endpoint, request);
}

async_pages<nexus_endpoint> endpoint_pages(const call_origin& from) {
  return async_pages<nexus_endpoint>{[from](const std::string& token) {
    return call<result_page<nexus_endpoint>>{list_endpoints(from, token)};
  }};
}

job_of<nexus_endpoint> find_endpoint_job(const call_origin& from, std::string_view name) {
  operators::ListNexusEndpointsRequest request; // names are unique: one page at most
  request.set_page_size(100);
  request.set_name(std::string{name});
  return make_unary<operators::ListNexusEndpointsResponse>(
      from,
      operator_methods::list_nexus_endpoints,
      request,
      [wanted = request.name()](call_job&, operators::ListNexusEndpointsResponse& response) {
        if (response.endpoints().empty())
          throw rpc_error{
              {status_code::not_found, "there is no Nexus endpoint \"" + wanted + "\"", {}}};
        return endpoint_from(response.endpoints(0));
      });
}

job_of<nexus_endpoint> update_endpoint_job(const call_origin& from, const nexus_endpoint& changed) {
  operators::UpdateNexusEndpointRequest request;
  request.set_id(changed.id);
  request.set_version(changed.version);
  fill_spec(changed, *request.mutable_spec());
  return about_endpoint<operators::UpdateNexusEndpointResponse>(
      from, operator_methods::update_nexus_endpoint, request);
}

job_of<void>
delete_endpoint_job(const call_origin& from, std::string_view id, std::int64_t version) {
  operators::DeleteNexusEndpointRequest request;
  request.set_id(std::string{id});
  request.set_version(version);
  return acknowledged<operators::DeleteNexusEndpointResponse>(
      from, operator_methods::delete_nexus_endpoint, request);
}

} // namespace troupe::detail
