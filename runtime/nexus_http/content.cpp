// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/content.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/base/text/utf8.hpp"

#include <temporal/api/common/v1/message.pb.h>

#include <algorithm>
#include <map>
#include <optional>

namespace troupe::nexus_http {

namespace {

using payload = temporal::api::common::v1::Payload;

constexpr std::string_view unknown_encoding = "unknown/nexus-content";
/// Bytes of headers that say what a body is; with more the payload travels as the message itself.
constexpr std::size_t most_about = 2 * longest_header_value;
constexpr std::string_view payload_type = "application/x-temporal-payload";

/// `type/subtype; a=b; c="d e"`
struct media_type {
  std::string name;
  std::map<std::string, std::string> parameters;
};

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t'))
    rest.remove_prefix(1);
}

std::string take_token(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && is_header(rest.substr(size, 1), {}))
    ++size;
  std::string token{rest.substr(0, size)};
  rest.remove_prefix(size);
  return token;
}

/// A token, or text in quotes where a backslash takes the next character as it is.
std::optional<std::string> take_value(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    auto token = take_token(rest);
    return token.empty() ? std::nullopt : std::optional{std::move(token)};
  }
  std::string text;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      rest.remove_prefix(at + 1);
      return text;
    }
    if (rest[at] == '\\' && at + 1 < rest.size())
      ++at;
    text += rest[at];
  }
  return std::nullopt;
}

std::optional<media_type> parse_media_type(std::string_view text) {
  media_type made;
  const auto end = std::min(text.find(';'), text.size());
  auto name = text.substr(0, end);
  auto rest = text.substr(end);
  skip_blanks(name);
  while (name.ends_with(' ') || name.ends_with('\t'))
    name.remove_suffix(1);
  made.name = to_lower(name);
  const auto slash = made.name.find('/');
  if (slash == 0 || slash == made.name.npos || slash + 1 == made.name.size())
    return std::nullopt;
  for (skip_blanks(rest); rest.starts_with(';'); skip_blanks(rest)) {
    rest.remove_prefix(1);
    skip_blanks(rest);
    if (rest.empty())
      break; // a semicolon at the end
    const auto key = to_lower(take_token(rest));
    skip_blanks(rest);
    if (key.empty() || !rest.starts_with('='))
      return std::nullopt;
    rest.remove_prefix(1);
    skip_blanks(rest);
    auto value = take_value(rest);
    if (!value || !made.parameters.emplace(key, std::move(*value)).second)
      return std::nullopt;
  }
  if (!rest.empty())
    return std::nullopt;
  return made;
}

std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

content whole(const payload& from) {
  return {{{"content-type", std::string{payload_type}}}, from.SerializeAsString()};
}

const std::string* metadata(const payload& from, const char* key) {
  const auto found = from.metadata().find(key);
  return found == from.metadata().end() ? nullptr : &found->second;
}

/// The encoding of a body by its type alone; nothing: of none that we know. Empty: it is the
/// message itself.
std::optional<std::string> encoding_of(const media_type& type, std::string& message_type) {
  const auto parameter = [&](const char* name) {
    const auto found = type.parameters.find(name);
    return found == type.parameters.end() ? std::string{} : found->second;
  };
  const auto count = type.parameters.size();
  message_type = parameter("message-type");
  if (type.name == payload_type)
    return std::string{};
  if (type.name == "application/json") {
    if (count == 0)
      return "json/plain";
    if (count == 2 && parameter("format") == "protobuf" && !message_type.empty())
      return "json/protobuf";
  } else if (type.name == "application/x-protobuf") {
    if (count == 1 && !message_type.empty())
      return "binary/protobuf";
  } else if (type.name == "application/octet-stream" && count == 0) {
    return "binary/plain";
  }
  return std::nullopt;
}

} // namespace

content to_content(const payload& from) {
  content made{{}, from.data()};
  const auto* const encoding = metadata(from, "encoding");
  const auto count = from.metadata_size();
  if (encoding == nullptr)
    return count == 0 && from.data().empty() ? made : whole(from);
  const auto* const message_type = metadata(from, "messageType");
  const bool is_typed = count == 2 && message_type != nullptr && !message_type->empty()
                        && is_header("x", *message_type);
  std::string type;
  if (*encoding == unknown_encoding) {
    std::size_t size = 0;
    for (const auto& [name, value] : from.metadata())
      if (name != "encoding") {
        const auto lower = to_lower(name);
        size += name.size() + value.size();
        // Those of the message itself are not for a payload to say.
        if (!is_header(std::string{content_prefix} + lower, value) || lower == "length"
            || lower == "encoding" || size > most_about)
          return whole(from);
        made.about.emplace_back(std::string{content_prefix} + lower, value);
      }
    return made;
  }
  if (*encoding == "json/protobuf" && is_typed)
    type = "application/json; format=protobuf; message-type=" + quoted_string(*message_type);
  else if (*encoding == "binary/protobuf" && is_typed)
    type = "application/x-protobuf; message-type=" + quoted_string(*message_type);
  else if (*encoding == "json/plain")
    type = "application/json";
  else if (*encoding == "binary/plain" && count == 1)
    type = "application/octet-stream";
  else if (*encoding != "binary/null" || count != 1)
    return whole(from);
  if (!is_header("content-type", type))
    return whole(from); // with the marks of a quoted text it has become too long
  if (!type.empty())
    made.about.emplace_back("content-type", std::move(type));
  return made;
}

bool from_content(const headers& with, std::string_view body, payload& to) {
  to.Clear();
  std::map<std::string, std::string> about;
  for (const auto& [name, value] : with)
    // The encoding is undone, and the length known.
    if (name.starts_with(content_prefix) && name != "content-encoding" && name != "content-length")
      about.emplace(name.substr(content_prefix.size()), value);
  const auto type = about.find("type");
  if (about.empty() && body.empty()) {
    (*to.mutable_metadata())["encoding"] = "binary/null";
    return true;
  }
  if (about.size() == 1 && type != about.end())
    if (const auto parsed = parse_media_type(type->second)) {
      std::string message_type;
      if (auto encoding = encoding_of(*parsed, message_type)) {
        if (encoding->empty())
          return to.ParseFromArray(body.data(), static_cast<int>(body.size()));
        if (!message_type.empty())
          (*to.mutable_metadata())["messageType"] = std::move(message_type);
        (*to.mutable_metadata())["encoding"] = std::move(*encoding);
        to.set_data(body.data(), body.size());
        return true;
      }
    }
  for (auto& [name, value] : about) {
    if (!is_utf8(name))
      return false;
    (*to.mutable_metadata())[name] = std::move(value);
  }
  (*to.mutable_metadata())["encoding"] = std::string{unknown_encoding};
  to.set_data(body.data(), body.size());
  return true;
}

bool is_json_type(std::string_view content_type) {
  const auto parsed = parse_media_type(content_type);
  return parsed && parsed->name == "application/json";
}

} // namespace troupe::nexus_http
