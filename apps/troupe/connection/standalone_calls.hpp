// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/connection/property_pages.hpp"
#include "apps/troupe/terminal/count_text.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "runtime/base/text/uuid.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace temporal::api::common::v1 {
class Payload;
}
namespace temporal::api::failure::v1 {
class Failure;
}

/// What commands about activities and about Nexus operations that no workflow asked for have in
/// common.
namespace troupe::cli {

/// Which one a command is about, and why.
struct standalone_flags {
  std::string id, run_id, reason;
};

/// The group of commands about the one or the other.
struct standalone_group {
  const char* id_flag; ///< `--operation-id`
  const char* id_help; ///< `Operation ID`
  const char* one;     ///< `an operation`
  const char* many;    ///< `operations`

  /// Adds the flags of a command about one.
  void add_which(CLI::App& command, standalone_flags& to) const;

  using about_one = void (*)(const standalone_flags& what, const global_flags& flags);
  using about_many = void (*)(const list_flags& what, const global_flags& flags);
  /// Adds the commands that both have with the same flags.
  void add_commands(
      CLI::App& group,
      const global_flags& flags,
      about_many list,
      about_many count,
      about_one cancel,
      about_one terminate,
      about_one result) const;
};

/// A request about the one of this id, the latest run if none is named.
template <class Request>
Request request_about(const connection& to, const std::string& id, const std::string& run_id) {
  Request made;
  made.set_namespace_(to.name_space());
  if constexpr (requires { made.set_activity_id(id); })
    made.set_activity_id(id);
  else
    made.set_operation_id(id);
  if constexpr (requires { made.set_run_id(run_id); })
    made.set_run_id(run_id);
  if constexpr (requires { made.set_identity(to.identity()); })
    made.set_identity(to.identity());
  if constexpr (requires { made.set_request_id(""); })
    made.set_request_id(random_uuid());
  return made;
}

/// Asks again until `has_ended(response)`. Throws `command_error`: `NOUN not found: ID`, or
/// `failed` and the service's words.
template <class Response, class Request, class HasEnded>
Response wait_for_end(
    connection& to,
    std::string_view method,
    const Request& request,
    const std::string& noun,
    const std::string& id,
    const std::string& failed,
    HasEnded has_ended) {
  for (;;) {
    Response response;
    constexpr std::chrono::seconds patience{60};
    const auto status = to.try_poll(method, request, response, patience);
    if (status.code == status_code::deadline_exceeded)
      continue;
    if (status.code == status_code::not_found)
      throw command_error(noun + " not found: " + id);
    if (!status.ok())
      throw command_error(
          failed + (status.message.empty() ? std::string{to_string(status.code)} : status.message));
    if (has_ended(response))
      return response;
  }
}

/// A text as a payload: a summary, say.
void set_text(const std::string& text, temporal::api::common::v1::Payload& to);

/// The same with the words of a termination that nobody gave a reason for.
standalone_flags with_reason(standalone_flags what);

/// Prints how one ended: its result as JSON, or its failure. `out` already has what names it.
/// Throws `failed_outcome` for a failure: `NOUN failed`.
void print_end(
    const std::string& result_json,
    const temporal::api::failure::v1::Failure* failure,
    const std::string& noun,
    json_object out,
    const global_flags& flags);

/// The total of a count, and as JSON its groups.
template <class Response, class Request>
void print_count(
    const global_flags& flags,
    const std::string& query,
    const std::string& failed,
    std::string_view method) {
  connection to{flags};
  Request request;
  Response response;
  request.set_namespace_(to.name_space());
  request.set_query(query);
  to.call(failed, method, request, response);
  show_count(response, flags);
}

/// Asks for an end, with a reason, and says that it did.
template <class Request, class Response>
void ask_for_end(
    const global_flags& flags,
    const standalone_flags& what,
    const std::string& failed,
    std::string_view method,
    const std::string& done) {
  connection to{flags};
  auto request = request_about<Request>(to, what.id, what.run_id);
  request.set_reason(what.reason);
  Response response;
  to.call(failed, method, request, response);
  say(done, flags);
}

} // namespace troupe::cli
