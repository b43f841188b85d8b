// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/server/dynamic_config.hpp"

#include "apps/troupe/cli.hpp"
#include "apps/troupe/line/input_file.hpp"
#include "runtime/protocol/json_value.hpp"

namespace troupe::cli {

std::map<std::string, std::string> parse_dynamic_config(const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> settings;
  for (const auto& pair : pairs) {
    const auto at = pair.find('=');
    if (at == std::string::npos || at == 0)
      throw command_error(
          "invalid dynamic config values: missing expected '=' in \"" + pair
          + "\": write KEY=JSON");
    const auto key = pair.substr(0, at);
    const auto text = pair.substr(at + 1);
    const auto value = parse_json(text);
    if (!value)
      throw command_error(
          "invalid dynamic config values: invalid JSON value for key \"" + key + "\": "
          + (text.size() > 200 ? json_fault(text, "it")
                               : text + " (a string needs its quotes: KEY='\"text\"')"));
    settings[key] = write_json(*value);
  }
  return settings;
}

} // namespace troupe::cli
