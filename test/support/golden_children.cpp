// SPDX-License-Identifier: Apache-2.0
#include "test/support/golden_children.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {

// Described, so not in an anonymous namespace.
struct parent_input {
  std::string childId;
  std::string mode;
  std::optional<std::string> then;
  std::optional<std::string> cancellationType;
  std::optional<std::string> parentClosePolicy;
  std::optional<std::map<std::string, int>> memo;
  std::optional<std::string> summary;
  std::optional<std::string> cron;
  std::optional<int> attempts;
  std::optional<int> runTimeout;
};
BOOST_DESCRIBE_STRUCT(
    parent_input,
    (),
    (childId,
     mode,
     then,
     cancellationType,
     parentClosePolicy,
     memo,
     summary,
     cron,
     attempts,
     runTimeout))

namespace {

using workflow::context;

std::string caught(const std::exception_ptr& error) {
  std::string text = "caught: ";
  for (auto one = to_failure_error(error); one; one = one->cause()) {
    // The names that the recording's language has for them.
    if (dynamic_cast<const child_workflow_error*>(one.get()) != nullptr)
      text += "ChildWorkflowError";
    else if (dynamic_cast<const canceled_error*>(one.get()) != nullptr)
      text += "CancelledError";
    else if (dynamic_cast<const workflow::child_already_started_error*>(one.get()) != nullptr)
      text += "WorkflowAlreadyStartedError";
    else
      text += one->kind();
    if (one->cause())
      text += " <- ";
  }
  return text;
}

std::string outcome_text(const result<std::string>& outcome) {
  return outcome ? *outcome : caught(outcome.error());
}

workflow::child_cancellation_type cancellation_type(const std::string& name) {
  using enum workflow::child_cancellation_type;
  if (name == "try-cancel")
    return try_cancel;
  if (name == "abandon")
    return abandon;
  // `wait-requested` too: the recording's SDK waits for the end all the same.
  return wait_completed;
}

workflow::parent_close_policy close_policy(const std::string& name) {
  using enum workflow::parent_close_policy;
  if (name == "abandon")
    return abandon;
  if (name == "request-cancel")
    return request_cancel;
  return terminate;
}

struct child_work {
  static constexpr std::string_view name = "ChildWork";
  async<std::string> run(context ctx, std::string mode) {
    if (mode == "complete")
      co_return "child done";
    if (mode == "fail")
      throw application_error("child failed", {.type = "ChildError", .non_retryable = true});
    auto signals = ctx.signal_channel<std::string>("golden-signal");
    auto received = co_await signals.receive().as_result();
    if (received)
      co_return "child got " + *received;
    if (mode == "cleanup")
      co_await ctx.shielded().sleep(1s);
    co_return *received; // throws
  }
};

struct parent {
  static constexpr std::string_view name = "Parent";
  async<std::string> run(context ctx, parent_input in) {
    workflow::child_workflow_options options{
        .id = in.childId,
        .cancellation_type = cancellation_type(in.cancellationType.value_or("")),
        .parent_close_policy = close_policy(in.parentClosePolicy.value_or("")),
        .id_reuse_policy = workflow_id_reuse_policy::allow_duplicate,
        .cron_schedule = in.cron.value_or(""),
        .static_summary = in.summary.value_or("")};
    if (in.memo)
      for (const auto& [key, value] : *in.memo)
        options.memo.emplace_back(key, encode_value(value));
    if (in.attempts)
      options.retry_policy = workflow::retry_policy{.maximum_attempts = *in.attempts};
    if (in.runTimeout)
      options.run_timeout = std::chrono::seconds{*in.runTimeout};
    const auto then = in.then.value_or("");
    auto started = ctx.start_child<child_work>(options, in.mode);
    if (then == "cancel-same-task") {
      started.cancel();
      co_return caught((co_await started.as_result()).error());
    }
    const auto child = co_await started;
    if (then == "complete")
      co_return "parent leaves";
    if (then == "signal")
      co_await child.signal("golden-signal", std::string{"from parent"});
    if (then != "cancel")
      co_return co_await child.result();
    co_await ctx.sleep(300ms);
    child.cancel();
    const auto text = outcome_text(co_await child.result().as_result());
    co_await ctx.sleep(2s);
    co_return text;
  }
};

struct two_children_same_id {
  static constexpr std::string_view name = "TwoChildrenSameId";
  async<std::vector<std::string>> run(context ctx) {
    const auto first = co_await ctx.start_child<child_work>({.id = "child-same-id"}, "wait");
    const auto second =
        co_await ctx.execute_child<child_work>({.id = "child-same-id"}, "complete").as_result();
    co_await first.signal("golden-signal", std::string{"go"});
    auto outcomes = std::vector{outcome_text(second)};
    outcomes.push_back(co_await first.result());
    co_return outcomes;
  }
};

struct signal_other {
  static constexpr std::string_view name = "SignalOther";
  async<std::string> run(context ctx, std::string id) {
    co_await ctx.external_workflow(id).signal("golden-signal", std::string{"from other"});
    co_return "signalled";
  }
};

struct cancel_other {
  static constexpr std::string_view name = "CancelOther";
  async<std::string> run(context ctx, std::string id) {
    // In the words of the recording's SDK.
    co_await ctx.external_workflow(id).cancel(
        "Cancel requested by workflow with run id " + ctx.info().run_id + " with reason: ");
    co_return "cancel requested";
  }
};

struct patched {
  static constexpr std::string_view name = "Patched";
  async<std::string> run(context ctx) {
    if (!ctx.patched("golden-patch"))
      co_return "old";
    co_await ctx.sleep(100ms, {.summary = "new path"});
    co_return ctx.patched("golden-patch") ? "patched True" : "patched False";
  }
};

struct patch_deprecated {
  static constexpr std::string_view name = "PatchDeprecated";
  async<std::string> run(context ctx) {
    ctx.deprecate_patch("golden-patch");
    co_await ctx.sleep(100ms);
    co_return "deprecated";
  }
};

struct upserts {
  static constexpr std::string_view name = "Upserts";
  async<std::string> run(context ctx) {
    ctx.upsert_memo(
        {{"added", encode_value(std::string{"memo value"})}, {"count", encode_value(2)}});
    // In the words that the recording's language has for a moment.
    auto moment = datetime_attribute{"CustomDatetimeField"}.set({});
    moment.second.data = "\"2030-01-02T03:04:05.000006+00:00\"";
    ctx.upsert_search_attributes(
        {keyword_attribute{"CustomKeywordField"}.set("kw"),
         integer_attribute{"CustomIntField"}.set(42),
         boolean_attribute{"CustomBoolField"}.set(true),
         floating_attribute{"CustomDoubleField"}.set(1.5),
         text_attribute{"CustomStringField"}.set("some text"),
         moment});
    co_await ctx.sleep(100ms);
    ctx.upsert_search_attributes({integer_attribute{"CustomIntField"}.unset()});
    ctx.upsert_memo({{"added", encode_value(nullptr)}});
    co_return "upserted";
  }
};

} // namespace

std::vector<std::shared_ptr<const workflow::definition>> golden_child_workflows() {
  using workflow::define;
  return {
      define<child_work>(),
      define<parent>(),
      define<two_children_same_id>(),
      define<signal_other>(),
      define<cancel_other>(),
  };
}

std::vector<std::shared_ptr<const workflow::definition>> golden_version_workflows() {
  using workflow::define;
  return {
      define<patched>(),
      define<patch_deprecated>(),
      define<upserts>(),
  };
}

} // namespace troupe::test
