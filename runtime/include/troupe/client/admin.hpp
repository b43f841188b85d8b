// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What a namespace is made with.
struct namespace_options {
  std::string name; ///< unique in the service
  std::chrono::nanoseconds retention =
      std::chrono::hours{72};   ///< how long closed workflows are kept
  std::string description = {}; ///< for people
  std::string owner_email = {}; ///< for people
  /// Whatever its owners want to keep there.
  std::vector<std::pair<std::string, std::string>> data = {};
};

/// What the service tells about a namespace.
struct namespace_description {
  std::string name;                                      ///< unique in the service
  std::string id;                                        ///< made by the service, never changes
  std::string state;                                     ///< `Registered`, `Deprecated`, `Deleted`
  std::string description;                               ///< for people
  std::string owner_email;                               ///< for people
  std::chrono::nanoseconds retention{0};                 ///< how long closed runs are kept
  std::vector<std::pair<std::string, std::string>> data; ///< whatever its owners keep there
  bool is_global = false;                                ///< it is replicated to other clusters
};

/// Where a Nexus endpoint leads: a worker's task queue, or a URL outside.
struct nexus_endpoint_options {
  std::string name;                   ///< unique in the service
  std::string target_namespace = {};  ///< with `target_task_queue`
  std::string target_task_queue = {}; ///< that the handler's workers poll
  std::string target_url = {};        ///< instead of the two
  std::string description = {};       ///< Markdown; empty: none
};

/// A Nexus endpoint as the service keeps it.
struct nexus_endpoint : nexus_endpoint_options {
  std::string id; ///< made by the service, never changes
  std::int64_t version =
      0; ///< for `update` and `delete`: somebody else's change in between is refused
  std::string url_prefix; ///< path of the endpoint on the service's HTTP front
};

} // namespace troupe
