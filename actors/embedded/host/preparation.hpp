// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/service.hpp>

#include <functional>
#include <vector>

namespace troupe::embedded {

class directory;

/// What a service's options say is there when it starts, as changes for `service_host::prepare`,
/// one after another. A service that starts again on what it kept finds most of it and changes
/// nothing; an endpoint with another target gets the one of the options. Each change throws
/// `service_error` if it cannot be.
[[nodiscard]] std::vector<std::function<void(directory&)>>
preparation_of(const service_options& options);

} // namespace troupe::embedded
