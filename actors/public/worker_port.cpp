// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_port.hpp"

#include "actors/public/snapshot_json.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/http/listener.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

#include <troupe/worker.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe::detail {

namespace {

/// The ports that are open in this process, by the address as it was given.
struct open_ports {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<worker_port>> all;
};

open_ports& ports() {
  static open_ports instance;
  return instance;
}

/// Nothing if there is something in it that is not known.
std::optional<snapshot_options> read_query(std::string_view query) {
  snapshot_options what;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto at = pair.find('=');
    if (at == std::string_view::npos)
      return std::nullopt;
    const auto value = query_value_text(pair.substr(at + 1));
    if (!value)
      return std::nullopt;
    if (pair.substr(0, at) == "workflow-id") {
      what.workflow_id = *value;
    } else if (pair.substr(0, at) == "runs") {
      const auto [last, error] =
          std::from_chars(value->data(), value->data() + value->size(), what.most_runs);
      if (error != std::errc{} || last != value->data() + value->size())
        return std::nullopt;
    } else
      return std::nullopt;
  }
  return what;
}

} // namespace

struct worker_port::implementation {
  prometheus_options look;
  std::mutex mutex; ///< guards `sources`
  std::vector<std::shared_ptr<const worker_source>> sources;
  std::unique_ptr<http::listener> listener; ///< last: its thread uses the rest

  /// 503 and the reasons if a worker has one.
  http::response probe(std::function<std::string()> worker_source::* why) {
    std::string reasons;
    const std::lock_guard guard{mutex};
    for (const auto& each : sources)
      if (auto reason = ((*each).*why)(); !reason.empty())
        reasons += reason + '\n';
    return reasons.empty() ? http::response{.body = "ok\n"}
                           : http::response{.status = 503, .body = std::move(reasons)};
  }

  http::response inspect(std::string_view query) {
    const auto what = read_query(query);
    if (!what)
      return {.status = 400, .body = "known are workflow-id=... and runs=...\n"};
    inspected_workers all;
    const std::lock_guard guard{mutex};
    for (const auto& each : sources)
      all.workers.push_back(each->snapshot(*what));
    return {.body = to_json(all) + '\n', .content_type = "application/json"};
  }

  http::response metrics() {
    telemetry::snapshot all;
    {
      const std::lock_guard guard{mutex};
      for (const auto& each : sources)
        all.merge(each->metrics->read());
    }
    return {
        .body = to_prometheus(all, look),
        .content_type = std::string{telemetry::prometheus_content_type}};
  }
};

worker_port::worker_port(const std::string& address, const prometheus_options& look)
    : impl_(std::make_shared<implementation>()) {
  impl_->look = look;
  const auto where = http::parse_address(address);
  if (!where)
    throw worker_error(
        "the metrics address \"" + address + "\" is not of the form ip:port, e.g. 127.0.0.1:9464");
  try {
    impl_->listener = std::make_unique<http::listener>(
        *where,
        std::map<std::string, http::listener::handler>{
            {"/metrics", [impl = impl_.get()](const http::request&) { return impl->metrics(); }},
            {"/livez",
             [impl = impl_.get()](const http::request&) {
               return impl->probe(&worker_source::why_dead);
             }},
            {"/readyz",
             [impl = impl_.get()](const http::request&) {
               return impl->probe(&worker_source::why_unready);
             }},
            {"/inspect",
             [impl = impl_.get()](const http::request& of) { return impl->inspect(of.query); }}});
  } catch (const http::listen_error& error) {
    throw worker_error(std::string{"the metrics of the worker: "} + error.what());
  }
}

std::unique_ptr<worker_port::share>
worker_port::join(const std::string& address, const prometheus_options& look, worker_source what) {
  auto& open = ports();
  const std::lock_guard guard{open.mutex};
  std::shared_ptr<worker_port> port;
  // Each port 0 is one of its own.
  const bool is_any = address.ends_with(":0");
  if (!is_any)
    port = open.all[address].lock();
  if (!port) {
    port.reset(new worker_port{address, look});
    if (!is_any)
      open.all[address] = port;
  }
  return std::make_unique<share>(std::move(port), std::move(what));
}

worker_port::share::share(std::shared_ptr<worker_port> port, worker_source what)
    : port_(std::move(port)), what_(std::make_shared<const worker_source>(std::move(what))) {
  const std::lock_guard guard{port_->impl_->mutex};
  port_->impl_->sources.push_back(what_);
}

worker_port::share::~share() {
  {
    const std::lock_guard guard{port_->impl_->mutex};
    std::erase(port_->impl_->sources, what_);
  }
  // The last one closes it; not while somebody joins.
  const std::lock_guard guard{ports().mutex};
  port_ = nullptr;
}

std::string worker_port::share::address() const {
  return http::to_string(port_->impl_->listener->where());
}

} // namespace troupe::detail
