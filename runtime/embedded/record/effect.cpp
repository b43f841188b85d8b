// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/effect.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

namespace troupe::embedded {
namespace {

std::string key(const workflow_task_dispatch& what) {
  return "workflow_task/" + what.run_id + '/' + std::to_string(what.stamp);
}

std::string key(const nexus_dispatch& what) {
  const auto& attempt = what.attempt;
  return (attempt.cancelation ? "nexus_cancel/" : "nexus_start/") + attempt.run_id + '/'
         + std::to_string(attempt.scheduled_event_id) + '/' + std::to_string(attempt.number);
}

std::string key(const callback_delivery& what) {
  return "callback/" + what.run_id + '/' + what.callback_id + '/' + std::to_string(what.attempt);
}

std::string key(const visibility_put& what) {
  return "visibility_put/" + what.info->execution().run_id();
}

std::string key(const visibility_remove& what) {
  return "visibility_remove/" + what.run_id;
}

std::string key(const record_timer&) {
  return "timer";
}

std::string key(const readers_wake& what) {
  return "readers/" + what.run_id;
}

} // namespace

std::string key_of(const effect& what) {
  return std::visit([](const auto& each) { return key(each); }, what);
}

} // namespace troupe::embedded
