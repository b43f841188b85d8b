// SPDX-License-Identifier: Apache-2.0
// Command lines that cannot be used: one line, exit code 1, the words of the Temporal CLI. None of
// these reaches for a server.
#include "apps/troupe/program.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

using namespace troupe::cli;

namespace {

program_outcome outcome_of(std::vector<const char*> words) {
  words.insert(words.begin(), "troupe");
  return run_program(
      static_cast<int>(words.size()), words.data(), [](CLI::App&, const global_flags&) {});
}

std::string error_of(std::vector<const char*> words) {
  const auto outcome = outcome_of(std::move(words));
  BOOST_TEST(outcome.exit_code == 1);
  BOOST_TEST(outcome.error.find('\n') == std::string::npos);
  return outcome.error;
}

bool starts(const std::string& text, const std::string& with) {
  return text.starts_with(with);
}

} // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(names_required_flags_that_are_missing) {
  BOOST_TEST(
      error_of({"workflow", "start"})
      == "required flag(s) \"task-queue\", \"type\" not set (see troupe workflow start --help)");
  BOOST_TEST(
      starts(error_of({"workflow", "signal", "-w", "x"}), "required flag(s) \"name\" not set"));
  BOOST_TEST(
      starts(error_of({"workflow", "describe"}), "required flag(s) \"workflow-id\" not set"));
  BOOST_TEST(starts(
      error_of({"operator", "nexus", "endpoint", "get"}), "required flag(s) \"name\" not set"));
}

BOOST_AUTO_TEST_CASE(names_what_it_does_not_know) {
  BOOST_TEST(starts(error_of({"workflow", "start", "--foo"}), "unknown flag: --foo"));
  BOOST_TEST(starts(error_of({"workflow", "list", "--foo=1"}), "unknown flag: --foo"));
  BOOST_TEST(starts(
      error_of({"workflow", "describe", "extra", "-w", "x"}),
      "unknown command \"extra\" for \"troupe workflow describe\""));
}

BOOST_AUTO_TEST_CASE(help_is_about_the_last_word_that_is_a_command) {
  BOOST_TEST(outcome_of({"help", "nope"}).exit_code == 0);
  BOOST_TEST(outcome_of({"help", "workflow", "nope"}).exit_code == 0);
  BOOST_TEST(starts(error_of({"help", "--nope"}), "unknown flag: --nope"));
}

BOOST_AUTO_TEST_CASE(an_activity_is_named_with_its_workflow) {
  for (const auto* command : {"unpause", "reset", "update-options"}) {
    BOOST_TEST(error_of({"activity", command}) == "must set either workflow ID or query");
    BOOST_TEST(
        error_of({"activity", command, "-a", "a"}) == "must set either workflow ID or query");
    BOOST_TEST(
        error_of({"activity", command, "-w", "w"})
        == "either --activity-id and --workflow-id, or --query must be set");
    BOOST_TEST(
        error_of({"activity", command, "-w", "w", "--reason", "r"})
        == "cannot set reason when workflow ID is set");
    BOOST_TEST(
        error_of({"activity", command, "-a", "a", "-w", "w", "--query", "x"})
        == "cannot set query when workflow ID is set");
    BOOST_TEST(
        error_of({"activity", command, "-a", "a", "-w", "w", "-y"})
        == "cannot set 'yes' when workflow ID is set");
  }
  BOOST_TEST(error_of({"activity", "pause", "-w", "w"}) == "Activity Id must be specified");
  BOOST_TEST(starts(error_of({"activity", "pause"}), "required flag(s) \"workflow-id\" not set"));
  BOOST_TEST(starts(
      error_of({"activity", "complete"}), "required flag(s) \"activity-id\", \"result\" not set"));
  BOOST_TEST(starts(error_of({"activity", "fail"}), "required flag(s) \"activity-id\" not set"));
}

BOOST_AUTO_TEST_CASE(what_an_activity_ends_with_is_json) {
  for (const auto* text : {"nope", "", "1 2", "[1,]"})
    BOOST_TEST(
        error_of({"activity", "complete", "-a", "a", "-w", "w", "--result", text})
        == "input #1 is not valid JSON");
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  BOOST_TEST(
      error_of({"activity", "complete", "-a", "a", "-w", "w", "--result", deep.c_str()})
          .find("nested deeper than")
      != std::string::npos);
  BOOST_TEST(
      error_of({"activity", "fail", "-a", "a", "-w", "w", "--detail", "nope"})
      == "input #1 is not valid JSON");
}

BOOST_AUTO_TEST_CASE(an_option_of_an_activity_fits_into_its_field) {
  const auto refusal = [](const char* flag, const char* value) {
    return error_of({"activity", "update-options", "-a", "a", "-w", "w", flag, value});
  };
  for (const auto* value : {"3000000000", "-3000000000", "many", ""})
    BOOST_TEST(starts(refusal("--retry-maximum-attempts", value), "invalid argument"), value);
  for (const auto* value : {"1e40", "heavy", ""})
    BOOST_TEST(starts(refusal("--retry-backoff-coefficient", value), "invalid argument"), value);
  for (const auto* flag :
       {"--schedule-to-close-timeout",
        "--schedule-to-start-timeout",
        "--start-to-close-timeout",
        "--heartbeat-timeout",
        "--retry-initial-interval",
        "--retry-maximum-interval"})
    for (const auto* value : {"5", "soon", "", "1000000d"})
      BOOST_TEST(starts(refusal(flag, value), "invalid argument"), flag << ' ' << value);
  for (const auto* command : {"unpause", "reset"})
    BOOST_TEST(starts(
        error_of({"activity", command, "-a", "a", "-w", "w", "--jitter", "soon"}),
        "invalid argument"));
}

BOOST_AUTO_TEST_CASE(a_wait_is_not_negative) {
  for (const std::string flag : {"--command-timeout", "--client-connect-timeout"})
    for (const std::string value : {"-5s", "-1ns", "-1d"})
      BOOST_TEST(
          error_of({"workflow", "list", flag.c_str(), value.c_str()})
          == "invalid argument \"" + value + "\" for \"" + flag + "\" flag: it is negative");
}

BOOST_AUTO_TEST_CASE(asks_for_the_argument_of_a_flag) {
  BOOST_TEST(starts(
      error_of({"workflow", "start", "-t", "q", "--type"}), "flag needs an argument: --type"));
}

BOOST_AUTO_TEST_CASE(values_are_checked_one_by_one) {
  BOOST_TEST(
      error_of({"workflow", "list", "--limit", "x", "--limit", "1"})
      == "invalid argument \"x\" for \"--limit\" flag: strconv.ParseInt: parsing \"x\": invalid "
         "syntax");
  BOOST_TEST(starts(
      error_of({"workflow", "start", "--type", "W", "-t", "q", "--run-timeout", "5"}),
      "invalid argument \"5\" for \"--run-timeout\" flag: "));
  BOOST_TEST(starts(
      error_of({"workflow", "start", "--type", "W", "-t", "q", "--priority-key", "4294967296"}),
      "invalid argument \"4294967296\" for \"--priority-key\" flag: strconv.ParseInt: "));
  for (const auto* bad : {"x", "", "1e99", "1 "})
    BOOST_TEST(starts(
        error_of({"workflow", "start", "--type", "W", "-t", "q", "--fairness-weight", bad}),
        std::string{"invalid argument \""} + bad + "\" for \"--fairness-weight\" flag: "));
}

BOOST_AUTO_TEST_CASE(says_like_go_why_a_text_is_no_duration) {
  const auto fault_of = [](const std::string& text) {
    const auto error =
        error_of({"workflow", "start", "--type", "W", "-t", "q", "--run-timeout", text.c_str()});
    return error.substr(error.find("flag: ") + 6);
  };
  BOOST_TEST(fault_of("5") == "time: missing unit in duration \"5\"");
  BOOST_TEST(fault_of("-1.5") == "time: missing unit in duration \"-1.5\"");
  BOOST_TEST(fault_of("1h5") == "time: missing unit in duration \"1h5\"");
  BOOST_TEST(fault_of("5y") == "time: unknown unit \"y\" in duration \"5y\"");
  BOOST_TEST(fault_of("1h 5m") == "time: unknown unit \"h \" in duration \"1h 5m\"");
  for (const auto* bad : {"", "soon", "-", "h", ".s", "99999999h"})
    BOOST_TEST(fault_of(bad) == "time: invalid duration \"" + std::string{bad} + '"');
}

BOOST_AUTO_TEST_CASE(errors_hold_nothing_that_moves_the_cursor) {
  BOOST_TEST(starts(
      error_of({"workflow", "list", "x\x1B[2J\r\xC2\x9B"}),
      "unknown command \"x\\u001b[2J\\r\\u009b\""));
  const char* const no = "no\x1B[31m";
  for (const auto& said :
       {error_of({no}), error_of({"workflow", no}), error_of({"completion", no})})
    BOOST_TEST(starts(said, "unknown command \"no\\u001b[31m\""), said);
}

BOOST_AUTO_TEST_CASE(commands_that_are_missing_or_unknown_are_named) {
  BOOST_TEST(error_of({}) == "a command is missing after \"troupe\" (see troupe --help)");
  BOOST_TEST(starts(error_of({"workflow"}), "a command is missing after \"troupe workflow\""));
  BOOST_TEST(starts(error_of({"-o", "json"}), "a command is missing after \"troupe\""));
  BOOST_TEST(starts(error_of({"flow"}), "unknown command \"flow\" for \"troupe\""));
  BOOST_TEST(
      starts(error_of({"workflow", "flow"}), "unknown command \"flow\" for \"troupe workflow\""));
  BOOST_TEST(starts(
      error_of({"operator", "namespace", "describe", "a", "b"}),
      "accepts at most 1 arg(s), received 2"));
}

BOOST_AUTO_TEST_CASE(refuses_by_name_what_is_not_there_yet) {
  BOOST_TEST(starts(error_of({"workflow", "list", "--archived"}), "--archived is not supported"));
  BOOST_TEST(starts(error_of({"schedule", "list", "--any"}), "schedule list is not supported"));
  BOOST_TEST(starts(error_of({"schedule", "nope"}), "schedule is not supported"));
  BOOST_TEST(starts(
      error_of({"operator", "namespace", "update", "--promote-global"}),
      "--promote-global is not supported"));
  BOOST_TEST(starts(
      error_of({"workflow", "list", "--client-authority", "x"}),
      "--client-authority is not supported"));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_the_codec_server) {
  for (const auto* url : {"nonsense", "http://u:secret@127.0.0.1:1/x"})
    BOOST_TEST(
        error_of(
            {"workflow", "start", "--type", "T", "-t", "q", "-i", "1", "--codec-endpoint", url})
        == "the URL of the codec server (not shown) is none: it looks like http://host:port/path");
  BOOST_TEST(
      error_of({"workflow", "list", "--codec-endpoint", "http://h", "--codec-header", "nonsense"})
      == "invalid codec headers: invalid format \"nonsense\", expected KEY=VALUE");
}

BOOST_AUTO_TEST_CASE(refuses_flags_that_contradict_each_other) {
  BOOST_TEST(
      error_of({"workflow", "show", "-w", "x", "--reverse", "--follow"})
      == "--reverse cannot be combined with --follow");
  BOOST_TEST(
      error_of({"workflow", "signal", "-w", "x", "--name", "n", "--reason", "r"})
      == "cannot set reason when workflow ID is set");
  BOOST_TEST(error_of({"workflow", "terminate"}) == "must set either workflow ID or query");
  BOOST_TEST(
      error_of({"operator", "nexus", "endpoint", "create", "--name", "e"})
      == "either --target-namespace and --target-task-queue or --target-url are required");
  BOOST_TEST(
      error_of(
          {"operator", "nexus", "endpoint", "create", "--name", "e", "--target-namespace", "n"})
      == "both --target-namespace and --target-task-queue are required");
  BOOST_TEST(
      error_of(
          {"operator",
           "nexus",
           "endpoint",
           "update",
           "--name",
           "e",
           "--target-task-queue",
           "q",
           "--target-url",
           "http://h"})
      == "provided both --target-task-queue and --target-url");
}

BOOST_AUTO_TEST_CASE(refuses_unknown_output_formats) {
  BOOST_TEST(
      error_of({"workflow", "list", "-o", "xml"})
      == "invalid argument \"xml\" for \"-o, --output\" flag: xml is not one of required values of "
         "text, json, jsonl, none");
}

BOOST_AUTO_TEST_CASE(refuses_signal_input_that_is_no_json) {
  BOOST_TEST(
      error_of({"workflow", "signal", "-w", "x", "--name", "n", "-i", "a"})
      == "input #1 is not valid JSON");
  BOOST_TEST(
      error_of({"workflow", "signal", "-w", "x", "--name", "n", "-i", "1", "--input-meta", "a"})
      == "metadata a expected to have '='");
}

BOOST_AUTO_TEST_CASE(options_of_a_workflow_fit_each_other) {
  const auto error = [](std::vector<const char*> words) {
    words.insert(words.begin(), {"workflow", "update-options"});
    return error_of(std::move(words));
  };
  constexpr auto behavior = "--versioning-override-behavior";
  constexpr auto deployment = "--versioning-override-deployment-name";
  constexpr auto build = "--versioning-override-build-id";
  BOOST_TEST(
      starts(error({"-w", "w"}), "required flag(s) \"versioning-override-behavior\" not set"));
  BOOST_TEST(error({behavior, "auto_upgrade"}) == "must set either workflow ID or query");
  const std::string no_version = "missing deployment name and/or build id with 'pinned' behavior";
  BOOST_TEST(error({"-w", "w", behavior, "pinned"}) == no_version);
  BOOST_TEST(error({"-w", "w", behavior, "pinned", build, "b"}) == no_version);
  BOOST_TEST(
      error({"-w", "w", behavior, "auto_upgrade", deployment, "d"})
      == "cannot set pinned deployment name or build id with auto_upgrade behavior");
  BOOST_TEST(
      error({"-w", "w", behavior, "unspecified", "--reason", "why"})
      == "cannot set reason when workflow ID is set");
  BOOST_TEST(starts(error({"-w", "w", behavior, "never"}), "invalid argument \"never\" for"));
  BOOST_TEST(
      error({"-w", "w", "--query", "a=1", behavior, "unspecified"})
      == "cannot set query when workflow ID is set");
}

BOOST_AUTO_TEST_SUITE_END()
