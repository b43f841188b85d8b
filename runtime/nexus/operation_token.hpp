// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::nexus {

/// What an operation token of Temporal's own handlers names: unpadded base64url of compact JSON,
/// `{"t":1,"ns":"<namespace>","wid":"<workflow id>"}` for a workflow.
struct operation_token {
  enum class kind { workflow_run = 1, activity = 2, workflow_update = 3 };

  kind type = kind::workflow_run;
  std::string name_space;
  std::string workflow_id;

  friend bool operator==(const operation_token&, const operation_token&) = default;
};

/// The token of an operation that a workflow serves.
[[nodiscard]] std::string
make_workflow_token(std::string_view name_space, std::string_view workflow_id);

/// Nothing for what is not such a token: bad base64 or JSON, an unknown type or version, no
/// namespace, a workflow token without workflow id.
[[nodiscard]] std::optional<operation_token> parse_token(std::string_view text);

} // namespace troupe::nexus
