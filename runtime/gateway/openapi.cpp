// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/openapi.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/gateway/routes.hpp"

#include <troupe/version.hpp>

#include <google/protobuf/descriptor.h>
#include <google/rpc/status.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::gateway {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// Messages within messages in a query: no request has a useful field further down.
constexpr int deepest_parameter = 3;

std::string member(std::string_view name, std::string_view json) {
  return quote_json(name).append(":").append(json);
}

std::string text_schema(std::string_view format) {
  return format.empty() ? R"({"type":"string"})"
                        : R"({"type":"string",)" + member("format", quote_json(format)) + '}';
}

std::string
join(std::string_view open, const std::vector<std::string>& items, std::string_view close) {
  std::string out{open};
  for (const auto& each : items)
    (out += out.size() == open.size() ? "" : ",") += each;
  return out.append(close);
}

/// What messages of protobuf's own, and payloads, are in JSON; empty: an object of their fields.
std::string special_schema(const Descriptor& type) {
  static const std::map<std::string, std::string, std::less<>> schemas{
      {"google.protobuf.Any",
       R"({"type":"object","properties":{"@type":{"type":"string"}},"additionalProperties":true})"},
      {"google.protobuf.Duration", R"({"type":"string","example":"1.5s"})"},
      {"google.protobuf.Empty", R"({"type":"object"})"},
      {"google.protobuf.FieldMask", text_schema("")},
      {"google.protobuf.Struct", R"({"type":"object","additionalProperties":true})"},
      {"google.protobuf.Timestamp", text_schema("date-time")},
      {"temporal.api.common.v1.Payload",
       R"({"description":"The JSON that it holds, or an object with metadata and base64 data."})"},
      {"temporal.api.common.v1.Payloads",
       R"({"description":"A list of payloads, or an object with such a list.","type":"array","items":{}})"}};
  const auto found = schemas.find(type.full_name());
  return found == schemas.end() ? "" : found->second;
}

/// What our service has beyond the fields of the API (runtime/protocol/endpoint_json.hpp).
const std::map<std::string, std::string_view, std::less<>> more_properties{
    {"temporal.api.nexus.v1.EndpointSpec",
     R"("allowedCallerNamespaces":{"type":"array","items":{"type":"string"}})"},
    {"temporal.api.nexus.v1.Endpoint",
     R"("circuitBreakers":{"type":"array","items":{"type":"object","properties":{)"
     R"("callerNamespace":{"type":"string"},"requests":{"type":"string","enum":["start","cancel"]},)"
     R"("state":{"type":"string","enum":["closed","open","half open"]},)"
     R"("failuresInARow":{"type":"integer"},"openedBy":{"type":"string"},)"
     R"("openUntil":{"type":"string","format":"date-time"}}}})"}};

class writer {
public:
  std::string document() {
    std::map<std::string, std::vector<std::string>> paths;
    add("temporal.api.workflowservice.v1", workflow_routes(), paths);
    add("temporal.api.operatorservice.v1", operator_routes(), paths);
    const auto error = reference(*google::rpc::Status::descriptor());
    std::vector<std::string> all;
    for (const auto& [path, operations] : paths)
      all.push_back(member(path, join("{", operations, "}")));
    std::vector<std::string> schemas;
    while (!waiting_.empty()) {
      const auto* type = waiting_.back();
      waiting_.pop_back();
      schemas.push_back(member(type->full_name(), message_schema(*type)));
    }
    std::ranges::sort(schemas);
    return R"({"openapi":"3.0.3","info":{"title":"Temporal HTTP API",)"
           + member("version", quote_json(temporal_server_version)) + "},"
           + member("paths", join("{", all, "}"))
           + R"(,"components":{"responses":{"error":{"description":"An error.","content":{"application/json":{"schema":)"
           + error + "}}}}," + member("schemas", join("{", schemas, "}")) + "}}";
  }

private:
  void
  add(std::string_view package,
      std::span<const route> rows,
      std::map<std::string, std::vector<std::string>>& paths) {
    for (const auto& row : rows) {
      const auto* const name = row.with == verb::get    ? "get"
                               : row.with == verb::post ? "post"
                                                        : "delete";
      const auto nth = ++uses_[std::string{row.method}];
      paths[versioned_path(row.path)].push_back(member(name, operation(package, row, nth)));
    }
  }

  static const Descriptor&
  message(std::string_view package, std::string_view method, std::string_view suffix) {
    return *google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
        std::string{package}.append(".").append(method).append(suffix));
  }

  std::string operation(std::string_view package, const route& row, int nth) {
    const auto& request = message(package, row.method, "Request");
    std::vector<std::string> parameters;
    std::set<std::string, std::less<>> in_path;
    for (auto rest = row.path; rest.find('{') != rest.npos;) {
      rest.remove_prefix(rest.find('{') + 1);
      const auto field = rest.substr(0, rest.find('}'));
      in_path.emplace(field);
      parameters.push_back(parameter(field, "path", text_schema("")));
    }
    if (row.with != verb::post)
      add_query(request, "", in_path, 1, parameters);
    // The same method may have several paths, and each operation an id of its own.
    std::string out =
        '{'
        + member(
            "operationId",
            quote_json(std::string{row.method} + (nth == 1 ? "" : std::to_string(nth))));
    out += ',' + member("parameters", join("[", parameters, "]"));
    if (row.with == verb::post)
      out += R"(,"requestBody":{"content":{"application/json":{"schema":)" + reference(request)
             + "}}}";
    out +=
        R"(,"responses":{"200":{"description":"An answer.","content":{"application/json":{"schema":)"
        + reference(message(package, row.method, "Response"))
        + R"(}}},"default":{"$ref":"#/components/responses/error"}}})";
    return out;
  }

  static std::string
  parameter(std::string_view name, std::string_view in, std::string_view schema) {
    return '{' + member("name", quote_json(name)) + ',' + member("in", quote_json(in))
           + (in == "path" ? R"(,"required":true,)" : ",") + member("schema", schema) + '}';
  }

  void add_query(
      const Descriptor& of,
      const std::string& before,
      const std::set<std::string, std::less<>>& except,
      int depth,
      std::vector<std::string>& to) {
    for (int i = 0; i < of.field_count(); ++i) {
      const auto& field = *of.field(i);
      const auto path = before + field.name();
      if (except.contains(path) || field.is_map())
        continue;
      const auto* type = field.message_type();
      if (type == nullptr || special_schema(*type).starts_with(R"({"type":"string")")) {
        to.push_back(parameter(path, "query", field_schema(field)));
      } else if (
          !field.is_repeated() && special_schema(*type).empty() && depth < deepest_parameter) {
        add_query(*type, path + '.', except, depth + 1, to);
      }
    }
  }

  std::string message_schema(const Descriptor& type) {
    std::vector<std::string> properties;
    for (int i = 0; i < type.field_count(); ++i)
      properties.push_back(member(type.field(i)->json_name(), field_schema(*type.field(i))));
    if (const auto more = more_properties.find(type.full_name()); more != more_properties.end())
      properties.emplace_back(more->second);
    return R"({"type":"object",)" + member("properties", join("{", properties, "}")) + '}';
  }

  std::string field_schema(const FieldDescriptor& field) {
    if (field.is_map())
      return R"({"type":"object",)"
             + member("additionalProperties", single_schema(*field.message_type()->map_value()))
             + '}';
    if (field.is_repeated())
      return R"({"type":"array",)" + member("items", single_schema(field)) + '}';
    return single_schema(field);
  }

  std::string single_schema(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32: return R"({"type":"integer"})";
    case FieldDescriptor::CPPTYPE_INT64: return text_schema("int64");
    case FieldDescriptor::CPPTYPE_UINT64: return text_schema("uint64");
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: return R"({"type":"number"})";
    case FieldDescriptor::CPPTYPE_BOOL: return R"({"type":"boolean"})";
    case FieldDescriptor::CPPTYPE_STRING:
      return text_schema(field.type() == FieldDescriptor::TYPE_BYTES ? "byte" : "");
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::vector<std::string> names;
      for (int i = 0; i < field.enum_type()->value_count(); ++i)
        names.push_back(quote_json(field.enum_type()->value(i)->name()));
      return R"({"type":"string",)" + member("enum", join("[", names, "]")) + '}';
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
    }
    return reference(*field.message_type());
  }

  std::string reference(const Descriptor& type) {
    if (auto schema = special_schema(type); !schema.empty())
      return schema;
    if (known_.insert(&type).second)
      waiting_.push_back(&type);
    return '{' + member("$ref", quote_json("#/components/schemas/" + type.full_name())) + '}';
  }

  std::map<std::string, int> uses_; ///< of a method
  std::set<const Descriptor*> known_;
  std::vector<const Descriptor*> waiting_; ///< for their schemas
};

} // namespace

std::string openapi_document() {
  return writer{}.document();
}

} // namespace troupe::gateway
