// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/certificate_maker.hpp"
#include "runtime/http/client.hpp"
#include "runtime/http/server.hpp"
#include "test/runtime/http/raw_peer.hpp"
#include "test/runtime/http/tls_peer.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <future>
#include <memory>
#include <mutex>

namespace {

using namespace std::chrono_literals;
using namespace troupe::http;
using troupe::access::made_certificate;
using troupe::access::make_authority;
using troupe::access::make_leaf;
using troupe::test::body_of;
using troupe::test::raw_peer;
using troupe::test::status_line;
using troupe::test::tls_client;
using troupe::test::tls_peer;

troupe::time_point now() {
  return std::chrono::time_point_cast<troupe::duration>(std::chrono::system_clock::now());
}

const auto authority = make_authority({.organisation = "own", .validity = 24h}, now());
const auto stranger = make_authority({.organisation = "own", .validity = 24h}, now());

made_certificate server_of(const made_certificate& ca) {
  return make_leaf({.organisation = "s", .hosts = {"localhost"}, .validity = 1h}, ca, now());
}
made_certificate client_of(const made_certificate& ca, const char* name = "ann") {
  return make_leaf({.organisation = "c", .common_name = name, .validity = 1h}, ca, now());
}

/// Says who asks, and how much.
class teller final : public handler {
public:
  troupe::unique_function<void()>
  serve(std::shared_ptr<const incoming> request, answer_function answer) override {
    answer([request] {
      return response{
          .body = (request->certificate ? request->certificate->common_name : "nobody") + ' '
                  + (request->path == "/big" ? std::string(200'000, 'x')
                                             : std::to_string(request->body.size()))};
    });
    return {};
  }
};

struct fixture {
  void serve(client_certificates clients, server_limits within = {}) {
    const auto own = server_of(authority);
    set({own.certificate, own.key, authority.certificate, clients});
    serves.emplace(address{"127.0.0.1", 0}, tells, within, [this] {
      const std::lock_guard guard{mutex};
      return material;
    });
  }
  void set(tls_material to) {
    const std::lock_guard guard{mutex};
    material = std::make_shared<const tls_material>(std::move(to));
  }
  tls_peer connect(const tls_client& as = {.server_ca = authority.certificate}) {
    return {serves->where(), as};
  }
  static tls_client with(const made_certificate& shown) {
    return {.server_ca = authority.certificate, .certificate = shown.certificate, .key = shown.key};
  }
  static std::string request(const std::string& path, const std::string& headers = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  }
  std::string ask(const tls_client& as) {
    auto peer = connect(as);
    peer.try_send(request("/", "Connection: close\r\n"));
    return body_of(peer.rest());
  }

  std::mutex mutex;
  std::shared_ptr<const tls_material> material;
  teller tells;
  std::optional<server> serves;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls, fixture)

BOOST_AUTO_TEST_CASE(requests_and_answers_are_those_of_http) {
  serve(client_certificates::unasked);
  auto peer = connect();
  BOOST_TEST(!peer.is_refused());
  peer.try_send(request("/") + request("/")); // pipelined
  BOOST_TEST(body_of(peer.until("nobody 0")) == "nobody 0");
  BOOST_TEST(body_of(peer.until("nobody 0")) == "nobody 0");
  peer.try_send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  BOOST_TEST(peer.until("\r\n\r\n").starts_with("HTTP/1.1 100"));
  peer.try_send("123456789");
  BOOST_TEST(body_of(peer.until("nobody 9")) == "nobody 9");
  peer.try_send(request("/big", "Connection: close\r\n"));
  BOOST_TEST(body_of(peer.rest()).size() == 200'007U);
  BOOST_TEST(peer.was_ended_well());
}

BOOST_AUTO_TEST_CASE(who_calls_is_told_by_the_certificate) {
  serve(client_certificates::required);
  BOOST_TEST(ask(with(client_of(authority))) == "ann 0");
  BOOST_TEST(ask(with(client_of(authority, "bob"))) == "bob 0");
}

BOOST_AUTO_TEST_CASE(without_a_good_certificate_nothing_is_served) {
  serve(client_certificates::required);
  const auto over = make_leaf({.organisation = "c", .validity = 1h}, authority, now() - 2h);
  for (const auto& as :
       {tls_client{.server_ca = authority.certificate},
        with(client_of(stranger)),
        with(over),
        with(stranger)})
    BOOST_TEST(ask(as) == "");
  BOOST_TEST(serves->counts().requests == 0U);
}

BOOST_AUTO_TEST_CASE(where_a_certificate_is_welcome_none_will_do_and_a_bad_one_will_not) {
  serve(client_certificates::welcome);
  BOOST_TEST(ask({.server_ca = authority.certificate}) == "nobody 0");
  BOOST_TEST(ask(with(client_of(authority))) == "ann 0");
  BOOST_TEST(ask(with(client_of(stranger))) == "");
}

BOOST_AUTO_TEST_CASE(new_connections_take_what_is_current) {
  serve(client_certificates::unasked);
  auto before = connect();
  const auto other = server_of(stranger);
  set({other.certificate, other.key, {}, client_certificates::unasked});
  BOOST_TEST(connect().is_refused());
  auto after = connect({.server_ca = stranger.certificate});
  BOOST_TEST(!after.is_refused());
  // Those that are open go on.
  before.try_send(request("/"));
  BOOST_TEST(body_of(before.until("nobody 0")) == "nobody 0");
}

BOOST_AUTO_TEST_CASE(old_versions_and_weak_ciphers_are_refused) {
  serve(client_certificates::unasked);
  BOOST_TEST(connect({.most = TLS1_1_VERSION}).is_refused());
  auto peer = connect({.server_ca = authority.certificate, .most = TLS1_2_VERSION});
  BOOST_TEST(!peer.is_refused());
  const std::string cipher = SSL_get_cipher_name(peer.native());
  BOOST_TEST(cipher.starts_with("ECDHE-"), cipher);
}

BOOST_AUTO_TEST_CASE(plain_http_gets_nothing) {
  serve(client_certificates::unasked);
  raw_peer peer{serves->where()};
  peer.try_send(request("/"));
  BOOST_TEST(peer.rest().find("HTTP/1.1 200") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_does_not_shake_hands_is_left) {
  serve(client_certificates::unasked, {.request_time = 100ms});
  raw_peer silent{serves->where()};
  BOOST_TEST(silent.rest() == "");
  raw_peer half{serves->where()};
  half.try_send(std::string{"\x16\x03\x01\x02\x00\x01", 6}); // a hello that does not come
  BOOST_TEST(half.rest() == "");
  auto stalled = connect();
  stalled.try_send("GET / HT");
  BOOST_TEST(stalled.rest() == "");
}

BOOST_AUTO_TEST_CASE(those_who_do_not_shake_hands_keep_nobody_out) {
  serve(client_certificates::unasked, {.connections = 4});
  std::vector<std::unique_ptr<raw_peer>> silent;
  for (int i = 0; i < 20; ++i)
    silent.push_back(std::make_unique<raw_peer>(serves->where()));
  BOOST_TEST(ask({.server_ca = authority.certificate}) == "nobody 0");
}

BOOST_AUTO_TEST_CASE(huge_headers_and_bodies_are_refused_and_said_so) {
  serve(client_certificates::unasked, {.header_bytes = 4096, .body_bytes = 1000});
  auto flood = connect();
  flood.try_send("GET / HTTP/1.1\r\nA: " + std::string(1 << 16, 'a'));
  BOOST_TEST(status_line(flood.rest()).starts_with("HTTP/1.1 431"));
  auto large = connect();
  large.try_send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'b'));
  BOOST_TEST(status_line(large.rest()).starts_with("HTTP/1.1 413"));
}

BOOST_AUTO_TEST_CASE(who_vanishes_or_closes_by_halves_does_no_harm) {
  serve(client_certificates::unasked);
  for (int i = 0; i < 20; ++i) {
    raw_peer peer{serves->where()};
    peer.try_send(std::string{"\x16\x03\x01\x02\x00\x01", 6});
    i % 2 == 0 ? peer.vanish() : peer.end_sending();
  }
  BOOST_TEST(ask({.server_ca = authority.certificate}) == "nobody 0");
}

BOOST_AUTO_TEST_CASE(stops_under_its_clients) {
  serve(client_certificates::unasked);
  auto idle = connect();
  idle.try_send(request("/"));
  BOOST_TEST(body_of(idle.until("nobody 0")) == "nobody 0");
  raw_peer silent{serves->where()};
  serves.reset();
  BOOST_TEST(idle.rest() == "");
}

BOOST_AUTO_TEST_CASE(a_client_knows_servers_by_its_file_of_authorities_as_it_is_now) {
  serve(client_certificates::unasked);
  const troupe::test::temporary_folder folder;
  const auto file = folder.write("ca.pem", stranger.certificate);
  client asks{{.idle = 0}};
  auto age = std::chrono::seconds{0};
  const auto ask = [&] {
    outgoing what{
        .to = *parse_http_url("https://localhost:" + std::to_string(serves->where().port))};
    what.to.ca_file = file;
    std::promise<received> promise;
    asks.send(std::move(what), [&](received came) { promise.set_value(std::move(came)); });
    return promise.get_future().get();
  };
  const auto write = [&](const std::string& text) {
    folder.write("ca.pem", text);
    std::filesystem::last_write_time( // clocks of file systems are coarse
        file,
        std::filesystem::file_time_type::clock::now() + ++age);
  };
  BOOST_TEST(ask().problem.find(": handshake: ") != std::string::npos);
  write(stranger.certificate + authority.certificate);
  BOOST_TEST(ask().problem == "");
  {
    troupe::test::captured_log log;
    write("nonsense");
    BOOST_TEST(ask().problem == "");
    BOOST_TEST(log.count("the former stay in force") == 1U);
  }
  write(stranger.certificate);
  BOOST_TEST(ask().problem.find(": handshake: ") != std::string::npos);
  BOOST_TEST(why_no_authorities(file) == "");
  BOOST_TEST(why_no_authorities(folder.write("bad.pem", "nonsense")) != "");
  BOOST_TEST(why_no_authorities("/nowhere.pem") != "");
}

BOOST_AUTO_TEST_SUITE_END()
