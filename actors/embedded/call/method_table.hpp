// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/call.hpp"

#include <string_view>

namespace troupe::embedded {

class directory;

/// What the service does with the calls of one method.
struct method_entry {
  std::string_view name; ///< full, leading slash
  google::protobuf::Message* (*make_request)(google::protobuf::Arena&);
  /// Checks what every call of this kind is checked for, then hands it to the actor whose business
  /// it is.
  void (*route)(directory&, const call_ptr&);
};

/// Null for methods that are not served.
const method_entry* find_method(std::string_view full_name);

/// The status of a call of an unknown method, in the real server's words.
rpc_status unknown_method(std::string_view full_name);

} // namespace troupe::embedded
