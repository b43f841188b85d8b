// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/plan.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace kitchen_sink {

namespace {

/// What a workflow may do beside its leaves and branches.
struct allowance {
  bool takes_messages = true; ///< from clients: only what they start, and where none is lost
  bool may_lock = true;       ///< who holds a lock and wants another one may wait for ever
  /// A reset does again what came after its point. Others do not go back with it: what they are
  /// told would come twice, and who was to be told later would wait for ever. Nor does it bring
  /// along that an activity is paused.
  bool is_reset = false;
  /// Has little time. Who tries something again that would come too late hears that it failed
  /// before, and ends otherwise than by the time.
  bool is_short = false;
};

class writer {
public:
  writer(std::mt19937_64& chance, allowance may) : chance_(chance), may_(may) {}

  action write(int depth) {
    static constexpr std::array leaves{
        kind::value,
        kind::timer,
        kind::cancelled_timer,
        kind::race,
        kind::activity,
        kind::failing_activity,
        kind::slow_activity,
        kind::cancelled_activity,
        kind::paused_activity,
        kind::reset_activity,
        kind::changed_activity,
        kind::local_activity,
        kind::patient_local_activity,
        kind::long_local_activity,
        kind::operation,
        kind::failing_operation,
        kind::unsure_operation,
        kind::cancelled_operation,
        kind::cancelled_child,
        kind::cron_child,
        kind::side_effect,
        kind::mutable_side_effect,
        kind::version,
        kind::patch,
        kind::settled_patch,
        kind::random,
        kind::signals,
        kind::updates,
        kind::query,
        kind::left_open,
        kind::peers,
        kind::started_peer,
        kind::cancelled_peer,
        kind::upsert,
        kind::in_vain};
    static constexpr std::array branches{
        kind::sequence,
        kind::sequence,
        kind::sequence,
        kind::parallel,
        kind::parallel,
        kind::parallel,
        kind::child,
        kind::failing_child,
        kind::retried_child,
        kind::left_child,
        kind::long_operation,
        kind::locked,
        kind::limited};
    action made;
    made.number = below(chance_, 5000);
    made.times = static_cast<int>(below(chance_, 3));
    if (may_.takes_messages && below(chance_, 8) == 0) {
      made.what = below(chance_, 2) == 0 ? kind::signals : kind::updates;
      return made;
    }
    if (depth == 0 || below(chance_, 3) == 0) {
      made.what = leaves[chance_() % leaves.size()];
      if (!is_allowed(made.what))
        made.what = kind::timer;
      return made;
    }
    made.what = branches[chance_() % branches.size()];
    const bool is_lock = made.what == kind::locked || made.what == kind::limited;
    if ((is_lock && !may_.may_lock) || !is_allowed(made.what))
      made.what = kind::sequence;
    if (made.what == kind::left_child && may_.is_reset)
      made.times = 0; // one that ends by itself
    const bool is_list = made.what == kind::sequence || made.what == kind::parallel;
    auto inside = may_;
    if (!is_of_the_same_run(made.what))
      inside = {.takes_messages = false};
    else if (is_lock)
      inside.may_lock = false;
    writer inner{chance_, inside};
    for (auto left = is_list ? 1 + below(chance_, 4) : 1; left > 0; --left)
      made.parts.push_back(inner.write(depth - 1));
    return made;
  }

private:
  [[nodiscard]] bool is_allowed(kind what) const {
    const auto is_one_of = [what](std::initializer_list<kind> all) {
      return std::ranges::find(all, what) != all.end();
    };
    if (is_one_of({kind::signals, kind::updates}))
      return may_.takes_messages;
    if (may_.is_short
        && is_one_of(
            {kind::activity,
             kind::paused_activity,
             kind::reset_activity,
             kind::changed_activity,
             kind::patient_local_activity,
             kind::operation, // none begins in the last 1.5 s
             kind::failing_operation,
             kind::unsure_operation,
             kind::cancelled_operation,
             kind::long_operation,
             kind::started_peer, // by an operation, too
             kind::query,
             kind::left_open}))
      return false;
    return !may_.is_reset
           || !is_one_of(
               {kind::peers,
                kind::started_peer,
                kind::cancelled_peer,
                kind::paused_activity,
                kind::left_open, // it may be over when it is to be completed once more
                kind::cancelled_child,
                kind::cron_child,
                kind::cancelled_operation});
  }

  std::mt19937_64& chance_;
  allowance may_;
};

/// True once in so many.
bool once_in(std::mt19937_64& chance, std::int64_t times) {
  return below(chance, times) == 0;
}

ending draw_ending(std::mt19937_64& chance) {
  switch (below(chance, 12)) {
  case 0:
  case 1: return ending::failure;
  case 2: return ending::canceled;
  case 3: return ending::terminated;
  case 4: return ending::timed_out;
  default: return ending::result;
  }
}

} // namespace

plan make_plan(std::mt19937_64& chance) {
  plan made;
  auto& what = made.what;
  what.ending = draw_ending(chance);
  // What is cancelled, terminated or out of time may come to its end before a message does.
  const bool ends_by_itself = what.ending == ending::result || what.ending == ending::failure;
  auto runs_after =
      what.ending != ending::timed_out && once_in(chance, 4) ? 1 + below(chance, 2) : 0;
  if (what.ending == ending::timed_out)
    made.run_timeout = std::chrono::milliseconds{1'000 + below(chance, 20'000)};
  if (ends_by_itself) {
    switch (below(chance, 8)) {
    case 0:
      made.cron_runs = 1 + static_cast<int>(below(chance, 3));
      runs_after = 0; // a run that continues as new comes by cron no more
      break;
    case 1:
      made.attempts = 2 + static_cast<int>(below(chance, 3));
      what.failures = 1 + static_cast<int>(below(chance, 4)); // more than its attempts, perhaps
      break;
    case 2:
    case 3: made.is_reset = true; break;
    default: break;
    }
  }
  // A message that one run has received is lost for the next.
  const bool is_alone =
      ends_by_itself && runs_after == 0 && made.cron_runs == 0 && made.attempts == 0;
  what.lingers = is_alone && !made.is_reset && once_in(chance, 4);
  what.what =
      writer{
          chance,
          {.takes_messages = is_alone,
           .is_reset = made.is_reset,
           .is_short = what.ending == ending::timed_out}}
          .write(3);
  for (auto left = runs_after; left > 0; --left) {
    auto changes = static_cast<int>(below(chance, change::all + 1) & below(chance, 256));
    if (made.attempts > 0) // it decides how the program ends
      changes &= ~change::retry_policy;
    what.runs_after.push_back(
        {writer{chance, {.takes_messages = false, .is_reset = made.is_reset}}.write(2), changes});
  }

  const auto [signals, updates] = messages_of(what.what);
  if (signals > 0 && once_in(chance, 2))
    made.beginning = beginning::signal_with_start;
  else if (updates > 0 && once_in(chance, 2))
    made.beginning = beginning::update_with_start;
  else if (once_in(chance, 4))
    made.beginning = beginning::eager_start;
  if (made.cron_runs == 0 && what.ending != ending::timed_out && !made.is_reset
      && made.beginning != beginning::update_with_start && once_in(chance, 6)) // which has none
    made.start_delay = std::chrono::milliseconds{1'000 + below(chance, 30'000)};
  const bool is_open = what.ending == ending::canceled || what.ending == ending::terminated;
  made.is_changed = is_open && once_in(chance, 3);
  return made;
}

} // namespace kitchen_sink
