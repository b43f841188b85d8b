// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::test {

/// The message behind its protobuf JSON; throws if the text is none, so that a test fails.
template <class Message>
Message from_proto_json(std::string_view text) {
  Message message;
  const auto status =
      google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &message);
  if (!status.ok())
    throw std::runtime_error{status.ToString()};
  return message;
}

} // namespace troupe::test
