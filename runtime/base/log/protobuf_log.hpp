// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace troupe {

/// Sends what protobuf has to say to our log, as debug lines (`from=protobuf`): on its own it
/// writes a line to stderr for every request that is not well-formed, whatever the log level. For
/// the whole process; thread-safe, may be called often. A program that wants protobuf's lines sets
/// its own handler afterwards.
void adopt_protobuf_log();

} // namespace troupe
