// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli::contract {

/// Where something stands in a file of the user's.
struct place {
  std::shared_ptr<const std::string> file;
  std::size_t line = 0, column = 0; ///< both from 1
};

/// What is wrong with a file: `user.nexusrpc.yaml:12:7: ...`.
class source_error : public command_error {
public:
  source_error(const place& at, const std::string& what);
};

struct source_node;
using source_ref = std::shared_ptr<const source_node>;

struct source_member {
  std::string key;
  place at; ///< of the key
  source_ref value;
};

/// A value in a YAML (or JSON) file. What scalars are follows YAML's 1.2 core schema, as the
/// parsers of the other languages have it: `yes` is text.
struct source_node {
  enum class kind { scalar, list, map };

  kind is = kind::scalar;
  place at;
  std::string text; ///< of a scalar
  bool is_plain = false;
  std::vector<source_ref> items;
  std::vector<source_member> members;
  std::vector<std::size_t> by_key; ///< the numbers of the members in the order of their keys

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_boolean() const;
  [[nodiscard]] bool is_true() const; ///< of a boolean
  [[nodiscard]] bool is_integer() const;
  [[nodiscard]] bool is_number() const; ///< integers too
  [[nodiscard]] bool is_text() const;
  /// Of a map; null if it has no such member.
  [[nodiscard]] const source_member* find(std::string_view key) const;
  /// A member's value, or null.
  [[nodiscard]] const source_node* get(std::string_view key) const;
};

/// The whole of a file with one document. `file` is what errors call it. Throws `source_error` for
/// what is no YAML, for keys that are given twice, are no text or `<<`, for references of a value
/// to itself, and for what is nested more than 100 deep.
source_ref parse_source(const std::string& file, const std::string& text);

} // namespace troupe::cli::contract
