// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/trace_header.hpp"

#include "runtime/payload/proto_payload.hpp"

#include <troupe/payload/data_converter.hpp>
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

} // namespace

void write_trace_header(const trace_context& from, temporal::api::common::v1::Header& to) {
  // As the SDKs do it: never through the codec of the program's own data.
  to_proto(
      data_converter{}.to_payload(carrier{{parent_name, to_traceparent(from)}}),
      (*to.mutable_fields())[header_name]);
}

std::optional<trace_context> read_trace_header(const temporal::api::common::v1::Header& from) {
  const auto found = from.fields().find(header_name);
  if (found == from.fields().end())
    return std::nullopt;
  try {
    const auto read = data_converter{}.from_payload<carrier>(from_proto(found->second));
    const auto parent = read.find(parent_name);
    return parent == read.end() ? std::nullopt : from_traceparent(parent->second);
  } catch (const payload_error&) { // another tracer's: it is no reason to fail anything
    return std::nullopt;
  }
}

} // namespace troupe::protocol
