// SPDX-License-Identifier: Apache-2.0
#include "test/golden/scenario.hpp"

#include "test/support/golden_workflows.hpp"
#include "test/support/history_normaliser.hpp"
#include "test/support/recordings.hpp"

#include <ostream>

namespace troupe::test {
namespace {

history recording(const scenario& one, const std::string& name) {
  auto recorded = load_history(name + ".json");
  forget_builds(recorded);
  forget_namespaces(recorded);
  if (name.starts_with("go/"))
    forget_go(recorded);
  in_our_words(recorded, one.words);
  return recorded;
}

void check(
    golden_world& world, history_comparison& ids, const scenario& one, const std::string& name) {
  std::size_t which = 0;
  if (name.ends_with(".run-2") || name.ends_with(".second-run"))
    which = 1;
  else if (name.ends_with(".run-3"))
    which = 2;
  check_recorded(world, ids, recording(one, name), name, which);
}

} // namespace

std::ostream& operator<<(std::ostream& out, const scenario& one) {
  return out << one.name;
}

golden_world::troubles play(const scenario& one, mortal_service::dies when) {
  set_golden_bugs(2);
  set_golden_change(false);
  golden_world world{one.pace, when};
  if (one.before != nullptr)
    one.before(world);
  const std::string name = one.name;
  const auto recorded = recording(one, name);
  if (one.start != nullptr)
    one.start(world, recorded);
  else
    world.start_as(recorded);
  if (one.happens != nullptr)
    one.happens(world);
  history_comparison ids;
  check(world, ids, one, name);
  if (is_recorded(name + ".handler"))
    check(world, ids, one, name + ".handler");
  for (const char* each : one.also)
    check(world, ids, one, each);
  return world.seen();
}

std::vector<scenario>
table_unless(std::span<const scenario> table, const char* scenario::* reason) {
  std::vector<scenario> played;
  for (const auto& one : table)
    if (one.*reason == nullptr)
      played.push_back(one);
  return played;
}

std::vector<std::string> recordings_of(std::span<const scenario> table) {
  std::vector<std::string> all;
  for (const auto& one : table) {
    all.emplace_back(one.name);
    if (is_recorded(all.back() + ".handler"))
      all.push_back(all.back() + ".handler");
    all.insert(all.end(), one.also.begin(), one.also.end());
  }
  return all;
}

} // namespace troupe::test
