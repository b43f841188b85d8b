// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/trace_header.hpp"

#include "runtime/payload/proto_payload.hpp"

#include <troupe/payload/convert.hpp>
#include <troupe/payload/json.hpp>
#include <troupe/payload/payload_error.hpp>

#include <temporal/api/common/v1/message.pb.h>

#include <map>
#include <string>

namespace troupe::protocol {

namespace {

constexpr auto header_name = "_tracer-data";
constexpr auto parent_name = "traceparent";
using carrier = std::map<std::string, std::string>;

// As the SDKs do it: never through the codec of the program's own data.
payload carried(const trace_context& from) {
  return encode_value(carrier{{parent_name, to_traceparent(from)}});
}

std::optional<trace_context> read_carried(const payload& from) {
  try {
    const auto read = decode_value<carrier>(from);
    const auto parent = read.find(parent_name);
    return parent == read.end() ? std::nullopt : from_traceparent(parent->second);
  } catch (const payload_error&) { // another tracer's: it is no reason to fail anything
    return std::nullopt;
  }
}

} // namespace

void write_trace_header(const trace_context& from, temporal::api::common::v1::Header& to) {
  to_proto(carried(from), (*to.mutable_fields())[header_name]);
}

void write_trace_header(const trace_context& from, headers& to) {
  to.set(header_name, carried(from));
}

std::optional<trace_context> read_trace_header(const temporal::api::common::v1::Header& from) {
  const auto found = from.fields().find(header_name);
  return found == from.fields().end() ? std::nullopt : read_carried(from_proto(found->second));
}

std::optional<trace_context> read_trace_header(const headers& from) {
  const auto* found = from.find(header_name);
  return found == nullptr ? std::nullopt : read_carried(*found);
}

void remove_trace_header(temporal::api::common::v1::Header& from) {
  from.mutable_fields()->erase(header_name);
}

void remove_trace_header(headers& from) {
  from.erase(header_name);
}

} // namespace troupe::protocol
