// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/direct_transport.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// Keeps what it was asked; the test answers.
class waiting_service final : public rpc::local_service {
public:
  cancel_function handle(request what, rpc::reply_handler on_reply) override {
    seen.push_back(std::move(what));
    handlers.push_back(std::move(on_reply));
    return [this] { ++cancelled; };
  }
  void answer(std::string reply, std::size_t index = 0) {
    handlers.at(index)({}, rpc::bytes{std::move(reply)});
  }

  std::vector<request> seen;
  std::vector<rpc::reply_handler> handlers;
  int cancelled = 0;
};

struct fixture {
  test::manual_executor clock;
  waiting_service service;
  std::optional<rpc::direct_transport> transport;
  int replies = 0;
  rpc_status status;
  std::string reply;

  fixture() { transport.emplace(service, clock, connection_options{.name_space = "mine"}); }

  rpc::transport::call_id start() {
    return transport->start(
        {"/s/m", rpc::bytes{std::string{"request"}}, 5s, {{"extra", "header"}}},
        [this](rpc_status ended, rpc::bytes message) {
          ++replies;
          status = std::move(ended);
          reply = message.str();
        });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(direct_transport, fixture)

BOOST_AUTO_TEST_CASE(carries_request_deadline_and_headers) {
  start();
  BOOST_REQUIRE(service.seen.size() == 1);
  const auto& seen = service.seen.front();
  BOOST_TEST(seen.method == "/s/m");
  BOOST_TEST(seen.message.str() == "request");
  BOOST_TEST((seen.deadline == clock.now() + 5s));
  const auto has = [&](const char* name, const char* value) {
    return std::count(
               seen.headers.begin(),
               seen.headers.end(),
               std::pair{std::string{name}, std::string{value}})
           == 1;
  };
  BOOST_TEST(has("temporal-namespace", "mine"));
  BOOST_TEST(has("client-name", "troupe-cpp"));
  BOOST_TEST(has("extra", "header"));
}

BOOST_AUTO_TEST_CASE(replies_on_the_executor_only) {
  start();
  service.answer("answer");
  BOOST_TEST(replies == 0);
  clock.run_until_idle();
  BOOST_TEST(replies == 1);
  BOOST_TEST(reply == "answer");
  BOOST_TEST(clock.pending_timers() == 0);
}

BOOST_AUTO_TEST_CASE(the_deadline_is_virtual_time) {
  start();
  clock.advance(4999ms);
  BOOST_TEST(replies == 0);
  clock.advance(1ms);
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::deadline_exceeded));
  BOOST_TEST(service.cancelled == 1);
  service.answer("too late");
  clock.run_until_idle();
  BOOST_TEST(replies == 1);
}

BOOST_AUTO_TEST_CASE(cancelling_tells_the_service) {
  const auto id = start();
  transport->cancel(id);
  BOOST_TEST(replies == 0);
  clock.run_until_idle();
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::cancelled));
  BOOST_TEST(service.cancelled == 1);
  transport->cancel(id);
  clock.run_until_idle();
  BOOST_TEST(replies == 1);
}

BOOST_AUTO_TEST_CASE(replies_after_its_end_go_nowhere) {
  start();
  transport.reset();
  clock.run_until_idle();
  BOOST_TEST(replies == 1);
  BOOST_TEST((status.code == status_code::cancelled));
  service.answer("too late");
  // The executor may be gone by now: nothing is posted to it.
  BOOST_TEST(!clock.run_until_idle());
  BOOST_TEST(replies == 1);
}

BOOST_AUTO_TEST_SUITE_END()
