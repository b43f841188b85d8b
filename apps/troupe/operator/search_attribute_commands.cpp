// SPDX-License-Identifier: Apache-2.0
// `troupe operator search-attribute ...`.

#include "apps/troupe/operator/search_attribute_commands.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/prompt.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <temporal/api/operatorservice/v1/request_response.pb.h>

#include <array>
#include <map>
#include <memory>
#include <utility>

namespace troupe::cli {
namespace {

namespace enums = temporal::api::enums::v1;
namespace os = temporal::api::operatorservice::v1;
namespace methods = rpc::methods::operator_service;

using types = google::protobuf::Map<std::string, enums::IndexedValueType>;

constexpr std::array<std::pair<std::string_view, search_attribute_type>, 7> type_names{{
    {"Text", search_attribute_type::text},
    {"Keyword", search_attribute_type::keyword},
    {"Int", search_attribute_type::integer},
    {"Double", search_attribute_type::floating},
    {"Bool", search_attribute_type::boolean},
    {"Datetime", search_attribute_type::datetime},
    {"KeywordList", search_attribute_type::keyword_list},
}};

std::string type_name(enums::IndexedValueType type) {
  for (const auto& [name, each] : type_names)
    if (static_cast<int>(each) == type)
      return std::string{name};
  return "Unspecified";
}

os::ListSearchAttributesResponse existing_attributes(connection& to, const std::string& what) {
  os::ListSearchAttributesRequest request;
  os::ListSearchAttributesResponse response;
  request.set_namespace_(to.name_space());
  to.call(what, methods::list_search_attributes, request, response);
  return response;
}

struct create_flags {
  std::vector<std::string> names;
  std::string type;

  void run(const global_flags& flags) const {
    const auto type_given = read_search_attribute_type(type);
    if (!type_given) {
      std::string allowed;
      for (const auto& [name, each] : type_names)
        allowed += (allowed.empty() ? "" : ", ") + std::string{name};
      throw command_error(
          "invalid argument \"" + type + "\" for \"--type\" flag: invalid value: " + type
          + ", allowed values are: " + allowed);
    }
    connection to{flags};
    const auto existing = existing_attributes(to, "unable to get existing search attributes");
    const auto wanted = static_cast<enums::IndexedValueType>(*type_given);
    os::AddSearchAttributesRequest request;
    request.set_namespace_(to.name_space());
    for (const auto& name : names) {
      const auto known = existing.custom_attributes().find(name);
      if (known == existing.custom_attributes().end())
        (*request.mutable_search_attributes())[name] = wanted;
      else if (known->second != wanted)
        throw command_error(
            "search attribute " + name + " already exists and has different type "
            + type_name(known->second));
    }
    if (!request.search_attributes().empty()) {
      os::AddSearchAttributesResponse response;
      to.call("unable to add search attributes", methods::add_search_attributes, request, response);
    }
    say_done("Search attributes have been added", flags);
  }
};

void list(const global_flags& flags) {
  connection to{flags};
  const auto found = existing_attributes(to, "unable to list search attributes");
  if (flags.is_json())
    return print_message(found, flags);
  std::vector<std::vector<std::string>> rows;
  for (const auto* group : {&found.system_attributes(), &found.custom_attributes()})
    for (const auto& [name, type] :
         std::map<std::string, enums::IndexedValueType>{group->begin(), group->end()})
      rows.push_back({name, type_name(type)});
  if (flags.format() == output_format::text)
    print(table(flags, {"Name", "Type"}, rows));
}

struct remove_flags {
  std::vector<std::string> names;
  bool yes = false;

  void run(const global_flags& flags) const {
    connection to{flags};
    std::string listed;
    for (const auto& name : names)
      listed += (listed.empty() ? "" : " ") + quote_json(name);
    if (!confirm_yes("You are about to remove search attribute [" + listed + "]? y/N", yes, flags))
      throw command_error("user denied confirmation, operation aborted");
    os::RemoveSearchAttributesRequest request;
    os::RemoveSearchAttributesResponse response;
    request.set_namespace_(to.name_space());
    for (const auto& name : names)
      request.add_search_attributes(name);
    to.call(
        "unable to remove search attributes", methods::remove_search_attributes, request, response);
    say_done("Search attributes have been removed", flags);
  }
};

} // namespace

std::optional<search_attribute_type> read_search_attribute_type(std::string_view name) {
  for (const auto& [known, type] : type_names)
    if (boost::iequals(known, name))
      return type;
  return std::nullopt;
}

void add_search_attribute_commands(CLI::App& parent, const global_flags& flags) {
  auto* group =
      parent.add_subcommand("search-attribute", "Manage search attributes")->require_subcommand(1);

  auto* create = group->add_subcommand("create", "Add custom search attributes");
  auto created = std::make_shared<create_flags>();
  add_list(*create, "--name", created->names, "Search attribute name; may be given several times")
      ->required();
  add_text(
      *create,
      "--type",
      created->type,
      "Search attribute type: Text, Keyword, Int, Double, Bool, Datetime, KeywordList")
      ->required();
  create->callback([&flags, created] { created->run(flags); });

  group->add_subcommand("list", "List search attributes")->callback([&flags] { list(flags); });

  auto* remove = group->add_subcommand("remove", "Remove custom search attributes");
  auto removed = std::make_shared<remove_flags>();
  add_list(*remove, "--name", removed->names, "Search attribute name; may be given several times")
      ->required();
  add_switch(*remove, "-y,--yes", removed->yes, "Don't prompt to confirm");
  remove->callback([&flags, removed] { removed->run(flags); });
}

} // namespace troupe::cli
