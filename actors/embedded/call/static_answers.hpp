// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/call.hpp"

namespace troupe::embedded {

class directory;

/// The version of the Temporal server whose protocol this service speaks; SDKs and the CLI check
/// it.
inline constexpr std::string_view protocol_version = "1.31.2";

void answer_system_info(directory& here, const call_ptr& from);
void answer_cluster_info(directory& here, const call_ptr& from);
void answer_clusters(directory& here, const call_ptr& from);

} // namespace troupe::embedded
