// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/trace_tree.hpp"

#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/base/time/time.hpp"

#include <temporal/api/enums/v1/event_type.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::cli {
namespace {

namespace enums = temporal::api::enums::v1;
using event = temporal::api::history::v1::HistoryEvent;
using namespace std::chrono;

const char* icon_of(int status) {
  switch (status) {
  case enums::WORKFLOW_EXECUTION_STATUS_RUNNING: return "▷";
  case enums::WORKFLOW_EXECUTION_STATUS_COMPLETED: return "✓";
  case enums::WORKFLOW_EXECUTION_STATUS_TERMINATED:
  case enums::WORKFLOW_EXECUTION_STATUS_CANCELED: return "x";
  case enums::WORKFLOW_EXECUTION_STATUS_FAILED: return "!";
  case enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW: return "»";
  case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT: return "⏱";
  case enums::WORKFLOW_EXECUTION_STATUS_UNSPECIFIED: return "•";
  default: return "?"; // of a newer service
  }
}

traced::time time_of(const event& of) {
  return from_proto(of.event_time());
}

void stand(traced& what, int status) {
  what.status = status;
  what.icon = icon_of(status);
}

/// A child, by what its parent's history says; its own may have said it before.
void end_child(traced& child, int status, const event& of) {
  stand(child, status);
  if (!child.closed)
    child.closed = time_of(of);
}

void end(traced& what, const char* icon, const event& of) {
  what.icon = icon;
  what.closed = time_of(of);
}

void fail(traced& what, const auto& attributes) {
  if (attributes.has_failure())
    what.failure = attributes.failure();
  what.retry_state = attributes.retry_state();
}

/// To the unit that a reader cares for at this length.
std::string span_text(nanoseconds span) {
  if (span < 1s)
    return go_duration(round<milliseconds>(span));
  if (span < 1h)
    return go_duration(round<seconds>(span));
  if (span < days{1})
    return go_duration(round<minutes>(span));
  const auto whole = floor<days>(span).count();
  if (span < weeks{1})
    return std::to_string(whole) + "d" + std::to_string(floor<hours>(span).count() - whole * 24)
           + "h";
  return std::to_string(floor<weeks>(span).count()) + "w" + std::to_string(whole) + "d";
}

class drawing {
public:
  drawing(const trace_style& style, const global_flags& flags) : style_(style), flags_(flags) {}

  void draw(const traced& what, int depth) {
    const bool is_run = what.what == traced::kind::workflow;
    indent(depth);
    out_ += " " + faint(is_run ? "╪" : "┼") + " " + what.icon + " " + printable(what.name) + " "
            + extras(what) + "\n";
    if (is_run) {
      indent(depth + 1);
      out_ += " " + faint("wfId:") + " "
              + painted(colour::blue, printable(what.workflow_id), flags_) + faint(", runId:") + " "
              + painted(colour::blue, printable(what.run_id), flags_) + "\n";
    }
    failure(what, depth + 1);
    if (!is_run)
      return;
    note(depth + 1, "Termination reason:", what.termination_reason);
    note(depth + 1, "Termination request id:", what.terminated_by);
    note(depth + 1, "Cancel cause:", what.cancel_cause);
    note(depth + 1, "Cancel request id:", what.cancelled_by);
    if (depth > 0 && is_folded(style_, what)) {
      indent(depth + 1);
      out_ += " " + faint("↳ execution folded") + "\n";
      return;
    }
    for (const auto& each : what.children)
      draw(*each, depth + 1);
  }

  std::string take() { return std::move(out_); }

private:
  [[nodiscard]] std::string faint(std::string_view text) const {
    return flags_.is_coloured() ? "\x1b[2m" + std::string{text} + "\x1b[22m" : std::string{text};
  }

  void indent(int depth) {
    std::string bars;
    for (int i = 0; i < depth; ++i)
      bars += " │  ";
    out_ += faint(bars);
  }

  [[nodiscard]] std::string extras(const traced& what) const {
    if (!what.started)
      return {};
    const auto took = what.closed ? *what.closed - *what.started : nanoseconds::zero();
    const auto text = took == nanoseconds::zero() ? span_text(style_.now - *what.started) + " ago"
                                                  : span_text(took);
    return faint("(") + faint(text)
           + (what.attempt > 1 ? faint(", " + std::to_string(what.attempt) + " attempts") : "")
           + faint(")");
  }

  void failure(const traced& what, int depth) {
    if (what.failure) {
      std::string_view left = what.failure->message();
      for (bool first = true;; first = false) {
        const auto line = left.substr(0, left.find('\n'));
        indent(depth);
        out_ += (first ? " " + painted(colour::red, "Failure:", flags_) + " " : "     ")
                + faint(printable(line)) + "\n";
        if (line.size() == left.size())
          break;
        left.remove_prefix(line.size() + 1);
      }
    }
    if (what.retry_state != 0) {
      indent(depth);
      out_ += " " + painted(colour::red, "Retry state:", flags_) + " "
              + faint(camel_case(
                  enums::RetryState_Name(static_cast<enums::RetryState>(what.retry_state)),
                  "RETRY_STATE_"))
              + "\n";
    }
  }

  void note(int depth, std::string_view heading, const std::string& text) {
    if (text.empty())
      return;
    indent(depth);
    out_ += " " + painted(colour::yellow, heading, flags_) + " " + faint(printable(text)) + "\n";
  }

  const trace_style& style_;
  const global_flags& flags_;
  std::string out_;
};

} // namespace

bool traced::is_closed() const noexcept {
  return status != enums::WORKFLOW_EXECUTION_STATUS_UNSPECIFIED
         && status != enums::WORKFLOW_EXECUTION_STATUS_RUNNING;
}

std::shared_ptr<traced> traced::apply(const event& of) {
  last_event = of.event_id();
  const auto begin = [&](kind sort) -> traced& {
    auto made = std::make_shared<traced>();
    made->what = sort;
    children.push_back(made);
    by_event[of.event_id()] = made;
    return *made;
  };
  traced unknown; // what a history tells of that did not begin in it
  const auto begun_by = [&](std::int64_t id) -> traced& {
    const auto found = by_event.find(id);
    return found == by_event.end() ? unknown : *found->second;
  };
  switch (of.event_type()) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: {
    const auto& attributes = of.workflow_execution_started_event_attributes();
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_RUNNING);
    started = time_of(of);
    attempt = attributes.attempt();
    name = attributes.workflow_type().name();
    if (run_id.empty())
      run_id = attributes.original_execution_run_id();
    failure.reset();
    break;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
    closed = time_of(of);
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_FAILED);
    fail(*this, of.workflow_execution_failed_event_attributes());
    closed = time_of(of);
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_TERMINATED);
    termination_reason = of.workflow_execution_terminated_event_attributes().reason();
    terminated_by = of.workflow_execution_terminated_event_attributes().identity();
    closed = time_of(of);
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
    cancel_cause = of.workflow_execution_cancel_requested_event_attributes().cause();
    cancelled_by = of.workflow_execution_cancel_requested_event_attributes().identity();
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_CANCELED);
    closed = time_of(of);
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW);
    closed = time_of(of);
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
    stand(*this, enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT);
    retry_state = of.workflow_execution_timed_out_event_attributes().retry_state();
    closed = time_of(of);
    break;

  case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
    begin(kind::activity).name =
        of.activity_task_scheduled_event_attributes().activity_type().name();
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_STARTED: {
    const auto& attributes = of.activity_task_started_event_attributes();
    auto& activity = begun_by(attributes.scheduled_event_id());
    activity.icon = icon_of(enums::WORKFLOW_EXECUTION_STATUS_RUNNING);
    activity.attempt = attributes.attempt();
    activity.started = time_of(of);
    activity.failure.reset();
    break;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    end(begun_by(of.activity_task_completed_event_attributes().scheduled_event_id()), "✓", of);
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED: {
    auto& activity = begun_by(of.activity_task_failed_event_attributes().scheduled_event_id());
    end(activity, "!", of);
    fail(activity, of.activity_task_failed_event_attributes());
    break;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: {
    auto& activity = begun_by(of.activity_task_timed_out_event_attributes().scheduled_event_id());
    end(activity, "⏱", of);
    fail(activity, of.activity_task_timed_out_event_attributes());
    break;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
    begun_by(of.activity_task_cancel_requested_event_attributes().scheduled_event_id()).icon = "▷";
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    end(begun_by(of.activity_task_canceled_event_attributes().scheduled_event_id()), "x", of);
    break;

  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: {
    const auto& attributes = of.start_child_workflow_execution_initiated_event_attributes();
    auto& child = begin(kind::workflow);
    child.workflow_id = attributes.workflow_id();
    child.name = attributes.workflow_type().name();
    break;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED: {
    const auto& attributes = of.child_workflow_execution_started_event_attributes();
    const auto found = by_event.find(attributes.initiated_event_id());
    if (found == by_event.end())
      break;
    auto& child = *found->second;
    stand(child, enums::WORKFLOW_EXECUTION_STATUS_RUNNING);
    child.workflow_id = attributes.workflow_execution().workflow_id();
    child.run_id = attributes.workflow_execution().run_id();
    if (!child.started)
      child.started = time_of(of);
    return found->second;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    end_child(
        begun_by(of.child_workflow_execution_completed_event_attributes().initiated_event_id()),
        enums::WORKFLOW_EXECUTION_STATUS_COMPLETED,
        of);
    break;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED: {
    const auto& attributes = of.child_workflow_execution_failed_event_attributes();
    auto& child = begun_by(attributes.initiated_event_id());
    end_child(child, enums::WORKFLOW_EXECUTION_STATUS_FAILED, of);
    fail(child, attributes);
    break;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    end_child(
        begun_by(of.child_workflow_execution_terminated_event_attributes().initiated_event_id()),
        enums::WORKFLOW_EXECUTION_STATUS_TERMINATED,
        of);
    break;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    end_child(
        begun_by(of.child_workflow_execution_canceled_event_attributes().initiated_event_id()),
        enums::WORKFLOW_EXECUTION_STATUS_CANCELED,
        of);
    break;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    end_child(
        begun_by(of.child_workflow_execution_timed_out_event_attributes().initiated_event_id()),
        enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT,
        of);
    break;

  case enums::EVENT_TYPE_TIMER_STARTED: {
    const auto& attributes = of.timer_started_event_attributes();
    auto& timer = begin(kind::timer);
    const bool is_named = attributes.timer_id() != std::to_string(of.event_id());
    timer.name = (is_named ? attributes.timer_id() : "Timer") + " ("
                 + go_duration(attributes.start_to_fire_timeout()) + ")";
    timer.icon = "⧖";
    timer.started = time_of(of);
    break;
  }
  case enums::EVENT_TYPE_TIMER_FIRED:
    end(begun_by(of.timer_fired_event_attributes().started_event_id()), "⧖", of);
    break;
  case enums::EVENT_TYPE_TIMER_CANCELED:
    end(begun_by(of.timer_canceled_event_attributes().started_event_id()), "⧖", of);
    break;
  default: break;
  }
  return nullptr;
}

bool is_folded(const trace_style& style, const traced& what) {
  return style.folds && std::ranges::find(style.folded, what.status) != style.folded.end();
}

std::string draw_trace(const traced& root, const trace_style& style, const global_flags& flags) {
  drawing made{style, flags};
  made.draw(root, 0);
  return made.take();
}

std::pair<std::int64_t, std::int64_t> count_events(const traced& root) {
  std::pair sum{root.last_event, root.known_events};
  for (const auto& each : root.children)
    if (each->what == traced::kind::workflow) {
      const auto [applied, known] = count_events(*each);
      sum.first += applied;
      sum.second += known;
    }
  return sum;
}

} // namespace troupe::cli
