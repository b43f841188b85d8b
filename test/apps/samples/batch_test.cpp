// SPDX-License-Identifier: Apache-2.0
// The sample of batches: every record once, so many at a time, over several runs.

#include "apps/samples/batch/window.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace batch_sample;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(batch)

BOOST_AUTO_TEST_CASE(a_window_slides_over_all_records) {
  troupe::testing::environment env;
  auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "batches"});
  worker.add<sliding_window>().add<process_record>().start();
  const auto handle = client.start_workflow<sliding_window>(
      {.id = "batch", .task_queue = "batches"},
      batch_state{.records = 45, .window = 4, .starts_per_run = 10});
  const auto open = [&client] {
    return client.count_workflows("WorkflowType = 'ProcessRecord' AND ExecutionStatus = 'Running'");
  };
  std::int64_t most = 0;
  while (env.advance_to_next()) {
    const auto held = env.hold_time();
    most = std::max(most, open());
    if (handle.describe().status != troupe::workflow_status::running)
      break;
  }
  BOOST_TEST(handle.result() == 45);
  BOOST_TEST(most == 4);
  BOOST_TEST(open() == 0);
  BOOST_TEST(
      client.count_workflows("WorkflowType = 'ProcessRecord' AND ExecutionStatus = 'Completed'")
      == 45);
  BOOST_TEST(client.count_workflows("WorkflowId = 'batch'") == 5); // four times as new
}

BOOST_AUTO_TEST_SUITE_END()
