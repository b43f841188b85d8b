// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

namespace troupe::embedded {

class directory;

/// Fills a new directory with what its store holds: who the cluster is and what its
/// tokens are sealed with, namespaces, endpoints, configurations of task queues and
/// the visibility index; every record is brought into memory once, so that what it waits for goes
/// on. Writes what a new store lacks. Runs `done` when calls may be served, which is before the
/// last record was looked at. A store that cannot be read is asked again.
void start_from_store(directory& here, unique_function<void()> done);

} // namespace troupe::embedded
