// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

namespace {

/// Is never there, and notes what each request came with.
class absent_service final : public rpc::local_service {
public:
  cancel_function handle(request what, rpc::reply_handler on_reply) override {
    headers.emplace_back(what.headers.begin(), what.headers.end());
    if (hangs)
      waiting.push_back(std::move(on_reply));
    else
      on_reply({status_code::unavailable, "nobody is there", {}}, {});
    return {};
  }

  [[nodiscard]] std::string last(const std::string& name) const {
    std::string all;
    for (const auto& [key, value] : headers.back())
      if (key == name)
        all += value + ";";
    return all;
  }

  std::vector<rpc::metadata> headers;
  std::vector<rpc::reply_handler> waiting;
  bool hangs = false;
};

struct fixture {
  test::manual_executor clock;
  absent_service service;
  client caller = local_client(
      service,
      clock,
      [this] { return clock.step(); },
      {.name_space = "ns", .headers = {{"tenant", "all"}}});

  template <class Call>
  status_code code_of(Call call) {
    try {
      call();
    } catch (const rpc_error& error) {
      return error.code();
    }
    return status_code::ok;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rpc_options_of_calls, fixture)

BOOST_AUTO_TEST_CASE(a_client_with_options_makes_all_calls_so) {
  const auto own = caller.with({.headers = {{"Tenant", "a"}}, .is_tried_once = true});
  BOOST_CHECK(code_of([&] { own.get_workflow("w").signal("s"); }) == status_code::unavailable);
  BOOST_TEST(service.headers.size() == 1); // not again
  BOOST_TEST(service.last("tenant") == "a;");
  BOOST_CHECK(code_of([&] { (void)own.count_workflows(); }) == status_code::unavailable);
  BOOST_TEST(service.headers.size() == 2);
  BOOST_CHECK(code_of([&] { (void)own.list_workflows().collect(); }) == status_code::unavailable);
  BOOST_TEST(service.headers.size() == 3);
  // The first one is as it was.
  BOOST_CHECK(code_of([&] { (void)caller.count_workflows(); }) != status_code::ok);
  BOOST_TEST(service.headers.size() > 4);
  BOOST_TEST(service.last("tenant") == "all;");
}

BOOST_AUTO_TEST_CASE(one_call_may_travel_in_its_own_way) {
  auto call = caller.async().with({.headers = {{"x", "1"}}}).get_workflow("w").signal("s");
  auto own = std::move(call).with_options({.headers = {{"y", "2"}}, .is_tried_once = true});
  BOOST_CHECK(code_of([&] { own.get(); }) == status_code::unavailable);
  BOOST_TEST(service.headers.size() == 1);
  BOOST_TEST(service.last("x").empty());
  BOOST_TEST(service.last("y") == "2;");
}

BOOST_AUTO_TEST_CASE(the_timeout_ends_a_call_and_its_own_goes_before_it) {
  service.hangs = true;
  const auto own = caller.with({.timeout = 2s});
  const auto began = clock.now();
  BOOST_CHECK(
      code_of([&] { (void)own.get_workflow<int>("w").result(); })
      == status_code::deadline_exceeded);
  BOOST_CHECK(clock.now() - began == 2s);
  BOOST_CHECK(
      code_of([&] { (void)own.get_workflow<int>("w").result({.timeout = 5s}); })
      == status_code::deadline_exceeded);
  BOOST_CHECK(clock.now() - began == 7s);
}

BOOST_AUTO_TEST_CASE(headers_that_cannot_be_sent_are_refused) {
  BOOST_CHECK_THROW((void)caller.with({.headers = {{"a b", "x"}}}), std::invalid_argument);
  BOOST_CHECK_THROW((void)caller.with({.headers = {{"grpc-x", "x"}}}), std::invalid_argument);
  BOOST_CHECK_THROW((void)caller.async().with({.headers = {{"a", "\n"}}}), std::invalid_argument);
  BOOST_CHECK_NO_THROW((void)caller.with({.headers = {{"a-bin", "\n"}}}));
}

BOOST_AUTO_TEST_SUITE_END()
