// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/identifiers.hpp"
#include "apps/troupe/contract/model.hpp"
#include "apps/troupe/contract/source_files.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cli::contract {

/// Makes types of JSON Schemas (draft 7), and declarations of those that need one. Everything that
/// would say something about the JSON that a C++ type cannot say is refused by name.
class schema_reader {
public:
  /// Declarations are added to `to` and named in `names`.
  schema_reader(source_files& files, definition& to, name_scope& names)
      : files_(files), to_(to), names_(names) {}

  /// What a schema with this name will be called, if it becomes a declaration.
  void name(const source_node& schema, std::string name);

  /// `hint` is what a declaration is called that has no name.
  type read(const source_ref& schema, const std::string& file, const std::string& hint);

  /// `description` and what else is worth a comment, as lines.
  static std::vector<std::string> comment_of(const source_node& schema);

private:
  struct where {
    const std::string& file;
    const std::string& hint;
  };
  struct found_value {
    source_ref value;
    std::vector<std::string> comment;
  };

  type read_map(const source_ref& schema, where in);
  type read_reference(const source_node& schema, where in);
  type read_union(const source_node& schema, const source_member& all, where in);
  type read_array(const source_node& schema, where in);
  type read_object(const source_ref& schema, where in);
  type read_struct(const source_ref& schema, where in);
  type read_enum(const source_node& schema, std::vector<found_value> values, where in);
  type read_named(const source_ref& schema, const source_node& named, where in);
  void collect(
      const source_ref& schema,
      const std::string& file,
      declaration& to,
      name_scope& names,
      std::vector<std::pair<std::string, place>>& required);
  void add_member(
      const source_member& property, const std::string& file, declaration& to, name_scope& names);
  declaration& declare(const source_node& schema, const std::string& hint, bool is_enum);

  source_files& files_;
  definition& to_;
  name_scope& names_;
  std::map<const source_node*, std::string> given_names_;
  std::map<const source_node*, type> known_;
  std::vector<const source_node*> open_;
  std::size_t count_ = 0;
};

} // namespace troupe::cli::contract
