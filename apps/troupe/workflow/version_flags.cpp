// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/version_flags.hpp"

#include <temporal/api/deployment/v1/message.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // the fields of older servers

namespace troupe::cli {

namespace enums = temporal::api::enums::v1;

void version_flags::apply(temporal::api::workflow::v1::WorkflowExecutionOptions& to) const {
  using versioning = temporal::api::workflow::v1::VersioningOverride;
  if (behavior == "auto_upgrade") {
    to.mutable_versioning_override()->set_auto_upgrade(true);
  } else if (behavior == "pinned") {
    auto& pinned = *to.mutable_versioning_override()->mutable_pinned();
    pinned.set_behavior(versioning::PINNED_OVERRIDE_BEHAVIOR_PINNED);
    pinned.mutable_version()->set_deployment_name(deployment);
    pinned.mutable_version()->set_build_id(build_id);
  }
}

void version_flags::apply_older(temporal::api::workflow::v1::WorkflowExecutionOptions& to) const {
  if (behavior == "auto_upgrade") {
    to.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  } else if (behavior == "pinned") {
    to.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
    to.mutable_versioning_override()->set_pinned_version(deployment + '.' + build_id);
  }
}

} // namespace troupe::cli
