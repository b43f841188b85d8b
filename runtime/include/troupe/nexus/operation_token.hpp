// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What an operation token of Temporal's own handlers names, whatever SDK made it: unpadded
/// base64url of compact JSON.
namespace troupe::nexus {

/// `{"t":1,"ns":"<namespace>","wid":"<workflow id>"}`: an operation that a workflow serves.
struct workflow_run_token {
  std::string name_space;  ///< the handler's
  std::string workflow_id; ///< whichever of its runs is current

  friend bool operator==(const workflow_run_token&, const workflow_run_token&) = default;
};

/// `{"t":2,"ns":...,"aid":"<activity id>","rid":"<run id>"}`: one that an activity without a
/// workflow serves.
struct activity_token {
  std::string name_space;  ///< the handler's
  std::string activity_id; ///< the activity's
  std::string run_id = {}; ///< empty: the current one

  friend bool operator==(const activity_token&, const activity_token&) = default;
};

/// `{"t":3,"ns":...,"wid":"<workflow id>","rid":"<run id>","uid":"<update id>"}`: one that an
/// update of a workflow serves.
struct workflow_update_token {
  std::string name_space;  ///< the handler's
  std::string workflow_id; ///< whose update
  std::string run_id = {}; ///< that took it; empty: the current one
  std::string update_id;   ///< the update's

  friend bool operator==(const workflow_update_token&, const workflow_update_token&) = default;
};

/// What a token names.
using operation_token = std::variant<workflow_run_token, activity_token, workflow_update_token>;

/// The token that the caller's side knows such an operation by.
[[nodiscard]] std::string make_token(const operation_token& of);

/// Nothing for what is not such a token: bad base64 or JSON, an unknown type or version, no
/// namespace, none of the ids that its type needs.
[[nodiscard]] std::optional<operation_token> parse_token(std::string_view text);

/// The namespace that it is of.
[[nodiscard]] const std::string& name_space_of(const operation_token& token) noexcept;

} // namespace troupe::nexus
