// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"
#include "runtime/embedded/batch/batch.hpp"
#include "runtime/embedded/batch/batch_target.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace troupe::embedded {

class directory;

/// The batch operations of one namespace.
///
/// Owns:      the right to change the list of them, which the directory keeps; what is under way of
///            the one that runs.
/// Receives:  serve_call (start, describe, list, stop), commit_ended (store), batch_answered (what
///            it asked), batch_asks (itself), batch_goes_on (itself, and once if the service begins
///            with one that runs), drop_index (registry).
/// Sends:     answers; calls of the service's own methods, as any client makes them.
/// Dies when: its namespace is gone.
///
/// An operation is worked on page by page: its workflows are listed, so many at once are asked, and
/// when all of a page have answered, how far it is is written. A service that begins with an
/// operation that runs goes on with the page it was at; what is asked twice is asked with the same
/// request ids. A change that a client asks for is made once it is durable, and answered then; what
/// comes meanwhile waits in order.
class batch_actor final : public service_actor<batch_handle> {
public:
  batch_actor(
      caf::actor_config& cfg, actors::shard& home, directory& here, std::string namespace_id);

  const char* name() const override { return "batch"; }
  behavior_type make_behavior() override;

  // -- what the rows of the method table ask for (call/batch_calls.cpp) --------------------------

  void start_for(
      const call_ptr& from,
      const temporal::api::workflowservice::v1::StartBatchOperationRequest& request);
  void stop_for(
      const call_ptr& from,
      const temporal::api::workflowservice::v1::StopBatchOperationRequest& request);
  [[nodiscard]] const batch_list& all() const;
  /// The same operation with what has been done since it was written last.
  [[nodiscard]] const batch_operation& progress_of(const batch_operation& what) const;

private:
  using answer_handler = unique_function<void(rpc_status, std::string)>;

  struct asked {
    batch_target what;
    batch_target::request last; ///< that was sent
    int attempts = 1;
  };

  void serve_next();
  void commit(batch_operation changed, unique_function<void(bool)> then);
  void commit_rows(commit_batch rows, unique_function<void(bool)> then);
  void forget_old();

  void go_on();
  void go_on_later(duration pause);
  void count();
  void read_page();
  void take_page(rpc_status status, const std::string& reply);
  void ask_some();
  void ask(std::uint64_t number, batch_target::request what);
  void ask_again(std::uint64_t number);
  void ask_later(std::uint64_t number, duration pause);
  void answered(std::uint64_t number, const rpc_status& status, const std::string& reply);
  void page_done();
  void end(temporal::api::enums::v1::BatchOperationState state, const std::string& why);
  void let_go();
  void send(const google::protobuf::Message& request, answer_handler then);

  /// So many workflows are asked at once.
  static constexpr std::size_t most_asked = 20;
  static constexpr int page_size = 200;
  static constexpr int most_attempts = 20;
  /// That are closed and remembered; the oldest give way.
  static constexpr std::size_t most_remembered = 1000;

  directory& directory_;
  std::string namespace_id_;
  std::deque<call_ptr> waiting_;
  bool is_writing_ = false;
  unique_function<void(bool)> written_;

  // Of the operation that runs.
  std::optional<batch_operation> current_;
  std::uint64_t turn_ = 0; ///< news of a former page or operation are no news
  std::deque<temporal::api::common::v1::WorkflowExecution> left_; ///< of the page
  std::map<std::uint64_t, asked> asked_;
  std::uint64_t last_asked_ = 0;
  std::map<std::uint64_t, answer_handler> expected_; ///< answers to what was sent
  std::uint64_t last_sent_ = 0;
  std::string next_page_;
  bool is_last_page_ = false;
  bool is_waiting_ = false;   ///< until it may ask again
  time_point next_allowed_{}; ///< by its limit of operations per second
};

} // namespace troupe::embedded
