// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/call.hpp"
#include "runtime/embedded/record/effect.hpp"

#include <temporal/api/enums/v1/update.pb.h>

#include <memory>
#include <optional>
#include <string>

namespace troupe::embedded {

/// A call that waits until an update has come far enough.
struct update_wait {
  call_ptr from;
  std::string run_id;
  std::string update_id;
  temporal::api::enums::v1::UpdateWorkflowExecutionLifecycleStage wanted{};
  std::shared_ptr<google::protobuf::Message> answer; ///< as of now: what it is told in the end
  bool was_repeated = false; ///< an update with start, whose first run ended under it
};

/// What the call waits for that got this answer, whatever of the three calls about updates it is;
/// nothing if the answer is what it wants.
std::optional<update_wait> wait_of(const call_ptr& from, const reply& answer);

/// Brings the answer of one that waits up to date. True if that is what it waited for.
bool advance(update_wait& waiting, const update_told& told);

/// What one that waits hears instead if the update was aborted.
rpc_status failure_of(const update_wait& waiting, const rpc_status& aborted);

/// An update with start whose update was aborted by the end of a run that it had not started: it is
/// decided once more.
bool is_repeated(const update_wait& waiting, const rpc_status& aborted);

} // namespace troupe::embedded
