// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/store/store_writer.hpp"
#include "actors/shard/shard.hpp"
#include "runtime/embedded/record/surroundings.hpp"
#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace caf {
class actor_system;
}

namespace troupe::embedded {

/// Which tasks a queue holds. Queues of one name and different kinds have nothing to do with each
/// other.
enum class queue_kind : char { workflow = 'w', sticky = 's', activity = 'a', nexus = 'n' };

class directory;

/// Makes the actors that the directory knows by key. Functions, so that the directory includes none
/// of the actors, which all include it.
struct actor_makers {
  execution_handle (*execution)(
      directory&, const std::string& namespace_id, const std::string& workflow_id);
  task_queue_handle (*queue)(
      directory&, const std::string& namespace_id, const std::string& name, queue_kind);
  nexus_dispatcher_handle (*dispatcher)(directory&);
  callback_deliverer_handle (*deliverer)(directory&);
  visibility_handle (*visibility)(directory&, const std::string& namespace_id);
  registry_handle (*registry)(directory&);
};

/// What the actors of one service share: who there is, and what is known to all.
///
/// Everything here lives on the shard's thread. The registries are written by the registry actor
/// only and read by all; being on one thread, they need no copies. Actors are found by key at the
/// moment of sending, so one that ended (its record was deleted) is replaced by a new one.
class directory final : private catalog {
public:
  directory(
      caf::actor_system& system,
      actors::shard& home,
      service_settings settings,
      std::unique_ptr<id_source> ids,
      const actor_makers& makers);
  ~directory() override;

  // -- who there is -------------------------------------------------------------------------------

  /// The execution actor of this workflow id, made now if there is none.
  execution_handle execution(const std::string& namespace_id, const std::string& workflow_id);
  /// Null if there is none.
  [[nodiscard]] execution_handle find_execution(const execution_key& key) const;
  /// The record is empty: the next message makes a new actor.
  void forget_execution(const execution_key& key);

  task_queue_handle
  queue(const std::string& namespace_id, const std::string& name, queue_kind kind);
  [[nodiscard]] task_queue_handle
  find_queue(const std::string& namespace_id, const std::string& name, queue_kind kind) const;
  nexus_dispatcher_handle
  dispatcher(const std::string& caller_namespace_id, const std::string& endpoint);
  callback_deliverer_handle deliverer(const std::string& destination);
  visibility_handle visibility(const std::string& namespace_id);
  registry_handle registry();

  // -- what is known ------------------------------------------------------------------------------

  [[nodiscard]] surroundings around() { return {home.now(), *ids, *this, settings}; }
  [[nodiscard]] time_point now() const { return home.now(); }

  caf::actor_system& system;
  actors::shard& home;
  service_settings settings;
  std::unique_ptr<id_source> ids;
  namespace_registry namespaces;
  endpoint_registry endpoints;
  std::unique_ptr<store_writer> store = std::make_unique<memory_store>();
  bool is_stopping = false; ///< what would have to wait is refused

private:
  [[nodiscard]] std::optional<endpoint_info> endpoint_by_name(std::string_view name) const override;
  [[nodiscard]] std::optional<endpoint_info> endpoint_by_id(std::string_view id) const override;
  [[nodiscard]] std::optional<int>
  search_attribute_type(std::string_view name_space, std::string_view attribute) const override;

  const actor_makers makers_;
  mutable std::string key_; ///< what is being looked up
  std::unordered_map<std::string, execution_handle> executions_;
  std::unordered_map<std::string, task_queue_handle> queues_;
  std::unordered_map<std::string, nexus_dispatcher_handle> dispatchers_;
  std::unordered_map<std::string, callback_deliverer_handle> deliverers_;
  std::unordered_map<std::string, visibility_handle> visibility_;
  registry_handle registry_;
};

} // namespace troupe::embedded
