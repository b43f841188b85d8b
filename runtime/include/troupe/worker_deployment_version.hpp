// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe {

/// A version of the workers of a deployment.
struct worker_deployment_version {
  std::string deployment_name = {}; ///< empty: none, the workers are unversioned
  std::string build_id = {};        ///< of its workers

  friend bool
  operator==(const worker_deployment_version&, const worker_deployment_version&) = default;
};

} // namespace troupe
