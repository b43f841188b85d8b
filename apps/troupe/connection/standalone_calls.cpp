// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/connection/standalone_calls.hpp"

#include "apps/troupe/terminal/text.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

namespace troupe::cli {

void set_text(const std::string& text, temporal::api::common::v1::Payload& to) {
  (*to.mutable_metadata())["encoding"] = "json/plain";
  to.set_data(go_json(text));
}

void print_end(
    const std::string& result_json,
    const temporal::api::failure::v1::Failure* failure,
    const std::string& noun,
    json_object out,
    const global_flags& flags) {
  const auto* const status = failure != nullptr ? "FAILED" : "COMPLETED";
  if (flags.format() == output_format::text) {
    properties lines{{"Status", status}};
    if (failure != nullptr)
      lines.push_back(
          {.name = "Failure", .value = "\n    Message: " + failure->message(), .is_block = true});
    else
      lines.push_back({"Result", result_json});
    say_heading("Results:", flags);
    print(property_list(lines));
  } else {
    out.text("status", status);
    if (failure != nullptr)
      out.raw("failure", to_json(*failure, style_of(flags)));
    else
      out.raw("result", result_json);
    print_json(out.str(), flags);
  }
  if (failure != nullptr)
    throw failed_outcome(noun + " failed");
}

} // namespace troupe::cli
