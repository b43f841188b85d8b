// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/surroundings.hpp"

#include <troupe/result.hpp>
#include <troupe/service.hpp>

#include <map>
#include <string>
#include <vector>

namespace troupe::embedded {

/// Reads dynamic configuration (values as JSON) into settings; unknown keys are taken. The error
/// names the key.
result<service_settings, std::string>
read_settings(const std::map<std::string, std::string>& dynamic_config);

/// The keys that have an effect.
std::vector<service::setting> known_settings();

} // namespace troupe::embedded
