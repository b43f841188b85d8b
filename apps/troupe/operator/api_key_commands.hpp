// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace troupe::cli {

struct global_flags;

/// `operator api-key`: the file of API keys that a service of ours takes.
void add_api_key_commands(CLI::App& parent, const global_flags& flags);

} // namespace troupe::cli
