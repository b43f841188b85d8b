// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/exporter.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/otlp/metrics_json.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace troupe::otlp {

namespace {

constexpr std::string_view metrics_path = "/v1/metrics";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// `key=value,key=value`; values have percent escapes.
std::vector<std::pair<std::string, std::string>>
read_pairs(const char* variable, std::string_view text) {
  std::vector<std::pair<std::string, std::string>> all;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto pair = trimmed(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      throw options_error(std::string{variable} + " is not of the form key=value,key=value");
    auto value = path_segment_text(trimmed(pair.substr(equals + 1)));
    if (!value)
      throw options_error(std::string{variable} + " has a broken percent escape");
    all.emplace_back(trimmed(pair.substr(0, equals)), std::move(*value));
  }
  return all;
}

} // namespace

otlp_options resolve(otlp_options options, const environment& from) {
  const auto take = [&](const char* name, std::string& to) {
    if (to.empty())
      if (auto text = from(name))
        to = std::move(*text);
  };
  take("OTEL_EXPORTER_OTLP_ENDPOINT", options.endpoint);
  if (options.endpoint.empty())
    options.endpoint = "http://localhost:4318";
  take("OTEL_SERVICE_NAME", options.service_name);
  constexpr auto headers = "OTEL_EXPORTER_OTLP_HEADERS";
  if (options.headers.empty())
    if (const auto text = from(headers))
      options.headers = read_pairs(headers, *text);
  constexpr auto resource = "OTEL_RESOURCE_ATTRIBUTES";
  if (const auto text = from(resource))
    for (auto& [key, value] : read_pairs(resource, *text))
      options.resource.try_emplace(std::move(key), std::move(value));
  if (!options.service_name.empty())
    options.resource["service.name"] = options.service_name;
  else
    options.resource.try_emplace("service.name", "troupe");
  return options;
}

exporter::exporter(std::shared_ptr<const telemetry::registry> from, otlp_options options)
    : from_(std::move(from)), options_(std::move(options)) {
  auto to = parse_http_url(options_.endpoint);
  if (!to)
    throw options_error(
        "the OTLP endpoint \"" + options_.endpoint
        + "\" is not of the form http://host:port (https is not spoken here; use a collector "
          "beside "
          "the program)");
  to_ = std::move(*to);
  if (to_.path.ends_with('/'))
    to_.path.pop_back();
  to_.path += metrics_path;
  if (options_.interval <= std::chrono::milliseconds{0}
      || options_.timeout <= std::chrono::milliseconds{0})
    throw options_error("the interval and the timeout of OTLP must be more than zero");
  // Signals are for the program's own threads.
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  try {
    thread_ = std::thread{[this] { run(); }};
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

exporter::~exporter() {
  {
    const std::lock_guard guard{mutex_};
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void exporter::run() {
  pthread_setname_np(pthread_self(), "troupe-otlp");
  std::unique_lock guard{mutex_};
  for (;;) {
    const bool is_last =
        changed_.wait_for(guard, options_.interval, [this] { return is_stopping_; });
    guard.unlock();
    push();
    guard.lock();
    if (is_last)
      return;
  }
}

void exporter::push() {
  std::string problem;
  try {
    problem = post_json(
        to_,
        options_.headers,
        to_json(from_->read(), {options_.resource, since_, std::chrono::system_clock::now()}),
        options_.timeout);
  } catch (const std::exception& failed) {
    problem = failed.what();
  }
  if (problem.empty() == !is_failing_)
    return;
  is_failing_ = !problem.empty();
  if (is_failing_)
    log::warn(
        "metrics could not be pushed, trying again",
        {{"endpoint", options_.endpoint}, {"error", problem}});
  else
    log::info("metrics are pushed again", {{"endpoint", options_.endpoint}});
}

} // namespace troupe::otlp
