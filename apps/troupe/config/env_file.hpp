// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace troupe::cli {

/// The environments of the Temporal CLI's older configuration, `temporal.yaml`: under `env`, by
/// name, flags (long names) and their values. They count for flags that the command line does not
/// give.
using environments = std::map<std::string, std::map<std::string, std::string>>;

/// What the file says; nothing if there is no such file. `path` empty: the one below $HOME. Throws
/// `command_error`, which names file, line and column and never a value.
environments read_env_file(std::string path);

/// Writes all of them, in their order, to the file that `read_env_file` reads; only its owner may
/// read it. Throws `command_error`.
void write_env_file(std::string path, const environments& all);

} // namespace troupe::cli
