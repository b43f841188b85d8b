// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

namespace troupe::embedded {

/// What runs have going on with other workflows: children, signals and cancel requests to them.
/// Records ask each other (`peer_request`), one thing at a time for each entry, and what was asked
/// is asked again after a crash: who is asked knows it again.

/// Sends what this decision made of the run's peers: what its other records are to be asked for,
/// and, for a child that ended, that its parent is to hear of it.
void dispatch_peer_requests(change& ch, run& on);

/// After a crash: whatever was asked may have been done, or not, and is asked again.
void ask_peers_again(run& on);

/// True if a closed run still has something to ask or to tell.
bool has_open_peer_requests(const run& on);

/// The run is closed: signals and cancel requests are dropped, children get their parent close
/// policy. `has_successor`: another run goes on in its place, so it owes its own parent nothing.
/// `is_reset`: that run has its children, too, so they are left alone.
void leave_peers(run& on, bool has_successor, bool is_reset);

} // namespace troupe::embedded
