// SPDX-License-Identifier: Apache-2.0
#include "test/support/golden_service.hpp"

#include <troupe/nexus/handler.hpp>

#include <boost/describe.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace troupe::test {

// -- inputs (described, so not in an anonymous namespace) --

struct golden_run {
  std::string workflowId;
  std::string mode;
  std::optional<double> runTimeout;
  std::optional<bool> useExisting;
  std::optional<int> delayMs;
  std::optional<int> lateMs;
};
BOOST_DESCRIBE_STRUCT(golden_run, (), (workflowId, mode, runTimeout, useExisting, delayMs, lateMs))

struct golden_handler_error {
  std::string type;
  std::optional<bool> retryable;
};
BOOST_DESCRIBE_STRUCT(golden_handler_error, (), (type, retryable))

struct golden_detail {
  int d = 1;
};
BOOST_DESCRIBE_STRUCT(golden_detail, (), (d))

struct golden_code {
  int code = 7;
};
BOOST_DESCRIBE_STRUCT(golden_code, (), (code))

struct golden_contract : nexus::service<"golden-service"> {
  static constexpr operation<golden_run, payload> run{"run"};
  static constexpr auto operations = std::tuple{run};
};

/// A bug in a handler; the name is the one that the recording's language has for such errors.
struct golden_bug : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace {

using nexus::cancel_context;
using nexus::start_context;

nexus::async<nexus::workflow_start<payload>> start_handler(start_context ctx, golden_run in) {
  if (in.delayMs)
    co_await ctx.sleep(std::chrono::milliseconds{*in.delayMs});
  nexus::workflow_run_options options{.id = in.workflowId};
  if (in.runTimeout)
    options.run_timeout = std::chrono::round<std::chrono::milliseconds>(
        std::chrono::duration<double>(*in.runTimeout));
  if (in.useExisting.value_or(false))
    options.id_conflict_policy = workflow_id_conflict_policy::use_existing;
  co_return nexus::start_workflow_named<payload>("HandlerWorkflow", std::move(options), in.mode);
}

nexus::async<std::string> never_answers(start_context ctx, std::string) {
  co_await ctx.sleep(24h);
  co_return "it was not stuck for ever";
}

std::string fail_operation(start_context, std::string how) {
  if (how == "canceled")
    throw nexus::operation_error::canceled("operation canceled");
  if (how == "failed")
    throw nexus::operation_error::failed("operation failed");
  throw nexus::operation_error::failed(
      "operation failed with cause",
      std::make_shared<application_error>(
          "inner reason",
          application_error_options{
              .type = "InnerError",
              .non_retryable = true,
              .details = make_payloads(golden_code{})}));
}

std::string fail_application(start_context, bool non_retryable) {
  throw application_error(
      "application error in handler",
      {.type = "HandlerAppError",
       .non_retryable = non_retryable,
       .details = make_payloads(golden_detail{})});
}

std::string fail_handler(start_context, golden_handler_error in) {
  auto retry = nexus::retry_behavior::unspecified;
  if (in.retryable)
    retry = *in.retryable ? nexus::retry_behavior::retryable : nexus::retry_behavior::non_retryable;
  throw nexus::handler_error(in.type, "handler error " + in.type, retry);
}

/// All request headers by their lower-case names.
std::map<std::string, std::string> all_headers(start_context ctx) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : ctx.headers()) {
    std::string lower{name};
    std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
      return static_cast<char>(std::tolower(letter));
    });
    headers.emplace(std::move(lower), value);
  }
  return headers;
}

nexus::start_result<std::string> give_token(start_context, std::string) {
  return nexus::async_started{"golden-token"};
}

std::string echo(start_context, std::string value) {
  return value;
}

template <class Cancel>
nexus::operation_entry token_operation(std::string name, Cancel cancel) {
  return nexus::dynamic_operation<std::string, std::string>(
      std::move(name), give_token, std::move(cancel));
}

} // namespace

nexus::service_handler golden_service() {
  using nexus::dynamic_operation;
  auto service =
      nexus::handler_for<golden_contract>(nexus::workflow_run<golden_contract::run>(start_handler));
  auto add = [&](nexus::operation_entry one) { service.operations.push_back(std::move(one)); };

  add(dynamic_operation<std::string, std::string>("echo", echo));
  add(dynamic_operation<payload, payload>(
      "echo-object", [](start_context, payload value) -> payload { return value; }));
  add(dynamic_operation<int, int>(
      "echo-int", [](start_context, int value) -> int { return value; }));
  add(dynamic_operation<void, void>("void", [](start_context) {}));
  add(dynamic_operation<void, std::map<std::string, std::string>>("headers", all_headers));
  add(dynamic_operation<std::string, std::string>("operation-error", fail_operation));
  add(dynamic_operation<bool, std::string>("application-error", fail_application));
  add(dynamic_operation<golden_handler_error, std::string>("handler-error", fail_handler));
  add(dynamic_operation<std::string, std::string>(
      "crash", [](start_context, std::string) -> std::string { throw golden_bug("handler bug"); }));
  add(dynamic_operation<std::string, std::string>("stuck", never_answers));
  add(token_operation("token", [](cancel_context) {}));
  add(token_operation(
      "token-cancel-crash", [](cancel_context) { throw golden_bug("cancel handler bug"); }));
  add(token_operation("token-cancel-not-found", [](cancel_context) {
    throw nexus::handler_error(nexus::handler_error_type::not_found, "no such operation");
  }));
  add(token_operation("token-cancel-unavailable", [](cancel_context) {
    throw nexus::handler_error(nexus::handler_error_type::unavailable, "not just now");
  }));
  // The recorded service had 18, which an error message counts; these were never called.
  for (const char* name : {"unused-1", "unused-2", "unused-3"})
    add(dynamic_operation<std::string, std::string>(name, echo));
  return service;
}

} // namespace troupe::test
