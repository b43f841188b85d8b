// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/registry.hpp"

#include <troupe/otlp.hpp>

#include <memory>

namespace troupe::detail {

/// Pushes metrics to an OpenTelemetry collector until the result is destroyed. Throws
/// `worker_error` for options that make no sense, and if the library was built without OTLP.
[[nodiscard]] std::shared_ptr<void>
push_metrics(std::shared_ptr<const telemetry::registry> from, const otlp_options& options);

} // namespace troupe::detail
