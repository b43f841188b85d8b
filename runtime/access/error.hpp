// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace troupe::access {

/// A certificate, key or list of keys that cannot be used: what() says which file and why, and
/// shows nothing of what is in it.
class access_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace troupe::access
