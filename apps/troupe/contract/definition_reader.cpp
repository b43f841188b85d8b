// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/definition_reader.hpp"

#include "apps/troupe/contract/declaration_order.hpp"
#include "apps/troupe/contract/identifiers.hpp"
#include "apps/troupe/contract/keywords.hpp"
#include "apps/troupe/contract/schema_reader.hpp"
#include "apps/troupe/contract/source_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace troupe::cli::contract {
namespace {

using kind = source_node::kind;

const source_node& map_of(const source_member& member) {
  if (member.value->is != kind::map)
    throw source_error(
        member.value->is_null() ? member.at : member.value->at,
        "\"" + member.key + "\" has to be a map ({} for an empty one)");
  return *member.value;
}

void check_members(
    const source_node& of, const char* what, std::initializer_list<std::string_view> known) {
  for (const auto& each : of.members)
    if (std::ranges::find(known, each.key) == known.end()) {
      std::string all;
      for (const auto name : known)
        all += (all.empty() ? "" : ", ") + std::string{name};
      throw source_error(
          each.at, "\"" + each.key + "\" means nothing in " + what + ", only " + all);
    }
}

// Of services and operations.
void check_wire_name(const source_member& member) {
  if (member.key.empty() || member.key.starts_with("__temporal_"))
    throw source_error(
        member.at,
        member.key.empty() ? "a name is empty" : "names that begin with __temporal_ are reserved");
  if (std::ranges::any_of(
          member.key, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    throw source_error(member.at, "this name has control characters");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_known_version(std::string_view text) {
  if (!text.starts_with("1."))
    return false;
  text.remove_prefix(2);
  const auto dot = text.find('.');
  if (dot == std::string_view::npos)
    return false;
  const auto minor = text.substr(0, dot), patch = text.substr(dot + 1);
  return !minor.empty() && !patch.empty() && std::ranges::all_of(minor, is_digit)
         && std::ranges::all_of(patch, is_digit);
}

class reader {
public:
  explicit reader(const std::vector<std::string>& paths) {
    for (const auto& path : paths)
      open(path);
  }

  definition read() {
    // Those of types first: they are what other types and languages call them.
    for (const auto& [path, root] : roots_)
      if (const auto* types = root->find("types"))
        for (const auto& each : map_of(*types).members) {
          const auto* const title = each.value->get("title");
          schemas_.name(
              *each.value,
              names_.take({identifier(
                  title != nullptr && title->is_text() && !title->text.empty() ? title->text
                                                                               : each.key)}));
        }
    for (const auto& [path, root] : roots_)
      if (const auto* services = root->find("services"))
        for (const auto& each : map_of(*services).members)
          made_.services.push_back(begin_service(each));
    if (made_.services.empty())
      throw source_error(roots_.front().second->at, "there are no services in this");
    std::size_t at = 0;
    for (const auto& [path, root] : roots_)
      if (const auto* services = root->find("services"))
        for (const auto& each : services->value->members)
          add_operations(each, path, made_.services[at++]);
    return std::move(made_);
  }

private:
  void open(const std::string& path) {
    auto root = files_.open(path);
    if (root->is != kind::map)
      throw source_error(root->at, "this is no Nexus definition: it has to be a map");
    const auto* const version = root->get("nexusrpc");
    if (version == nullptr)
      throw source_error(
          root->at, "this is no Nexus definition: \"nexusrpc: 1.0.0\" is missing at the top");
    if (!is_known_version(version->text))
      throw source_error(version->at, "only version 1.0.0 of Nexus definitions is known");
    check_members(*root, "a Nexus definition", {"nexusrpc", "services", "types"});
    made_.sources.push_back(std::filesystem::path{path}.filename().string());
    roots_.emplace_back(path, std::move(root));
  }

  service begin_service(const source_member& from) {
    check_wire_name(from);
    const auto& root = map_of(from);
    check_members(root, "a service", {"description", "operations"});
    if (!wires_.insert(from.key).second)
      throw source_error(from.at, "there is another service \"" + from.key + '"');
    if (root.find("operations") == nullptr)
      throw source_error(from.at, "\"" + from.key + "\" has no operations: write {} for none");
    service made;
    made.wire = from.key;
    const auto name = identifier(from.key);
    made.name = names_.take(
        name.ends_with("_service") ? std::vector{name} : std::vector{name, name + "_service"});
    made.comment = schema_reader::comment_of(root);
    return made;
  }

  void add_operations(const source_member& from, const std::string& path, service& to) {
    name_scope names{{to.name, "operation", "operations", "service", "service_name"}};
    for (const auto& each : map_of(*from.value->find("operations")).members) {
      check_wire_name(each);
      const auto& root = map_of(each);
      check_members(root, "an operation", {"description", "input", "output"});
      operation made;
      made.wire = each.key;
      made.name = names.take({identifier(each.key)});
      made.comment = schema_reader::comment_of(root);
      if (const auto* input = root.find("input"))
        made.input = type_of(*input, path, to, made, "_input");
      if (const auto* output = root.find("output"))
        made.output = type_of(*output, path, to, made, "_output");
      to.operations.push_back(std::move(made));
    }
  }

  // `$cppRef: "greeting.hpp#ours::greeting"` is a type of the user's own; those of other languages
  // are not for us.
  type type_of(
      const source_member& from,
      const std::string& path,
      const service& of,
      const operation& in,
      const char* suffix) {
    const auto& schema = *from.value;
    if (const auto* own = schema.is == kind::map ? schema.find("$cppRef") : nullptr)
      return own_type(*own);
    const bool is_elsewhere = schema.is == kind::map && !schema.members.empty()
                              && std::ranges::all_of(schema.members, [](const source_member& each) {
                                   return each.key.starts_with('$') && each.key.ends_with("Ref");
                                 });
    if (is_elsewhere)
      throw source_error(
          from.at,
          "there is no type for C++: write \"$cppRef: HEADER#TYPE\", or a schema, beside the "
          "others");
    const auto hint = in.name + suffix;
    return schemas_.read(from.value, path, names_.has(hint) ? of.name + '_' + hint : hint);
  }

  static type own_type(const source_member& from) {
    const auto hash = from.value->text.find('#');
    const auto header = from.value->text.substr(0, hash);
    const auto name = hash == std::string::npos ? "" : from.value->text.substr(hash + 1);
    const bool is_of_system = header.starts_with('<');
    const bool is_whole = !is_of_system || (header.size() > 2 && header.ends_with('>'));
    const auto path = is_of_system && is_whole ? header.substr(1, header.size() - 2) : header;
    const bool is_path = !path.empty() && std::ranges::all_of(path, [](char c) {
      return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '"' && c != '\\' && c != '<'
             && c != '>';
    });
    if (from.value->is != kind::scalar || !is_whole || !is_path || !is_type_name(name))
      throw source_error(
          from.value->at,
          "\"$cppRef\" has to be HEADER#TYPE: greeting.hpp#ours::greeting, or "
          "<ours/greeting.hpp>#ours::page<ours::greeting>");
    return {
        type::form::simple,
        name,
        header.starts_with('<') ? header : '"' + header + '"',
        {},
        nullptr};
  }

  source_files files_;
  definition made_;
  name_scope names_;
  std::set<std::string> wires_; ///< of services
  schema_reader schemas_{files_, made_, names_};
  std::vector<std::pair<std::string, source_ref>> roots_;
};

} // namespace

definition read_definition(const std::vector<std::string>& paths, const std::string& name_space) {
  if (!name_space.empty() && !is_namespace(name_space))
    throw command_error("--cpp-namespace " + name_space + " is no C++ namespace");
  auto made = reader{paths}.read();
  const auto& file = made.sources.front();
  made.name_space = name_space.empty() ? identifier(file.substr(0, file.find('.'))) : name_space;
  order_declarations(made);
  return made;
}

} // namespace troupe::cli::contract
