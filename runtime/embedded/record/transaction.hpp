// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/effect.hpp"

#include <troupe/rpc_status.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe::embedded {

struct record_patch;
struct run;

/// What the caller hears once the transaction is durable.
struct reply {
  rpc_status status;
  std::shared_ptr<google::protobuf::Message> message; ///< null unless the status is ok
  std::string bytes{}; ///< instead of `message`: the hot answers come serialised
};

/// What one decision changed and what must happen because of it: the unit of commit.
///
/// The record itself is changed in place; a store writes `rows_of` the patch (wire.hpp), and who
/// owns the record reads it anew if that failed. No effect and no answer may leave before.
struct transaction {
  bool changed = false; ///< the record differs from before
  /// What differs: see patch.hpp; null if nothing does.
  std::shared_ptr<const record_patch> patch;

  /// One list of all that leaves: see effect.hpp.
  embedded::effects effects;

  /// The runs that the record has no longer. Large ones are to be freed in slices.
  std::vector<std::shared_ptr<run>> removed;

  reply answer;
};

} // namespace troupe::embedded
