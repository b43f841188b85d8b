// SPDX-License-Identifier: Apache-2.0
// TLS, client certificates, API keys and tokens over the wire: gRPC and HTTP.
#include "runtime/access/api_keys.hpp"
#include "runtime/access/certificate_maker.hpp"
#include "runtime/http/server.hpp"
#include "test/runtime/http/raw_peer.hpp"
#include "test/runtime/http/tls_peer.hpp"
#include "test/support/temporary_folder.hpp"
#include "test/support/web_token.hpp"

#include <troupe/client.hpp>
#include <troupe/service.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace troupe::access;
using troupe::service_options;
using troupe::test::body_of;
using troupe::test::status_line;
using troupe::test::tls_client;
using troupe::test::tls_peer;

troupe::time_point now() {
  return std::chrono::time_point_cast<troupe::duration>(std::chrono::system_clock::now());
}

struct fixture {
  made_certificate authority(const char* name) {
    return make_authority({.organisation = name, .validity = 24h}, now());
  }
  made_certificate client_of(const made_certificate& ca) {
    return make_leaf({.organisation = "c", .validity = 1h}, ca, now());
  }
  made_certificate server_of(const made_certificate& ca) {
    return make_leaf(
        {.organisation = "s", .hosts = {"127.0.0.1", "localhost"}, .validity = 1h}, ca, now());
  }

  service_options options() {
    const auto own = server_of(root);
    return {
        .namespaces = {{"orders"}, {"payments"}},
        .tls = {
            .certificate = folder.write("tls.crt", own.certificate),
            .key = folder.write("tls.key", own.key)}};
  }

  /// What a client hears that starts a workflow there; empty: it is started.
  static std::string start(troupe::connection_options with, const std::string& name_space) {
    with.name_space = name_space;
    with.lazy = true;
    with.rpc_timeout = 2s;
    try {
      troupe::client::connect(std::move(with)).start_workflow("T", {.task_queue = "q"});
    } catch (const std::exception& error) {
      return error.what();
    }
    return {};
  }

  troupe::connection_options
  over_tls(const std::string& target, const made_certificate* shown = nullptr) const {
    troupe::connection_options made{.target = target};
    made.tls = troupe::tls_options{.server_ca = root.certificate};
    if (shown != nullptr) {
      made.tls->client_certificate = shown->certificate;
      made.tls->client_key = shown->key;
    }
    return made;
  }

  std::string
  get(const std::string& address,
      const std::string& path,
      const std::string& authorization = {},
      const made_certificate* shown = nullptr) const {
    tls_client as{.server_ca = root.certificate};
    if (shown != nullptr) {
      as.certificate = shown->certificate;
      as.key = shown->key;
    }
    tls_peer peer{*troupe::http::parse_address(address), as};
    peer.try_send(
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + (authorization.empty() ? "" : "Authorization: " + authorization + "\r\n") + "\r\n");
    const auto answer = peer.rest();
    return answer.empty() ? "" : status_line(answer).substr(9, 3);
  }

  troupe::test::temporary_folder folder;
  made_certificate root = authority("root");
};

const std::string unauthorized = "Request unauthorized.";

/// Answers the same to everybody.
class one_answer final : public troupe::http::handler {
public:
  explicit one_answer(std::string text) : text_(std::move(text)) {}
  troupe::unique_function<void()> serve(
      std::shared_ptr<const troupe::http::incoming>,
      troupe::http::answer_function answer) override {
    answer([this] {
      return troupe::http::response{.body = text_, .content_type = "application/json"};
    });
    return {};
  }

private:
  std::string text_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(doors, fixture)

BOOST_AUTO_TEST_CASE(all_listeners_encrypt) {
  auto with = options();
  with.metrics_address = "127.0.0.1:0";
  troupe::service here{std::move(with)};
  const auto grpc = here.listen("127.0.0.1:0");
  const auto http = here.listen_http("127.0.0.1:0");
  BOOST_TEST(start(over_tls(grpc), "orders") == "");
  BOOST_TEST(start({.target = grpc}, "orders") != "");
  BOOST_TEST(get(http, "/api/v1/namespaces/orders") == "200");
  BOOST_TEST(get(here.metrics_address(), "/metrics") == "200");
}

BOOST_AUTO_TEST_CASE(certificates_open_their_namespace) {
  const auto orders = authority("orders");
  const auto payments = authority("payments");
  auto with = options();
  with.callers.client_cas = {
      {folder.write("orders.pem", orders.certificate), "orders"},
      {folder.write("payments.pem", payments.certificate), "payments"}};
  troupe::service here{std::move(with)};
  const auto grpc = here.listen("127.0.0.1:0");
  const auto http = here.listen_http("127.0.0.1:0");
  const auto of_orders = client_of(orders);
  const auto of_payments = client_of(payments);
  BOOST_TEST(start(over_tls(grpc, &of_orders), "orders") == "");
  BOOST_TEST(start(over_tls(grpc, &of_orders), "payments") == unauthorized);
  BOOST_TEST(start(over_tls(grpc, &of_orders), "no-such-namespace") == unauthorized);
  BOOST_TEST(start(over_tls(grpc, &of_payments), "payments") == "");
  BOOST_TEST(get(http, "/api/v1/namespaces/orders", "", &of_orders) == "200");
  BOOST_TEST(get(http, "/api/v1/namespaces/orders", "", &of_payments) == "403");
  // Those who show none, or one of somebody else, do not get to a call.
  const auto of_nobody = client_of(authority("orders"));
  const auto over = make_leaf({.organisation = "c", .validity = 1h}, orders, now() - 2h);
  for (const auto* shown : {static_cast<const made_certificate*>(nullptr), &of_nobody, &over}) {
    const auto heard = start(over_tls(grpc, shown), "orders");
    BOOST_TEST(heard != "");
    BOOST_TEST(heard != unauthorized);
    BOOST_TEST(get(http, "/api/v1/namespaces/orders", "", shown) == "");
  }
}

BOOST_AUTO_TEST_CASE(keys_tokens_and_certificates_go_together) {
  const auto orders = authority("orders");
  const troupe::test::token_signer signer{troupe::test::token_signer::kind::elliptic, "one"};
  const auto key = make_api_key("ci", {"orders:write"}, now(), std::nullopt);
  troupe::access::api_keys keys;
  keys.add(key.entry);
  auto with = options();
  with.callers = {
      .client_cas = {{folder.write("orders.pem", orders.certificate), "orders"}},
      .api_key_file = folder.write("keys.json", keys.text()),
      .jwt_key_set = folder.write("keys.jwks", signer.key_set())};
  troupe::service here{std::move(with)};
  const auto grpc = here.listen("127.0.0.1:0");
  const auto http = here.listen_http("127.0.0.1:0");
  const auto shown = client_of(orders);
  auto with_key = over_tls(grpc);
  with_key.api_key = key.secret;
  auto with_token = over_tls(grpc);
  with_token.api_key = signer.sign(R"({"sub":"ann","permissions":["payments:write"]})");
  BOOST_TEST(start(with_key, "orders") == "");
  BOOST_TEST(start(with_key, "payments") == unauthorized);
  BOOST_TEST(start(with_token, "payments") == "");
  BOOST_TEST(start(with_token, "orders") == unauthorized);
  BOOST_TEST(start(over_tls(grpc, &shown), "orders") == "");
  BOOST_TEST(start(over_tls(grpc), "orders") == unauthorized);
  BOOST_TEST(get(http, "/api/v1/namespaces/orders", "Bearer " + key.secret) == "200");
  BOOST_TEST(get(http, "/api/v1/namespaces/payments", "Bearer " + key.secret) == "403");
  BOOST_TEST(get(http, "/api/v1/namespaces", "Bearer " + key.secret) == "403");
  BOOST_TEST(get(http, "/api/v1/system-info") == "200");

  // Revoked while the client is connected: from the next second on it is nobody.
  with_key.name_space = "orders";
  const auto connected = troupe::client::connect(with_key);
  keys.by_id(key.entry.id)->revoked = now();
  folder.write("keys.json", keys.text());
  std::string heard;
  for (const auto until = std::chrono::steady_clock::now() + 20s;
       heard.empty() && std::chrono::steady_clock::now() < until;) {
    try {
      (void)connected.count_workflows("");
    } catch (const troupe::rpc_error& error) {
      heard = error.what();
    }
  }
  BOOST_TEST(heard == unauthorized);
}

BOOST_AUTO_TEST_CASE(no_listener_speaks_old_tls_or_has_weak_ciphers) {
  auto with = options();
  with.metrics_address = "127.0.0.1:0";
  troupe::service here{std::move(with)};
  for (const auto& address :
       {here.listen("127.0.0.1:0"), here.listen_http("127.0.0.1:0"), here.metrics_address()}) {
    const auto to = *troupe::http::parse_address(address);
    const tls_client as{.server_ca = root.certificate};
    BOOST_TEST(tls_peer(to, {.server_ca = root.certificate, .most = TLS1_1_VERSION}).is_refused());
    BOOST_TEST(!tls_peer(to, as).is_refused());
    tls_peer older{to, {.server_ca = root.certificate, .most = TLS1_2_VERSION}};
    BOOST_TEST(!older.is_refused());
    const std::string cipher = SSL_get_cipher_name(older.native());
    BOOST_TEST(cipher.starts_with("ECDHE-"), cipher);
  }
}

BOOST_AUTO_TEST_CASE(a_metric_says_when_the_certificate_ends) {
  auto with = options();
  with.metrics_address = "127.0.0.1:0";
  troupe::service here{std::move(with)};
  tls_peer peer{
      *troupe::http::parse_address(here.metrics_address()), {.server_ca = root.certificate}};
  peer.try_send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const auto text = peer.rest();
  const std::string name = "\ntroupe_tls_certificate_expires_timestamp_seconds ";
  const auto at = text.find(name);
  BOOST_REQUIRE(at != text.npos);
  const std::chrono::duration<double> ends{std::stod(text.substr(at + name.size()))};
  BOOST_TEST((ends > (now() + 50min).time_since_epoch()));
  BOOST_TEST((ends < (now() + 70min).time_since_epoch()));
}

BOOST_AUTO_TEST_CASE(a_key_set_may_be_asked_for_by_its_url) {
  using troupe::test::token_signer;
  const token_signer signer{token_signer::kind::elliptic, "one"};
  const token_signer other{token_signer::kind::elliptic, "one"};
  one_answer provider{signer.key_set()};
  const auto serves =
      std::make_unique<troupe::http::server>(troupe::http::address{"127.0.0.1", 0}, provider);
  const auto heard = [&](const std::string& url, const token_signer& by) {
    auto with = options();
    with.callers.jwt_key_set = url;
    troupe::service here{std::move(with)};
    auto as = over_tls(here.listen("127.0.0.1:0"));
    as.api_key = by.sign(R"({"sub":"ann","permissions":["orders:write"]})");
    return start(as, "orders");
  };
  const auto url = "http://127.0.0.1:" + std::to_string(serves->where().port) + "/keys";
  BOOST_TEST(heard(url, signer) == "");
  BOOST_TEST(heard(url, other) == unauthorized);
  // Nobody is there: the service runs, and lets no token in.
  BOOST_TEST(heard("http://127.0.0.1:1/keys", signer) == unauthorized);
}

BOOST_AUTO_TEST_CASE(new_certificates_count_without_a_restart) {
  troupe::service here{options()};
  const auto grpc = here.listen("127.0.0.1:0");
  const auto http = here.listen_http("127.0.0.1:0");
  BOOST_TEST(start(over_tls(grpc), "orders") == "");
  root = authority("another");
  const auto own = server_of(root);
  folder.write("tls.key", own.key);
  folder.write("tls.crt", own.certificate);
  bool is_taken = false;
  for (const auto until = std::chrono::steady_clock::now() + 20s;
       !is_taken && std::chrono::steady_clock::now() < until;)
    is_taken = get(http, "/api/v1/system-info") == "200";
  BOOST_TEST(is_taken);
  BOOST_TEST(start(over_tls(grpc), "orders") == "");
}

BOOST_AUTO_TEST_CASE(the_process_itself_needs_no_key) {
  auto with = options();
  with.callers.api_key_file = folder.write("keys.json", troupe::access::api_keys{}.text());
  troupe::service here{std::move(with)};
  auto client = here.connect("orders");
  BOOST_CHECK_NO_THROW(client.start_workflow("T", {.id = "w", .task_queue = "q"}));
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_refused) {
  const auto why = [](service_options with) -> std::string {
    try {
      troupe::service here{std::move(with)};
    } catch (const troupe::service_error& error) {
      return error.what();
    }
    return "started";
  };
  BOOST_TEST(why({.tls = {.certificate = "tls.crt"}}).find("needed together") != std::string::npos);
  BOOST_TEST(
      why({.tls = {.certificate = "no.crt", .key = "no.key"}}).find("no.crt") != std::string::npos);
  BOOST_TEST(why({.tls = {.outgoing_ca = "no-ca.pem"}}).find("no-ca.pem") != std::string::npos);
  BOOST_TEST(
      why({.callers = {.client_cas = {{"ca.pem"}}}}).find("over TLS only") != std::string::npos);
  BOOST_TEST(why({.callers = {.api_key_file = "no.json"}}).find("no.json") != std::string::npos);
  BOOST_TEST(why({.callers = {.jwt_audience = "x"}}).find("needs a key set") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
