// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
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

/// Reads them as `read_env_file` does, lets `how` change them and writes all of them in their
/// order, while no other program can change the file. Only its owner may read it then. Throws
/// `command_error`; what `how` throws leaves it as it is.
void change_env_file(std::string path, const std::function<void(environments&)>& how);

} // namespace troupe::cli
