// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/versioning_override.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/embedded/record/errors.hpp"

#include <temporal/api/deployment/v1/message.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>
#include <temporal/api/workflow/v1/message.pb.h>

#include <string>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // forms that older clients send

namespace troupe::embedded {
namespace {

namespace enums = temporal::api::enums::v1;
using versioning = temporal::api::workflow::v1::VersioningOverride;

rpc_status
absent(std::string_view deployment, std::string_view build_id, std::string_view task_queue) {
  return failed_precondition(
      "Pinned version '" + std::string{deployment} + ':' + std::string{build_id}
      + "' is not present in task queue '" + std::string{task_queue} + "' of type 'Workflow'");
}

rpc_status check_older_pinned(const versioning& what, std::string_view task_queue) {
  const std::string_view version = what.pinned_version();
  if (version.empty()) {
    if (!what.has_deployment())
      return invalid_argument(
          "must provide deployment (deprecated) or pinned version if behavior is 'PINNED'");
    const auto& named = what.deployment();
    if (named.series_name().empty())
      return invalid_argument("deployment name cannot be empty");
    if (named.series_name().find_first_of(".:") != std::string::npos)
      return invalid_argument("deployment name cannot contain '.' or ':'");
    if (named.build_id().empty())
      return invalid_argument("deployment build ID cannot be empty");
    return absent(named.series_name(), named.build_id(), task_queue);
  }
  const auto dot = version.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == version.size())
    return invalid_argument(
        "invalid version string " + quote_json(version)
        + ", expected format is \"<deployment_name>.<build_id>\"");
  return absent(version.substr(0, dot), version.substr(dot + 1), task_queue);
}

} // namespace

rpc_status check_override(const versioning& what, std::string_view task_queue) {
  if (what.has_pinned()) {
    if (!what.pinned().has_version())
      return invalid_argument("must provide version if override is pinned.");
    if (what.pinned().behavior() == versioning::PINNED_OVERRIDE_BEHAVIOR_UNSPECIFIED)
      return invalid_argument("must specify pinned override behavior if override is pinned.");
    const auto& version = what.pinned().version();
    return absent(version.deployment_name(), version.build_id(), task_queue);
  }
  if (what.auto_upgrade())
    return {};
  switch (what.behavior()) {
  case enums::VERSIONING_BEHAVIOR_PINNED: return check_older_pinned(what, task_queue);
  case enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE:
    if (what.has_deployment())
      return invalid_argument("only provide deployment if behavior is 'PINNED'");
    if (!what.pinned_version().empty())
      return invalid_argument("only provide pinned version if behavior is 'PINNED'");
    return {};
  case enums::VERSIONING_BEHAVIOR_UNSPECIFIED:
    return invalid_argument("override behavior is required");
  default:
    return invalid_argument(
        "override behavior " + std::to_string(static_cast<int>(what.behavior()))
        + " not recognized");
  }
}

void normalize(versioning& what) {
  what.Clear();
  what.set_auto_upgrade(true);
}

} // namespace troupe::embedded
