// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/keywords.hpp"

#include <algorithm>
#include <array>

namespace troupe::cli::contract {
namespace {

enum class use { describes, limits, makes, refused };

struct keyword {
  std::string_view name;
  use is;
};

constexpr std::array keywords{
    keyword{"title", use::describes},
    keyword{"description", use::describes},
    keyword{"default", use::describes},
    keyword{"examples", use::describes},
    keyword{"deprecated", use::describes},
    keyword{"readOnly", use::describes},
    keyword{"writeOnly", use::describes},
    keyword{"$comment", use::describes},
    keyword{"$id", use::describes},
    keyword{"$schema", use::describes},
    keyword{"definitions", use::describes}, // only what is referred to counts
    keyword{"$defs", use::describes},
    keyword{"minimum", use::limits},
    keyword{"maximum", use::limits},
    keyword{"exclusiveMinimum", use::limits},
    keyword{"exclusiveMaximum", use::limits},
    keyword{"multipleOf", use::limits},
    keyword{"minLength", use::limits},
    keyword{"maxLength", use::limits},
    keyword{"pattern", use::limits},
    keyword{"minItems", use::limits},
    keyword{"maxItems", use::limits},
    keyword{"uniqueItems", use::limits},
    keyword{"minProperties", use::limits},
    keyword{"maxProperties", use::limits},
    keyword{"contentMediaType", use::limits},
    keyword{"contentEncoding", use::makes},
    keyword{"format", use::makes},
    keyword{"type", use::makes},
    keyword{"properties", use::makes},
    keyword{"required", use::makes},
    keyword{"additionalProperties", use::makes},
    keyword{"items", use::makes},
    keyword{"additionalItems", use::makes},
    keyword{"enum", use::makes},
    keyword{"const", use::makes},
    keyword{"oneOf", use::makes},
    keyword{"anyOf", use::makes},
    keyword{"allOf", use::makes},
    keyword{"$ref", use::makes},
    keyword{"not", use::refused},
    keyword{"if", use::refused},
    keyword{"then", use::refused},
    keyword{"else", use::refused},
    keyword{"contains", use::refused},
    keyword{"dependencies", use::refused},
    keyword{"patternProperties", use::refused},
    keyword{"propertyNames", use::refused},
    keyword{"prefixItems", use::refused},
    keyword{"dependentRequired", use::refused},
    keyword{"dependentSchemas", use::refused},
    keyword{"unevaluatedItems", use::refused},
    keyword{"unevaluatedProperties", use::refused},
    keyword{"minContains", use::refused},
    keyword{"maxContains", use::refused},
    keyword{"$anchor", use::refused},
    keyword{"$dynamicRef", use::refused},
    keyword{"$dynamicAnchor", use::refused},
    keyword{"$vocabulary", use::refused},
};

// `$goRef`, `$cppRef`.
bool is_type_of_a_language(std::string_view name) {
  return name.starts_with('$') && name.ends_with("Ref") && name != "$dynamicRef" && name.size() > 4;
}

const keyword* find_keyword(std::string_view name) {
  const auto* const found = std::ranges::find(keywords, name, &keyword::name);
  return found == keywords.end() ? nullptr : found;
}

bool is_free(std::string_view name) {
  return name.starts_with("x-") || is_type_of_a_language(name);
}

} // namespace

void check_keywords(const source_node& schema) {
  for (const auto& each : schema.members) {
    if (is_free(each.key))
      continue;
    const auto* const known = find_keyword(each.key);
    if (known == nullptr)
      throw source_error(each.at, "\"" + each.key + "\" is no keyword of JSON Schema (draft 7)");
    if (known->is == use::refused)
      throw source_error(
          each.at,
          "\"" + each.key
              + "\" says something that a C++ type cannot say: take it out, and check it in the "
                "handler");
  }
}

void check_beside_reference(const source_node& schema) {
  for (const auto& each : schema.members) {
    const auto* const known = find_keyword(each.key);
    if (each.key != "$ref" && !is_free(each.key)
        && (known == nullptr || known->is != use::describes))
      throw source_error(
          each.at,
          "\"" + each.key
              + "\" beside $ref would be passed over: put both into allOf, or this into the type");
  }
}

std::vector<std::string> limits_of(const source_node& schema) {
  std::vector<std::string> limits;
  for (const auto& each : schema.members) {
    const auto* const known = find_keyword(each.key);
    if (known != nullptr && known->is == use::limits && each.value->is == source_node::kind::scalar)
      limits.push_back(each.key + ' ' + each.value->text);
  }
  return limits;
}

std::string text_member(const source_node& of, std::string_view key) {
  const auto* const found = of.get(key);
  if (found == nullptr)
    return "";
  if (!found->is_text())
    throw source_error(found->at, "\"" + std::string{key} + "\" has to be text");
  return found->text;
}

} // namespace troupe::cli::contract
