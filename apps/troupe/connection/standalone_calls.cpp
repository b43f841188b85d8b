// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/connection/standalone_calls.hpp"

#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/failure_text.hpp"
#include "apps/troupe/terminal/text.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

namespace troupe::cli {

void standalone_group::add_which(CLI::App& command, standalone_flags& to) const {
  add_text(command, id_flag, to.id, id_help)->required();
  add_text(command, "-r,--run-id", to.run_id, "Run ID (default: the latest run)");
}

void standalone_group::add_commands(
    CLI::App& group,
    const global_flags& flags,
    about_many list,
    about_many count,
    about_one cancel,
    about_one terminate,
    about_one result) const {
  auto [list_all, listed] =
      add_command<list_flags>(group, flags, "list", (std::string{"List "} + many).c_str(), list);
  add_text(list_all, "-q,--query", listed.query, "List filter");
  add_number(list_all, "--limit", listed.limit, "How many to show at most");
  add_number(list_all, "--page-size", listed.page_size, "How many of one request");

  auto [count_all, counted] =
      add_command<list_flags>(group, flags, "count", (std::string{"Count "} + many).c_str(), count);
  add_text(count_all, "-q,--query", counted.query, "List filter");

  auto [cancel_one, cancelled] = add_command<standalone_flags>(
      group, flags, "cancel", (std::string{"Ask "} + one + " to cancel itself").c_str(), cancel);
  add_which(cancel_one, cancelled);
  add_text(cancel_one, "--reason", cancelled.reason, "Reason");

  auto [terminate_one, terminated] = add_command<standalone_flags>(
      group, flags, "terminate", (std::string{"End "} + one + " at once").c_str(), terminate);
  add_which(terminate_one, terminated);
  add_text(terminate_one, "--reason", terminated.reason, "Reason");

  auto [result_of, wanted] = add_command<standalone_flags>(
      group, flags, "result", (std::string{"Wait for the result of "} + one).c_str(), result);
  add_which(result_of, wanted);
}

standalone_flags with_reason(standalone_flags what) {
  if (what.reason.empty())
    what.reason = "Requested from CLI by " + user_name();
  return what;
}

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
      lines.push_back({.name = "Failure", .value = failure_text(*failure), .is_block = true});
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
