// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/worker_interceptor.hpp>
#include <troupe/workflow/interceptor.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::workflow {

class engine;

/// What `environment::interceptors` is for these; empty if there are none.
[[nodiscard]] std::function<std::vector<std::unique_ptr<interceptor>>(const info&)>
interceptors_of_runs(const std::vector<std::shared_ptr<const worker_interceptor>>& from);

/// The interceptors of one run around what its engine does. What comes in passes the first one
/// first, what goes out passes it last; behind all of them is the engine.
class interception {
public:
  interception(engine& owner, std::vector<std::unique_ptr<interceptor>> all)
      : engine_(owner), all_(std::move(all)) {}

  async<payload> execute(context ctx, execute_input in);
  /// Destroys the run's code, with its object: the run is left.
  void destroy_code() noexcept { code_.clear(); }
  async<void> handle_signal(context ctx, signal_input in);
  payload handle_query(context ctx, query_input in);
  void validate_update(context ctx, update_input in);
  async<payload> handle_update(context ctx, update_input in);

  future<void> start_timer(context ctx, timer_input in);
  future<payload> start_activity(context ctx, activity_input in);
  future<payload> start_local_activity(context ctx, local_activity_input in);
  begun start_child(context ctx, child_input in);
  begun start_nexus_operation(context ctx, nexus_operation_input in);
  future<void> signal_external(context ctx, external_signal_input in);
  future<void> cancel_external(context ctx, external_cancel_input in);
  void continue_as_new(context ctx, continue_as_new_input in);

private:
  template <auto Member, auto Last, class Result, class Input>
  static Result inward(void* chain, std::size_t at, context ctx, Input in);
  template <auto Member, auto Last, class Result, class Input>
  static Result outward(void* chain, std::size_t left, context ctx, Input in);

  // The ends of the chains: what the engine does without interceptors.
  async<payload> last_execute(context ctx, execute_input in);
  static async<payload> wait_for_code(const async<payload>* code);
  async<void> last_handle_signal(context ctx, signal_input in);
  payload last_handle_query(context ctx, query_input in);
  void last_validate_update(context ctx, update_input in);
  async<payload> last_handle_update(context ctx, update_input in);
  future<void> last_start_timer(context ctx, timer_input in);
  future<payload> last_start_activity(context ctx, activity_input in);
  future<payload> last_start_local_activity(context ctx, local_activity_input in);
  begun last_start_child(context ctx, child_input in);
  begun last_start_nexus_operation(context ctx, nexus_operation_input in);
  future<void> last_signal_external(context ctx, external_signal_input in);
  future<void> last_cancel_external(context ctx, external_cancel_input in);
  void last_continue_as_new(context ctx, continue_as_new_input in);
  async<payload> prepare_update(update_input&& in, bool is_validated);

  engine& engine_; ///< whose it is
  std::vector<std::unique_ptr<interceptor>> all_;
  /// The run's code, once as a rule. It is kept here, as whoever waits for it lets go of it when it
  /// has ended: its object answers queries after that, too.
  std::deque<async<payload>> code_;
};

} // namespace troupe::workflow
