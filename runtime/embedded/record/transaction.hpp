// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/effect.hpp"

#include <troupe/rpc_status.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe::embedded {

/// What the caller hears once the transaction is durable.
struct reply {
  rpc_status status;
  std::shared_ptr<google::protobuf::Message> message; ///< null unless the status is ok
  std::string bytes{}; ///< instead of `message`: the hot answers come serialised
};

/// What one decision changed and what must happen because of it: the unit of commit.
///
/// The record itself is changed in place, so a store writes `appended` and the record's state, and
/// reads the record anew if that failed. No effect and no answer may leave before.
struct transaction {
  struct run_events {
    std::string run_id;
    std::vector<std::shared_ptr<const api::history::v1::HistoryEvent>> events;
  };

  bool changed = false; ///< the record differs from before
  std::vector<run_events> appended;
  std::vector<std::string> removed_runs;

  /// One list of all that leaves: see effect.hpp. Not empty only if `changed`, but for requests
  /// that are let go again.
  embedded::effects effects;

  reply answer;
};

} // namespace troupe::embedded
