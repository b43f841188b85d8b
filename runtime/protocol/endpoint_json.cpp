// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/endpoint_json.hpp"

#include "runtime/base/time/time_text.hpp"
#include "runtime/protocol/endpoint_access.hpp"
#include "runtime/protocol/endpoint_breakers.hpp"
#include "runtime/protocol/json_value.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace troupe::protocol {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using temporal::api::nexus::v1::Endpoint;

constexpr std::string_view callers_name = "allowedCallerNamespaces";
/// As protobuf's fields, it may be spelt in two ways.
constexpr std::string_view callers_spelt_otherwise = "allowed_caller_namespaces";

bool is_callers_name(std::string_view name) {
  return name == callers_name || name == callers_spelt_otherwise;
}

json_value text_value(std::string text) {
  json_value made;
  made.is = json_value::type::string;
  made.text = std::move(text);
  return made;
}

json_value number_value(int number) {
  json_value made;
  made.is = json_value::type::number;
  made.text = std::to_string(number);
  return made;
}

void add(json_value& to, std::string_view name, json_value value) {
  to.names.emplace_back(name);
  to.items.push_back(std::move(value));
}

json_value* find(json_value& in, std::string_view name) {
  const auto at = std::ranges::find(in.names, name);
  return at == in.names.end() ? nullptr
                              : &in.items[static_cast<std::size_t>(at - in.names.begin())];
}

json_value breaker_value(const endpoint_breaker& of) {
  json_value made;
  made.is = json_value::type::object;
  add(made, "callerNamespace", text_value(of.caller_namespace));
  add(made, "requests", text_value(of.is_for_cancels ? "cancel" : "start"));
  add(made, "state", text_value(name_of(of.state)));
  if (of.failures != 0)
    add(made, "failuresInARow", number_value(of.failures));
  if (!of.opened_by.empty())
    add(made, "openedBy", text_value(of.opened_by));
  if (of.state == endpoint_breaker::states::open)
    add(made, "openUntil", text_value(rfc3339(of.open_until)));
  return made;
}

bool has_more(const Endpoint& of) {
  return !circuit_breakers(of).empty() || allowed_callers(of.spec()).has_value();
}

void add_more(const Endpoint& of, json_value& to) {
  if (const auto callers = allowed_callers(of.spec()))
    if (auto* spec = find(to, "spec"); spec != nullptr) {
      json_value list;
      list.is = json_value::type::array;
      for (const auto& each : *callers)
        list.items.push_back(text_value(each));
      add(*spec, callers_name, std::move(list));
    }
  json_value breakers;
  breakers.is = json_value::type::array;
  for (const auto& each : circuit_breakers(of))
    breakers.items.push_back(breaker_value(each));
  if (!breakers.items.empty())
    add(to, "circuitBreakers", std::move(breakers));
}

/// The field of an answer that has an endpoint, or several.
const FieldDescriptor* endpoint_field(const Message& in) {
  for (const auto* name : {"endpoint", "endpoints"})
    if (const auto* field = in.GetDescriptor()->FindFieldByName(name);
        field != nullptr && field->message_type() == Endpoint::descriptor())
      return field;
  return nullptr;
}

/// In the order of the JSON.
std::vector<const Endpoint*> endpoints_in(const Message& message, const FieldDescriptor* field) {
  if (message.GetDescriptor() == Endpoint::descriptor())
    return {static_cast<const Endpoint*>(&message)};
  if (field == nullptr)
    return {};
  const auto& read = *message.GetReflection();
  if (!field->is_repeated())
    return {static_cast<const Endpoint*>(&read.GetMessage(message, field))};
  std::vector<const Endpoint*> all;
  for (int i = 0; i < read.FieldSize(message, field); ++i)
    all.push_back(static_cast<const Endpoint*>(&read.GetRepeatedMessage(message, field, i)));
  return all;
}

} // namespace

std::string to_json_with_endpoints(const Message& message, payload_style payloads) {
  auto text = to_json(message, payloads);
  const auto* field = endpoint_field(message);
  const auto endpoints = endpoints_in(message, field);
  if (std::ranges::none_of(endpoints, [](const auto* each) { return has_more(*each); }))
    return text;
  auto json = parse_json(text);
  if (!json)
    return text; // deeper than is read: a description
  auto* where = field == nullptr ? &*json : find(*json, field->json_name());
  if (where == nullptr)
    return text;
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    add_more(*endpoints[i], where->is == json_value::type::array ? where->items[i] : *where);
  return write_json(*json);
}

std::string
take_allowed_callers(std::string& json, std::optional<std::vector<std::string>>& callers) {
  if (json.find(callers_name) == json.npos && json.find(callers_spelt_otherwise) == json.npos)
    return {};
  auto whole = parse_json(json);
  auto* spec = whole ? find(*whole, "spec") : nullptr;
  if (spec == nullptr)
    return {};
  const auto name = std::ranges::find_if(spec->names, is_callers_name);
  if (name == spec->names.end())
    return {};
  if (std::ranges::count_if(spec->names, is_callers_name) > 1)
    return "duplicate field " + std::string{callers_name};
  const auto list = spec->items.begin() + (name - spec->names.begin());
  if (list->is != json_value::type::null) {
    callers.emplace();
    if (list->is != json_value::type::array)
      return std::string{callers_name} + " is an array of names";
    for (const auto& each : list->items) {
      if (each.is != json_value::type::string)
        return std::string{callers_name} + " has names only, as strings";
      callers->push_back(each.text);
    }
  }
  spec->items.erase(list);
  spec->names.erase(name);
  json = write_json(*whole);
  return {};
}

} // namespace troupe::protocol
