// SPDX-License-Identifier: Apache-2.0
#include "actors/public/otlp_push.hpp"

#include <troupe/worker.hpp>

#ifdef TROUPE_HAS_OTLP
#include "runtime/otlp/exporter.hpp"
#include "runtime/otlp/span_pusher.hpp"

#include <cstdlib>
#include <utility>
#endif

#include <stdexcept>

namespace troupe {

#ifdef TROUPE_HAS_OTLP

namespace {

std::optional<std::string> variable(const char* name) {
  const char* text = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? std::nullopt : std::optional<std::string>{text};
}

} // namespace

std::shared_ptr<void>
detail::push_metrics(std::shared_ptr<const telemetry::registry> from, const otlp_options& options) {
  try {
    return std::make_shared<otlp::exporter>(std::move(from), otlp::resolve(options, variable));
  } catch (const otlp::options_error& error) {
    throw worker_error(error.what());
  }
}

std::shared_ptr<tracer> otlp_tracer(otlp_options options, trace_options traces) {
  return std::make_shared<otlp::span_pusher>(
      otlp::resolve(std::move(options), variable), traces, otlp::sampling_ratio(traces, variable));
}

#else

std::shared_ptr<void>
detail::push_metrics(std::shared_ptr<const telemetry::registry>, const otlp_options&) {
  throw worker_error("worker_options::otlp: this library was built without OTLP (TROUPE_OTLP)");
}

std::shared_ptr<tracer> otlp_tracer(otlp_options, trace_options) {
  throw std::invalid_argument("otlp_tracer: this library was built without OTLP (TROUPE_OTLP)");
}

#endif

} // namespace troupe
