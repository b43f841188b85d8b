// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/handler_base.hpp>

namespace troupe::test {

/// `golden-service`, the handler side of the recorded histories, written again in C++: the same
/// operations with the same answers and errors. What waits is a coroutine, the rest are plain
/// functions.
nexus::service_handler golden_service();

} // namespace troupe::test
