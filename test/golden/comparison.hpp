// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/support/history_normaliser.hpp"

#include <temporal/api/history/v1/message.pb.h>

#include <string>
#include <vector>

namespace troupe::test {

using history = temporal::api::history::v1::History;

/// Something that is no rule of the service but says itself differently in each language or run:
/// what the recording says, what ours say. Named in the row, so that nothing is passed over.
struct word {
  const char* recorded;
  const char* ours;
};

/// Says in our words what the recording says in others, in every text and payload.
void in_our_words(history& recorded, const std::vector<word>& words);

/// The recordings' workers named their build, also in commands that schedule activities or start
/// children; ours do not.
void forget_builds(history& recorded);

/// The recordings' workers named their own namespace in commands for other workflows; ours do not.
void forget_namespaces(history& recorded);

/// A Go worker calls its timers and activities by numbers of events, ours by their own, and it
/// sends also the timeouts that are none.
void forget_go(history& recorded);

/// Compares two histories once both are normalised (history_normaliser.hpp says what that drops)
/// and what each timer, backoff and timeout took. Empty if they say the same; otherwise the types
/// of both, and the first event that differs, each side as JSON. `world` numbers the ids of all
/// histories of one scenario.
std::string compare(history_comparison& world, const history& recorded, const history& made);

} // namespace troupe::test
