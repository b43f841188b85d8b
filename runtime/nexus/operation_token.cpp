// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/operation_token.hpp"

#include "runtime/base/text/base64.hpp"

#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/json_writer.hpp>
#include <troupe/payload/payload_error.hpp>

#include <cstdint>

namespace troupe::nexus {

std::string make_workflow_token(std::string_view name_space, std::string_view workflow_id) {
  json_writer json;
  json.begin_object();
  json.key("t");
  json.number(std::int64_t{1});
  json.key("ns");
  json.string(name_space);
  json.key("wid");
  json.string(workflow_id);
  json.end_object();

  return to_base64url(std::move(json).take());
}

std::optional<operation_token> parse_token(std::string_view text) {
  std::string decoded;
  if (text.empty() || !decode_base64(text, decoded))
    return std::nullopt;
  try {
    operation_token token;
    std::int64_t type = 0;
    json_reader json{decoded};
    json.begin_object();
    for (std::string_view key; json.next_member(key);) {
      if (key == "t")
        type = json.read_int64();
      else if (key == "ns")
        token.name_space = json.read_string();
      else if (key == "wid")
        token.workflow_id = json.read_string();
      else if (key == "v") {
        // Versions came after the first form, which has none; a higher one means something we do
        // not know.
        if (!json.try_null() && json.read_int64() != 0)
          return std::nullopt;
      } else
        json.skip();
    }
    json.finish();
    if (type < 1 || type > 3 || token.name_space.empty())
      return std::nullopt;
    token.type = static_cast<operation_token::kind>(type);
    if (token.type == operation_token::kind::workflow_run && token.workflow_id.empty())
      return std::nullopt;
    return token;
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

} // namespace troupe::nexus
