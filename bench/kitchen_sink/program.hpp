// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

/// Programs for a workflow that can do everything: lists of actions, which it interprets, as public
/// load tools have it. What a program comes to is known beforehand.
namespace kitchen_sink {

/// What an action does, and the number that it gives.
enum class kind {
  value,            ///< nothing; `number`
  timer,            ///< sleeps `number` ms; 1
  cancelled_timer,  ///< a timer of an hour is cancelled after `number` ms; 2
  race,             ///< of an hour and `number` ms; 8
  activity,         ///< fails `times` times, then gives `number` + 1
  failing_activity, ///< fails for good with `number`, which it gives
  slow_activity,    ///< heartbeats, and runs into its timeout `times` times; 4
  local_activity,   ///< fails `times` times, then gives `number` + 1
  operation,        ///< a Nexus operation that answers at once with `number`
  long_operation,   ///< a Nexus operation behind which a workflow does the first part
  child,            ///< a child does the first part
  failing_child,    ///< a child does the first part and fails with `number`, which is added
  cancelled_child,  ///< a child waits and is cancelled after `number` ms; 6
  side_effect,      ///< `number`
  version,          ///< 3
  patch,            ///< 5
  random,           ///< draws; 0
  sequence,         ///< all parts, one after the other; their sum
  parallel,         ///< all parts side by side; their sum
  signals,          ///< receives `times` signals; `signal_value` for each
  updates,          ///< waits for `times` updates; `update_value` for each
  query,            ///< an activity asks the run for `number`, which it gives
  left_open,        ///< an activity is completed by another one, by its ids; `number`
  peers,            ///< tells a child so many signals by its id, and hears of it; the child gives
                    ///< `signal_value` for each and `number`
  answer,           ///< tells the parent that this child has heard all; `number`
  cancelled_peer,   ///< a child waits and is cancelled by its id after `number` ms; 9
  upsert,           ///< counts in a search attribute and in the memo; `number`
  in_vain,          ///< waits for what never holds, `number` ms; 12
  locked,           ///< the first part, while no other has the lock
  limited,          ///< the first part, while at most one other has a permit
};
BOOST_DESCRIBE_ENUM(
    kind,
    value,
    timer,
    cancelled_timer,
    race,
    activity,
    failing_activity,
    slow_activity,
    local_activity,
    operation,
    long_operation,
    child,
    failing_child,
    cancelled_child,
    side_effect,
    version,
    patch,
    random,
    sequence,
    parallel,
    signals,
    updates,
    query,
    left_open,
    peers,
    answer,
    cancelled_peer,
    upsert,
    in_vain,
    locked,
    limited)

inline constexpr std::int64_t signal_value = 10;
inline constexpr std::int64_t update_value = 7;

struct action {
  kind what = kind::value;
  std::int64_t number = 0;
  int times = 0;
  std::vector<action> parts = {};
};
BOOST_DESCRIBE_STRUCT(action, (), (what, number, times, parts))

/// How a program ends once its actions are done.
enum class ending {
  result,     ///< the sum of what its actions gave
  failure,    ///< an error that carries it
  canceled,   ///< waits for its cancellation, which may come at any time
  terminated, ///< waits for ever
};
BOOST_DESCRIBE_ENUM(ending, result, failure, canceled, terminated)

struct program {
  action what = {};
  kitchen_sink::ending ending = kitchen_sink::ending::result;
  std::int64_t carried = 0;            ///< what the runs before this one gave
  std::vector<action> runs_after = {}; ///< each in a run of its own
};
BOOST_DESCRIBE_STRUCT(program, (), (what, ending, carried, runs_after))

/// What the actions of a program give together, if it comes to its end.
std::int64_t sum_of(const program& what);
/// How many signals and updates it waits for.
struct messages {
  int signals = 0;
  int updates = 0;
};
messages messages_of(const action& what);
/// How often it counts in its search attribute and its memo, its children left out.
std::int64_t upserts_of(const program& what);
/// How many actions it has.
std::size_t size_of(const program& what);

/// A program by chance: the same numbers, the same program, on every machine.
program make_program(std::mt19937_64& chance);

} // namespace kitchen_sink
