// SPDX-License-Identifier: Apache-2.0
// The sample of sagas: what comes of the money when a step fails.

#include "apps/samples/saga/transfer.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace saga_sample;

namespace {

struct fixture {
  troupe::testing::environment env;
  troupe::client client = env.connect();
  troupe::worker worker = env.make_worker(client, {.task_queue = "transfers"});
  std::shared_ptr<bank> accounts =
      std::make_shared<bank>(std::map<std::string, int>{{"Ann", 5'000'000}, {"Bob", 500}});

  fixture() {
    worker.add<transfer>();
    add_activities(worker, accounts);
    worker.start();
  }

  /// What came of it, and what each has then.
  std::string transferred(const std::string& from, const std::string& to, int cents) {
    std::string outcome;
    try {
      outcome = client.execute_workflow<transfer>(
          {.task_queue = "transfers"}, transfer_order{"t-1", from, to, cents});
    } catch (const troupe::workflow_failed_error& error) {
      const auto* cause = troupe::find_cause<troupe::application_error>(error);
      outcome = cause != nullptr ? cause->message() : error.what();
    }
    return outcome + ": " + std::to_string(accounts->balance("Ann")) + " "
           + std::to_string(accounts->balance("Bob"));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(saga, fixture)

BOOST_AUTO_TEST_CASE(money_moves) {
  BOOST_TEST(transferred("Ann", "Bob", 2500) == "t-1 done: 4997500 3000");
}

BOOST_AUTO_TEST_CASE(what_failed_at_once_changes_nothing) {
  BOOST_TEST(transferred("Bob", "Ann", 501) == "Bob has too little: 5000000 500");
}

BOOST_AUTO_TEST_CASE(a_later_failure_undoes_what_was_done) {
  BOOST_TEST(transferred("Ann", "Nobody", 2500) == "no account Nobody: 5000000 500");
}

BOOST_AUTO_TEST_CASE(the_last_step_undoes_them_all) {
  BOOST_TEST(
      transferred("Ann", "Bob", 2'000'000) == "so much money cannot be told by mail: 5000000 500");
}

BOOST_AUTO_TEST_SUITE_END()
