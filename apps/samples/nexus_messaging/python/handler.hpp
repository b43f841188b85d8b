// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_messaging/greetings.hpp"
#include "apps/samples/nexus_messaging/python/contract.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>
#include <troupe/workflow/mutex.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace nexus_messaging::python {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;
using namespace std::chrono_literals;

/// Asks somebody far away; nothing if he does not know the language.
inline constexpr troupe::activity::contract<std::optional<std::string>(language)>
    call_greeting_service{"call_greeting_service"};

inline auto greeting_service() {
  return troupe::activity::implement<call_greeting_service>(
      [](troupe::activity::context, language in) -> std::optional<std::string> {
        constexpr std::array texts{
            "مرحبا بالعالم",
            "你好，世界",
            "Hello, world",
            "Bonjour, monde",
            "नमस्ते दुनिया",
            "Olá mundo",
            "Hola mundo"};
        return texts.at(static_cast<std::size_t>(in) - 1);
      });
}

/// How the workflow is talked to; only the handlers below know.
struct greeting_messages {
  static constexpr workflow::query<get_languages_output(get_languages_input)> get_languages{
      "get_languages"};
  static constexpr workflow::query<language()> get_language{"get_language"};
  static constexpr workflow::update<language(set_language_input)> set_language{"set_language"};
  static constexpr workflow::update<language(set_language_input)> set_language_using_activity{
      "set_language_using_activity"};
  static constexpr workflow::signal<approve_input> approve{"approve"};
};

class greeting_workflow {
public:
  static constexpr std::string_view name = "GreetingWorkflow";

  explicit greeting_workflow(workflow::context ctx) {
    using messages = greeting_messages;
    ctx.on_query<messages::get_languages>([this](get_languages_input in) {
      return get_languages_output{state_.languages(in.include_unsupported)};
    });
    ctx.on_query<messages::get_language>([this] { return state_.current; });
    ctx.on_update<messages::set_language>(
        [this](set_language_input in) { return state_.use(in.language); },
        [this](const set_language_input& in) {
          if (!state_.knows(in.language))
            throw troupe::application_error("this language is not supported");
        });
    ctx.on_update<messages::set_language_using_activity>(this, &greeting_workflow::set_language);
    ctx.on_signal<messages::approve>([this](approve_input) { is_approved_ = true; });
  }

  troupe::async<std::string> run(workflow::context ctx) {
    // Handlers that still run have somebody who waits for their answer.
    co_await ctx.wait_condition(
        [this, ctx] { return is_approved_ && ctx.all_handlers_finished(); });
    co_return state_.known.at(state_.current);
  }

private:
  troupe::async<language> set_language(workflow::context ctx, set_language_input in) {
    if (!state_.knows(in.language)) {
      const auto held = co_await one_at_a_time_.lock(ctx);
      const auto text =
          co_await ctx.execute<call_greeting_service>({.start_to_close_timeout = 10s}, in.language);
      if (!text)
        throw troupe::application_error("the greeting service does not know this language");
      state_.known[in.language] = *text;
    }
    co_return state_.use(in.language);
  }

  greetings<language> state_{
      {{language::chinese, "你好，世界"}, {language::english, "Hello, world"}}};
  workflow::mutex one_at_a_time_;
  bool is_approved_ = false;
};

namespace detail {

inline auto greetings_of(const nexus::start_context& ctx, const std::string& user_id) {
  return ctx.client().get_workflow<std::string>(workflow_id_of(user_id)).async();
}

inline nexus::async<get_languages_output>
get_languages(nexus::start_context ctx, get_languages_input in) {
  co_return co_await greetings_of(ctx, in.user_id).query<greeting_messages::get_languages>(in);
}
inline nexus::async<language> get_language(nexus::start_context ctx, get_language_input in) {
  co_return co_await greetings_of(ctx, in.user_id).query<greeting_messages::get_language>();
}
inline nexus::async<language> set_language(nexus::start_context ctx, set_language_input in) {
  co_return co_await greetings_of(ctx, in.user_id)
      .execute_update<greeting_messages::set_language_using_activity>(in);
}
inline nexus::async<approve_output> approve(nexus::start_context ctx, approve_input in) {
  co_await greetings_of(ctx, in.user_id).signal<greeting_messages::approve>(in);
  co_return approve_output{};
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
            return nexus::start_workflow<greeting_workflow>({.id = workflow_id_of(in.user_id)});
          }),
      nexus::sync<service::get_languages>(detail::get_languages),
      nexus::sync<service::get_language>(detail::get_language),
      nexus::sync<service::set_language>(detail::set_language),
      nexus::sync<service::approve>(detail::approve));
}

} // namespace nexus_messaging::python
