// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/worker_interceptor.hpp>
#include <troupe/workflow/definition.hpp>

#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
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
  /// Of the workers that run the workflows: they are a part of the code.
  std::vector<std::shared_ptr<const worker_interceptor>> interceptors = {};
};

/// What came of one history.
struct replay_result {
  std::string run_id;                 ///< of the history
  std::exception_ptr error = nullptr; ///< null if the code fits
  bool nondeterministic = false;      ///< the error says that code and history differ
  std::string message = {};           ///< the error as text

  /// The code did what the history says.
  [[nodiscard]] bool ok() const noexcept { return error == nullptr; }
};

/// Runs workflow code against recorded histories, to find out before a deployment whether running
/// workflows survive it.
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

private:
  replay_options options_;
  std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>> definitions_;
};

} // namespace troupe::testing
