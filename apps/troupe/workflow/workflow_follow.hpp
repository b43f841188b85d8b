// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <temporal/api/history/v1/message.pb.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace troupe::cli {

class connection;
class json_object;

/// Which events to read.
struct history_request {
  std::string workflow_id, run_id;
  bool follow = false;     ///< waits for more events until the run is closed
  bool reverse = false;    ///< newest first; cannot follow
  bool only_close = false; ///< the event that closed the run
};

/// The events of one run, page after page.
class history_reader {
public:
  history_reader(connection& over, history_request what);
  ~history_reader();

  /// Absent at the end; throws `command_error` with "`what`: " and the service's words.
  std::optional<temporal::api::history::v1::HistoryEvent> next(const std::string& what);

private:
  void read_page(const std::string& what);

  struct state;
  std::unique_ptr<state> state_;
};

/// The event that closed the workflow, following runs that continued as new. Waits for it.
temporal::api::history::v1::HistoryEvent
wait_for_close(connection& over, const std::string& workflow_id, std::string run_id);

/// Prints the events as a table or, `detailed`, as sections. Returns the last closing event among
/// them that `print_result` knows.
std::optional<temporal::api::history::v1::HistoryEvent> print_progress(
    connection& over, const history_request& what, bool detailed, const global_flags& flags);

/// `Results:` as text. A duration of zero is not shown.
void print_result(
    const temporal::api::history::v1::HistoryEvent& closed,
    std::chrono::nanoseconds duration,
    const global_flags& flags);

/// Adds `status`, `closeEvent` and, of a completed workflow, `result`.
void add_result(
    json_object& to,
    const temporal::api::history::v1::HistoryEvent& closed,
    const global_flags& flags);

/// The payloads of a completed workflow: one as itself, several as an array, none as null.
std::string
result_json(const temporal::api::history::v1::HistoryEvent& completed, const global_flags& flags);

/// The exit code's reason: throws `failed_outcome` unless the workflow completed.
void require_completed(const temporal::api::history::v1::HistoryEvent& closed);

} // namespace troupe::cli
