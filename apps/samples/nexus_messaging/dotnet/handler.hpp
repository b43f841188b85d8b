// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_messaging/dotnet/contract.hpp"
#include "apps/samples/nexus_messaging/greetings.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace nexus_messaging::dotnet {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;
using namespace std::chrono_literals;

/// All greetings by the names of their languages, as .NET calls them.
inline constexpr troupe::activity::contract<std::map<std::string, std::string>()> get_all_greetings{
    "GetAllGreetings"};

inline auto greeting_activities() {
  return troupe::activity::implement<get_all_greetings>([](troupe::activity::context) {
    return std::map<std::string, std::string>{
        {"Arabic", "مرحبا بالعالم"},
        {"Chinese", "你好，世界"},
        {"English", "Hello, world"},
        {"French", "Bonjour, monde"},
        {"Hindi", "नमस्ते दुनिया"},
        {"Portuguese", "Olá, mundo"},
        {"Spanish", "Hola, mundo"}};
  });
}

/// How the workflow is talked to; only the handlers below know.
struct greeting_messages {
  static constexpr workflow::query<get_languages_output(bool)> languages{"QueryLanguages"};
  static constexpr workflow::query<language()> current{"QueryLanguage"};
  static constexpr workflow::update<language(language)> set_language{"SetLanguage"};
  static constexpr workflow::signal<std::string> approve{"Approve"};
};

class greeting_workflow {
public:
  static constexpr std::string_view name = "GreetingWorkflow";

  explicit greeting_workflow(workflow::context ctx) {
    using messages = greeting_messages;
    ctx.on_query<messages::languages>([this](bool include_unsupported) {
      return get_languages_output{state_.languages(include_unsupported)};
    });
    ctx.on_query<messages::current>([this] { return state_.current; });
    // A number that is no language is refused before any handler runs.
    ctx.on_update<messages::set_language>(this, &greeting_workflow::set_language);
    ctx.on_signal<messages::approve>([this](std::string by) { approved_by_ = std::move(by); });
  }

  troupe::async<std::string> run(workflow::context ctx, std::string) {
    // Handlers that still run have somebody who waits for their answer.
    co_await ctx.wait_condition(
        [this, ctx] { return approved_by_.has_value() && ctx.all_handlers_finished(); });
    co_return state_.known.at(state_.current) + " (approved by " + *approved_by_ + ")";
  }

private:
  troupe::async<language> set_language(workflow::context ctx, language to) {
    if (!state_.knows(to)) {
      const auto all = co_await ctx.execute<get_all_greetings>({.start_to_close_timeout = 10s});
      for (const auto each : greetings<language>{}.languages(true))
        if (const auto found = all.find(name_of(each)); found != all.end())
          state_.known[each] = found->second;
    }
    co_return state_.use(to);
  }

  greetings<language> state_{
      {{language::chinese, "你好，世界"}, {language::english, "Hello, world"}}};
  std::optional<std::string> approved_by_;
};

namespace detail {

inline auto greetings_of(const nexus::start_context& ctx, const std::string& user_id) {
  return ctx.client().get_workflow<std::string>(workflow_id_of(user_id)).async();
}

inline nexus::async<get_languages_output>
get_languages(nexus::start_context ctx, get_languages_input in) {
  co_return co_await greetings_of(ctx, in.user_id)
      .query<greeting_messages::languages>(in.include_unsupported);
}
inline nexus::async<language> get_language(nexus::start_context ctx, get_language_input in) {
  co_return co_await greetings_of(ctx, in.user_id).query<greeting_messages::current>();
}
inline nexus::async<language> set_language(nexus::start_context ctx, set_language_input in) {
  co_return co_await greetings_of(ctx, in.user_id)
      .execute_update<greeting_messages::set_language>(in.language);
}
inline nexus::async<> approve(nexus::start_context ctx, approve_input in) {
  co_await greetings_of(ctx, in.user_id).signal<greeting_messages::approve>(in.name);
}

} // namespace detail

/// Each operation is answered at once: by a query, an update or a signal.
inline auto greeting_handler() {
  using service = nexus_greeting_service;
  return nexus::handler_for<service>(
      nexus::sync<service::get_languages>(detail::get_languages),
      nexus::sync<service::get_language>(detail::get_language),
      nexus::sync<service::set_language>(detail::set_language),
      nexus::sync<service::approve>(detail::approve));
}

/// The same, and the start of the workflow is an operation, too.
inline auto remote_greeting_handler() {
  using service = nexus_remote_greeting_service;
  return nexus::handler_for<service>(
      nexus::workflow_run<service::run_from_remote>(
          [](nexus::start_context, run_from_remote_input in) {
            return nexus::start_workflow<greeting_workflow>(
                {.id = workflow_id_of(in.user_id)}, in.user_id);
          }),
      nexus::sync<service::get_languages>(detail::get_languages),
      nexus::sync<service::get_language>(detail::get_language),
      nexus::sync<service::set_language>(detail::set_language),
      nexus::sync<service::approve>(detail::approve));
}

} // namespace nexus_messaging::dotnet
