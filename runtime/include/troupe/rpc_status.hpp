// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe {

/// The gRPC status codes, with their wire numbers.
enum class status_code : int {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// The code's name as gRPC writes it, e.g. `NOT_FOUND`.
std::string_view to_string(status_code code) noexcept;

/// How a call to a Temporal service ended: the *transport* family of errors.
struct rpc_status {
  status_code code = status_code::ok; ///< how it ended
  std::string message = {};           ///< the service's words; empty if all went well
  /// A serialised `google.rpc.Status` whose details say more (`temporal.api.errordetails.v1`);
  /// empty if there is none.
  std::string details = {};

  /// It went well.
  [[nodiscard]] bool ok() const noexcept { return code == status_code::ok; }
};

/// Thrown by blocking client calls when the service (or the way to it) said no.
class rpc_error : public std::runtime_error {
public:
  /// Of a status that is not ok.
  explicit rpc_error(rpc_status status)
      : std::runtime_error(
            status.message.empty() ? std::string{to_string(status.code)} : status.message),
        status_(std::move(status)) {}

  /// All that the service said.
  [[nodiscard]] const rpc_status& status() const noexcept { return status_; }
  /// Its code.
  [[nodiscard]] status_code code() const noexcept { return status_.code; }

private:
  rpc_status status_;
};

} // namespace troupe
