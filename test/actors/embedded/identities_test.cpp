// SPDX-License-Identifier: Apache-2.0
// Wrong identities against every method and every route: none gets in.
#include "actors/embedded/call/guarded_door.hpp"
#include "actors/embedded/call/method_table.hpp"
#include "runtime/access/api_keys.hpp"
#include "runtime/access/certificate_maker.hpp"
#include "runtime/gateway/api.hpp"
#include "runtime/gateway/nexus.hpp"
#include "runtime/gateway/routes.hpp"
#include "test/actors/embedded/nexus_fixture.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/temporary_folder.hpp"
#include "test/support/web_token.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>

#include <iostream>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::token_signer;
namespace access = troupe::access;
namespace wire = temporal::api::workflowservice::v1;

/// Of this namespace the caller wants something.
const std::string wanted = "default";

/// What a client sends and shows.
struct credentials {
  std::string name;
  std::string header = {};
  std::string certificate = {};
};

class stranger final : public troupe::rpc::caller {
public:
  explicit stranger(const credentials& of) : of_(of) {}
  [[nodiscard]] std::string peer() const override { return "ipv4:192.0.2.1:4711"; }
  [[nodiscard]] std::optional<troupe::rpc::tls_identity> identity() const override {
    if (of_.certificate.empty())
      return std::nullopt;
    return troupe::rpc::tls_identity{{}, {}, of_.certificate};
  }
  [[nodiscard]] std::string_view header(std::string_view name) const override {
    return name == "authorization" ? std::string_view{of_.header} : std::string_view{};
  }

private:
  const credentials& of_;
};

troupe::time_point now() {
  return std::chrono::time_point_cast<troupe::duration>(std::chrono::system_clock::now());
}

access::made_certificate authority(const char* name) {
  return access::make_authority({.organisation = name, .validity = 24h}, now());
}

access::made_certificate client_of(const access::made_certificate& ca) {
  return access::make_leaf({.organisation = "o", .validity = 1h}, ca, now());
}

access::made_key key(const char* permission, troupe::duration life = 1h) {
  return access::make_api_key("k", {permission}, now(), now() + life);
}

std::string seconds_from_now(std::chrono::seconds more) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch() + more).count());
}

/// The claims of somebody who may do everything.
std::string claims(const std::string& more) {
  return R"({"sub":"eve","aud":"troupe","permissions":["default:admin","temporal-system:admin"])"
         + more + '}';
}

struct fixture : nexus_fixture {
  fixture() {
    access::api_keys keys;
    auto withdrawn = revoked.entry;
    withdrawn.revoked = now();
    for (const auto& each :
         {root.entry,
          reader.entry,
          worker.entry,
          writer.entry,
          elsewhere.entry,
          over.entry,
          withdrawn})
      keys.add(each);
    const auto set = "{\"keys\":[" + signer.public_key() + ',' + elliptic.public_key() + "]}";
    host->here().door =
        std::make_unique<guarded_door>(std::make_shared<access::gatekeeper>(access::gate_options{
            .api_key_file = folder.write("keys.json", keys.text()),
            .token_key_set = folder.write("keys.jwks", set),
            .token_audience = "troupe",
            .client_authorities = {
                {folder.write("own.pem", own.certificate), wanted},
                {folder.write("other.pem", other.certificate), "elsewhere"}}}));
  }

  [[nodiscard]] std::vector<credentials> wrong_ones() const {
    const auto bearer = [](const std::string& text) { return "Bearer " + text; };
    auto misspelt = root.secret;
    misspelt.back() = misspelt.back() == '0' ? '1' : '0';
    const auto token = signer.sign(claims(R"(,"exp":)" + seconds_from_now(1h)));
    auto altered = token;
    altered[token.find('.') + 12] ^= 1;
    const token_signer self{token_signer::kind::rsa, "one"};
    const token_signer unknown{token_signer::kind::elliptic, "three"};
    const auto good_client = client_of(own).certificate;
    return {
        {"nobody"},
        {"a header without a word", " "},
        {"Bearer alone", "Bearer "},
        {"another scheme", "Basic " + root.secret},
        {"a key without Bearer", root.secret},
        {"a key that was never made", bearer(key("temporal-system:admin").secret)},
        {"a key with a wrong letter", bearer(misspelt)},
        {"a key cut short", bearer(root.secret.substr(0, root.secret.size() - 1))},
        {"the hash in the file of keys", bearer(root.entry.hash)},
        {"a revoked key", bearer(revoked.secret)},
        {"a key that is over", bearer(over.secret)},
        {"a key of another namespace", bearer(elsewhere.secret)},
        {"a token that is over", bearer(signer.sign(claims(R"(,"exp":)" + seconds_from_now(-1s))))},
        {"a token of tomorrow", bearer(signer.sign(claims(R"(,"nbf":)" + seconds_from_now(24h))))},
        {"altered claims", bearer(altered)},
        {"a token cut short", bearer(token.substr(0, token.rfind('.') + 1))},
        {"a self-made token", bearer(self.sign(claims("")))},
        {"a token of an unknown key", bearer(unknown.sign(claims("")))},
        {"a token without a signature",
         bearer(troupe::test::unsigned_token(R"({"alg":"none","kid":"one"})", claims("")))},
        {"a public key as a shared secret",
         bearer(troupe::test::hmac_token(
             R"({"alg":"HS256","kid":"one"})", claims(""), signer.public_key()))},
        {"the other kind of key",
         bearer(elliptic.sign(claims(""), R"({"alg":"RS256","kid":"two"})"))},
        {"a token for another audience",
         bearer(signer.sign(R"({"sub":"eve","aud":"x","permissions":["temporal-system:admin"]})"))},
        {"a token of another namespace",
         bearer(signer.sign(
             R"({"sub":"eve","aud":"troupe","permissions":["elsewhere:admin","DEFAULT:admin","*:admin","defaul:admin",":admin"]})"))},
        {"a role that there is none of",
         bearer(signer.sign(
             R"({"sub":"eve","aud":"troupe","permissions":["default:owner","default","admin"]})"))},
        {"permissions that are no list",
         bearer(signer.sign(R"({"sub":"eve","aud":"troupe","permissions":"default:admin"})"))},
        {"a certificate of an unknown CA", "", client_of(authority("default")).certificate},
        {"a certificate of another namespace", "", client_of(other).certificate},
        {"a certificate that is over",
         "",
         access::make_leaf({.organisation = "o", .validity = 1h}, own, now() - 2h).certificate},
        {"a certificate that signed itself", "", authority("o").certificate},
        {"a good certificate and a bad key", bearer(misspelt), good_client},
        {"a good certificate and a bad scheme", "Digest x", good_client},
    };
  }

  /// A request of the row's type about the namespace, as far as it names one.
  static std::string request_of(const method_row& row) {
    google::protobuf::Arena arena;
    auto* request = row.make_request(arena);
    if (const auto* field = request->GetDescriptor()->FindFieldByName("namespace"))
      request->GetReflection()->SetString(request, field, wanted);
    return request->SerializeAsString();
  }

  /// Others are about the service itself, or about an endpoint.
  static bool names_a_namespace(const method_row& row) {
    google::protobuf::Arena arena;
    return row.make_request(arena)->GetDescriptor()->FindFieldByName("namespace") != nullptr;
  }

  /// What the caller hears.
  troupe::rpc_status ask(const method_row& row, const credentials& as) {
    const stranger who{as};
    std::optional<troupe::rpc_status> heard;
    auto cancel = host->handle(
        {std::string{row.name}, troupe::rpc::bytes{request_of(row)}, shard.now() + 30s, {}, &who},
        [&](troupe::rpc_status status, const troupe::rpc::bytes&) { heard = std::move(status); });
    shard.run_until_idle();
    if (!heard) { // let in, and it waits
      cancel();
      shard.run_until_idle();
    }
    return heard.value_or(troupe::rpc_status{});
  }

  /// What a client hears of a request over HTTP at once.
  std::string
  heard_of(troupe::http::handler& from, troupe::http::incoming request, const credentials& as) {
    request.headers.emplace_back("authorization", as.header);
    if (!as.certificate.empty())
      request.certificate = std::make_shared<const troupe::http::client_certificate>(
          troupe::http::client_certificate{.pem = as.certificate});
    auto got = std::make_shared<std::string>();
    from.serve(
        std::make_shared<const troupe::http::incoming>(std::move(request)),
        [got](troupe::http::answer_maker make) {
          const auto answer = make();
          *got = std::to_string(answer.status) + ' ' + answer.body;
        });
    shard.run_until_idle();
    return *got;
  }

  static bool is_refused(const troupe::rpc_status& status) {
    return status.code == status_code::permission_denied
           && status.message == "Request unauthorized.";
  }

  troupe::test::captured_log log{troupe::log::level::error};
  troupe::test::temporary_folder folder;
  token_signer signer{token_signer::kind::rsa, "one"};
  token_signer elliptic{token_signer::kind::elliptic, "two"};
  access::made_certificate own = authority("own");
  access::made_certificate other = authority("other");
  access::made_key root = key("temporal-system:admin");
  access::made_key reader = key("default:read");
  access::made_key worker = key("default:worker");
  access::made_key writer = key("default:write");
  access::made_key elsewhere = key("elsewhere:admin");
  access::made_key over = key("temporal-system:admin", -1s);
  access::made_key revoked = key("temporal-system:admin");
};

/// `/namespaces/{namespace}/workflows/{workflow_id}` with something for each brace.
std::string filled(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto open = path.find('{');
    out += path.substr(0, open);
    if (open == path.npos)
      break;
    const auto close = path.find('}', open);
    out += path.substr(open + 1, close - open - 1) == "namespace" ? wanted : "1";
    path.remove_prefix(close + 1);
  }
  return out;
}

/// Null: the service has none of that name.
const method_row* method_of(const troupe::gateway::route& route) {
  const std::string name{route.method};
  for (const auto* service :
       {"workflowservice.v1.WorkflowService/", "operatorservice.v1.OperatorService/"})
    if (const auto* found = find_method("/temporal.api." + (service + name)))
      return found;
  return nullptr;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(identities, fixture)

BOOST_AUTO_TEST_CASE(no_wrong_identity_gets_in_by_a_method) {
  const auto strangers = wrong_ones();
  BOOST_TEST(strangers.size() >= 20U);
  int tried = 0;
  for (const auto& part : method_table())
    for (const auto& row : part)
      for (const auto& each : strangers) {
        if (row.needs == role::anyone)
          continue;
        ++tried;
        const auto heard = ask(row, each);
        if (!is_refused(heard))
          BOOST_ERROR(each.name + " got in by " + std::string{row.name} + ": " + heard.message);
      }
  std::cout << "identities: " << tried << " calls of " << strangers.size()
            << " wrong identities, none got in\n";
  BOOST_TEST(tried > 2000);
}

BOOST_AUTO_TEST_CASE(no_wrong_identity_gets_in_by_a_route) {
  troupe::gateway::api api{*host};
  const auto strangers = wrong_ones();
  int tried = 0;
  const auto statuses_of = [&](const troupe::gateway::route& route, const credentials& as) {
    using troupe::gateway::verb;
    troupe::http::incoming request{
        .method = route.with == verb::get    ? "GET"
                  : route.with == verb::post ? "POST"
                                             : "DELETE",
        .path = troupe::gateway::versioned_path(filled(route.path)),
        .body = route.with == verb::post ? "{}" : ""};
    return heard_of(api, std::move(request), as);
  };
  for (const auto routes : {troupe::gateway::workflow_routes(), troupe::gateway::operator_routes()})
    for (const auto& route : routes)
      for (const auto& each : strangers) {
        const auto* row = method_of(route);
        if (row == nullptr || row->needs == role::anyone)
          continue; // not served, or to everybody
        ++tried;
        const auto got = statuses_of(route, each);
        if (!got.starts_with("403 ") || got.find("Request unauthorized.") == got.npos)
          BOOST_ERROR(each.name + " got in by " + std::string{route.path} + ": " + got);
      }
  std::cout << "identities: " << tried << " requests over HTTP of " << strangers.size()
            << " wrong identities, none got in\n";
  BOOST_TEST(tried > 2000);
}

BOOST_AUTO_TEST_CASE(no_wrong_identity_gets_in_by_a_route_of_nexus) {
  troupe::gateway::api api{*host};
  troupe::gateway::nexus nexus{*host, api};
  const auto endpoint = make_endpoint("endpoint", "handlers");
  start_caller("caller");
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  const auto token =
      task.request().start_operation().callback_header().at("temporal-callback-token");
  start_async(task.task_token(), "token");
  const auto heard = [&](const std::string& path, const credentials& as) {
    return heard_of(
        nexus,
        {.method = "POST",
         .path = path,
         .headers =
             {{"content-type", "application/json"},
              {"request-timeout", "2s"},
              {"temporal-callback-token", token},
              {"nexus-operation-state", "succeeded"},
              {"nexus-operation-token", "token"}},
         .body = "1"},
        as);
  };
  const std::string refused =
      R"(403 {"message":"permission denied","metadata":{"type":"nexus.HandlerError"},"details":{"type":"UNAUTHORIZED"}})";
  const std::vector<std::string> paths{
      "/nexus/endpoints/" + endpoint + "/services/s/o",
      "/nexus/endpoints/" + endpoint + "/services/s/o/cancel",
      "/nexus/endpoints/00000000-0000-0000-0000-000000000001/services/s/o",
      "/namespaces/default/task-queues/handlers/nexus-services/s/o",
      "/namespaces/default/task-queues/handlers/nexus-services/s/o/cancel",
      "/namespaces/nowhere/task-queues/handlers/nexus-services/s/o",
      "/namespaces/default/nexus/callback",
      "/nexus/callback"};
  auto strangers = wrong_ones();
  strangers.push_back({"who may read", "Bearer " + reader.secret});
  strangers.push_back({"who may work", "Bearer " + worker.secret});
  for (const auto& path : paths)
    for (const auto& each : strangers)
      if (const auto got = heard(path, each); got != refused)
        BOOST_ERROR(each.name + " got in by " + path + ": " + got);
  std::cout << "identities: " << paths.size() * strangers.size() << " requests of Nexus of "
            << strangers.size() << " wrong identities, none got in\n";
  BOOST_TEST(last_event("caller").has_nexus_operation_started_event_attributes());
}

BOOST_AUTO_TEST_CASE(who_may_write_calls_operations_and_completes_those_of_the_namespace) {
  troupe::gateway::api api{*host};
  troupe::gateway::nexus nexus{*host, api};
  const auto endpoint = make_endpoint("endpoint", "handlers");
  for (const credentials& each :
       {credentials{"key", "Bearer " + writer.secret},
        credentials{"certificate", "", client_of(own).certificate}}) {
    for (const auto& path :
         {"/nexus/endpoints/" + endpoint + "/services/s/o",
          std::string{"/namespaces/default/task-queues/handlers/nexus-services/s/o"}}) {
      BOOST_TEST(
          heard_of(
              nexus,
              {.method = "POST",
               .path = path,
               .headers = {{"content-type", "application/json"}, {"x-own", "v"}},
               .body = "1"},
              each)
          == "");
      const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
      // The worker does not get what the caller is known by.
      BOOST_TEST(task.request().header().count("authorization") == 0U);
      BOOST_TEST(task.request().header().at("x-own") == "v");
      succeed(task.task_token());
    }
    start_caller(each.name);
    const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
    const auto token =
        task.request().start_operation().callback_header().at("temporal-callback-token");
    start_async(task.task_token(), "token");
    troupe::http::incoming completion{
        .method = "POST",
        .path = "/nexus/callback",
        .headers =
            {{"content-type", "application/json"},
             {"temporal-callback-token", token},
             {"nexus-operation-state", "succeeded"}},
        .body = "1"};
    BOOST_TEST(heard_of(nexus, std::move(completion), each) == "200 ");
    BOOST_TEST(last_event(each.name).has_nexus_operation_completed_event_attributes());
  }
}

BOOST_AUTO_TEST_CASE(a_role_goes_as_far_as_it_says) {
  const std::vector<std::pair<access::made_key, role>> keys{
      {reader, role::read}, {worker, role::worker}, {writer, role::write}};
  int tried = 0;
  for (const auto& part : method_table())
    for (const auto& row : part) {
      BOOST_TEST(!is_refused(ask(row, {"root", "Bearer " + root.secret})), row.name);
      for (const auto& [key, has] : keys) {
        ++tried;
        const bool is_let_in = !is_refused(ask(row, {"k", "Bearer " + key.secret}));
        const bool may = row.needs == role::anyone || (names_a_namespace(row) && row.needs <= has);
        BOOST_TEST(is_let_in == may, row.name << " for " << access::name_of(has));
      }
    }
  std::cout << "identities: " << tried << " calls of roles\n";
}

BOOST_AUTO_TEST_CASE(a_certificate_of_the_namespace_may_write_there) {
  const credentials client{"own", "", client_of(own).certificate};
  for (const auto& part : method_table())
    for (const auto& row : part)
      if (row.needs == role::write)
        BOOST_TEST(is_refused(ask(row, client)) != names_a_namespace(row), row.name);
  const auto* describe =
      find_method("/temporal.api.operatorservice.v1.OperatorService/DeleteNexusEndpoint");
  BOOST_REQUIRE(describe != nullptr);
  BOOST_TEST(is_refused(ask(*describe, client)));
}

BOOST_AUTO_TEST_CASE(the_process_itself_may_do_everything) {
  for (const auto& part : method_table())
    for (const auto& row : part) {
      auto sent = send_bytes(std::string{row.name}, request_of(row));
      shard.run_until_idle();
      BOOST_TEST((!sent->is_answered || !is_refused(sent->status)), row.name);
      sent->cancel();
      shard.run_until_idle();
    }
}

BOOST_AUTO_TEST_SUITE_END()
