// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_messaging/python/contract.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace nexus_messaging::python {

namespace workflow = troupe::workflow;

/// `ARABIC`, as Python's enum calls it.
inline std::string name_of(language of) {
  return boost::algorithm::to_upper_copy(std::string{boost::describe::enum_to_string(of, "?")});
}

/// As Python prints a list of them.
inline std::string text_of(const std::vector<language>& languages) {
  std::vector<std::string> each;
  for (const auto one : languages)
    each.push_back(
        "<Language." + name_of(one) + ": " + std::to_string(static_cast<int>(one)) + ">");
  return "[" + boost::algorithm::join(each, ", ") + "]";
}

/// Talks to a workflow of which it knows no more than whose it is.
struct caller_workflow {
  static constexpr std::string_view name = "CallerWorkflow";

  troupe::async<std::vector<std::string>> run(workflow::context ctx, std::string user_id) {
    using service = nexus_greeting_service;
    auto nexus = ctx.nexus_client<service>({.endpoint = endpoint});
    std::vector<std::string> log;
    const auto supported = co_await nexus.execute<service::get_languages>({false, user_id});
    log.push_back("Supported languages: " + text_of(supported.languages));
    const auto before = co_await nexus.execute<service::set_language>({language::arabic, user_id});
    if (co_await nexus.execute<service::get_language>({user_id}) != language::arabic)
      throw troupe::application_error("the language has not changed");
    log.push_back("Language changed: " + name_of(before) + " -> " + name_of(language::arabic));
    co_await nexus.execute<service::approve>({"caller", user_id});
    log.push_back("Workflow approved");
    co_return log;
  }
};

/// Starts two workflows through Nexus and talks to both.
struct caller_remote_workflow {
  static constexpr std::string_view name = "CallerRemoteWorkflow";

  troupe::async<std::vector<std::string>> run(workflow::context ctx) {
    using service = nexus_remote_greeting_service;
    const std::string one = "UserId One";
    const std::string two = "UserId Two";
    auto nexus = ctx.nexus_client<service>({.endpoint = endpoint});
    std::vector<std::string> log;

    // `start` gives a handle as soon as the workflow runs; its result comes much later.
    const auto first = co_await nexus.start<service::run_from_remote>({one});
    log.push_back("started remote greeting workflow: " + one);
    const auto second = co_await nexus.start<service::run_from_remote>({two});
    log.push_back("started remote greeting workflow: " + two);

    for (const auto& user : {one, two}) {
      const auto supported = co_await nexus.execute<service::get_languages>({false, user});
      log.push_back("Supported languages for " + user + ": " + text_of(supported.languages));
    }
    const auto before_one = co_await nexus.execute<service::set_language>({language::arabic, one});
    const auto before_two = co_await nexus.execute<service::set_language>({language::hindi, two});
    const auto now_one = co_await nexus.execute<service::get_language>({one});
    log.push_back(one + " changed language: " + name_of(before_one) + " -> " + name_of(now_one));
    const auto now_two = co_await nexus.execute<service::get_language>({two});
    log.push_back(two + " changed language: " + name_of(before_two) + " -> " + name_of(now_two));

    for (const auto& user : {one, two})
      co_await nexus.execute<service::approve>({"remote-caller", user});
    log.push_back("Workflows approved");
    log.push_back("Workflow one result: " + co_await first.result());
    log.push_back("Workflow two result: " + co_await second.result());
    co_return log;
  }
};

} // namespace nexus_messaging::python
