// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <troupe/client/history.hpp>

#include <temporal/api/history/v1/message.pb.h>

namespace troupe {

std::int64_t history_event::id() const noexcept {
  return event_->event_id();
}

std::string history_event::type() const {
  const auto& name = temporal::api::enums::v1::EventType_Name(event_->event_type());
  return name.empty() ? std::to_string(event_->event_type()) : camel_case(name, "EVENT_TYPE_");
}

wall_time history_event::time() const noexcept {
  return from_proto(event_->event_time());
}

std::string history_event::to_json() const {
  return protocol::to_json(*event_, protocol::payload_style::raw);
}

std::string workflow_history::to_json() const {
  std::string json = R"({"events":[)";
  for (const auto& event : events)
    json.append(&event == events.data() ? "" : ",").append(event.to_json());
  return json.append("]}");
}

std::string workflow_history::to_binary() const {
  temporal::api::history::v1::History all;
  for (const auto& event : events)
    *all.add_events() = event.message();
  return all.SerializeAsString();
}

} // namespace troupe
