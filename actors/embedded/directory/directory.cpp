// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/directory/directory.hpp"

#include "actors/shard/pinned_actor.hpp"
#include "runtime/protocol/endpoint_access.hpp"

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

std::optional<endpoint_info> info_of(const temporal::api::nexus::v1::Endpoint* found) {
  if (found == nullptr)
    return std::nullopt;
  const auto& target = found->spec().target();
  return endpoint_info{
      found->id(),
      found->spec().name(),
      target.worker().namespace_(),
      target.worker().task_queue(),
      target.external().url(),
      protocol::allowed_callers(found->spec()).value_or(std::vector<std::string>{})};
}

} // namespace

directory::directory(
    caf::actor_system& actor_system,
    actors::shard& shard,
    service_settings with,
    std::unique_ptr<id_source> id_maker,
    std::shared_ptr<embedded::store> where,
    const actor_makers& makers)
    : system(actor_system), home(shard), settings(std::move(with)), ids(std::move(id_maker)),
      namespaces(
          [this] { return ids->uuid(); },
          {settings.max_blob_bytes,
           settings.max_memo_bytes,
           settings.eager_starts,
           settings.standalone_activities,
           settings.standalone_operations,
           settings.update_callbacks}),
      endpoints(namespaces, [this] { return ids->uuid(); }), store(shard, std::move(where)),
      deadlines(shard, [this](const execution_key& key) { execution(key); }),
      residents(
          shard,
          {settings.record_idle_time, settings.most_loaded_records},
          [this](const execution_key& key, unload_if_idle message) {
            if (auto found = executions_.find(join(key_, key.namespace_id, key.workflow_id)))
              actors::tell(found, message);
          }),
      makers_(makers) {
  settings.cluster_id = ids->uuid();
  settings.token_key = random_token_key();
}

directory::~directory() {
  is_stopping = true; // the actors end with it, and leave nothing to do
}

execution_handle
directory::execution(const std::string& namespace_id, const std::string& workflow_id) {
  return executions_.find_or_spawn(
      join(key_, namespace_id, workflow_id),
      [&]() -> execution_handle { return makers_.execution(*this, namespace_id, workflow_id); });
}

void directory::forget_execution(const execution_key& key) {
  executions_.forget(join(key_, key.namespace_id, key.workflow_id));
}

void directory::note_unresumed(const std::vector<execution_key>& which) {
  for (const auto& each : which)
    unresumed_.insert(join(key_, each.namespace_id, each.workflow_id));
}

bool directory::take_unresumed(const execution_key& which) {
  return !unresumed_.empty()
         && unresumed_.erase(join(key_, which.namespace_id, which.workflow_id)) != 0;
}

task_queue_handle
directory::queue(const std::string& namespace_id, const std::string& name, queue_kind kind) {
  return queues_.find_or_spawn(
      queue_key(key_, namespace_id, name, kind),
      [&]() -> task_queue_handle { return makers_.queue(*this, namespace_id, name, kind); });
}

task_queue_handle directory::find_queue(
    const std::string& namespace_id, const std::string& name, queue_kind kind) const {
  return queues_.find(queue_key(key_, namespace_id, name, kind));
}

void directory::forget_queue(
    const std::string& namespace_id, const std::string& name, queue_kind kind) {
  queues_.forget(queue_key(key_, namespace_id, name, kind));
}

void directory::ask_queues(const std::shared_ptr<queue_report>& to) const {
  const auto ask = [&](const auto& each) { actors::tell(each, report_queues{to}); };
  executions_.for_each(ask);
  queues_.for_each(ask);
}

nexus_dispatcher_handle
directory::dispatcher(const std::string& caller_namespace_id, const std::string& endpoint) {
  return dispatchers_.find_or_spawn(
      join(key_, caller_namespace_id, endpoint), [&]() -> nexus_dispatcher_handle {
        return makers_.dispatcher(*this, caller_namespace_id, endpoint);
      });
}

void directory::forget_dispatcher(
    const std::string& caller_namespace_id, const std::string& endpoint) {
  dispatchers_.forget(join(key_, caller_namespace_id, endpoint));
}

callback_deliverer_handle directory::deliverer(const std::string& destination) {
  return deliverers_.find_or_spawn(destination, [&]() -> callback_deliverer_handle {
    return makers_.deliverer(*this, destination);
  });
}

visibility_handle directory::visibility(const std::string& namespace_id) {
  return visibility_.find_or_spawn(
      namespace_id, [&]() -> visibility_handle { return makers_.visibility(*this, namespace_id); });
}

void directory::forget_visibility(const std::string& namespace_id) {
  visibility_.forget(namespace_id);
  indexes_.erase(namespace_id);
}

batch_handle directory::batches(const std::string& namespace_id) {
  return batches_.find_or_spawn(
      namespace_id, [&]() -> batch_handle { return makers_.batches(*this, namespace_id); });
}

void directory::forget_batches(const std::string& namespace_id) {
  batch_lists_.erase(namespace_id);
  batches_.forget(namespace_id);
}

std::vector<std::string> directory::with_batches() const {
  std::vector<std::string> all;
  for (const auto& [namespace_id, list] : batch_lists_)
    all.push_back(namespace_id);
  return all;
}

registry_handle directory::registry() {
  return registry_.find_or_spawn({}, [&]() -> registry_handle { return makers_.registry(*this); });
}

void directory::take_changes(
    std::vector<namespace_entry> entries, endpoint_registry::changes of_endpoints) {
  for (auto& each : entries)
    namespaces.put(std::move(each));
  for (const auto& each : of_endpoints.put)
    endpoints.put(*each);
  for (const auto& id : of_endpoints.removed)
    endpoints.erase(id);
}

void directory::configure(queue_config_key which, embedded::queue_configs::config to) {
  queue_configs.put(which, std::move(to));
  for (const auto kind : {queue_kind::workflow, queue_kind::activity, queue_kind::nexus})
    if (type_of(kind) == which.type)
      if (const auto queue = find_queue(which.namespace_id, which.queue, kind))
        actors::tell(queue, look_at_limits{});
}

std::optional<endpoint_info> directory::endpoint_by_name(std::string_view name) const {
  return info_of(endpoints.find_by_name(name));
}

std::optional<endpoint_info> directory::endpoint_by_id(std::string_view id) const {
  return info_of(endpoints.find(id));
}

std::optional<int>
directory::search_attribute_type(std::string_view name_space, std::string_view attribute) const {
  static constexpr std::array<std::string_view, 10> settable{
      "BatcherNamespace",
      "BatcherUser",
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
  // There is one, and nobody may set it.
  if (system_attributes().contains(attribute))
    return static_cast<int>(attribute_type::unknown);
  return std::nullopt;
}

std::string
directory::search_attribute_column(std::string_view name_space, std::string_view attribute) const {
  const auto* entry = namespaces.find(name_space);
  if (entry == nullptr)
    return {};
  const auto custom = entry->custom_attributes.find(attribute);
  return custom == entry->custom_attributes.end() ? std::string{} : custom->second.first;
}

rpc_status directory::find_namespace(std::string_view name, std::string& id) const {
  std::shared_ptr<const namespace_entry> found;
  auto status = namespaces.check(name, false, found);
  if (status.ok())
    id = found->id;
  return status;
}

std::optional<duration> directory::retention(std::string_view namespace_id) const {
  const auto* entry = namespaces.find_by_id(namespace_id);
  return entry != nullptr && entry->retention > duration{} ? std::optional{entry->retention}
                                                           : std::nullopt;
}

} // namespace troupe::embedded
