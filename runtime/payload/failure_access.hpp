// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/error.hpp>

#include <temporal/api/failure/v1/message.pb.h>

#include <memory>

namespace troupe::detail {

/// The message an error was read from: its own level of the one copy that the whole chain shares.
/// The codec was taken off the payloads, encoded attributes are still where they were.
struct wire_failure {
  std::shared_ptr<const temporal::api::failure::v1::Failure> root;
  const temporal::api::failure::v1::Failure* level = nullptr;
};

/// What only the failure converter may set on errors.
struct failure_access {
  static void set_stack_trace(failure_error& error, std::string text) {
    error.stack_trace_ = std::move(text);
  }
  static void set_source(failure_error& error, std::string text) {
    error.source_ = std::move(text);
  }
  static void set_cause(failure_error& error, failure_cause cause) {
    error.cause_ = std::move(cause);
    error.line_.reset();
  }
  static void set_wire(failure_error& error, std::shared_ptr<const wire_failure> wire) {
    error.wire_ = std::move(wire);
  }
  static const wire_failure* wire(const failure_error& error) { return error.wire_.get(); }
};

} // namespace troupe::detail
