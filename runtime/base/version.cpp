// SPDX-License-Identifier: Apache-2.0
#include <troupe/version.hpp>

namespace troupe {

version_number linked_version() noexcept {
  return header_version;
}

} // namespace troupe
