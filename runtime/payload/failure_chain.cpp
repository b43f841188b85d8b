// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_chain.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/failure/v1/message.pb.h>

namespace troupe {

using temporal::api::failure::v1::Failure;

void say_cut_here(Failure& in) {
  in.set_message("the chain of causes is too long and was cut here");
  in.mutable_application_failure_info()->set_type("CauseChainTooLong");
}

void cut_causes(Failure& of) {
  auto* level = &of;
  for (int depth = 1; level->has_cause(); ++depth) {
    level = level->mutable_cause();
    if (depth == max_failure_depth) {
      level->Clear();
      say_cut_here(*level);
    }
  }
}

void cut_causes_in(google::protobuf::Message& attributes) {
  const auto& type = *attributes.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    if (field->is_repeated() || field->message_type() != Failure::descriptor())
      continue;
    const auto& access = *attributes.GetReflection();
    if (access.HasField(attributes, field))
      cut_causes(static_cast<Failure&>(*access.MutableMessage(&attributes, field)));
  }
}

} // namespace troupe
