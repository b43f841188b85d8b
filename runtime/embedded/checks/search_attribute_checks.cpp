// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/search_attribute_checks.hpp"

#include "runtime/embedded/record/attribute_json.hpp"
#include "runtime/embedded/record/errors.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <temporal/api/common/v1/message.pb.h>

#include <string>

namespace troupe::embedded {
namespace {

using temporal::api::common::v1::Payload;
using temporal::api::common::v1::SearchAttributes;
using kind = attribute_problem::kind;

constexpr std::size_t max_attribute_value = 2048;
constexpr std::size_t max_attributes_total = 40'960;
constexpr std::size_t max_attributes = 100;
/// What the name of a column may be longer than an attribute's.
constexpr std::size_t longest_column = 16;

attribute_problem problem(kind is, std::string words) {
  return {is, invalid_argument(std::move(words))};
}

std::size_t field(std::size_t bytes) {
  return 1 + google::protobuf::io::CodedOutputStream::VarintSize64(bytes) + bytes;
}

/// The store does not keep the type with the value.
std::size_t stored_bytes(std::string_view column, const Payload& payload) {
  auto bytes = payload.ByteSizeLong();
  if (const auto type = payload.metadata().find("type"); type != payload.metadata().end())
    bytes -= field(field(type->first.size()) + field(type->second.size()));
  return field(field(column.size()) + field(bytes));
}

} // namespace

attribute_problem check_attributes_size(
    const surroundings& around, std::string_view name_space, const SearchAttributes& attributes) {
  const auto& fields = attributes.indexed_fields();
  if (attributes.ByteSizeLong() + fields.size() * longest_column <= max_attributes_total)
    return {};
  std::size_t total = 0;
  for (const auto& [name, payload] : fields) {
    const auto column = around.known.search_attribute_column(name_space, name);
    total += column.empty() ? field(field(name.size()) + field(payload.ByteSizeLong()))
                            : stored_bytes(column, payload);
  }
  if (total <= max_attributes_total)
    return {};
  return problem(
      kind::size,
      "total size of search attributes " + std::to_string(total) + " exceeds size limit "
          + std::to_string(max_attributes_total));
}

attribute_problem check_search_attributes(
    const surroundings& around, std::string_view name_space, SearchAttributes& attributes) {
  auto& fields = *attributes.mutable_indexed_fields();
  for (auto& [name, payload] : fields) {
    const auto type = around.known.search_attribute_type(name_space, name);
    if (!type)
      return problem(
          kind::unknown_name,
          "Namespace " + std::string{name_space} + " has no mapping defined for search attribute "
              + name);
    if (*type == 0) // of the service's own
      return problem(kind::unknown_name, name + " attribute can't be set in SearchAttributes");
    auto& metadata = *payload.mutable_metadata();
    if (!metadata.contains("type"))
      metadata["type"] = attribute_type_name(*type);
  }
  if (fields.size() > max_attributes)
    return problem(
        kind::value,
        "number of search attributes " + std::to_string(fields.size()) + " exceeds limit "
            + std::to_string(max_attributes));
  for (auto& [name, payload] : fields) {
    const auto type = around.known.search_attribute_type(name_space, name).value_or(0);
    if (!holds_attribute(payload, type)) {
      auto given = payload;
      if (given.metadata().at("type") == attribute_type_name(type))
        given.mutable_metadata()->erase("type");
      return problem(
          kind::value,
          "invalid value for search attribute " + name + " of type "
              + std::string{attribute_type_name(type)} + ": " + attribute_text(given));
    }
  }
  for (const auto& [name, payload] : fields)
    if (payload.data().size() > max_attribute_value)
      return problem(
          kind::size,
          "search attribute " + name + " value size " + std::to_string(payload.data().size())
              + " exceeds size limit " + std::to_string(max_attribute_value));
  return {};
}

} // namespace troupe::embedded
