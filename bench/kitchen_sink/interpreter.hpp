// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/program.hpp"

#include <troupe/activity/contract.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/mutex.hpp>
#include <troupe/workflow/semaphore.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace kitchen_sink {

/// The workflow that does what a program says.
class interpreter {
public:
  static constexpr std::string_view name = "KitchenSink";

  static constexpr troupe::workflow::signal<std::int64_t> tell{"tell"};
  static constexpr troupe::workflow::update<std::int64_t(std::int64_t)> add{"add"};
  static constexpr troupe::workflow::query<std::int64_t()> told{"told"};
  static constexpr troupe::workflow::query<std::int64_t(int)> asked{"asked"};  ///< by its key
  static constexpr troupe::workflow::signal<std::string> answered{"answered"}; ///< by a child

  explicit interpreter(troupe::workflow::context ctx);

  troupe::async<std::int64_t> run(troupe::workflow::context ctx, program what);

private:
  using context = troupe::workflow::context;

  troupe::async<std::int64_t> execute(context ctx, action what);
  troupe::async<std::int64_t> all_of(context ctx, action what);
  troupe::async<std::int64_t> side_by_side(context ctx, action what);
  troupe::async<std::int64_t> cancel_timer(context ctx, action what);
  troupe::async<std::int64_t> race(context ctx, action what);
  troupe::async<std::int64_t> fail_in_activity(context ctx, action what);
  troupe::async<std::int64_t> run_out_of_time(context ctx, action what);
  troupe::async<std::int64_t> fail_in_child(context ctx, action what);
  troupe::async<std::int64_t> cancel_child(context ctx, action what);
  troupe::async<std::int64_t> receive(context ctx, action what);
  troupe::async<std::int64_t> wait_for_updates(context ctx, action what);
  troupe::async<std::int64_t> ask(context ctx, action what);
  troupe::async<std::int64_t> leave_to_another(context ctx, action what);
  troupe::async<std::int64_t> talk(context ctx, action what);
  troupe::async<std::int64_t> answer_parent(context ctx, action what);
  troupe::async<std::int64_t> cancel_peer(context ctx, action what);
  std::int64_t count_up(const context& ctx, const action& what);
  troupe::async<std::int64_t> wait_in_vain(context ctx, action what);
  troupe::async<std::int64_t> alone(context ctx, action what);
  troupe::async<std::int64_t> with_a_permit(context ctx, action what);
  troupe::async<std::int64_t> handle_add(context ctx, std::int64_t number);

  troupe::workflow::signal_channel<std::int64_t> told_;
  std::int64_t added_ = 0;  ///< updates whose handlers have ended
  std::int64_t wanted_ = 0; ///< updates that actions wait for
  std::map<int, std::int64_t> asked_;
  int left_open_ = 0;              ///< activities that others complete
  std::set<std::string> answered_; ///< children that have heard all
  std::int64_t upserts_ = 0;       ///< the runs before this one included
  troupe::workflow::mutex lock_;
  int locked_ = 0; ///< who holds it
  troupe::workflow::semaphore permits_{2};
  int permitted_ = 0; ///< who has one
};

/// What a workflow counts its upserts in; the memo has the same under the same name.
inline constexpr troupe::integer_attribute upserts_attribute{"KitchenSinkUpserts"};

/// Makes `to` a worker of everything that programs need, on the endpoint `endpoint_name`.
void add_to(troupe::worker& to);
inline constexpr std::string_view endpoint_name = "kitchen-sink";

} // namespace kitchen_sink
