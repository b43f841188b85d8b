// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/gateway/site.hpp"

namespace troupe::web {

/// The Web UI, as `apps/web/dist` holds it.
gateway::site_files web_files();

} // namespace troupe::web
