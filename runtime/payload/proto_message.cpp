// SPDX-License-Identifier: Apache-2.0
#include <troupe/proto.hpp>

#include <google/protobuf/util/json_util.h>

namespace troupe::detail {
namespace {

payload start_payload(std::string_view encoding, const google::protobuf::Message& message) {
  payload made;
  made.metadata.emplace_back("encoding", encoding);
  made.metadata.emplace_back("messageType", message.GetDescriptor()->full_name());
  return made;
}

} // namespace

payload encode_message_as_json(const google::protobuf::Message& message) {
  auto made = start_payload("json/protobuf", message);
  if (const auto status = google::protobuf::util::MessageToJsonString(message, &made.data);
      !status.ok())
    throw payload_error{"the message has no JSON form: " + status.ToString()};
  return made;
}

payload encode_message_as_binary(const google::protobuf::Message& message) {
  auto made = start_payload("binary/protobuf", message);
  if (!message.SerializeToString(&made.data))
    throw payload_error{"the message cannot be serialised"};
  return made;
}

void decode_message(const payload_view& from, google::protobuf::Message& to) {
  const auto& type = to.GetDescriptor()->full_name();
  if (from.encoding != "json/protobuf" && from.encoding != "binary/protobuf")
    throw payload_error{
        "expected message " + type + " (json/protobuf or binary/protobuf), got "
        + (from.encoding.empty() ? "a payload without encoding" : std::string{from.encoding})};
  // Some writers leave the type out; then the reader's own has to do.
  if (!from.message_type.empty() && from.message_type != type)
    throw payload_error{
        "expected message " + type + ", got message " + std::string{from.message_type}};

  if (from.encoding == "binary/protobuf") {
    if (!to.ParseFromArray(from.data.data(), static_cast<int>(from.data.size())))
      throw payload_error{"malformed message " + type};
    return;
  }
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const google::protobuf::StringPiece text{from.data.data(), from.data.size()};
  if (const auto status = google::protobuf::util::JsonStringToMessage(text, &to, options);
      !status.ok())
    throw payload_error{"malformed JSON of message " + type + ": " + status.ToString()};
}

} // namespace troupe::detail
