// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/convert.hpp>

namespace troupe::detail {
namespace {

payload make_payload(std::string_view encoding, std::string data) {
  payload made;
  made.metadata.emplace_back("encoding", encoding);
  made.data = std::move(data);
  return made;
}

} // namespace

payload null_payload() {
  return make_payload("binary/null", {});
}

payload bytes_payload(std::string_view bytes) {
  return make_payload("binary/plain", std::string{bytes});
}

payload json_payload(std::string text) {
  return make_payload("json/plain", std::move(text));
}

payload copy_of(const payload_view& from) {
  payload copy = make_payload(from.encoding, std::string{from.data});
  if (!from.message_type.empty())
    copy.set("messageType", from.message_type);
  return copy;
}

bool is_null(const payload_view& from) {
  if (from.encoding == "binary/null")
    return true;
  if (from.encoding != "json/plain")
    return false;
  const auto begin = from.data.find_first_not_of(" \t\r\n");
  return begin != from.data.npos
         && from.data.substr(begin, from.data.find_last_not_of(" \t\r\n") + 1 - begin) == "null";
}

std::string_view json_text(const payload_view& from) {
  if (from.encoding == "json/plain")
    return from.data;
  if (from.encoding == "binary/null")
    return "null";
  if (from.encoding.empty())
    throw payload_error{"the payload does not say how it is encoded"};
  for (const std::string_view known : {"binary/plain", "json/protobuf", "binary/protobuf"})
    if (from.encoding == known)
      throw payload_error{"expected a payload of JSON (json/plain), got " + std::string{known}};
  throw payload_error{
      "unknown payload encoding \"" + std::string{from.encoding}
      + "\"; a codec that decodes it may be missing in the data converter"};
}

void fail_missing_argument(std::size_t index, std::size_t wanted, std::size_t got) {
  throw payload_error{
      "argument " + std::to_string(index + 1) + " is missing: expected " + std::to_string(wanted)
      + ", got " + std::to_string(got)};
}

void rethrow_in_argument(std::size_t index) {
  try {
    throw;
  } catch (const payload_error& error) {
    throw payload_error{"argument " + std::to_string(index + 1) + error.path(), error.problem()};
  }
}

} // namespace troupe::detail
