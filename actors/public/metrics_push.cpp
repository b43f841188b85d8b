// SPDX-License-Identifier: Apache-2.0
#include "actors/public/metrics_push.hpp"

#include <troupe/worker.hpp>

#ifdef TROUPE_HAS_OTLP
#include "runtime/otlp/exporter.hpp"

#include <cstdlib>
#endif

namespace troupe::detail {

#ifdef TROUPE_HAS_OTLP

std::shared_ptr<void>
push_metrics(std::shared_ptr<const telemetry::registry> from, const otlp_options& options) {
  const auto variable = [](const char* name) -> std::optional<std::string> {
    const char* text = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? std::nullopt : std::optional<std::string>{text};
  };
  try {
    return std::make_shared<otlp::exporter>(std::move(from), otlp::resolve(options, variable));
  } catch (const otlp::options_error& error) {
    throw worker_error(error.what());
  }
}

#else

std::shared_ptr<void>
push_metrics(std::shared_ptr<const telemetry::registry>, const otlp_options&) {
  throw worker_error("worker_options::otlp: this library was built without OTLP (TROUPE_OTLP)");
}

#endif

} // namespace troupe::detail
