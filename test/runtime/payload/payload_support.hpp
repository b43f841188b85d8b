// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload_error.hpp>

#include <string>

namespace troupe::test {

/// The text of the payload_error that `call` throws, or a text that says that it threw none.
template <class Call>
std::string payload_error_of(Call call) {
  try {
    (void)call();
  } catch (const payload_error& error) {
    return error.what();
  }
  return "no payload_error";
}

} // namespace troupe::test
