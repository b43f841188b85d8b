// SPDX-License-Identifier: Apache-2.0
#include "actors/service/service_core.hpp"

#include "actors/service/callback_deliverer_actor.hpp"
#include "actors/service/execution_actor.hpp"
#include "actors/service/nexus_dispatcher_actor.hpp"
#include "actors/service/registry_actor.hpp"
#include "actors/service/task_queue_actor.hpp"
#include "actors/service/visibility_actor.hpp"

#include <caf/actor_system.hpp>

#include <temporal/api/nexus/v1/message.pb.h>

namespace troupe::embedded {

namespace {

/// Into a buffer that is used again and again: actors are looked up for every message.
const std::string& join(std::string& key, std::string_view first, std::string_view second) {
  key = first;
  key += '\0';
  key += second;
  return key;
}

const std::string&
queue_key(std::string& key, std::string_view namespace_id, std::string_view name, queue_kind kind) {
  join(key, namespace_id, name);
  key += static_cast<char>(kind);
  return key;
}

std::string format_uuid(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (const auto half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (at == 8 || at == 13 || at == 18 || at == 23)
        ++at;
      text[at++] = digits[(half >> shift) & 15];
    }
  }
  return text;
}

std::optional<endpoint_info> info_of(const temporal::api::nexus::v1::Endpoint* found) {
  if (found == nullptr)
    return std::nullopt;
  const auto& target = found->spec().target();
  return endpoint_info{
      found->id(),
      found->spec().name(),
      target.worker().namespace_(),
      target.worker().task_queue(),
      target.external().url()};
}

/// The handle under `key`, made by `spawn` if there is none.
template <class Map, class Spawn>
auto find_or_spawn(Map& map, const std::string& key, Spawn spawn) {
  if (auto found = map.find(key); found != map.end())
    return found->second;
  std::string mine{key}; // the buffer is free for whatever making the actor looks up
  return map.emplace(std::move(mine), spawn()).first->second;
}

} // namespace

random_ids::random_ids()
    : engine_([] {
        std::random_device entropy;
        return (static_cast<std::uint64_t>(entropy()) << 32) | entropy();
      }()) {}

std::string random_ids::uuid() {
  constexpr std::uint64_t version = 0x4000;
  return format_uuid(
      (engine_() & ~0xf000ULL) | version, (engine_() & ~(3ULL << 62)) | (2ULL << 62));
}

std::string random_ids::time_ordered_uuid(time_point now) {
  constexpr std::uint64_t version = 0x7000;
  const auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  return format_uuid(
      (milliseconds << 16) | version | (engine_() & 0x0fff),
      (engine_() & ~(3ULL << 62)) | (2ULL << 62));
}

double random_ids::uniform() {
  return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
}

service_core::service_core(
    caf::actor_system& actor_system,
    actors::shard& shard,
    service_settings with,
    std::unique_ptr<id_source> id_maker)
    : system(actor_system), home(shard), settings(std::move(with)), ids(std::move(id_maker)),
      namespaces([this] { return ids->uuid(); }),
      endpoints(namespaces, [this] { return ids->uuid(); }) {
  settings.cluster_id = ids->uuid();
}

service_core::~service_core() = default;

execution_handle
service_core::execution(const std::string& namespace_id, const std::string& workflow_id) {
  return find_or_spawn(
      executions_, join(key_, namespace_id, workflow_id), [&]() -> execution_handle {
        return system.spawn<execution_actor>(
            std::ref(home), std::ref(*this), namespace_id, workflow_id);
      });
}

execution_handle service_core::find_execution(const execution_key& key) const {
  auto found = executions_.find(join(key_, key.namespace_id, key.workflow_id));
  return found == executions_.end() ? execution_handle{} : found->second;
}

void service_core::forget_execution(const execution_key& key) {
  executions_.erase(join(key_, key.namespace_id, key.workflow_id));
}

task_queue_handle
service_core::queue(const std::string& namespace_id, const std::string& name, queue_kind kind) {
  return find_or_spawn(
      queues_, queue_key(key_, namespace_id, name, kind), [&]() -> task_queue_handle {
        return system.spawn<task_queue_actor>(
            std::ref(home), std::ref(*this), namespace_id, name, kind);
      });
}

task_queue_handle service_core::find_queue(
    const std::string& namespace_id, const std::string& name, queue_kind kind) const {
  auto found = queues_.find(queue_key(key_, namespace_id, name, kind));
  return found == queues_.end() ? task_queue_handle{} : found->second;
}

nexus_dispatcher_handle
service_core::dispatcher(const std::string& caller_namespace_id, const std::string& endpoint) {
  return find_or_spawn(
      dispatchers_, join(key_, caller_namespace_id, endpoint), [&]() -> nexus_dispatcher_handle {
        return system.spawn<nexus_dispatcher_actor>(std::ref(home), std::ref(*this));
      });
}

callback_deliverer_handle service_core::deliverer(const std::string& destination) {
  return find_or_spawn(deliverers_, destination, [&]() -> callback_deliverer_handle {
    return system.spawn<callback_deliverer_actor>(std::ref(home), std::ref(*this));
  });
}

visibility_handle service_core::visibility(const std::string& namespace_id) {
  return find_or_spawn(visibility_, namespace_id, [&]() -> visibility_handle {
    return system.spawn<visibility_actor>(std::ref(home), std::ref(*this), namespace_id);
  });
}

registry_handle service_core::registry() {
  if (!registry_)
    registry_ = system.spawn<registry_actor>(std::ref(home), std::ref(*this));
  return registry_;
}

std::optional<endpoint_info> service_core::endpoint_by_name(std::string_view name) const {
  return info_of(endpoints.find_by_name(name));
}

std::optional<endpoint_info> service_core::endpoint_by_id(std::string_view id) const {
  return info_of(endpoints.find(id));
}

std::optional<int>
service_core::search_attribute_type(std::string_view name_space, std::string_view attribute) const {
  static constexpr std::array<std::string_view, 8> settable{
      "TemporalScheduledStartTime",
      "TemporalChangeVersion",
      "BinaryChecksums",
      "BuildIds",
      "TemporalPauseInfo",
      "TemporalReportedProblems",
      "TemporalNamespaceDivision",
      "TemporalScheduledById"};
  const auto* entry = namespaces.find(name_space);
  if (entry == nullptr)
    return std::nullopt;
  if (auto custom = entry->custom_attributes.find(attribute);
      custom != entry->custom_attributes.end())
    return static_cast<int>(custom->second.second);
  for (auto name : settable)
    if (name == attribute)
      return static_cast<int>(system_attributes().find(attribute)->second);
  return std::nullopt;
}

} // namespace troupe::embedded
