// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <optional>
#include <string>

namespace google::protobuf {
class Message;
}
namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::update::v1 {
class Outcome;
}

namespace troupe::cli {

/// What came of an update, as the Temporal CLI shows it: a value as the Go SDK reads it and Go's
/// `%v` prints it.
struct outcome_value {
  std::string text; ///< `map[a:[1 2] b:x]`
  std::string json; ///< names sorted
};
/// Absent if the outcome is a failure, or a result that is nothing.
std::optional<outcome_value> value_of(const temporal::api::update::v1::Outcome& outcome);

/// A failure and its causes in one line, as the errors of the Go SDK say it:
/// `outer (type: Out, retryable: true): inner`.
std::string go_error(const temporal::api::failure::v1::Failure& failure);

/// A message as Go's encoder writes the struct that it is there: names with underscores, bytes in
/// base64, a oneof under its own name.
std::string go_struct_json(const google::protobuf::Message& message);

} // namespace troupe::cli
