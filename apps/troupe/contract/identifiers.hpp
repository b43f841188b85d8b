// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/json_options.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cli::contract {

/// A name of C++ for any text: `user_id` for `userId`, `class_` for `class`, `n3d_model` for
/// `3dModel`. Letters beyond ASCII separate words.
std::string identifier(std::string_view text);

/// The name as it is if it can be a namespace (`a::b`) or a part of one.
bool is_namespace(std::string_view name);

/// Whether this can be the name of a type: `ours::page<ours::order, 3>`.
bool is_type_name(std::string_view name);

/// Names that must differ from one another.
class name_scope {
public:
  /// Those that nothing may have.
  explicit name_scope(std::set<std::string> taken = {}) : taken_(std::move(taken)) {}
  /// The first of the names that is free, or else the last with a number behind it.
  std::string take(const std::vector<std::string>& candidates);
  [[nodiscard]] bool has(const std::string& name) const { return taken_.contains(name); }

private:
  std::set<std::string> taken_;
  std::map<std::string, std::size_t> numbered_; ///< the number that a name had last
};

/// How things are called in C++ and in JSON.
struct spelled_name {
  std::string name, json;
};

/// The statement that says the most about these names, and the names that it does not say.
struct spelling {
  naming how = naming::as_written;
  std::vector<spelled_name> exceptions;
};
spelling spelling_of(const std::vector<spelled_name>& names);

/// `camel_case`.
std::string_view name_of(naming how);

} // namespace troupe::cli::contract
