// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/golden/kept_record.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

namespace troupe::test {
namespace {

using namespace embedded;

std::vector<const run*> runs_of(const record& rec) {
  std::vector<const run*> all;
  rec.runs.for_each([&](const run& each) { all.push_back(&each); });
  return all;
}

bool same_events(const std::vector<event_ptr>& left, const std::vector<event_ptr>& right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(), [](const auto& one, const auto& other) {
        return same_message(*one, *other);
      });
}

/// Tables compare their entries; events are pointers, so what they point to counts.
template <class Map>
bool same_table(const Map& left, const Map& right) {
  if constexpr (std::is_same_v<Map, decltype(run_tables::buffered)>)
    return std::equal(
        left.begin(),
        left.end(),
        right.begin(),
        right.end(),
        [](const auto& one, const auto& other) {
          return one.first == other.first && same_message(*one.second, *other.second);
        });
  else
    return left == right;
}

std::string difference(const run& left, const run& right) {
  if (left.id != right.id || left.number != right.number)
    return "another run";
  if (!(static_cast<const run_origin&>(left.state) == static_cast<const run_origin&>(right.state)))
    return "the origin of run " + left.id;
  if (!(static_cast<const run_scalars&>(left.state)
        == static_cast<const run_scalars&>(right.state)))
    return "the state of run " + left.id;
  if (!same_events(left.history, right.history))
    return "the history of run " + left.id;
  std::string found;
  int table = 0;
  for_each_table(
      [&](const auto& one, const auto& other) {
        ++table;
        if (found.empty() && !same_table(one, other))
          found = "table " + std::to_string(table) + " of run " + left.id;
      },
      static_cast<const run_tables&>(left.state),
      static_cast<const run_tables&>(right.state));
  return found;
}

} // namespace

std::string difference(const record& left, const record& right) {
  if (left.name_space != right.name_space || left.namespace_id != right.namespace_id
      || left.workflow_id != right.workflow_id)
    return "another record";
  if (left.last_stamp != right.last_stamp || left.last_task_id != right.last_task_id
      || left.last_run_number != right.last_run_number)
    return "the counters of the record";
  const auto mine = runs_of(left);
  const auto theirs = runs_of(right);
  if (mine.size() != theirs.size())
    return "the number of runs";
  for (std::size_t at = 0; at < mine.size(); ++at)
    if (auto found = difference(*mine[at], *theirs[at]); !found.empty())
      return found;
  return {};
}

void kept_record::commit(const record& after, const transaction& what) {
  std::set<row_key> named;
  for (auto& each : rows_of(after, what).rows) {
    if (!named.insert(each.key).second)
      throw std::runtime_error{"a batch names a row twice"};
    if (each.value)
      rows_[each.key] = std::move(*each.value);
    else if (rows_.erase(each.key) == 0)
      throw std::runtime_error{"a batch removes a row that is not there"};
  }
}

std::shared_ptr<record> kept_record::read() const {
  std::vector<row> rows;
  for (const auto& [key, value] : rows_)
    rows.push_back({key, value});
  auto outcome = read_record(rows);
  if (!outcome.problem.empty())
    throw std::runtime_error{outcome.problem};
  return outcome.rec;
}

} // namespace troupe::test
