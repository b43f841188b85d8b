// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/direct_transport.hpp"
#include "runtime/rpc/local_door.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

using namespace troupe;

namespace {

class echoing_service final : public rpc::local_service {
public:
  cancel_function handle(request what, rpc::reply_handler on_reply) override {
    on_reply({}, std::move(what.message));
    return [] {};
  }
};

BOOST_AUTO_TEST_SUITE(local_door)

BOOST_AUTO_TEST_CASE(calls_are_answered_unavailable_once_the_service_is_gone) {
  auto service = std::make_unique<echoing_service>();
  auto door = std::make_shared<rpc::local_door>(*service);
  test::manual_executor clock;
  rpc::direct_transport transport{door, clock};
  rpc_status ended;
  std::string reply;
  const auto ask = [&] {
    transport.start(
        {"/s/m", rpc::bytes{std::string{"request"}}, std::chrono::seconds{5}, {}},
        [&](rpc_status status, rpc::bytes message) {
          ended = std::move(status);
          reply = message.str();
        });
    clock.run_until_idle();
  };
  ask();
  BOOST_TEST(ended.ok());
  BOOST_TEST(reply == "request");
  door->close();
  service.reset();
  ask();
  BOOST_CHECK(ended.code == status_code::unavailable);
  BOOST_TEST(ended.message == "the service in this process is gone");
  BOOST_TEST(reply.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
