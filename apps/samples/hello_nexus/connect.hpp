// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client.hpp>

#include <cstdlib>
#include <string>

namespace hello_nexus {

/// TEMPORAL_ADDRESS and the other settings of Temporal's tools say where the service is; the
/// namespace is the sample's own unless TEMPORAL_NAMESPACE names another.
inline troupe::client connect(const std::string& name_space) {
  auto options = troupe::connection_options_from_environment();
  if (std::getenv("TEMPORAL_NAMESPACE") == nullptr)
    options.name_space = name_space;
  return troupe::client::connect(options);
}

} // namespace hello_nexus
