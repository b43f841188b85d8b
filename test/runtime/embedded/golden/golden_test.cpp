// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/golden/golden_scenarios.hpp"
#include "test/runtime/embedded/golden/history_player.hpp"
#include "test/support/history_normaliser.hpp"
#include "test/support/recordings.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

/// What the real server wrote when this happened to it, the rules write too: a scenario is one row.
namespace troupe::test {

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(the_rules_write_what_the_real_server_wrote) {
  for (const char* scenario : golden_scenarios) {
    BOOST_TEST_CONTEXT(scenario) {
      try {
        const auto recorded = load_history(scenario);
        const auto made = history_player{recorded}.play();
        const auto report = history_comparison{}.difference(recorded, made);
        BOOST_CHECK_MESSAGE(report.empty(), scenario << ": " << report);
      } catch (const std::exception& error) {
        BOOST_ERROR(scenario << ": " << error.what());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_recording_is_played_or_has_a_reason) {
  std::set<std::string> left;
  for (const auto& name : recordings())
    left.insert(name + ".json");
  BOOST_TEST(left.size() >= 322U); // they only grow
  for (const char* scenario : golden_scenarios)
    BOOST_TEST(left.erase(scenario) == 1U, scenario << " is no recording, or a row twice");
  for (const auto& [name, why] : golden_unplayed)
    BOOST_TEST(left.erase(name) == 1U, name << " is no recording, or played: " << why);
  for (const auto& name : left)
    BOOST_ERROR(name << " is neither a row nor has a reason");
}

BOOST_AUTO_TEST_CASE(a_rejected_update_in_every_pause_changes_no_history) {
  int rejected = 0;
  for (const char* scenario : golden_scenarios) {
    BOOST_TEST_CONTEXT(scenario) {
      try {
        const auto recorded = load_history(scenario);
        history_player player{recorded};
        player.rejects_updates = true;
        const auto made = player.play();
        const auto report = history_comparison{}.difference(recorded, made);
        BOOST_CHECK_MESSAGE(report.empty(), scenario << ": " << report);
        rejected += player.rejected();
      } catch (const std::exception& error) {
        BOOST_ERROR(scenario << ": " << error.what());
      }
    }
  }
  BOOST_TEST(rejected > 50);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
