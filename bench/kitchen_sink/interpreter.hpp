// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/program.hpp"

#include <troupe/search_attribute.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/mutex.hpp>
#include <troupe/workflow/semaphore.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kitchen_sink {

/// The workflow that does what a program says.
class interpreter {
public:
  static constexpr std::string_view name = "KitchenSink";
  /// The same by another name, for runs that continue as another type.
  static constexpr std::string_view other_name = "OtherKitchenSink";

  static constexpr troupe::workflow::signal<std::int64_t> tell{"tell"};
  static constexpr troupe::workflow::update<std::int64_t(std::int64_t)> add{"add"};
  static constexpr troupe::workflow::query<std::int64_t()> told{"told"};
  static constexpr troupe::workflow::query<std::int64_t(int)> asked{"asked"};  ///< by its key
  static constexpr troupe::workflow::signal<std::string> answered{"answered"}; ///< by a child
  static constexpr troupe::workflow::update<void()> linger{"linger"}; ///< does not come to an end

  explicit interpreter(troupe::workflow::context ctx);

  troupe::async<std::int64_t> run(troupe::workflow::context ctx, program what);

private:
  using context = troupe::workflow::context;
  using async = troupe::async<std::int64_t>;
  using step = async (interpreter::*)(context, action);

  async execute(context ctx, action what);
  static step step_of(kind what);
  void compare_with_the_runs_before(const context& ctx, const program& what) const;
  static void check_changes(const context& ctx, int changed);
  [[noreturn]] void continue_as_next(const context& ctx, program what, std::int64_t sum) const;

  // -- in the run itself, interpreter.cpp --
  async give(context ctx, action what);
  async sleep(context ctx, action what);
  async cancel_timer(context ctx, action what);
  async race(context ctx, action what);
  async draw(context ctx, action what);
  async all_of(context ctx, action what);
  async side_by_side(context ctx, action what);
  async receive(context ctx, action what);
  async wait_for_updates(context ctx, action what);
  async count_up(context ctx, action what);
  async wait_in_vain(context ctx, action what);
  async alone(context ctx, action what);
  async with_a_permit(context ctx, action what);

  // -- what a replay finds in the history, interpreter_markers.cpp --
  async go_by_a_side_effect(context ctx, action what);
  async watch_a_value(context ctx, action what);
  async go_by_version(context ctx, action what);
  async go_by_patch(context ctx, action what);
  async go_by_settled_patch(context ctx, action what);
  static async go_one_way(context ctx, std::int64_t way);

  // -- activities and operations, interpreter_calls.cpp --
  async call_activity(context ctx, action what);
  async fail_in_activity(context ctx, action what);
  async run_out_of_time(context ctx, action what);
  async cancel_activity(context ctx, action what);
  async hold_activity(context ctx, action what);
  async call_local_activity(context ctx, action what);
  async take_time_locally(context ctx, action what);
  async ask(context ctx, action what);
  async leave_to_another(context ctx, action what);
  async call_operation(context ctx, action what);
  async fail_in_operation(context ctx, action what);
  async call_long_operation(context ctx, action what);
  async cancel_operation(context ctx, action what);

  // -- other workflows, interpreter_others.cpp --
  async call_child(context ctx, action what);
  async fail_in_child(context ctx, action what);
  async retry_child(context ctx, action what);
  async cancel_child(context ctx, action what);
  async leave_child(context ctx, action what);
  async talk(context ctx, action what);
  async start_peer(context ctx, action what);
  async answer_other(context ctx, action what);
  async cancel_peer(context ctx, action what);

  async handle_add(context ctx, std::int64_t number);
  troupe::async<void> handle_linger(context ctx);

  troupe::workflow::signal_channel<std::int64_t> told_;
  std::int64_t added_ = 0;  ///< updates whose handlers have ended
  std::int64_t wanted_ = 0; ///< updates that actions wait for
  bool lingers_ = false;    ///< a handler runs that never ends
  std::map<int, std::int64_t> asked_;
  int named_ = 0;                  ///< activities that have got an id
  std::set<std::string> answered_; ///< others that have heard all
  std::int64_t upserts_ = 0;       ///< the runs before this one included
  troupe::workflow::mutex lock_;
  int locked_ = 0; ///< who holds it
  troupe::workflow::semaphore permits_{2};
  int permitted_ = 0; ///< who has one
};

/// What a workflow counts its upserts in; the memo has the same under the same name.
inline constexpr troupe::integer_attribute upserts_attribute{"KitchenSinkUpserts"};
/// What a run finds in its memo if the one before it has changed that.
inline constexpr std::string_view note_name = "note";

/// Where programs run, and where they may continue.
inline constexpr std::string_view queue = "sink";
inline constexpr std::string_view other_queue = "other-sink";

/// Makes `to` a worker of everything that programs need, on the endpoint `endpoint_name`.
void add_to(troupe::worker& to);

} // namespace kitchen_sink
