// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace troupe::test {

// The recordings that each table of this folder compares, by their names in test/histories.
std::vector<std::string> activity_scenarios_rows();
std::vector<std::string> child_scenarios_rows();
std::vector<std::string> go_scenarios_rows();
std::vector<std::string> message_scenarios_rows();
std::vector<std::string> scenarios_rows();
std::vector<std::string> workflow_scenarios_rows();

} // namespace troupe::test
