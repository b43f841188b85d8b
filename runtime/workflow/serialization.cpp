// SPDX-License-Identifier: Apache-2.0
// The part of the engine that tells the codec where payloads belong.

#include "runtime/base/text/uuid.hpp"
#include "runtime/workflow/engine_extras.hpp"

#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

void engine::narrow_converter(std::string_view workflow_id) {
  auto own = environment_->converter.with_context(
      {.name_space = environment_->name_space, .workflow_id = workflow_id});
  if (own.codec == environment_->converter.codec)
    return;
  auto& kept = with_extras().converter;
  kept = std::make_unique<const data_converter>(std::move(own));
  converter_ = kept.get();
  tells_contexts_ = true;
}

data_converter engine::converter_of_activity(
    std::string_view type, std::string_view task_queue, bool is_local) const {
  if (!tells_contexts())
    return environment_->converter;
  const auto began = started();
  const auto own_queue = task_queue.empty() ? own_task_queue() : std::string{};
  return environment_->converter.with_context(
      {.name_space = environment_->name_space,
       .workflow_id = began.workflow_id(),
       .workflow_type = workflow_type(),
       .activity_type = type,
       .task_queue = task_queue.empty() ? own_queue : task_queue,
       .is_local = is_local});
}

data_converter
engine::converter_of_workflow(std::string_view name_space, std::string_view workflow_id) const {
  return environment_->converter.with_context(
      {.name_space = name_space.empty() ? environment_->name_space : name_space,
       .workflow_id = workflow_id});
}

std::string engine::draw_child_id() {
  const auto high = random();
  auto id = uuid_v4(high, random());
  if (tells_contexts())
    with_extras().drawn_child_id = id;
  return id;
}

bool engine::is_drawn(const std::string& child_id) const noexcept {
  return extras_ && !child_id.empty() && extras_->drawn_child_id == child_id;
}

} // namespace troupe::workflow
