// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/unary.hpp"

#include "runtime/base/wire/text_check.hpp"
#include "runtime/payload/deep_message.hpp"

#include <google/protobuf/message.h>

#include <limits>

namespace troupe::rpc {

bytes encode(const google::protobuf::MessageLite& message) {
  std::string wire;
  message.AppendToString(&wire);
  return bytes{std::move(wire)};
}

bool decode(const bytes& from, google::protobuf::MessageLite& to) {
  std::string scratch;
  const std::string_view wire = from.slices().empty() ? std::string_view{} : from.flatten(scratch);
  if (wire.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return false;
  if (to.ParseFromArray(wire.data(), static_cast<int>(wire.size())))
    return true;
  // What the real server took from others it gives back, however deep it is nested.
  auto* described = dynamic_cast<google::protobuf::Message*>(&to);
  return described != nullptr && read_message(wire, *described);
}

std::string text_problem(const google::protobuf::MessageLite& message, const bytes& encoded) {
  const auto* described = dynamic_cast<const google::protobuf::Message*>(&message);
  if (described == nullptr) // not of a kind that Temporal's API has
    return {};
  std::string scratch;
  const auto path = find_bad_text(*described->GetDescriptor(), encoded.flatten(scratch));
  return path.empty() ? path : "field " + path + " is not valid UTF-8";
}

call make_call(
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout,
    metadata headers) {
  call made{method, encode(request), timeout, std::move(headers)};
  made.problem = text_problem(request, made.request);
  return made;
}

rpc_status undecodable(std::string_view method) {
  return {
      status_code::internal,
      "the reply of " + std::string{method}
          + " is not the message that it should be; is this a Temporal service?",
      {}};
}

} // namespace troupe::rpc
