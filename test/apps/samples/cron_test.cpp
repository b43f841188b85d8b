// SPDX-License-Identifier: Apache-2.0
// The sample of cron: when its runs begin, what one knows of those before, and how it ends.

#include "apps/samples/cron/report.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace cron_sample;
using namespace std::chrono_literals;

namespace {

struct fixture {
  // Where closed runs are kept for longer than these tests take.
  troupe::testing::environment env{{.service = {.namespaces = {{"shop", 24h * 30}}}}};
  troupe::client client = env.connect("shop");
  troupe::worker worker = env.make_worker(client, {.task_queue = "reports"});
  std::shared_ptr<shop> books = std::make_shared<shop>();

  fixture() {
    worker.add<morning_report>()
        .add(activity::implement<orders_since>(books, &shop::count_since))
        .start();
  }

  auto start(std::string cron = "0 8 * * *") {
    return client.start_workflow<morning_report>(
        {.id = "report", .task_queue = "reports", .cron_schedule = std::move(cron)}, "books");
  }
  /// What its runs came to, the oldest first.
  std::vector<std::string> reports() {
    std::vector<std::string> all;
    for (const auto& run : client.list_workflows("WorkflowId = 'report'")) {
      const auto handle = client.get_workflow<report>("report", run.run_id);
      if (run.status == troupe::workflow_status::completed)
        all.insert(all.begin(), handle.result({.follow_runs = false}).text);
      else
        all.insert(all.begin(), std::string{to_string(run.status)});
    }
    return all;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cron, fixture)

BOOST_AUTO_TEST_CASE(each_report_goes_on_where_the_last_one_ended) {
  start();
  books->sell(1000);
  env.advance(24h);
  books->sell(30);
  books->sell(4);
  env.advance(24h);
  env.advance(24h);
  const std::vector<std::string> all{
      "books: 1000 cents", "books: 34 cents", "books: 0 cents", "Running"};
  BOOST_TEST(reports() == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_morning_without_a_report_is_in_the_next_one) {
  start();
  books->sell(1000);
  env.advance(24h);
  books->sell(30);
  books->open(false);
  env.advance(24h);
  books->sell(4);
  books->open(true);
  env.advance(24h);
  const std::vector<std::string> all{
      "books: 1000 cents", "Failed", "books: 34 cents, yesterday's included", "Running"};
  BOOST_TEST(reports() == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_begins_at_its_time_and_ends_when_it_is_cancelled) {
  const auto handle = start("0 8 * * *");
  const auto due = handle.describe().execution_time;
  BOOST_REQUIRE(due);
  BOOST_TEST((due->time_since_epoch() % 24h == 8h));
  env.advance(48h);
  handle.cancel();
  BOOST_CHECK_THROW(handle.result(), troupe::workflow_failed_error);
  env.advance(48h);
  const auto all = reports();
  BOOST_REQUIRE_EQUAL(all.size(), 3U);
  BOOST_TEST(all.back() == "Canceled");
}

BOOST_AUTO_TEST_SUITE_END()
