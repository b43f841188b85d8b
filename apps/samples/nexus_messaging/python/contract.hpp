// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>

#include <boost/describe.hpp>

#include <string>
#include <tuple>
#include <vector>

/// As the Python sample has it.
namespace nexus_messaging::python {

enum class language { arabic = 1, chinese, english, french, hindi, portuguese, spanish };
BOOST_DESCRIBE_ENUM(language, arabic, chinese, english, french, hindi, portuguese, spanish)

struct get_languages_input {
  bool include_unsupported = false;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(get_languages_input, (), (include_unsupported, user_id))

struct get_languages_output {
  std::vector<language> languages;
};
BOOST_DESCRIBE_STRUCT(get_languages_output, (), (languages))

struct get_language_input {
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(get_language_input, (), (user_id))

struct set_language_input {
  python::language language = python::language::english;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(set_language_input, (), (language, user_id))

struct approve_input {
  std::string name;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(approve_input, (), (name, user_id))

struct approve_output {};
BOOST_DESCRIBE_STRUCT(approve_output, (), ())

struct run_from_remote_input {
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(run_from_remote_input, (), (user_id))

/// For callers of a workflow that somebody else has started.
struct nexus_greeting_service : troupe::nexus::service<"NexusGreetingService"> {
  static constexpr operation<get_languages_input, get_languages_output> get_languages{
      "get_languages"};
  static constexpr operation<get_language_input, language> get_language{"get_language"};
  /// Gives the language before.
  static constexpr operation<set_language_input, language> set_language{"set_language"};
  static constexpr operation<approve_input, approve_output> approve{"approve"};
  static constexpr auto operations = std::tuple{get_languages, get_language, set_language, approve};
};

/// For callers who start the workflow as well.
struct nexus_remote_greeting_service : troupe::nexus::service<"NexusRemoteGreetingService"> {
  static constexpr operation<run_from_remote_input, std::string> run_from_remote{"run_from_remote"};
  static constexpr operation<get_languages_input, get_languages_output> get_languages{
      "get_languages"};
  static constexpr operation<get_language_input, language> get_language{"get_language"};
  static constexpr operation<set_language_input, language> set_language{"set_language"};
  static constexpr operation<approve_input, approve_output> approve{"approve"};
  static constexpr auto operations =
      std::tuple{run_from_remote, get_languages, get_language, set_language, approve};
};

inline constexpr auto handler_namespace = "nexus-messaging-handler-namespace";
inline constexpr auto handler_task_queue = "nexus-messaging-handler-task-queue";
inline constexpr auto caller_namespace = "nexus-messaging-caller-namespace";
inline constexpr auto caller_task_queue = "nexus-messaging-caller-task-queue";
inline constexpr auto remote_caller_task_queue = "nexus-messaging-caller-remote-task-queue";
inline constexpr auto endpoint = "nexus-messaging-nexus-endpoint";

} // namespace nexus_messaging::python
