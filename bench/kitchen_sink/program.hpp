// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Programs for a workflow that can do everything: lists of actions, which it interprets, as public
/// load tools have it. What a program comes to is known beforehand.
namespace kitchen_sink {

/// What an action does, and the number that it gives.
enum class kind {
  value,                  ///< nothing; `number`
  timer,                  ///< sleeps `number` ms; 1
  cancelled_timer,        ///< a timer of an hour is cancelled after `number` ms; 2
  race,                   ///< of an hour and `number` ms; 8
  activity,               ///< fails `times` times, then gives `number` + 1
  failing_activity,       ///< fails for good with `number`, which it gives
  slow_activity,          ///< heartbeats, and runs into its timeout `times` times; 4
  cancelled_activity,     ///< is cancelled after `number` ms, in one of three ways; 11
  paused_activity,        ///< another one pauses it and lets it go on; `number` + 1
  reset_activity,         ///< another one resets it; `number` + 1
  changed_activity,       ///< another one changes its options; `number` + 1
  local_activity,         ///< fails `times` times, then gives `number` + 1
  patient_local_activity, ///< the same, with timers between its attempts
  long_local_activity,    ///< outlasts its workflow task; `number`
  operation,              ///< a Nexus operation that answers at once with `number`
  failing_operation,      ///< one that fails with `number`, which it gives
  unsure_operation,       ///< one whose handler fails `times` times, then answers `number`
  long_operation,         ///< one behind which a workflow does the first part
  cancelled_operation,    ///< one behind which a workflow waits until it is cancelled; 15
  child,                  ///< a child does the first part
  failing_child,          ///< a child does the first part and fails with `number`, which is added
  retried_child,          ///< a child does the first part, fails, and is retried `times` times
  cancelled_child,        ///< a child waits and is cancelled after `number` ms; 6
  cron_child,             ///< a child by cron is cancelled after `times` minutes; 13
  left_child,             ///< a child does the first part and is not waited for; 14
  side_effect,            ///< draws a number and goes by it; `number`
  mutable_side_effect,    ///< reads a number that grows `times` + 1 times; `number`
  version,                ///< goes by the version of a change; 3
  patch,                  ///< goes by whether a patch is there; 5
  settled_patch,          ///< goes the way of a patch that all have; 16
  random,                 ///< draws; 0
  sequence,               ///< all parts, one after the other; their sum
  parallel,               ///< all parts side by side; their sum
  signals,                ///< receives `times` signals; `signal_value` for each
  updates,                ///< waits for `times` updates; `update_value` for each
  query,                  ///< an activity asks the run for `number`, which it gives
  left_open,              ///< an activity is completed by another one, by its ids; `number`
  peers,                  ///< tells a child so many signals by its id, and hears of it; the child
                          ///< gives `signal_value` for each and `number`
  started_peer,           ///< the same with another workflow, which a signal starts; `number`
  answer,                 ///< tells whoever `whom` says, or the parent, that all is heard; `number`
  cancelled_peer,         ///< a child waits and is cancelled by its id after `number` ms; 9
  upsert,                 ///< counts in a search attribute and in the memo; `number`
  in_vain,                ///< waits for what never holds, `number` ms; 12
  locked,                 ///< the first part, while no other has the lock
  limited,                ///< the first part, while at most one other has a permit
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
    cancelled_activity,
    paused_activity,
    reset_activity,
    changed_activity,
    local_activity,
    patient_local_activity,
    long_local_activity,
    operation,
    failing_operation,
    unsure_operation,
    long_operation,
    cancelled_operation,
    child,
    failing_child,
    retried_child,
    cancelled_child,
    cron_child,
    left_child,
    side_effect,
    mutable_side_effect,
    version,
    patch,
    settled_patch,
    random,
    sequence,
    parallel,
    signals,
    updates,
    query,
    left_open,
    peers,
    started_peer,
    answer,
    cancelled_peer,
    upsert,
    in_vain,
    locked,
    limited)
inline constexpr std::size_t kinds = static_cast<std::size_t>(kind::limited) + 1;

inline constexpr std::int64_t signal_value = 10;
inline constexpr std::int64_t update_value = 7;

struct action {
  kind what = kind::value;
  std::int64_t number = 0;
  int times = 0;
  std::vector<action> parts = {};
  std::string whom = {}; ///< for `kind::answer`: a workflow's id; empty: the parent's
};
BOOST_DESCRIBE_STRUCT(action, (), (what, number, times, parts, whom))

/// How a program ends once its actions are done.
enum class ending {
  result,     ///< the sum of what its actions gave
  failure,    ///< an error that carries it
  canceled,   ///< waits for its cancellation, which may come at any time
  terminated, ///< waits for ever
  timed_out,  ///< waits for ever, and may not
};
BOOST_DESCRIBE_ENUM(ending, result, failure, canceled, terminated, timed_out)
inline constexpr std::size_t endings = static_cast<std::size_t>(ending::timed_out) + 1;

/// What a run has otherwise than the one that it continues: bits of `later_run::changes`.
namespace change {
inline constexpr int run_timeout = 1;
inline constexpr int task_timeout = 2;
inline constexpr int retry_policy = 4;
inline constexpr int memo = 8;
inline constexpr int type = 16;
inline constexpr int delay = 32;
inline constexpr int task_queue = 64;
inline constexpr int search_attributes = 128;
inline constexpr int all = 255;
} // namespace change

struct later_run {
  action what = {};
  int changes = 0;
};
BOOST_DESCRIBE_STRUCT(later_run, (), (what, changes))

struct program {
  action what = {};
  kitchen_sink::ending ending = kitchen_sink::ending::result;
  std::int64_t carried = 0;               ///< what the runs before this one gave
  std::vector<later_run> runs_after = {}; ///< each in a run of its own
  int failures = 0;     ///< so many attempts fail with the sum before one ends as it should
  bool lingers = false; ///< ends only when one of its handlers runs, which never ends
  int changed = 0;      ///< what this run has otherwise than the one before it
};
BOOST_DESCRIBE_STRUCT(program, (), (what, ending, carried, runs_after, failures, lingers, changed))

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
/// Its parts are done by the run that does it.
bool is_of_the_same_run(kind what);

} // namespace kitchen_sink
