// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/terminal/output.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <string>

namespace troupe::cli {

/// Prints a count with its groups, as the Temporal CLI does. `response` is any of the Count...
/// responses, which have the same fields; the types of the groups' values are taken out of it.
template <class Response>
void show_count(Response& response, const global_flags& flags) {
  for (auto& group : *response.mutable_groups())
    for (auto& value : *group.mutable_group_values())
      value.mutable_metadata()->erase("type");
  print_message(response, flags);
  say("Total: " + std::to_string(response.count()), flags);
  for (const auto& group : response.groups()) {
    std::string values;
    for (const auto& value : group.group_values())
      if (const auto parsed =
              protocol::parse_json(protocol::to_json(value, payload_style::shorthand)))
        values += (values.empty() ? "" : ", ")
                  + (parsed->text.empty() ? protocol::write_json(*parsed) : parsed->text);
    say("Group total: " + std::to_string(group.count()) + ", values: " + printable(values), flags);
  }
}

} // namespace troupe::cli
