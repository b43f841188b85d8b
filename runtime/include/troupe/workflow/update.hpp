// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe::workflow {

/// The update that a handler works on.
struct update_info {
  std::string id;   ///< the caller's, or a UUID that its client made
  std::string name; ///< by which it was sent
};

} // namespace troupe::workflow
