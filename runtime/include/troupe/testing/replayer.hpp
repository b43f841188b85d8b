// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/worker_interceptor.hpp>
#include <troupe/workflow/definition.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::testing {

/// How histories are replayed.
struct replay_options {
  data_converter converter = {};      ///< of the arguments in the history
  std::string name_space = "default"; ///< what the code is told

  /// True: what each command holds (timeouts, inputs, results, ...) is compared with its event too,
  /// not only its kind and identity. Changed contents do no harm to a running workflow, so this is
  /// for tests of recorded histories.
  bool compare_contents = false;
  workflow::failure_types workflow_failure_types = {}; ///< of the workers that run the workflows
  /// Of the workers that run the workflows: they are a part of the code.
  std::vector<std::shared_ptr<const worker_interceptor>> interceptors = {};
};

/// What came of one history.
struct replay_result {
  std::string run_id;                 ///< of the history
  std::string workflow_type = {};     ///< of the history; empty if it cannot be read
  std::string source = {};            ///< the file, or `workflow id/run id`; empty for a text
  std::exception_ptr error = nullptr; ///< null if the code fits
  bool nondeterministic = false;      ///< the error says that code and history differ
  std::string message = {};           ///< the error as text

  /// The code did what the history says.
  [[nodiscard]] bool ok() const noexcept { return error == nullptr; }
};

/// A history to replay.
struct recorded_history {
  std::string source; ///< what it is called in the report
  std::string json;   ///< as `temporal workflow show -o json` writes it
};

/// What came of many histories.
struct replay_report {
  std::vector<replay_result> results = {}; ///< by source
  /// The sources whose workflow types were not added, if those are to be skipped; by name.
  std::vector<std::string> skipped = {};

  /// Something was replayed, and the code fits all of it.
  [[nodiscard]] bool ok() const noexcept;
  /// For people: how many there were, and a line for each that the code does not fit.
  [[nodiscard]] std::string text() const;
};

/// How many are replayed.
struct replay_all_options {
  std::size_t threads = 0; ///< that run workflow code side by side; 0: one a core
  /// Histories of types that were not added are no failures.
  bool skip_other_types = false;
};

/// Runs workflow code against recorded histories, to find out before a deployment whether running
/// workflows survive it.
///
///     testing::replayer replayer;
///     replayer.add<greeter>();
///     const auto report = replayer.replay_directory("histories");
///     std::cerr << report.text();
///
/// Needs no worker and no service. Histories may be open, closed or cut off; the commands of an
/// unfinished last task are not compared. Not thread-safe; several replayers may run on several
/// threads.
class replayer {
public:
  /// One without workflows yet.
  explicit replayer(replay_options options = {});

  /// Adds a workflow.
  template <class W>
  void add() {
    add(workflow::define<W>());
  }
  /// Adds a workflow that is known only at run time.
  void add(std::shared_ptr<const workflow::definition> definition);

  /// A history as `temporal workflow show -o json` writes it. `workflow_id` is for errors and
  /// `info` only.
  replay_result replay_json(std::string_view json, std::string_view workflow_id = {}) const;
  /// The same as a serialized `temporal.api.history.v1.History`.
  replay_result replay_binary(std::string_view bytes, std::string_view workflow_id = {}) const;

  /// A file: JSON, or a serialized history if its name ends with `.bin`. One that cannot be read is
  /// a result with an error.
  replay_result replay_file(const std::string& path) const;

  /// Many of them, on several threads; the code of each runs on one.
  replay_report
  replay_all(std::vector<recorded_history> histories, const replay_all_options& how = {}) const;
  /// All files of a directory and below it whose names end with `.json` or `.bin`. Throws
  /// `std::runtime_error` if it cannot be read.
  replay_report replay_directory(const std::string& path, const replay_all_options& how = {}) const;
  /// All workflows of a client's namespace that a list filter finds; `client` is a
  /// `troupe::client`. Throws what its calls throw.
  template <class Client>
  replay_report replay_workflows(
      const Client& client,
      const std::string& query = {},
      const replay_all_options& how = {}) const {
    std::vector<recorded_history> found;
    for (const auto& each : client.list_workflows(query)) {
      std::string json = R"({"events":[)";
      for (const auto& event : client.get_workflow(each.id, each.run_id).history())
        json.append(json.back() == '[' ? "" : ",").append(event.to_json());
      found.push_back({each.id + "/" + each.run_id, json.append("]}")});
    }
    return replay_all(std::move(found), how);
  }

private:
  [[nodiscard]] bool knows(std::string_view type) const {
    return definitions_.contains(type) || definitions_.contains(std::string_view{});
  }
  replay_report collect(
      std::size_t count,
      const replay_all_options& how,
      const std::function<replay_result(std::size_t)>& replay_one) const;

  replay_options options_;
  std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>> definitions_;
};

} // namespace troupe::testing
