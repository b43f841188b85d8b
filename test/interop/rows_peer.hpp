// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/result.hpp>
#include <troupe/worker.hpp>

#include <boost/describe.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// What workflows and their companions share, of the peer of rows_test.py.
namespace rows_peer {

struct person {
  std::string name;
  int count = 0;
  std::vector<std::string> tags = {};
};
BOOST_DESCRIBE_STRUCT(person, (), (name, count, tags))

inline constexpr troupe::activity::contract<std::string(std::string)> echo{"echo"};
inline constexpr troupe::activity::contract<person(person)> make_double{"double"};
inline constexpr troupe::activity::contract<int(int)> number{"number"};
inline constexpr troupe::activity::contract<std::string(std::string)> refuse{"refuse"};
inline constexpr troupe::activity::contract<std::string(int)> flaky{"flaky"};
inline constexpr troupe::activity::contract<void()> hang{"hang"};
inline constexpr troupe::activity::contract<std::string(bool)> beat{"beat"};
inline constexpr troupe::activity::contract<std::string()> remember{"remember"};

struct rows : troupe::nexus::service<"rows"> {
  static constexpr operation<std::string, std::string> say{"say"};
  static constexpr operation<std::string, std::string> grow{"grow"};
  static constexpr auto operations = std::tuple{say, grow};
};

/// Everything of it twice, and the name with an exclamation mark: the activity `double`, a
/// workflow.
person twice(person who);

/// The child that all parents start.
struct child {
  static constexpr std::string_view name = "Child";
  troupe::async<std::string> run(troupe::workflow::context ctx, std::string how, int n);
};

/// What every worker of the table has.
void add_activities(troupe::worker& to);
/// What those have that serve the workflows of another one.
void add_companions(troupe::worker& to);

/// In the words that both languages use.
inline std::string text_of(const std::exception_ptr& error) {
  using namespace troupe;
  auto at = to_failure_error(error);
  while ((at->kind() == "ActivityFailure" || at->kind() == "ChildWorkflowExecutionFailure"
          || at->kind() == "NexusOperationFailure")
         && at->cause())
    at = at->cause();
  if (const auto* one = dynamic_cast<const application_error*>(at.get()))
    return one->type() == "WorkflowAlreadyStartedError" ? "already started"
                                                        : one->type() + ": " + one->message();
  if (const auto* one = dynamic_cast<const timeout_error*>(at.get()))
    return "timeout " + std::string{to_string(one->type())};
  if (is_canceled(*at))
    return "canceled";
  return at->kind() == "TerminatedFailure" ? "terminated" : at->message();
}

inline std::string outcome(const troupe::result<std::string>& of) {
  return of ? *of : text_of(of.error());
}

} // namespace rows_peer
