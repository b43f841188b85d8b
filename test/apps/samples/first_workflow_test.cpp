// SPDX-License-Identifier: Apache-2.0
// The sample of the first workflow: what comes of an order, in virtual time. `test/docs` runs the
// programs.

#include "apps/samples/first_workflow/order.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::chrono_literals;

namespace {

struct fixture {
  troupe::testing::environment env;
  troupe::client client = env.connect();
  troupe::worker worker = env.make_worker(client, {.task_queue = "orders"});
  troupe::workflow_handle<std::string> handle;

  fixture() : handle((worker.add<order_workflow>().start(), start())) {}

  troupe::workflow_handle<std::string> start() {
    return client.start_workflow<order_workflow>(
        {.task_queue = "orders"}, order{.id = "1", .amount = 20, .pay_within = 24h});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(first_workflow, fixture)

BOOST_AUTO_TEST_CASE(it_is_shipped_once_all_is_paid) {
  handle.signal("pay", 15);
  env.advance(23h);
  BOOST_TEST(handle.query<int>("paid") == 15);
  handle.signal("pay", 5);
  BOOST_TEST(handle.result() == "shipped 1");
}

BOOST_AUTO_TEST_CASE(it_fails_if_nobody_pays_in_time) {
  handle.signal("pay", 15);
  env.advance(23h);
  BOOST_CHECK(handle.describe().status == troupe::workflow_status::running);
  BOOST_CHECK_EXCEPTION(handle.result(), troupe::workflow_failed_error, [](const auto& error) {
    const auto* why = troupe::find_cause<troupe::application_error>(error);
    return why != nullptr && why->type() == "Unpaid";
  });
}

BOOST_AUTO_TEST_SUITE_END()
