// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/store/store_writer.hpp"
#include "actors/shard/manual_shard.hpp"
#include "test/support/scripted_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <boost/test/unit_test.hpp>

#include <random>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::test::scripted_store;

struct fixture {
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    config.set("scheduler.max-threads", std::size_t{1});
    return config;
  }

  void commit(const std::string& owner, const std::string& value) {
    commit_batch rows;
    rows.rows.push_back({{table::record, owner}, value});
    writer.commit(owner, std::move(rows), [this, owner, value](bool is_durable) {
      told.push_back(owner + value + (is_durable ? "" : " lost"));
    });
  }

  void load(const std::string& owner) {
    writer.load(owner, {{table::record, owner}}, [this, owner](loaded_rows rows) {
      told.push_back(owner + " is " + (rows && !rows->empty() ? rows->front().value : "nothing"));
    });
  }

  std::string on_disk(const std::string& owner) {
    auto found = disk->rows.find({table::record, owner});
    return found == disk->rows.end() ? "nothing" : found->second;
  }

  using texts = std::vector<std::string>;

  caf::actor_system_config config;
  caf::actor_system system{configured(config)};
  troupe::actors::manual_shard shard{system};
  std::shared_ptr<scripted_store::disk> disk = std::make_shared<scripted_store::disk>();
  std::shared_ptr<scripted_store> where = std::make_shared<scripted_store>(shard, disk);
  store_writer writer{shard, where};
  texts told;
};

BOOST_FIXTURE_TEST_SUITE(store_writing, fixture)

BOOST_AUTO_TEST_CASE(what_many_commit_in_one_turn_is_one_batch) {
  for (const char* owner : {"a", "b", "c"})
    for (const char* value : {"1", "2"})
      commit(owner, value);
  BOOST_TEST(told.empty());
  shard.run_until_idle();
  BOOST_TEST(disk->batches == 1);
  BOOST_TEST(told == (texts{"a1", "a2", "b1", "b2", "c1", "c2"}), boost::test_tools::per_element());
  BOOST_TEST(on_disk("b") == "2");
}

BOOST_AUTO_TEST_CASE(an_owner_waits_for_its_own_batch_and_for_no_other) {
  where->holds = true;
  commit("a", "1");
  shard.run_until_idle();
  commit("a", "2");
  commit("b", "1");
  load("a");
  shard.run_until_idle();
  BOOST_TEST(where->held() == 2); // a2 depends on a1
  where->let_go(1);
  BOOST_TEST(told == (texts{"b1"}), boost::test_tools::per_element());
  where->let_go(0);
  shard.run_until_idle();
  where->let_go(0);
  shard.run_until_idle();
  BOOST_TEST(told == (texts{"b1", "a1", "a2", "a is 2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_store_that_takes_one_batch_gets_the_rest_in_the_next_one) {
  where->holds = true;
  where->at_once = 1;
  for (const char* owner : {"a", "b", "c", "d"}) {
    commit(owner, "1");
    shard.run_until_idle();
    BOOST_TEST(where->held() == 1);
  }
  where->let_go(0);
  shard.run_until_idle();
  where->let_go(0);
  BOOST_TEST(disk->batches == 2);
  BOOST_TEST(told == (texts{"a1", "b1", "c1", "d1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_decided_on_top_of_a_lost_commit_is_lost_too) {
  where->holds = true;
  commit("a", "1");
  shard.run_until_idle();
  commit("a", "2");
  commit("b", "1");
  shard.run_until_idle();
  where->let_go(0, false);
  BOOST_TEST(told == (texts{"a1 lost", "a2 lost"}), boost::test_tools::per_element());
  load("a");
  commit("c", "1");
  shard.run_until_idle();
  where->let_all_go();
  BOOST_TEST(told.size() == 5U);
  BOOST_TEST(on_disk("a") == "nothing");
  BOOST_TEST(on_disk("b") == "1");
  commit("a", "3"); // goes on from what is there
  shard.run_until_idle();
  where->let_all_go();
  BOOST_TEST(on_disk("a") == "3");
}

BOOST_AUTO_TEST_CASE(whatever_overtakes_and_fails_each_owner_keeps_its_order) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random{seed};
    told.clear();
    disk->rows.clear();
    where->takes = [&] { return std::chrono::milliseconds{random() % 20}; };
    where->fails = [&](const commit_batch&) { return random() % 10 == 0; };
    for (int n = 0; n < 300; ++n) {
      commit(std::string(1, static_cast<char>('a' + random() % 5)), std::to_string(n));
      if (random() % 3 == 0)
        shard.advance(std::chrono::milliseconds{random() % 10});
    }
    shard.advance(10s);
    BOOST_TEST(told.size() == 300U);
    std::map<char, int> last;
    std::map<char, std::string> durable;
    for (const auto& each : told) {
      const auto number = std::stoi(each.substr(1));
      BOOST_TEST((last.count(each[0]) == 0 || last[each[0]] < number));
      last[each[0]] = number;
      if (!each.ends_with("lost"))
        durable[each[0]] = std::to_string(number);
    }
    for (const auto& [owner, value] : durable)
      BOOST_TEST(on_disk(std::string(1, owner)) == value);
  }
}

BOOST_AUTO_TEST_CASE(what_a_writer_left_behind_tells_nobody) {
  where->holds = true;
  {
    store_writer other{shard, where};
    other.commit("x", {}, [](bool) { BOOST_ERROR("told after the end"); });
    shard.run_until_idle();
  }
  where->let_all_go();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
