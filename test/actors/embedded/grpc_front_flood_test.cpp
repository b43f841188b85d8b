// SPDX-License-Identifier: Apache-2.0
// Clients that mean no good: connections by halves, dead ones, floods of calls.
#include "test/actors/embedded/grpc_front_fixture.hpp"
#include "test/actors/embedded/raw_grpc_client.hpp"

#include <boost/test/unit_test.hpp>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <set>

namespace {

using namespace troupe::embedded;
using namespace troupe::embedded::front_test;
using namespace std::chrono_literals;

/// Of a front that does not wait long for a preface.
grpc_front_options impatient(std::shared_ptr<grpc::ServerCredentials> credentials = {}) {
  auto options = at("127.0.0.1:0");
  options.handshake_patience = 2s; // the good ones shake hands beside all others
  options.credentials = std::move(credentials);
  return options;
}

struct impatient_fixture : fixture {
  impatient_fixture() : fixture(impatient()) {}
};

struct encrypted_fixture : fixture {
  encrypted_fixture() : fixture(impatient(own()), grpc::SslCredentials({pem("ca.pem"), "", ""})) {}
  static std::shared_ptr<grpc::ServerCredentials> own() {
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back({pem("server.key"), pem("server.pem")});
    return grpc::SslServerCredentials(tls);
  }
};

/// Pings soon, and waits for answers as long as it is told.
struct pinging_fixture : fixture {
  explicit pinging_fixture(std::chrono::milliseconds timeout) : fixture(pinging(timeout)) {}
  static grpc_front_options pinging(std::chrono::milliseconds timeout) {
    auto options = at("127.0.0.1:0");
    options.keepalive_interval = 50ms;
    options.keepalive_timeout = timeout;
    return options;
  }
};
struct strict_fixture : pinging_fixture {
  strict_fixture() : pinging_fixture(100ms) {}
};
struct patient_fixture : pinging_fixture {
  patient_fixture() : pinging_fixture(20s) {}
};

/// Calls whose requests may be on their way at once.
constexpr std::uint32_t awaited = 50;

struct few_awaited_fixture : fixture {
  few_awaited_fixture() : fixture(few()) {}
  static grpc_front_options few() {
    auto options = at("127.0.0.1:0");
    options.most_awaited = awaited;
    return options;
  }
};

using silent_clients = std::vector<std::unique_ptr<silent_client>>;

/// So many connections, each of which says a part of this.
silent_clients connect_by_halves(int port, std::string_view whole) {
  silent_clients made;
  for (std::size_t i = 0; i < 300; ++i)
    made.push_back(std::make_unique<silent_client>(port, whole.substr(0, i % whole.size())));
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(grpc_front_flood)

BOOST_FIXTURE_TEST_CASE(connections_without_a_preface_keep_nobody_out_and_end, impatient_fixture) {
  const auto halves = connect_by_halves(front->port(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  std::string received;
  BOOST_TEST(call(echo_methods[0], "x", received).ok());
  for (const auto& each : halves)
    BOOST_TEST(each->is_closed());
  BOOST_TEST(call(echo_methods[1], "x", received).ok());
}

BOOST_FIXTURE_TEST_CASE(handshakes_that_stop_keep_nobody_out_and_end, encrypted_fixture) {
  // The first bytes of a hello whose rest does not come.
  const std::string hello{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11};
  const auto halves = connect_by_halves(front->port(), hello);
  std::string received;
  BOOST_TEST(call(echo_methods[0], "x", received).ok());
  for (const auto& each : halves)
    BOOST_TEST(each->is_closed());
  BOOST_TEST(call(echo_methods[1], "x", received).ok());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_answers_no_pings_is_gone_with_its_calls, strict_fixture) {
  raw_client client{front->port()};
  for (std::uint32_t i = 0; i < 3; ++i) {
    client.begin(2 * i + 1, hang_methods[i], "99999999H");
    client.send_request(2 * i + 1, std::string(5, '\0'), true);
  }
  run_until_hanging(3);
  int pings = 0;
  for (auto came = client.next(); came.type >= 0; came = client.next())
    pings += came.type == raw_client::ping ? 1 : 0;
  BOOST_TEST(pings > 0);
  run_until_hanging(0);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_answers_pings_stays, patient_fixture) {
  raw_client client{front->port()};
  constexpr int acknowledged = 1;
  for (int pings = 0; pings < 4;) {
    const auto came = client.next();
    BOOST_REQUIRE(came.type >= 0);
    if (came.type != raw_client::ping)
      continue;
    ++pings;
    BOOST_REQUIRE(client.send(raw_client::framed(raw_client::ping, acknowledged, 0, came.body)));
  }
  client.begin(1, echo_methods[0], "20S");
  client.send_request(1, std::string(5, '\0'), true);
  BOOST_TEST(client.trailers(1).find("grpc-status") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(calls_that_are_reset_at_once_hold_up_nobody, fixture) {
  raw_client flood{front->port()};
  const std::string cancelled{"\0\0\0\x08", 4};
  std::uint32_t stream = 1;
  std::string received;
  bool is_taken = true;
  for (int round = 0; round < 40 && is_taken; ++round) {
    std::string frames;
    for (int i = 0; i < 500; ++i, stream += 2) {
      const auto& method =
          i % 2 == 0 ? echo_methods[0] : hang_methods[static_cast<std::size_t>(i) % 3];
      frames += raw_client::call(stream, method, "99999999H");
      if (i % 4 == 0)
        frames += raw_client::framed(
            raw_client::data, raw_client::end_of_stream, stream, std::string(5, '\0'));
      frames += raw_client::framed(raw_client::reset, 0, stream, cancelled);
    }
    is_taken = flood.send(frames);
    BOOST_TEST(call(echo_methods[round % 2], "x", received).ok());
  }
  run_until_hanging(0);
  front->stop(0s);
}

BOOST_FIXTURE_TEST_CASE(of_calls_whose_requests_never_come_only_so_many_wait, few_awaited_fixture) {
  raw_client flood{front->port()};
  std::set<std::uint32_t> open;
  std::string frames;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto stream = 2 * i + 1;
    open.insert(stream);
    frames += raw_client::call(stream, echo_methods[i % 2], "99999999H");
  }
  BOOST_REQUIRE(flood.send(frames));
  const std::string status = "grpc-status\x01";
  while (open.size() > awaited) {
    const auto came = flood.next();
    BOOST_REQUIRE(came.type >= 0);
    if (came.type != raw_client::headers)
      continue;
    BOOST_TEST(open.erase(came.stream) == 1U);
    BOOST_TEST(came.body.find(status + "4") != std::string::npos);
  }
  // Others are served, and so are those that wait once their requests come.
  std::string received;
  for (const auto& method : echo_methods)
    BOOST_TEST(call(method, "x", received).ok());
  const auto last = *open.rbegin();
  flood.send_request(last, std::string(5, '\0'), true);
  BOOST_TEST(flood.trailers(last).find(status + "0") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
