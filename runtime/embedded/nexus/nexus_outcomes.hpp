// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/input.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/surroundings.hpp"

#include <string>
#include <vector>

namespace troupe::embedded {

/// What a handler's answer to a start or cancel request means, whichever of the two wire formats it
/// came in.
struct nexus_verdict {
  enum class kind {
    succeeded, ///< a sync operation's result
    started,   ///< an async operation's token
    failed,    ///< the operation failed
    canceled,  ///< the operation was canceled
    canceling, ///< the cancel request was acknowledged
    retry,     ///< no answer, or one that may be better next time
    refused,   ///< a handler error that will not get better
  };
  kind what = kind::retry;
  std::shared_ptr<api::common::v1::Payload> result; ///< if succeeded; may be null
  std::string operation_token;                      ///< if started
  std::vector<api::common::v1::Link> links;
  api::failure::v1::Failure failure; ///< of all the other kinds
};

nexus_verdict
judge(const nexus_outcome& outcome, bool cancelation, const service_settings& settings);

/// What a failure of another kind is to the caller of an operation that was canceled.
api::failure::v1::Failure as_canceled(api::failure::v1::Failure from);

/// The failure of a handler error with this type, as this service itself makes it.
api::failure::v1::Failure handler_failure(const std::string& type, const std::string& message);

/// True if a handler error of this failure may be tried again.
bool is_retryable_handler_error(const api::failure::v1::Failure& failure);

} // namespace troupe::embedded
