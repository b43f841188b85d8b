// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What a definition file is made of. For `<troupe/nexus/contract_yaml.hpp>` alone.
namespace troupe::nexus::detail {

/// A value of YAML: a scalar as it stands in the file, a list or a map.
struct schema_value {
  enum class kind : unsigned char { scalar, list, map };

  kind is = kind::map;
  std::string text;
  std::vector<std::string> keys;   ///< of a map, one for each of the items; not quoted yet
  std::vector<schema_value> items; ///< of a list or a map

  static schema_value scalar(std::string text);
  /// Text that YAML reads as this text.
  static schema_value quoted(std::string_view text);
  static schema_value list(std::vector<schema_value> items);
  /// `{type: name}`, and another member if it is given one.
  static schema_value
  typed(std::string_view name, std::string_view key = {}, std::string_view value = {});

  void set(std::string_view key, schema_value value);
};

/// The types of a definition, each with a name of its own.
class schema_types {
public:
  /// Whether the type with this key is known already; `$ref` leads to it then.
  [[nodiscard]] bool knows(const void* key) const;
  /// Names a type, before what it holds is looked at: it may hold itself. `raw_name` is what the
  /// compiler calls it.
  std::size_t add(const void* key, std::string_view raw_name);
  /// Says what it is.
  void define(std::size_t at, schema_value schema);
  /// `{$ref: ...}`
  [[nodiscard]] schema_value reference(const void* key) const;
  /// The map of all of them.
  [[nodiscard]] schema_value take() &&;

private:
  struct entry {
    const void* key;
    std::string name;
    schema_value schema;
  };
  [[nodiscard]] const entry* find(const void* key) const;
  std::vector<entry> all_;
};

/// The same, or null.
schema_value or_null(schema_value schema);

/// The whole file.
std::string definition_text(schema_value services, schema_types types);

} // namespace troupe::nexus::detail
