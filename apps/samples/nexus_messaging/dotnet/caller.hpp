// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_messaging/dotnet/contract.hpp"

#include <troupe/workflow/definition.hpp>

#include <boost/algorithm/string/join.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace nexus_messaging::dotnet {

namespace workflow = troupe::workflow;

/// `Chinese, English`
inline std::string text_of(const std::vector<language>& languages) {
  std::vector<std::string> names;
  for (const auto each : languages)
    names.push_back(name_of(each));
  return boost::algorithm::join(names, ", ");
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
    const auto current = co_await nexus.execute<service::get_language>({user_id});
    log.push_back("Current language: " + name_of(current));
    const auto before = co_await nexus.execute<service::set_language>({language::chinese, user_id});
    log.push_back("Set language from " + name_of(before) + " to " + name_of(language::chinese));
    co_await nexus.execute<service::approve>({"CallerWorkflow", user_id});
    log.push_back("Approved workflow");
    co_return log;
  }
};

/// Starts two workflows through Nexus and talks to both.
struct caller_remote_workflow {
  static constexpr std::string_view name = "CallerRemoteWorkflow";

  troupe::async<std::vector<std::string>> run(workflow::context ctx) {
    using service = nexus_remote_greeting_service;
    const std::string one = "user-one";
    const std::string two = "user-two";
    auto nexus = ctx.nexus_client<service>({.endpoint = remote_endpoint});
    std::vector<std::string> log;

    // `start` gives a handle as soon as the workflow runs; its result comes much later.
    const auto first = co_await nexus.start<service::run_from_remote>({one});
    log.push_back("Started remote workflow for user: " + one);
    const auto second = co_await nexus.start<service::run_from_remote>({two});
    log.push_back("Started remote workflow for user: " + two);

    const auto supported = co_await nexus.execute<service::get_languages>({false, one});
    log.push_back("[One] Supported languages: " + text_of(supported.languages));
    const auto before_one = co_await nexus.execute<service::set_language>({language::spanish, one});
    log.push_back("[One] Set language from " + name_of(before_one) + " to Spanish");
    co_await nexus.execute<service::approve>({"CallerRemoteWorkflow", one});
    log.push_back("[One] Approved");

    const auto current = co_await nexus.execute<service::get_language>({two});
    log.push_back("[Two] Current language: " + name_of(current));
    const auto before_two = co_await nexus.execute<service::set_language>({language::french, two});
    log.push_back("[Two] Set language from " + name_of(before_two) + " to French");
    co_await nexus.execute<service::approve>({"CallerRemoteWorkflow", two});
    log.push_back("[Two] Approved");

    log.push_back("[One] Result: " + co_await first.result());
    log.push_back("[Two] Result: " + co_await second.result());
    co_return log;
  }
};

} // namespace nexus_messaging::dotnet
