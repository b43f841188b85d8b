// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/metered_service.hpp"

#include "actors/embedded/call/method_table.hpp"
#include "runtime/telemetry/process_usage.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace troupe::embedded {

namespace {

using telemetry::metric;
using telemetry::metric_kind;

/// More than there are methods; what else comes from outside counts as `other`.
constexpr std::size_t most_operations = 300;
/// Those of the real server.
constexpr auto bounds = telemetry::milliseconds(
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1'000,
    2'000,
    5'000,
    10'000,
    20'000,
    50'000,
    100'000,
    200'000,
    500'000,
    1'000'000);

constexpr metric requests{.name = "service_requests", .help = "calls that were answered"};
constexpr metric latency{
    .name = "service_latency",
    .kind = metric_kind::histogram,
    .help = "how long calls took",
    .unit = telemetry::metric_unit::duration,
    .bounds = bounds};
constexpr metric failures{
    .name = "service_failures", .help = "calls that were answered with an error", .is_ours = true};

constexpr metric opened{
    .name = "nexus_circuit_breaker_opened",
    .help = "how often the circuit breaker of a Nexus endpoint opened after this operation failed",
    .is_ours = true};
constexpr metric open_now{
    .name = "nexus_circuit_breakers_open",
    .kind = metric_kind::gauge,
    .help = "how many circuit breakers of a Nexus endpoint are open or half open",
    .is_ours = true};
/// Of endpoints; others count as `other`, and are not shown where they would have to be summed up.
constexpr std::size_t most_endpoints = 100;

constexpr metric http_connections{
    .name = "http_connections", .help = "connections to an HTTP front", .is_ours = true};
constexpr metric http_connections_refused{
    .name = "http_connections_refused",
    .help = "of them, closed as there were too many",
    .is_ours = true};
constexpr metric http_requests{
    .name = "http_requests", .help = "requests to an HTTP front", .is_ours = true};

constexpr metric certificate_expiry{
    .name = "tls_certificate_expires_timestamp_seconds",
    .kind = metric_kind::gauge,
    .help = "when the certificate of the service ends, in seconds since 1970",
    .is_ours = true};

/// Names from outside that are no methods share one label: they may be long, and ever others.
std::string operation_of(const std::string& method) {
  static const auto known = [] {
    std::set<std::string, std::less<>> names;
    for (const auto& part : method_table())
      for (const auto& row : part)
        names.emplace(row.name);
    return names;
  }();
  return known.contains(method) ? method.substr(method.rfind('/') + 1) : "other";
}

} // namespace

metered_service::counters::counters(telemetry::meter& meter)
    : requests(meter, embedded::requests, "operation", {}, most_operations),
      latency(meter, embedded::latency, "operation", {}, most_operations) {}

metered_service::metered_service(rpc::local_service& of)
    : service_(of), meter_(registry_->add_meter({{"service_name", "frontend"}})),
      counters_(*meter_), failures_(meter_->counter(failures)),
      of_process_(telemetry::observe_process(*registry_)) {}

void metered_service::listen(const http::address& where, http::tls_source tls) {
  listener_.emplace(
      where,
      std::map<std::string, http::listener::handler>{
          {"/metrics", [this](const http::request&) { return text(); }}},
      http::limits{},
      std::move(tls));
}

http::response metered_service::text() const {
  return {
      .body = telemetry::to_prometheus(
          registry_->read(),
          {.prefix = "", .durations_as_seconds = true, .attach_service_name = false}),
      .content_type = std::string{telemetry::prometheus_content_type}};
}

void metered_service::count_opened_breaker(
    const std::string& endpoint, const std::string& operation) {
  const auto& of = opened_breakers_.contains(endpoint) || opened_breakers_.size() < most_endpoints
                       ? endpoint
                       : std::string{"other"};
  opened_breakers_
      .try_emplace(
          of,
          *meter_,
          opened,
          "nexus_operation",
          telemetry::labels{{"nexus_endpoint", of}},
          most_operations)
      .first->second.of(operation)
      .add();
}

void metered_service::show_open_breakers(const std::string& endpoint, std::size_t open) {
  auto found = open_breakers_.find(endpoint);
  if (found == open_breakers_.end()) {
    if (open == 0)
      return;
    if (open_breakers_.size() >= most_endpoints)
      std::erase_if(open_breakers_, [](const auto& each) { return *each.second.open == 0; });
    if (open_breakers_.size() >= most_endpoints)
      return;
    const auto count = std::make_shared<std::atomic<std::size_t>>(0);
    found = open_breakers_
                .emplace(
                    endpoint,
                    open_breakers{
                        count,
                        registry_->observe(
                            embedded::open_now,
                            {{"nexus_endpoint", endpoint}},
                            [count] { return static_cast<double>(*count); })})
                .first;
  }
  *found->second.open = open;
}

std::vector<telemetry::observed> metered_service::show(
    const std::string& listener, const std::function<http::server_counts()>& counts) {
  const telemetry::labels of{{"listener", listener}};
  const auto observe = [&](const metric& what, std::uint64_t http::server_counts::* member) {
    return registry_->observe(
        what, of, [counts, member] { return static_cast<double>(counts().*member); });
  };
  std::vector<telemetry::observed> all;
  all.push_back(observe(http_connections, &http::server_counts::accepted));
  all.push_back(observe(http_connections_refused, &http::server_counts::refused));
  all.push_back(observe(http_requests, &http::server_counts::requests));
  return all;
}

telemetry::observed metered_service::show_expiry(std::function<time_point()> expires) {
  return registry_->observe(certificate_expiry, {}, [when = std::move(expires)] {
    return std::chrono::duration<double>{when().time_since_epoch()}.count();
  });
}

metered_service::cancel_function
metered_service::handle(request what, rpc::reply_handler on_reply) {
  const auto began = std::chrono::steady_clock::now();
  auto operation = operation_of(what.method);
  return service_.handle(
      std::move(what),
      [this, began, operation = std::move(operation), then = std::move(on_reply)](
          rpc_status status, rpc::bytes answer) mutable {
        counters_.requests.of(operation).add();
        counters_.latency.of(operation).observe(std::chrono::steady_clock::now() - began);
        if (!status.ok())
          failures_.add();
        then(std::move(status), std::move(answer));
      });
}

} // namespace troupe::embedded
