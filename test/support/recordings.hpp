// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace troupe::test {

/// The recorded histories: files of test/histories by their names without `.json`. Neither
/// `.describe.json` nor what lies in `wire/`, which are single messages.
inline std::set<std::string> recordings() {
  const std::filesystem::path root = std::string{TROUPE_TEST_DATA} + "/histories";
  std::set<std::string> names;
  for (const auto& each : std::filesystem::recursive_directory_iterator{root}) {
    auto name = std::filesystem::relative(each.path(), root).generic_string();
    if (name.ends_with(".json") && !name.ends_with(".describe.json") && !name.starts_with("wire/"))
      names.insert(name.substr(0, name.size() - std::string_view{".json"}.size()));
  }
  return names;
}

inline bool is_recorded(const std::string& name) {
  return std::filesystem::exists(std::string{TROUPE_TEST_DATA} + "/histories/" + name + ".json");
}

} // namespace troupe::test
