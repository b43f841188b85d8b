// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/authorizer.hpp"
#include "actors/embedded/directory/actor_map.hpp"
#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/residents.hpp"
#include "actors/embedded/directory/slice_queue.hpp"
#include "actors/embedded/directory/unloaded_deadlines.hpp"
#include "actors/embedded/nexus/outbound.hpp"
#include "actors/embedded/store/store_writer.hpp"
#include "actors/shard/shard.hpp"
#include "runtime/embedded/batch/batch.hpp"
#include "runtime/embedded/matching/queue_configs.hpp"
#include "runtime/embedded/nexus/breaker_board.hpp"
#include "runtime/embedded/record/surroundings.hpp"
#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/visibility/visibility.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace caf {
class actor_system;
}

namespace troupe::embedded {

/// Which tasks a queue holds. Queues of one name and different kinds have nothing to do with each
/// other.
enum class queue_kind : char { workflow = 'w', sticky = 's', activity = 'a', nexus = 'n' };

/// The wire's number of what a queue of this kind holds (`TaskQueueType`).
inline constexpr int type_of(queue_kind kind) {
  return kind == queue_kind::nexus ? 3 : kind == queue_kind::activity ? 2 : 1;
}

class directory;

/// Makes the actors that the directory knows by key. Functions, so that the directory includes none
/// of the actors, which all include it.
struct actor_makers {
  execution_handle (*execution)(
      directory&, const std::string& namespace_id, const std::string& workflow_id);
  task_queue_handle (*queue)(
      directory&, const std::string& namespace_id, const std::string& name, queue_kind);
  nexus_dispatcher_handle (*dispatcher)(
      directory&, const std::string& caller_namespace_id, const std::string& endpoint);
  callback_deliverer_handle (*deliverer)(directory&, const std::string& destination);
  visibility_handle (*visibility)(directory&, const std::string& namespace_id);
  batch_handle (*batches)(directory&, const std::string& namespace_id);
  registry_handle (*registry)(directory&);
};

/// What the actors of one service share: who there is, and what is known to all.
///
/// Everything here lives on the shard's thread. The registries are written by the registry actor
/// only and read by all; being on one thread, they need no copies. Actors are found by key at the
/// moment of sending, so one that ended (its record left the memory) is replaced by a new one: a
/// key always has an actor, and whether there is a workflow is for its record to say.
class directory final : private catalog {
public:
  directory(
      caf::actor_system& system,
      actors::shard& home,
      service_settings settings,
      std::unique_ptr<id_source> ids,
      std::shared_ptr<embedded::store> where,
      const actor_makers& makers);
  ~directory() override;

  // -- who there is -------------------------------------------------------------------------------

  /// The execution actor of this workflow id, made now if there is none; it loads its record, which
  /// may be empty.
  execution_handle execution(const std::string& namespace_id, const std::string& workflow_id);
  execution_handle execution(const execution_key& key) {
    return execution(key.namespace_id, key.workflow_id);
  }
  /// The record leaves the memory: the next message makes a new actor.
  void forget_execution(const execution_key& key);
  /// These records were found in the store and have not been in memory since the service began.
  void note_unresumed(const std::vector<execution_key>& which);
  /// True once for each of those: what it waits for must be set going.
  bool take_unresumed(const execution_key& which);
  /// How many records have an actor.
  [[nodiscard]] std::size_t loaded_executions() const noexcept { return executions_.size(); }

  task_queue_handle
  queue(const std::string& namespace_id, const std::string& name, queue_kind kind);
  [[nodiscard]] task_queue_handle
  find_queue(const std::string& namespace_id, const std::string& name, queue_kind kind) const;
  /// The queue is empty and ends: the next message makes a new one.
  void forget_queue(const std::string& namespace_id, const std::string& name, queue_kind kind);
  [[nodiscard]] std::size_t queues() const noexcept { return queues_.size(); }
  /// Asks every record in memory and every queue what waits for workers; it is filled once the
  /// shard has nothing more to do now.
  void ask_queues(const std::shared_ptr<queue_report>& to) const;
  nexus_dispatcher_handle
  dispatcher(const std::string& caller_namespace_id, const std::string& endpoint);
  /// It is idle and ends: the next message makes a new one. So for the others.
  void forget_dispatcher(const std::string& caller_namespace_id, const std::string& endpoint);
  [[nodiscard]] std::size_t dispatchers() const noexcept { return dispatchers_.size(); }
  callback_deliverer_handle deliverer(const std::string& destination);
  void forget_deliverer(const std::string& destination) { deliverers_.forget(destination); }
  [[nodiscard]] std::size_t deliverers() const noexcept { return deliverers_.size(); }
  visibility_handle visibility(const std::string& namespace_id);
  /// The namespace is gone: so are its index and the actor of that.
  void forget_visibility(const std::string& namespace_id);
  batch_handle batches(const std::string& namespace_id);
  /// The namespace is gone: so are its batch operations and the actor of them.
  void forget_batches(const std::string& namespace_id);
  registry_handle registry();

  // -- what is known ------------------------------------------------------------------------------

  [[nodiscard]] surroundings around() { return {home.now(), *ids, *this, settings}; }
  [[nodiscard]] time_point now() const { return home.now(); }
  /// Makes a change of the registries that was planned and is durable.
  void take_changes(std::vector<namespace_entry> entries, endpoint_registry::changes of_endpoints);
  /// The same for the configuration of a task queue, which hears of it if it is there.
  void configure(queue_config_key which, embedded::queue_configs::config to);
  /// The rows of the runs of one namespace; written by its visibility actor.
  [[nodiscard]] visibility_index& index_of(const std::string& namespace_id) {
    return indexes_[namespace_id];
  }

  /// The batch operations of one namespace; written by its batch actor.
  [[nodiscard]] batch_list& batches_of(const std::string& namespace_id) {
    return batch_lists_[namespace_id];
  }
  /// The namespaces that have had any.
  [[nodiscard]] std::vector<std::string> with_batches() const;

  caf::actor_system& system;
  actors::shard& home;
  service_settings settings;
  /// For metrics: the breaker of this endpoint opened, and the operation was one of those that
  /// failed. On the shard; empty: nobody counts.
  std::function<void(const std::string& endpoint, const std::string& operation)>
      count_opened_breaker;
  /// The same: how many breakers of this endpoint are not closed now.
  std::function<void(const std::string& endpoint, std::size_t open)> show_open_breakers;
  breaker_board breakers; ///< written by the dispatchers
  /// What leaves for other servers; null: nothing can (a service in virtual time).
  std::unique_ptr<embedded::outbound> outbound;
  slice_queue slices{home, settings.slice_units};
  std::unique_ptr<id_source> ids;
  namespace_registry namespaces;
  endpoint_registry endpoints;
  embedded::queue_configs queue_configs;
  store_writer store;
  unloaded_deadlines deadlines; ///< of records that are not in memory
  embedded::residents residents;
  std::unique_ptr<authorizer> door = std::make_unique<open_door>(); ///< never null
  bool is_stopping = false; ///< what would have to wait is refused
  /// It ends, and what was on its way to other servers was cut.
  [[nodiscard]] bool is_cut() const noexcept { return is_stopping && !outbound; }

private:
  [[nodiscard]] std::optional<endpoint_info> endpoint_by_name(std::string_view name) const override;
  [[nodiscard]] std::optional<endpoint_info> endpoint_by_id(std::string_view id) const override;
  [[nodiscard]] std::optional<int>
  search_attribute_type(std::string_view name_space, std::string_view attribute) const override;
  [[nodiscard]] std::string
  search_attribute_column(std::string_view name_space, std::string_view attribute) const override;
  [[nodiscard]] rpc_status find_namespace(std::string_view name, std::string& id) const override;
  [[nodiscard]] std::optional<duration> retention(std::string_view namespace_id) const override;

  const actor_makers makers_;
  mutable std::string key_; ///< what is being looked up
  actor_map<execution_handle> executions_;
  actor_map<task_queue_handle> queues_;
  actor_map<nexus_dispatcher_handle> dispatchers_;
  actor_map<callback_deliverer_handle> deliverers_;
  actor_map<visibility_handle> visibility_;
  actor_map<batch_handle> batches_;
  actor_map<registry_handle> registry_;
  std::unordered_map<std::string, visibility_index> indexes_;
  std::unordered_map<std::string, batch_list> batch_lists_;
  std::unordered_set<std::string> unresumed_;
};

} // namespace troupe::embedded
