// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::workflow {

/// What a run has decided about changes of its code, and the values that it keeps.
struct version_notes {
  struct kept_value {
    std::int64_t calls = 0;
    std::int64_t last_marker = 0; ///< the event that a replay took the value from
    std::optional<payload> value; ///< the last one that was written down
  };

  std::map<std::string, bool, std::less<>> patches;
  std::map<std::string, int, std::less<>> versions; ///< by change
  std::set<std::string> taken_patches;              ///< as `TemporalChangeVersion` tells them
  std::vector<std::string> taken_versions;          ///< the same, the newest first
  std::map<std::string, kept_value, std::less<>> values;
  std::int64_t side_effects = 0;
  std::int64_t lacking_marker = 0; ///< the event of a marker that this code does without
};

} // namespace troupe::workflow
