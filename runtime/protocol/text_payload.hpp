// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload_error.hpp>

#include <string>

namespace troupe::protocol {

/// A text for people as it travels. The error of one that is not UTF-8 names the option that it was
/// given by.
inline payload text_payload(const std::string& text, const char* option, const data_converter& by) {
  try {
    return by.to_payload(text);
  } catch (const payload_error& error) {
    throw payload_error{option, error.problem()};
  }
}

} // namespace troupe::protocol
