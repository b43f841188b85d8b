// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/operator/endpoint_commands.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/connection/property_pages.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/line/input_file.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/protocol/endpoint_access.hpp"
#include "runtime/protocol/endpoint_breakers.hpp"
#include "runtime/protocol/endpoint_json.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/operatorservice/v1/request_response.pb.h>

#include <memory>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace os = temporal::api::operatorservice::v1;
namespace operator_methods = rpc::methods::operator_service;

std::string joined(const std::vector<std::string>& all, const char* between = ", ") {
  std::string out;
  for (const auto& each : all)
    out += (out.empty() ? "" : between) + each;
  return out;
}

/// `orders start: open until 2026-11-29T11:40:00Z, opened by service/operation x6`
std::string words_of(const protocol::endpoint_breaker& of) {
  auto words = of.caller_namespace + (of.is_for_cancels ? " cancel: " : " start: ");
  words += protocol::name_of(of.state);
  if (of.state == protocol::endpoint_breaker::states::open)
    words += " until " + rfc3339(of.open_until);
  if (of.failures != 0)
    words += ", failures in a row: " + std::to_string(of.failures);
  if (!of.opened_by.empty())
    words += ", opened by " + of.opened_by;
  return words;
}

/// Nobody is told apart if the list is empty or not there.
std::vector<std::string> callers_of(const api::nexus::v1::Endpoint& endpoint) {
  return protocol::allowed_callers(endpoint.spec()).value_or(std::vector<std::string>{});
}

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
    if (const auto text = parse_json(description); text && text->is == json_value::type::string)
      description = text->text;
  }
  properties all{
      {"ID", of.id()},
      {"Name", spec.name()},
      {"CreatedTime", time(of.has_created_time(), of.created_time())},
      {"LastModifiedTime", time(of.has_last_modified_time(), of.last_modified_time())},
      {"Target.External.URL", spec.target().external().url()},
      {"Target.Worker.Namespace", spec.target().worker().namespace_()},
      {"Target.Worker.TaskQueue", spec.target().worker().task_queue()},
      {"Description", description},
  };
  if (const auto callers = callers_of(of); !callers.empty())
    all.push_back({"AllowedNamespaces", joined(callers)});
  std::vector<std::string> breakers;
  for (const auto& each : protocol::circuit_breakers(of))
    breakers.push_back(words_of(each));
  if (!breakers.empty())
    all.push_back({"CircuitBreakers", joined(breakers, "; ")});
  return all;
}

/// With what is no field of the API.
void print_endpoint(const api::nexus::v1::Endpoint& of, const global_flags& flags) {
  print_json(protocol::to_json_with_endpoints(of, style_of(flags)), flags);
}

struct endpoint_flags {
  std::string name, target_namespace, target_task_queue, target_url, description, description_file;
  std::vector<std::string> allowed;
  bool unset_description = false, unset_allowed = false;

  [[nodiscard]] bool has_description() const {
    return !description.empty() || !description_file.empty();
  }

  [[nodiscard]] std::string description_text() const {
    if (!description.empty() && !description_file.empty())
      throw command_error("provided both --description and --description-file");
    if (description_file.empty())
      return description;
    auto text = read_input_file(description_file);
    if (text.empty())
      throw command_error("empty description file: " + go_json(description_file));
    return text;
  }

  void apply(api::nexus::v1::EndpointSpec& to) const {
    to.set_name(name);
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
      payload.set_data(go_json(description_text()));
    }
    if (unset_description)
      to.clear_description();
    if (!allowed.empty() || unset_allowed)
      protocol::set_allowed_callers(to, allowed);
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

// Each looks at what the real one's looks at: a task queue beside a URL creates, but does not
// update.
void endpoint_create(const global_flags& flags, const endpoint_flags& with) {
  if (with.target_namespace.empty() && with.target_url.empty())
    throw command_error(
        "either --target-namespace and --target-task-queue or --target-url are required");
  if (!with.target_namespace.empty() && !with.target_url.empty())
    throw command_error("provided both --target-namespace and --target-url");
  if (!with.target_namespace.empty() && with.target_task_queue.empty())
    throw command_error("both --target-namespace and --target-task-queue are required");
  os::CreateNexusEndpointRequest request;
  os::CreateNexusEndpointResponse response;
  with.apply(*request.mutable_spec());
  connection to{flags};
  to.call(
      "unable to create endpoint \"" + with.name + '"',
      operator_methods::create_nexus_endpoint,
      request,
      response);
  say_done("Endpoint " + with.name + " successfully created.", flags);
}

void endpoint_update(const global_flags& flags, const endpoint_flags& with) {
  if (with.unset_description && with.has_description())
    throw command_error(
        "--unset-description should not be set if --description or --description-file is set");
  if (with.unset_allowed && !with.allowed.empty())
    throw command_error("--unset-allow-namespace should not be set if --allow-namespace is set");
  const bool names_worker = !with.target_namespace.empty() || !with.target_task_queue.empty();
  if (!with.target_url.empty() && names_worker)
    throw command_error(
        std::string{"provided both "}
        + (with.target_namespace.empty() ? "--target-task-queue" : "--target-namespace")
        + " and --target-url");
  connection to{flags};
  const auto existing = find_endpoint(to, with.name);
  if (names_worker && existing.spec().target().has_external()
      && (with.target_namespace.empty() || with.target_task_queue.empty()))
    throw command_error(
        "both --target-namespace and --target-task-queue are required when changing target type "
        "from external to worker");
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
  say_done("Endpoint " + with.name + " successfully updated.", flags);
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
  say_done("Endpoint " + name + " successfully deleted (ID " + existing.id() + ").", flags);
}

void endpoint_get(const global_flags& flags, const std::string& name) {
  connection to{flags};
  const auto endpoint = find_endpoint(to, name);
  print_endpoint(endpoint, flags);
  if (flags.format() == output_format::text)
    print(property_list(describe(endpoint)));
}

void endpoint_list(const global_flags& flags) {
  print_pages<os::ListNexusEndpointsRequest, os::ListNexusEndpointsResponse>(
      flags,
      "failed listing endpoints",
      operator_methods::list_nexus_endpoints,
      [](const auto& page) -> const auto& { return page.endpoints(); },
      [](const auto& each) { return describe(each); },
      &protocol::to_json_with_endpoints);
}

} // namespace

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
    add_list(
        command,
        "--allow-namespace",
        given->allowed,
        "Namespace whose workflows may call it, of a service of ours; may be given several times. "
        "Without one all may");
    return given;
  };

  auto* create = group->add_subcommand("create", "Create a Nexus endpoint");
  auto created = with_spec(*create);
  create->callback([&flags, created] { endpoint_create(flags, *created); });

  auto* update = group->add_subcommand("update", "Change what is given of a Nexus endpoint");
  auto updated = with_spec(*update);
  add_switch(*update, "--unset-description", updated->unset_description, "Remove the description");
  add_switch(
      *update, "--unset-allow-namespace", updated->unset_allowed, "Let all namespaces call it");
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

} // namespace troupe::cli
