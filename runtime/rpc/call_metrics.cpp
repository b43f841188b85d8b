// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/call_metrics.hpp"

#include "runtime/telemetry/sdk_buckets.hpp"

namespace troupe::rpc {

namespace {

using telemetry::metric;

struct family {
  metric request;
  metric latency;
  metric failure;
};

constexpr family short_calls{
    {.name = "request", .help = "calls of the service that were begun, each attempt"},
    telemetry::latency(
        "request_latency",
        "how long calls of the service lasted, each attempt",
        telemetry::buckets::other),
    {.name = "request_failure", .help = "calls of the service that failed, by why"}};
constexpr family long_polls{
    {.name = "long_request", .help = "long polls that were begun"},
    telemetry::latency(
        "long_request_latency", "how long long polls lasted", telemetry::buckets::other),
    {.name = "long_request_failure", .help = "long polls that failed, by why"}};

const family& family_of(bool is_long_poll) {
  return is_long_poll ? long_polls : short_calls;
}

/// The SDKs name an RPC without its service.
telemetry::labels labels_of(std::string_view operation) {
  return {{"operation", std::string{operation}}};
}

} // namespace

call_counters::call_counters(telemetry::meter& meter, std::string_view operation, bool is_long_poll)
    : request_(meter.counter(family_of(is_long_poll).request, labels_of(operation))),
      latency_(meter.histogram(family_of(is_long_poll).latency, labels_of(operation))),
      failure_(meter, family_of(is_long_poll).failure, "status_code", labels_of(operation)),
      is_long_poll_(is_long_poll) {}

void call_counters::ended(duration lasted, const rpc_status& status) {
  latency_.observe(lasted.count());
  if (status.ok())
    return;
  if (is_long_poll_
      && (status.code == status_code::deadline_exceeded || status.code == status_code::cancelled))
    return;
  failure_.of(to_string(status.code)).add();
}

call_counters& call_metrics::of(std::string_view method, bool is_long_poll) {
  for (const auto& each : known_)
    if (each.is_long_poll == is_long_poll && each.method == method)
      return *each.counters;
  const auto operation = method.substr(method.rfind('/') + 1);
  known_.push_back(
      {std::string{method},
       is_long_poll,
       std::make_unique<call_counters>(*meter_, operation, is_long_poll)});
  return *known_.back().counters;
}

} // namespace troupe::rpc
