// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/map.h>

#include <cstddef>
#include <optional>
#include <string>

namespace troupe::embedded {

using nexus_header = google::protobuf::Map<std::string, std::string>;

/// Why the header of an operation is refused.
struct nexus_header_problem {
  std::string disallowed; ///< a name that belongs to services; empty: the header is too large
};

/// Takes over the header that somebody gives an operation, with its names in lower case.
std::optional<nexus_header_problem>
lower_header(const nexus_header& from, std::size_t max_bytes, nexus_header& to);

} // namespace troupe::embedded
