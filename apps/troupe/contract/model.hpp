// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/source_tree.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What a contract file says, in terms of C++: what the header is written from.
namespace troupe::cli::contract {

struct declaration;

/// A type as a tree: `std::optional<std::vector<user>>`.
struct type {
  enum class form {
    nothing, ///< `void`
    simple,  ///< `written` is all of it
    list,
    map,
    optional,
    shared, ///< an optional one that holds, in the end, its own kind
    variant,
    tuple,
    declared, ///< a struct or enum of the same header
  };

  form is = form::nothing;
  std::string written;
  std::string header; ///< that `written` needs, with its brackets or quotes
  std::vector<type> of;
  declaration* declared = nullptr;

  [[nodiscard]] bool may_be_null() const { return is == form::optional || is == form::shared; }
  friend bool operator==(const type&, const type&) = default;
};

/// An initial value: `written`, behind the name of `of` if that is an enum.
struct initial_value {
  std::string written;
  const declaration* of = nullptr;
};

struct member {
  std::string name, json;
  std::vector<std::string> comment; ///< lines
  type is;
  bool is_required = false;
  std::optional<initial_value> initial;
  place at;
};

struct enumerator {
  std::string name, json;
  std::vector<std::string> comment;
  std::int64_t number = 0;
};

/// A struct or an enum.
struct declaration {
  std::string name;
  std::vector<std::string> comment;
  place at;
  bool is_enum = false;
  bool travels_by_name = true; ///< an enum: else by number
  std::vector<member> members;
  std::vector<enumerator> values;
};

struct operation {
  std::string name, wire;
  std::vector<std::string> comment;
  type input, output;
};

struct service {
  std::string name, wire;
  std::vector<std::string> comment;
  std::vector<operation> operations;
};

struct definition {
  std::string name_space;
  std::vector<std::string> sources;                       ///< names of the files, without folders
  std::vector<std::unique_ptr<declaration>> declarations; ///< as they appear
  std::vector<service> services;
};

} // namespace troupe::cli::contract
