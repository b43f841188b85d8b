// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/detail/run.hpp>

namespace troupe::workflow {

/// What interceptors gave an operation of the service's own endpoint as headers: the service
/// refuses those, with the whole task, so they go to the workflow that is started, as texts in its
/// own. Other operations keep theirs.
void pass_headers_on(detail::nexus_request& request);

} // namespace troupe::workflow
