// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/interceptor.hpp>
#include <troupe/worker_interceptor.hpp>

#include <memory>
#include <string_view>

namespace kitchen_sink {

/// The header that goes with everything: the id of the workflow that it all began with.
inline constexpr std::string_view trip_header = "trip";

/// For clients, and by them for their workers: gives the header along from each client to its
/// workflow, from there to activities, children, operations and messages, and from activities back
/// to their workflow. Whatever comes somewhere without it, or back with another one, fails.
std::shared_ptr<const troupe::client_interceptor> make_trip_interceptor();

/// The part for a replayer.
std::shared_ptr<const troupe::worker_interceptor> make_trip_worker_interceptor();

} // namespace kitchen_sink
