// SPDX-License-Identifier: Apache-2.0
// `troupe operator ...`: namespaces, Nexus endpoints, the cluster.

#include "apps/troupe/connection.hpp"
#include "apps/troupe/flags.hpp"
#include "apps/troupe/output.hpp"
#include "apps/troupe/search_attribute_commands.hpp"
#include "apps/troupe/text.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <grpc/health/v1/health.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace os = temporal::api::operatorservice::v1;
namespace wf = temporal::api::workflowservice::v1;
namespace operator_methods = rpc::methods::operator_service;
namespace workflow_methods = rpc::methods::workflow_service;

void print_text(const std::string& text, const global_flags& flags) {
  if (flags.format() == output_format::text)
    print(text);
}

// -- cluster -----------------------------------------------------------------------------------

void cluster_health(const global_flags& flags) {
  connection to{flags};
  ::grpc::health::v1::HealthCheckRequest request;
  ::grpc::health::v1::HealthCheckResponse response;
  request.set_service("temporal.api.workflowservice.v1.WorkflowService");
  to.call("failed checking cluster health", "/grpc.health.v1.Health/Check", request, response);
  const auto status =
      ::grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
  print_text(status + '\n', flags);
  print_json("{\"status\":" + quote_json(status) + '}', flags);
}

void cluster_system(const global_flags& flags) {
  connection to{flags};
  wf::GetSystemInfoResponse response;
  to.call(
      "unable to get system information",
      workflow_methods::get_system_info,
      wf::GetSystemInfoRequest{},
      response);
  if (flags.is_json())
    return print_message(response, flags);
  const auto& can = response.capabilities();
  const auto yes = [](bool is) { return std::string{is ? "true" : "false"}; };
  print_text(
      table(
          {"ServerVersion", "SupportsSchedules", "UpsertMemo", "EagerWorkflowStart"},
          {{response.server_version(),
            yes(can.supports_schedules()),
            yes(can.upsert_memo()),
            yes(can.eager_workflow_start())}}),
      flags);
}

// -- namespaces --------------------------------------------------------------------------------

properties describe(const wf::DescribeNamespaceResponse& of) {
  const auto& info = of.namespace_info();
  const auto& config = of.config();
  const auto& replication = of.replication_config();
  const auto state = [](const std::string& name, std::string_view prefix) {
    return camel_case(name, prefix);
  };
  std::string data;
  for (const auto& [key, value] : info.data())
    data += (data.empty() ? "" : " ") + key + ':' + value;
  std::string clusters;
  for (const auto& cluster : replication.clusters())
    clusters += (clusters.empty() ? "" : ",") + to_json(cluster, payload_style::raw);
  std::string aliases;
  for (const auto& [key, value] : config.custom_search_attribute_aliases())
    aliases += (aliases.empty() ? "" : " ") + key + ':' + value;
  return {
      {"NamespaceInfo.Name", info.name()},
      {"NamespaceInfo.Id", info.id()},
      {"NamespaceInfo.Description", info.description()},
      {"NamespaceInfo.OwnerEmail", info.owner_email()},
      {"NamespaceInfo.State",
       state(api::enums::v1::NamespaceState_Name(info.state()), "NAMESPACE_STATE_")},
      {"NamespaceInfo.Data", "map[" + data + ']'},
      {"Config.WorkflowExecutionRetentionTtl",
       go_duration(config.workflow_execution_retention_ttl())},
      {"ReplicationConfig.ActiveClusterName", replication.active_cluster_name()},
      {"ReplicationConfig.Clusters", '[' + clusters + ']'},
      {"ReplicationConfig.State",
       state(api::enums::v1::ReplicationState_Name(replication.state()), "REPLICATION_STATE_")},
      {"Config.HistoryArchivalState",
       state(
           api::enums::v1::ArchivalState_Name(config.history_archival_state()), "ARCHIVAL_STATE_")},
      {"Config.VisibilityArchivalState",
       state(
           api::enums::v1::ArchivalState_Name(config.visibility_archival_state()),
           "ARCHIVAL_STATE_")},
      {"IsGlobalNamespace", of.is_global_namespace() ? "true" : "false"},
      {"FailoverVersion", std::to_string(of.failover_version())},
      {"FailoverHistory", "[]"},
      {"Config.HistoryArchivalUri", config.history_archival_uri()},
      {"Config.VisibilityArchivalUri", config.visibility_archival_uri()},
      {"Config.CustomSearchAttributeAliases", "map[" + aliases + ']'},
  };
}

// The namespace comes by -n or, with a warning, as an argument. `by_flag` may be a name of the
// environment or the profile, where the command counts those.
std::string namespace_name(const std::string& by_flag, const std::string& argument) {
  if (!argument.empty()) {
    if (by_flag != "default")
      throw command_error(
          "namespace was provided as both an argument (" + argument + ") and a flag (-n " + by_flag
          + "); please specify namespace only with -n");
    std::fputs(
        "Warning: Passing the namespace as an argument is now deprecated; please switch to using "
        "-n instead\n",
        stderr);
    return argument;
  }
  return by_flag;
}

struct namespace_create {
  std::string argument, description, email, retention = "72h";
  std::vector<std::string> data;

  void run(const global_flags& flags) const {
    // What is made is what the command line says, never what the environment or a profile does.
    const auto name = namespace_name(flags.name_space.value_or("default"), argument);
    wf::RegisterNamespaceRequest request;
    request.set_namespace_(name);
    request.set_description(description);
    request.set_owner_email(email);
    to_proto(
        parse_duration(retention, "retention"),
        *request.mutable_workflow_execution_retention_period());
    for (const auto& pair : data) {
      const auto at = pair.find('=');
      if (at == std::string::npos)
        throw command_error("--data takes KEY=VALUE, not \"" + pair + '"');
      (*request.mutable_data())[pair.substr(0, at)] = pair.substr(at + 1);
    }
    connection to{flags};
    wf::RegisterNamespaceResponse response;
    to.call(
        "unable to create namespace " + name,
        workflow_methods::register_namespace,
        request,
        response);
    print_text("Namespace " + name + " successfully registered.\n", flags);
  }
};

void namespace_describe(
    const global_flags& flags, const std::string& argument, const std::string& id) {
  connection to{flags};
  auto name = namespace_name(to.name_space(), argument);
  if (name == "default" && !id.empty())
    name.clear();
  if (name.empty() == id.empty())
    throw command_error("provide one of --namespace-id=<uuid> or -n name, but not both");
  wf::DescribeNamespaceRequest request;
  wf::DescribeNamespaceResponse response;
  request.set_namespace_(name);
  request.set_id(id);
  to.call(
      "unable to describe namespace " + (id.empty() ? name : id),
      workflow_methods::describe_namespace,
      request,
      response);
  print_message(response, flags);
  print_text(property_list(describe(response)), flags);
}

void namespace_list(const global_flags& flags) {
  connection to{flags};
  json_list list{flags};
  wf::ListNamespacesRequest request;
  bool first = true;
  do {
    wf::ListNamespacesResponse response;
    to.call("failed listing namespaces", workflow_methods::list_namespaces, request, response);
    for (const auto& each : response.namespaces()) {
      list.add(each);
      print_text((first ? "" : "\n") + property_list(describe(each)), flags);
      first = false;
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  list.end();
}

// -- Nexus endpoints ---------------------------------------------------------------------------

properties describe(const api::nexus::v1::Endpoint& of) {
  const auto time = [](bool has, const google::protobuf::Timestamp& at) {
    return has ? '"' + rfc3339(instant{at.seconds(), at.nanos()}, fraction_digits::thousands) + '"'
               : std::string{"<nil>"};
  };
  const auto& spec = of.spec();
  std::string description;
  if (spec.has_description()) {
    // The CLI writes descriptions as json/plain.
    description = spec.description().data();
    if (description.size() >= 2 && description.front() == '"' && description.back() == '"')
      description = description.substr(1, description.size() - 2);
  }
  return {
      {"ID", of.id()},
      {"Name", spec.name()},
      {"CreatedTime", time(of.has_created_time(), of.created_time())},
      {"LastModifiedTime", time(of.has_last_modified_time(), of.last_modified_time())},
      {"Target.External.URL", spec.target().external().url()},
      {"Target.Worker.Namespace", spec.target().worker().namespace_()},
      {"Target.Worker.TaskQueue", spec.target().worker().task_queue()},
      {"Description", description},
  };
}

// More than any service keeps.
constexpr std::size_t largest_description = 16U << 20U;

struct endpoint_flags {
  std::string name, target_namespace, target_task_queue, target_url, description, description_file;
  bool unset_description = false;

  [[nodiscard]] bool has_description() const {
    return !description.empty() || !description_file.empty();
  }

  [[nodiscard]] std::string description_text() const {
    if (!description.empty() && !description_file.empty())
      throw command_error("provided both --description and --description-file: give one of them");
    if (description_file.empty())
      return description;
    auto file = read_file(description_file, largest_description);
    if (!file.why_not.empty())
      throw command_error(
          "unable to read --description-file " + description_file + ": " + file.why_not);
    return std::move(file.bytes);
  }

  void apply(api::nexus::v1::EndpointSpec& to) const {
    to.set_name(name);
    if (!target_url.empty() && !(target_namespace.empty() && target_task_queue.empty()))
      throw command_error(
          std::string{"provided both "}
          + (target_namespace.empty() ? "--target-task-queue" : "--target-namespace")
          + " and --target-url");
    if (!target_url.empty()) {
      to.mutable_target()->mutable_external()->set_url(target_url);
    } else {
      if (!target_namespace.empty())
        to.mutable_target()->mutable_worker()->set_namespace_(target_namespace);
      if (!target_task_queue.empty())
        to.mutable_target()->mutable_worker()->set_task_queue(target_task_queue);
    }
    if (has_description()) {
      auto& payload = *to.mutable_description();
      (*payload.mutable_metadata())["encoding"] = "json/plain";
      payload.set_data(quote_json(description_text()));
    }
    if (unset_description)
      to.clear_description();
  }
};

api::nexus::v1::Endpoint find_endpoint(connection& to, const std::string& name) {
  os::ListNexusEndpointsRequest request;
  os::ListNexusEndpointsResponse response;
  request.set_name(name);
  request.set_page_size(1);
  to.call(
      "unable to look up endpoint \"" + name + '"',
      operator_methods::list_nexus_endpoints,
      request,
      response);
  if (response.endpoints().empty())
    throw command_error("endpoint not found: \"" + name + '"');
  return response.endpoints(0);
}

void endpoint_create(const global_flags& flags, const endpoint_flags& with) {
  if (with.target_url.empty() && (with.target_namespace.empty() || with.target_task_queue.empty()))
    throw command_error(
        "either --target-namespace and --target-task-queue or --target-url are required");
  os::CreateNexusEndpointRequest request;
  os::CreateNexusEndpointResponse response;
  with.apply(*request.mutable_spec());
  connection to{flags};
  to.call(
      "unable to create endpoint \"" + with.name + '"',
      operator_methods::create_nexus_endpoint,
      request,
      response);
  print_text("Endpoint " + with.name + " successfully created.\n", flags);
}

void endpoint_update(const global_flags& flags, const endpoint_flags& with) {
  if (with.unset_description && with.has_description())
    throw command_error(
        "--unset-description should not be set if --description or --description-file is set");
  connection to{flags};
  const auto existing = find_endpoint(to, with.name);
  os::UpdateNexusEndpointRequest request;
  os::UpdateNexusEndpointResponse response;
  request.set_id(existing.id());
  request.set_version(existing.version());
  *request.mutable_spec() = existing.spec();
  with.apply(*request.mutable_spec());
  to.call(
      "unable to update endpoint \"" + with.name + '"',
      operator_methods::update_nexus_endpoint,
      request,
      response);
  print_text("Endpoint " + with.name + " successfully updated.\n", flags);
}

void endpoint_delete(const global_flags& flags, const std::string& name) {
  connection to{flags};
  const auto existing = find_endpoint(to, name);
  os::DeleteNexusEndpointRequest request;
  os::DeleteNexusEndpointResponse response;
  request.set_id(existing.id());
  request.set_version(existing.version());
  to.call(
      "unable to delete endpoint \"" + name + '"',
      operator_methods::delete_nexus_endpoint,
      request,
      response);
  print_text("Endpoint " + name + " successfully deleted (ID " + existing.id() + ").\n", flags);
}

void endpoint_get(const global_flags& flags, const std::string& name) {
  connection to{flags};
  const auto endpoint = find_endpoint(to, name);
  print_message(endpoint, flags);
  print_text(property_list(describe(endpoint)), flags);
}

void endpoint_list(const global_flags& flags) {
  connection to{flags};
  json_list list{flags};
  os::ListNexusEndpointsRequest request;
  bool first = true;
  do {
    os::ListNexusEndpointsResponse response;
    to.call("failed listing endpoints", operator_methods::list_nexus_endpoints, request, response);
    for (const auto& each : response.endpoints()) {
      list.add(each);
      print_text((first ? "" : "\n") + property_list(describe(each)), flags);
      first = false;
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  list.end();
}

void add_namespace_commands(CLI::App& parent, const global_flags& flags) {
  auto* group = parent.add_subcommand("namespace", "Manage namespaces")->require_subcommand(1);

  auto* create = group->add_subcommand("create", "Register a new namespace");
  auto created = std::make_shared<namespace_create>();
  create->add_option("name", created->argument, "Namespace")->group("");
  add_text(*create, "--description", created->description, "Namespace description");
  add_text(*create, "--email", created->email, "Owner email");
  add_duration(
      *create,
      "--retention",
      created->retention,
      "Time to preserve closed workflows before deletion");
  add_list(
      *create, "--data", created->data, "Namespace data as KEY=VALUE; may be given several times");
  for (const auto* flag :
       {"--active-cluster",
        "--cluster",
        "--history-archival-state",
        "--history-uri",
        "--visibility-archival-state",
        "--visibility-uri"})
    refuse_flag(*create, flag);
  refuse_flag(*create, "--global", false);
  create->callback([&flags, created] { created->run(flags); });

  auto* describe_one = group->add_subcommand("describe", "Show a namespace");
  auto name = std::make_shared<std::string>();
  auto id = std::make_shared<std::string>();
  describe_one->add_option("name", *name, "Namespace")->group("");
  add_text(*describe_one, "--namespace-id", *id, "Namespace ID, instead of its name");
  describe_one->callback([&flags, name, id] { namespace_describe(flags, *name, *id); });

  auto* list = group->add_subcommand("list", "List all namespaces");
  list->callback([&flags] { namespace_list(flags); });

  for (const auto* missing : {"delete", "update"})
    refuse_command(*group, missing);
}

void add_endpoint_commands(CLI::App& parent, const global_flags& flags) {
  auto* nexus = parent.add_subcommand("nexus", "Manage Nexus resources")->require_subcommand(1);
  auto* group = nexus->add_subcommand("endpoint", "Manage Nexus endpoints")->require_subcommand(1);

  const auto with_spec = [](CLI::App& command) {
    auto given = std::make_shared<endpoint_flags>();
    add_text(command, "--name", given->name, "Endpoint name")->required();
    add_text(
        command, "--target-namespace", given->target_namespace, "Namespace of the handler workers");
    add_text(
        command,
        "--target-task-queue",
        given->target_task_queue,
        "Task queue that handler workers poll");
    add_text(command, "--target-url", given->target_url, "URL of an external Nexus endpoint");
    add_text(command, "--description", given->description, "Endpoint description (Markdown)");
    add_text(
        command,
        "--description-file",
        given->description_file,
        "File with the endpoint's description");
    return given;
  };

  auto* create = group->add_subcommand("create", "Create a Nexus endpoint");
  auto created = with_spec(*create);
  create->callback([&flags, created] { endpoint_create(flags, *created); });

  auto* update = group->add_subcommand("update", "Change what is given of a Nexus endpoint");
  auto updated = with_spec(*update);
  add_switch(*update, "--unset-description", updated->unset_description, "Remove the description");
  update->callback([&flags, updated] { endpoint_update(flags, *updated); });

  auto* get = group->add_subcommand("get", "Show a Nexus endpoint");
  auto got = std::make_shared<std::string>();
  add_text(*get, "--name", *got, "Endpoint name")->required();
  get->callback([&flags, got] { endpoint_get(flags, *got); });

  auto* remove = group->add_subcommand("delete", "Delete a Nexus endpoint");
  auto removed = std::make_shared<std::string>();
  add_text(*remove, "--name", *removed, "Endpoint name")->required();
  remove->callback([&flags, removed] { endpoint_delete(flags, *removed); });

  auto* list = group->add_subcommand("list", "List Nexus endpoints");
  list->callback([&flags] { endpoint_list(flags); });
}

} // namespace

void add_operator_commands(CLI::App& app, const global_flags& flags) {
  auto* group = app.add_subcommand("operator", "Manage a Temporal service")->require_subcommand(1);
  auto* cluster = group->add_subcommand("cluster", "Look at the cluster")->require_subcommand(1);
  cluster->add_subcommand("health", "Check whether the service is up")->callback([&flags] {
    cluster_health(flags);
  });
  cluster->add_subcommand("system", "Show the server's version and capabilities")
      ->callback([&flags] { cluster_system(flags); });
  for (const auto* missing : {"describe", "list", "remove", "upsert"})
    refuse_command(*cluster, missing);
  add_search_attribute_commands(*group, flags);
  add_namespace_commands(*group, flags);
  add_endpoint_commands(*group, flags);
}

} // namespace troupe::cli
