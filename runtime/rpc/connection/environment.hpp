// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/connection.hpp>

#include <string>

namespace troupe::rpc {

/// What the environment and the profile say of a codec server; empty: nothing.
struct codec_settings {
  std::string endpoint;
  std::string authorization;
};

/// All that Temporal's tools are told by the environment and the profile.
struct environment_settings {
  connection_options connection;
  codec_settings codec;
};
/// As `connection_options_from_environment`.
[[nodiscard]] environment_settings settings_from_environment(const environment_options& options);

} // namespace troupe::rpc
