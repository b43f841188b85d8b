// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <string>
#include <tuple>
#include <vector>

/// As the .NET sample has it.
namespace nexus_messaging::dotnet {

enum class language { arabic, chinese, english, french, hindi, portuguese, spanish };
BOOST_DESCRIBE_ENUM(language, arabic, chinese, english, french, hindi, portuguese, spanish)

/// `Arabic`, as .NET's enum calls it.
inline std::string name_of(language of) {
  std::string name = boost::describe::enum_to_string(of, "?");
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

struct get_languages_input {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  bool include_unsupported = false;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(get_languages_input, (), (include_unsupported, user_id))

struct get_languages_output {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  std::vector<language> languages;
};
BOOST_DESCRIBE_STRUCT(get_languages_output, (), (languages))

struct get_language_input {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(get_language_input, (), (user_id))

struct set_language_input {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  dotnet::language language = dotnet::language::english;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(set_language_input, (), (language, user_id))

struct approve_input {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  std::string name;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(approve_input, (), (name, user_id))

struct run_from_remote_input {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(run_from_remote_input, (), (user_id))

/// For callers of a workflow that somebody else has started.
struct nexus_greeting_service : troupe::nexus::service<"NexusGreetingService"> {
  static constexpr operation<get_languages_input, get_languages_output> get_languages{
      "GetLanguages"};
  static constexpr operation<get_language_input, language> get_language{"GetLanguage"};
  /// Gives the language before.
  static constexpr operation<set_language_input, language> set_language{"SetLanguage"};
  static constexpr operation<approve_input, void> approve{"Approve"};
  static constexpr auto operations = std::tuple{get_languages, get_language, set_language, approve};
};

/// For callers who start the workflow as well.
struct nexus_remote_greeting_service : troupe::nexus::service<"NexusRemoteGreetingService"> {
  static constexpr operation<run_from_remote_input, std::string> run_from_remote{"RunFromRemote"};
  static constexpr operation<get_languages_input, get_languages_output> get_languages{
      "GetLanguages"};
  static constexpr operation<get_language_input, language> get_language{"GetLanguage"};
  static constexpr operation<set_language_input, language> set_language{"SetLanguage"};
  static constexpr operation<approve_input, void> approve{"Approve"};
  static constexpr auto operations =
      std::tuple{run_from_remote, get_languages, get_language, set_language, approve};
};

inline constexpr auto handler_namespace = "nexus-messaging-handler-namespace";
inline constexpr auto handler_task_queue = "nexus-messaging-handler-sample";
inline constexpr auto caller_namespace = "nexus-messaging-caller-namespace";
inline constexpr auto caller_task_queue = "nexus-messaging-caller-sample";
inline constexpr auto endpoint = "nexus-messaging-caller-pattern-endpoint";
inline constexpr auto remote_endpoint = "nexus-messaging-on-demand-pattern-endpoint";

} // namespace nexus_messaging::dotnet
