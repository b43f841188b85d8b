// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/instance.hpp"

#include <troupe/testing/replayer.hpp>

#include <memory>

namespace temporal::api::history::v1 {
class History;
}

namespace troupe::workflow {

/// Replays one history, consuming it. Never throws.
testing::replay_result replay(
    std::shared_ptr<const definition> definition,
    std::shared_ptr<const environment> environment,
    temporal::api::history::v1::History&& history);

/// Compares what a command holds with the event that recorded it; throws `nondeterminism_error` for
/// the first difference. Fits `environment::on_match`. Stack traces are not compared: each language
/// writes its own.
void compare_contents(
    const temporal::api::command::v1::Command& command,
    const temporal::api::history::v1::HistoryEvent& event);

} // namespace troupe::workflow
