// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/program.hpp"

#include <array>
#include <numeric>

namespace kitchen_sink {

namespace {

/// Not one of the standard's distributions, which differ from library to library.
std::int64_t below(std::mt19937_64& chance, std::int64_t limit) {
  return static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(limit));
}

std::int64_t sum_of_parts(const action& what);

std::int64_t sum_of(const action& what) {
  switch (what.what) {
  case kind::timer: return 1;
  case kind::cancelled_timer: return 2;
  case kind::race: return 8;
  case kind::activity:
  case kind::local_activity: return what.number + 1;
  case kind::slow_activity: return 4;
  case kind::cancelled_child: return 6;
  case kind::cancelled_peer: return 9;
  case kind::in_vain: return 12;
  case kind::version: return 3;
  case kind::patch: return 5;
  case kind::random: return 0;
  case kind::signals: return signal_value * what.times;
  case kind::updates: return update_value * what.times;
  case kind::peers: return signal_value * what.times + what.number;
  case kind::value:
  case kind::query:
  case kind::left_open:
  case kind::answer:
  case kind::upsert:
  case kind::failing_activity:
  case kind::operation:
  case kind::side_effect: return what.number;
  case kind::failing_child: return what.number + sum_of_parts(what);
  case kind::long_operation:
  case kind::child:
  case kind::locked:
  case kind::limited:
  case kind::sequence:
  case kind::parallel: return sum_of_parts(what);
  }
  return 0;
}

std::int64_t sum_of_parts(const action& what) {
  return std::accumulate(
      what.parts.begin(), what.parts.end(), std::int64_t{0}, [](auto sum, const auto& each) {
        return sum + sum_of(each);
      });
}

std::size_t size_of(const action& what) {
  return std::accumulate(
      what.parts.begin(), what.parts.end(), std::size_t{1}, [](auto sum, const auto& each) {
        return sum + size_of(each);
      });
}

bool is_of_the_same_run(const action& what) {
  return what.what == kind::sequence || what.what == kind::parallel || what.what == kind::locked
         || what.what == kind::limited;
}

std::int64_t upserts_of(const action& what) {
  std::int64_t sum = what.what == kind::upsert ? 1 : 0;
  if (is_of_the_same_run(what))
    for (const auto& each : what.parts)
      sum += upserts_of(each);
  return sum;
}

class writer {
public:
  writer(std::mt19937_64& chance, bool takes_messages, bool may_lock = true)
      : chance_(chance), takes_messages_(takes_messages), may_lock_(may_lock) {}

  action write(int depth) {
    static constexpr std::array leaves{kind::value,           kind::timer,
                                       kind::cancelled_timer, kind::race,
                                       kind::activity,        kind::failing_activity,
                                       kind::slow_activity,   kind::local_activity,
                                       kind::operation,       kind::cancelled_child,
                                       kind::side_effect,     kind::version,
                                       kind::patch,           kind::random,
                                       kind::signals,         kind::updates,
                                       kind::query,           kind::left_open,
                                       kind::peers,           kind::cancelled_peer,
                                       kind::upsert,          kind::in_vain};
    static constexpr std::array branches{
        kind::sequence,
        kind::sequence,
        kind::parallel,
        kind::parallel,
        kind::child,
        kind::failing_child,
        kind::long_operation,
        kind::locked,
        kind::limited};
    action made;
    made.number = below(chance_, 5000);
    made.times = static_cast<int>(below(chance_, 3));
    if (depth == 0 || below(chance_, 3) == 0) {
      made.what = leaves[chance_() % leaves.size()];
      if (!takes_messages_ && (made.what == kind::signals || made.what == kind::updates))
        made.what = kind::timer;
      return made;
    }
    made.what = branches[chance_() % branches.size()];
    const bool is_lock = made.what == kind::locked || made.what == kind::limited;
    if (is_lock && !may_lock_) // who holds one and wants another one may wait for ever
      made.what = kind::sequence;
    const bool is_list = made.what == kind::sequence || made.what == kind::parallel;
    // Messages go to the first workflow only.
    const bool is_same = is_of_the_same_run(made);
    writer inner{chance_, takes_messages_ && is_same, !is_same || (may_lock_ && !is_lock)};
    for (auto left = is_list ? 1 + below(chance_, 4) : 1; left > 0; --left)
      made.parts.push_back(inner.write(depth - 1));
    return made;
  }

private:
  std::mt19937_64& chance_;
  bool takes_messages_;
  bool may_lock_;
};

} // namespace

std::int64_t sum_of(const program& what) {
  auto sum = what.carried + sum_of(what.what);
  for (const auto& each : what.runs_after)
    sum += sum_of(each);
  return sum;
}

std::int64_t upserts_of(const program& what) {
  auto sum = upserts_of(what.what);
  for (const auto& each : what.runs_after)
    sum += upserts_of(each);
  return sum;
}

messages messages_of(const action& what) {
  messages all;
  if (what.what == kind::signals)
    all.signals = what.times;
  if (what.what == kind::updates)
    all.updates = what.times;
  for (const auto& each : what.parts) {
    const auto of_part = messages_of(each);
    all.signals += of_part.signals;
    all.updates += of_part.updates;
  }
  return all;
}

std::size_t size_of(const program& what) {
  auto size = size_of(what.what);
  for (const auto& each : what.runs_after)
    size += size_of(each);
  return size;
}

program make_program(std::mt19937_64& chance) {
  program made;
  switch (below(chance, 8)) {
  case 0: made.ending = ending::failure; break;
  case 1: made.ending = ending::canceled; break;
  case 2: made.ending = ending::terminated; break;
  default: break;
  }
  const auto runs_after = below(chance, 4) == 0 ? 1 + below(chance, 2) : 0;
  // What is not received in one run is lost for the next; what is cancelled may come to its end
  // before a message does.
  const bool ends_by_itself = made.ending == ending::result || made.ending == ending::failure;
  made.what = writer{chance, runs_after == 0 && ends_by_itself}.write(3);
  for (auto left = runs_after; left > 0; --left)
    made.runs_after.push_back(writer{chance, false}.write(2));
  return made;
}

} // namespace kitchen_sink
