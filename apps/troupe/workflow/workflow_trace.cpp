// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_trace.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/live_text.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/trace_tree.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;
using namespace std::chrono_literals;

/// How often the tree is drawn.
constexpr std::chrono::milliseconds period = 1s;

struct trace_flags {
  workflow_flags of;
  std::vector<std::string> fold;
  bool no_fold = false;
  std::int32_t depth = -1;
  std::int32_t concurrency = 10;
};

trace_style style_for(const trace_flags& what) {
  static const std::map<std::string, int, std::less<>> names{
      {"running", enums::WORKFLOW_EXECUTION_STATUS_RUNNING},
      {"completed", enums::WORKFLOW_EXECUTION_STATUS_COMPLETED},
      {"failed", enums::WORKFLOW_EXECUTION_STATUS_FAILED},
      {"canceled", enums::WORKFLOW_EXECUTION_STATUS_CANCELED},
      {"terminated", enums::WORKFLOW_EXECUTION_STATUS_TERMINATED},
      {"timedout", enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT},
      {"continueasnew", enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW}};
  trace_style made;
  made.folds = !what.no_fold;
  for (const auto& each : what.fold) {
    const auto found = names.find(each);
    if (found == names.end())
      throw command_error("fold status \"" + each + "\" not recognized");
    made.folded.push_back(found->second);
  }
  if (made.folded.empty())
    made.folded = {
        enums::WORKFLOW_EXECUTION_STATUS_COMPLETED,
        enums::WORKFLOW_EXECUTION_STATUS_CANCELED,
        enums::WORKFLOW_EXECUTION_STATUS_TERMINATED};
  return made;
}

/// Errors are the service's words alone here.
void require(const rpc_status& status) {
  if (!status.ok())
    throw command_error(
        status.message.empty() ? std::string{to_string(status.code)} : status.message);
}

/// Reads the histories of the tree, one after the other.
class tracer {
public:
  tracer(connection& over, const trace_style& style, std::shared_ptr<traced> root, int depth)
      : over_(over), style_(style) {
    describe(*root);
    runs_.push_back(run{std::move(root), depth});
  }

  /// All that is there now; waits this long for more, if it waits for something.
  void read(std::chrono::milliseconds wait) {
    // What is found meanwhile stands behind the others, and is read in the same round.
    for (std::size_t i = 0; i < runs_.size(); ++i)
      while (!runs_[i].is_done && !runs_[i].is_up_to_date)
        read_page(runs_[i], 10s);
    const auto open = std::ranges::count_if(runs_, [](const run& each) { return !each.is_done; });
    const auto before = runs_.size();
    for (std::size_t i = 0; i < before; ++i)
      if (!runs_[i].is_done)
        read_page(runs_[i], std::max<std::chrono::milliseconds>(wait / open, 100ms));
  }

  [[nodiscard]] bool is_done() const {
    return std::ranges::all_of(runs_, [](const run& each) { return each.is_done; });
  }

private:
  struct run {
    std::shared_ptr<traced> of;
    int depth; ///< of children that are read; negative: all
    /// What was asked for; empty: the current run. What is shown may be another, that of the first
    /// run before a reset.
    std::string asked_run = of->run_id;
    std::string token{};
    bool is_up_to_date = false; ///< with what there was when it was looked at first
    bool is_done = false;
    std::vector<std::shared_ptr<traced>> started{}; ///< children, until it is up to date
  };

  void describe(traced& what) {
    wf::DescribeWorkflowExecutionRequest request;
    wf::DescribeWorkflowExecutionResponse response;
    request.set_namespace_(over_.name_space());
    request.mutable_execution()->set_workflow_id(what.workflow_id);
    request.mutable_execution()->set_run_id(what.run_id);
    require(over_.try_call(methods::describe_workflow_execution, request, response));
    what.known_events = response.workflow_execution_info().history_length();
  }

  void read_page(run& which, std::chrono::milliseconds longest) {
    wf::GetWorkflowExecutionHistoryRequest request;
    wf::GetWorkflowExecutionHistoryResponse response;
    request.set_namespace_(over_.name_space());
    request.mutable_execution()->set_workflow_id(which.of->workflow_id);
    request.mutable_execution()->set_run_id(which.asked_run);
    request.set_next_page_token(which.token);
    request.set_wait_new_event(true);
    request.set_skip_archival(true);
    const auto status =
        over_.try_poll(methods::get_workflow_execution_history, request, response, longest);
    if (status.code == status_code::deadline_exceeded)
      return; // nothing happened meanwhile
    require(status);
    for (const auto& each : response.history().events()) {
      auto child = which.of->apply(each);
      if (!child || which.depth == 0)
        continue;
      describe(*child);
      if (which.is_up_to_date)
        runs_.push_back(run{std::move(child), which.depth - 1});
      else
        which.started.push_back(std::move(child));
    }
    which.token = response.next_page_token();
    which.is_done = which.token.empty();
    if (which.is_up_to_date || (which.of->last_event < which.of->known_events && !which.is_done))
      return;
    which.is_up_to_date = true;
    for (auto& child : std::exchange(which.started, {}))
      if (is_folded(style_, *child))
        child->last_event = child->known_events; // it is not read at all
      else
        runs_.push_back(run{std::move(child), which.depth - 1});
  }

  connection& over_;
  const trace_style& style_;
  std::deque<run> runs_; ///< references to elements stay what they are when it grows
};

std::string progress_text(const traced& root) {
  const auto [applied, known] = count_events(root);
  const std::string text = "Processing HistoryEvents";
  if (known > 0)
    return text + " (" + std::to_string(applied) + "/" + std::to_string(known) + ")\n";
  return applied > 0 ? text + " (" + std::to_string(applied) + ")\n" : text + "\n";
}

void print_summary(connection& over, const trace_flags& what, const global_flags& flags) {
  const auto request = request_about<wf::DescribeWorkflowExecutionRequest>(what.of, over);
  wf::DescribeWorkflowExecutionResponse response;
  require(over.try_call(methods::describe_workflow_execution, request, response));
  const auto& info = response.workflow_execution_info();
  say_heading("Execution summary:", flags);
  print(
      property_list(
          {{"WorkflowId", info.execution().workflow_id()},
           {"RunId", info.execution().run_id()},
           {"Type", info.type().name()},
           {"Namespace", over.name_space()},
           {"TaskQueue", info.task_queue()}})
      + "\n");
}

void trace(const trace_flags& what, const global_flags& flags) {
  if (flags.is_json())
    throw command_error("JSON output not supported for trace command");
  connection over{flags};
  auto style = style_for(what);
  print_summary(over, what, flags);
  if (what.concurrency < 1)
    throw command_error(
        "invalid value for concurrency (expected non-zero positive integer, got "
        + std::to_string(what.concurrency) + ")");
  const interrupt stopped;
  auto root = std::make_shared<traced>();
  root->workflow_id = what.of.workflow_id;
  root->run_id = what.of.run_id;
  tracer reads{over, style, root, what.depth};
  say_heading("Progress:", flags);
  live_text shown;
  bool is_up_to_date = false;
  auto next = std::chrono::steady_clock::now() + period;
  const auto draw = [&](bool is_last) {
    style.now = std::chrono::system_clock::now();
    shown.show(draw_trace(*root, style, flags), is_last);
  };
  for (reads.read(1ms); !reads.is_done() && !stopped; reads.read(period)) {
    std::this_thread::sleep_until(next); // a service may have answered at once
    next = std::chrono::steady_clock::now() + period;
    if (is_up_to_date) {
      draw(false);
      continue;
    }
    const auto [applied, known] = count_events(*root);
    is_up_to_date = known > 0 && applied >= known;
    shown.show(progress_text(*root), false);
  }
  draw(true);
}

} // namespace

void add_workflow_trace_command(CLI::App& group, const global_flags& flags) {
  auto [command, what] = add_command<trace_flags>(
      group, flags, "trace", "Watch a workflow and its children as a tree", trace);
  what.of.add(command);
  add_list(
      command,
      "--fold",
      what.fold,
      "Children of this status are shown without what they do: running, completed, failed, "
      "canceled, "
      "terminated, timedout, continueasnew; several times (default: completed, canceled, "
      "terminated)");
  add_switch(
      command, "--no-fold", what.no_fold, "Show what all children do, whatever their status");
  add_number(
      command, "--depth", what.depth, "How deep children are read; -1: all of them (default: -1)");
  add_number(
      command,
      "--concurrency",
      what.concurrency,
      "Histories to read at a time (taken, but they are read one after the other)");
}

} // namespace troupe::cli
