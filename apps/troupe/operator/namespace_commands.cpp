// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/operator/namespace_commands.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/connection/property_pages.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/prompt.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <map>
#include <memory>
#include <optional>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace os = temporal::api::operatorservice::v1;
namespace wf = temporal::api::workflowservice::v1;
namespace workflow_methods = rpc::methods::workflow_service;

properties describe(const wf::DescribeNamespaceResponse& of) {
  const auto& info = of.namespace_info();
  const auto& config = of.config();
  const auto& replication = of.replication_config();
  const auto state = [](const std::string& name, std::string_view prefix) {
    return camel_case(name, prefix);
  };
  std::string clusters;
  for (const auto& cluster : replication.clusters())
    clusters += (clusters.empty() ? "" : ",") + to_json(cluster, payload_style::raw);
  const auto map_text = [](const auto& map) {
    std::string text;
    for (const auto& [key, value] : std::map<std::string, std::string>{map.begin(), map.end()})
      text += (text.empty() ? "" : " ") + key + ':' + value;
    return "map[" + text + ']';
  };
  return {
      {"NamespaceInfo.Name", info.name()},
      {"NamespaceInfo.Id", info.id()},
      {"NamespaceInfo.Description", info.description()},
      {"NamespaceInfo.OwnerEmail", info.owner_email()},
      {"NamespaceInfo.State",
       state(api::enums::v1::NamespaceState_Name(info.state()), "NAMESPACE_STATE_")},
      {"NamespaceInfo.Data", map_text(info.data())},
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
      {"Config.CustomSearchAttributeAliases", map_text(config.custom_search_attribute_aliases())},
  };
}

// Of -n, the environment or the profile. What is given as empty (by a variable of a shell that is
// not set, say) is not the default here: it would be changed or deleted.
std::string named_by_flag(const global_flags& flags) {
  const bool is_empty = flags.name_space && flags.name_space->empty();
  return is_empty ? std::string{} : namespace_of(flags);
}

// The namespace comes by -n or, with a warning, as an argument. `by_flag` may be a name of the
// environment or the profile, where the command counts those.
std::string namespace_name(const std::string& by_flag, const std::optional<std::string>& argument) {
  if (argument) {
    if (by_flag != "default")
      throw command_error(
          "namespace was provided as both an argument (" + *argument + ") and a flag (-n " + by_flag
          + "); please specify namespace only with -n");
    std::fputs(
        "Warning: Passing the namespace as an argument is now deprecated; please switch to using "
        "-n instead\n",
        stderr);
    return *argument;
  }
  return by_flag;
}

// The flags of a connection whose calls are about this namespace: their header says so, and a name
// that no header can carry is refused before anything is made or changed.
global_flags about(const std::string& name, global_flags flags) {
  if (name.empty())
    flags.name_space.reset();
  else
    flags.name_space = name;
  return flags;
}

template <class Map>
void add_data(Map& to, const std::vector<std::string>& pairs) {
  for (const auto& pair : pairs) {
    const auto at = pair.find('=');
    if (at == std::string::npos)
      throw command_error("missing expected '=' in " + quote_json(pair));
    to[pair.substr(0, at)] = pair.substr(at + 1);
  }
}

/// What `create` and `update` say of a namespace.
struct namespace_flags {
  std::optional<std::string> argument;
  std::string description, email, retention;
  std::vector<std::string> data;

  void add_to(CLI::App& command) {
    command.add_option("name", argument, "Namespace")->group("");
    add_text(command, "--description", description, "Namespace description");
    add_text(command, "--email", email, "Owner email");
    add_duration(
        command, "--retention", retention, "Time to preserve closed workflows before deletion");
    add_list(command, "--data", data, "Namespace data as KEY=VALUE; may be given several times");
  }
};

struct namespace_create : namespace_flags {
  namespace_create() { retention = "72h"; }

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
    add_data(*request.mutable_data(), data);
    connection to{about(name, flags)};
    wf::RegisterNamespaceResponse response;
    to.call(
        "unable to create namespace " + name,
        workflow_methods::register_namespace,
        request,
        response);
    say_done("Namespace " + name + " successfully registered.", flags);
  }
};

void namespace_describe(
    const global_flags& flags, const std::optional<std::string>& argument, const std::string& id) {
  auto name = namespace_name(named_by_flag(flags), argument);
  if (name == "default" && !id.empty())
    name.clear();
  if (name.empty() == id.empty())
    throw command_error("provide one of --namespace-id=<uuid> or -n name, but not both");
  connection to{about(name, flags)};
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
  if (flags.format() == output_format::text)
    print(property_list(describe(response)));
}

void namespace_list(const global_flags& flags) {
  print_pages<wf::ListNamespacesRequest, wf::ListNamespacesResponse>(
      flags,
      "failed listing namespaces",
      workflow_methods::list_namespaces,
      [](const auto& page) -> const auto& { return page.namespaces(); },
      [](const auto& each) { return describe(each); });
}

struct namespace_update : namespace_flags {
  namespace_update() { retention = "0s"; }

  void run(const global_flags& flags) const {
    const auto name = namespace_name(named_by_flag(flags), argument);
    connection to{about(name, flags)};
    wf::DescribeNamespaceRequest asked;
    wf::DescribeNamespaceResponse now;
    asked.set_namespace_(name);
    to.call("namespace update failed", workflow_methods::describe_namespace, asked, now);
    wf::UpdateNamespaceRequest request;
    wf::UpdateNamespaceResponse response;
    request.set_namespace_(name);
    auto& info = *request.mutable_update_info();
    info.set_description(description.empty() ? now.namespace_info().description() : description);
    info.set_owner_email(email.empty() ? now.namespace_info().owner_email() : email);
    add_data(*info.mutable_data(), data);
    auto& kept = *request.mutable_config()->mutable_workflow_execution_retention_ttl();
    kept = now.config().workflow_execution_retention_ttl();
    if (const auto wanted = parse_duration(retention, "retention"); wanted.count() > 0)
      to_proto(wanted, kept);
    to.call("namespace update failed", workflow_methods::update_namespace, request, response);
    print_message(response, flags);
    say_done("Namespace " + name + " update succeeded.", flags);
  }
};

struct namespace_delete {
  std::optional<std::string> argument;
  bool yes = false;

  void run(const global_flags& flags) const {
    const auto name = namespace_name(named_by_flag(flags), argument);
    connection to{about(name, flags)};
    const auto asked = painted(
        colour::red,
        "Are you sure you want to delete namespace " + printable(name)
            + "? Type namespace name to confirm:",
        flags);
    if (!confirm(asked, name, yes, flags))
      throw command_error("user denied confirmation or mistyped the namespace name");
    os::DeleteNamespaceRequest request;
    os::DeleteNamespaceResponse response;
    request.set_namespace_(name);
    to.call(
        "unable to delete namespace " + name,
        rpc::methods::operator_service::delete_namespace,
        request,
        response);
    print_message(response, flags);
    say_done("Namespace " + name + " has been deleted.", flags);
  }
};

// Archives and other clusters are not there.
void refuse_replication(CLI::App& command) {
  for (const auto* flag :
       {"--active-cluster",
        "--cluster",
        "--history-archival-state",
        "--history-uri",
        "--visibility-archival-state",
        "--visibility-uri"})
    refuse_flag(command, flag);
}

} // namespace

void add_namespace_commands(CLI::App& parent, const global_flags& flags) {
  auto* group = parent.add_subcommand("namespace", "Manage namespaces")->require_subcommand(1);

  auto* create = group->add_subcommand("create", "Register a new namespace");
  auto created = std::make_shared<namespace_create>();
  created->add_to(*create);
  refuse_replication(*create);
  refuse_flag(*create, "--global", false);
  create->callback([&flags, created] { created->run(flags); });

  auto* describe_one = group->add_subcommand("describe", "Show a namespace");
  auto name = std::make_shared<std::optional<std::string>>();
  auto id = std::make_shared<std::string>();
  describe_one->add_option("name", *name, "Namespace")->group("");
  add_text(*describe_one, "--namespace-id", *id, "Namespace ID, instead of its name");
  describe_one->callback([&flags, name, id] { namespace_describe(flags, *name, *id); });

  auto* list = group->add_subcommand("list", "List all namespaces");
  list->callback([&flags] { namespace_list(flags); });

  auto* update = group->add_subcommand("update", "Change what is given of a namespace");
  auto updated = std::make_shared<namespace_update>();
  updated->add_to(*update);
  refuse_replication(*update);
  refuse_flag(*update, "--replication-state");
  refuse_flag(*update, "--promote-global", false);
  update->callback([&flags, updated] { updated->run(flags); });

  auto* remove = group->add_subcommand("delete", "Delete a namespace and all that is in it");
  auto removed = std::make_shared<namespace_delete>();
  remove->add_option("name", removed->argument, "Namespace")->group("");
  add_switch(*remove, "-y,--yes", removed->yes, "Don't prompt to confirm");
  remove->callback([&flags, removed] { removed->run(flags); });
}

} // namespace troupe::cli
