// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/start_from_store.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/registry/registry_rows.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "runtime/base/log/log.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflow/v1/message.pb.h>

#include <memory>
#include <utility>

namespace troupe::embedded {

namespace {

constexpr duration pause = std::chrono::seconds{1};
/// Records that are brought into memory in one go.
constexpr std::size_t slice = 64;

/// What the rows of a store say, row by row.
struct filler {
  directory& here;
  /// What is known of the cluster itself; a store that lacks any of it is new.
  bool has_id = false;
  bool has_token_key = false;
  std::vector<namespace_entry> namespaces = {};
  std::vector<execution_key> records = {};

  bool take_cluster(std::string_view what, const std::string& value) {
    if (what == cluster_id_row) {
      has_id = true;
      here.settings.cluster_id = value;
      return true;
    }
    if (what != token_key_row)
      return true;
    const auto key = token_key_from(value);
    if (key) {
      has_token_key = true;
      here.settings.token_key = *key;
    }
    return key.has_value();
  }

  /// False if a row is unreadable.
  bool take(const row& each) {
    const auto parts = key_parts(each.key.key);
    switch (each.key.where) {
    case table::cluster:
      return take_cluster(parts.empty() ? std::string_view{} : parts.front(), each.value);
    case table::name_space: {
      auto entry = namespace_registry::from_bytes(each.value);
      if (entry)
        namespaces.push_back(std::move(*entry));
      return entry.has_value();
    }
    case table::endpoint: {
      temporal::api::nexus::v1::Endpoint entry;
      if (!entry.ParseFromString(each.value))
        return false;
      here.endpoints.put(std::move(entry));
      return true;
    }
    case table::queue_config: {
      auto of = configured_queue(each.key.key);
      auto config = std::make_shared<temporal::api::taskqueue::v1::TaskQueueConfig>();
      if (!of || !config->ParseFromString(each.value))
        return false;
      here.queue_configs.put(std::move(*of), std::move(config));
      return true;
    }
    case table::visibility: {
      temporal::api::workflow::v1::WorkflowExecutionInfo info;
      if (parts.empty() || !info.ParseFromString(each.value))
        return false;
      here.index_of(parts.front()).put(std::move(info));
      return true;
    }
    case table::batch: {
      batch_operation found;
      if (parts.empty() || !found.ParseFromString(each.value))
        return false;
      here.batches_of(parts.front()).put(std::move(found));
      return true;
    }
    case table::record:
      if (parts.size() < 2)
        return false;
      records.push_back({parts[0], parts[1]});
      return true;
    default: return true;
    }
  }
};

void wake_some(directory& here, std::vector<execution_key> left) {
  for (std::size_t n = 0; n < slice && !left.empty(); ++n) {
    here.execution(left.back());
    left.pop_back();
  }
  if (!left.empty())
    here.home.defer(
        [&here, left = std::move(left)]() mutable { wake_some(here, std::move(left)); });
}

void take_rows(directory& here, const std::vector<row>& rows, unique_function<void()> done) {
  filler into{here};
  for (const auto& each : rows)
    if (!into.take(each))
      log::error(
          "a row in the store is unreadable",
          {{"table", std::to_string(static_cast<int>(each.key.where))}});
  if (!into.namespaces.empty())
    here.namespaces.restore(std::move(into.namespaces));
  for (const auto& each : here.namespaces.all())
    if (namespace_registry::is_being_deleted(each))
      actors::tell(here.registry(), go_on_deleting{each.id});
  for (const auto& namespace_id : here.with_batches())
    if (here.batches_of(namespace_id).running() != nullptr)
      actors::tell(here.batches(namespace_id), batch_goes_on{});
  here.note_unresumed(into.records);
  wake_some(here, std::move(into.records));
  if (into.has_id && into.has_token_key) {
    done();
    return;
  }
  auto first = rows_of(here.namespaces.all(), {});
  for (auto& each : cluster_rows(here.settings))
    first.rows.push_back(std::move(each));
  here.store.commit(
      registry_owner, std::move(first), [&here, done = std::move(done)](bool is_durable) mutable {
        if (is_durable)
          done();
        else
          here.home.schedule(pause, [&here, done = std::move(done)]() mutable {
            start_from_store(here, std::move(done));
          });
      });
}

} // namespace

void start_from_store(directory& here, unique_function<void()> done) {
  here.store.load(
      registry_owner,
      {{table::cluster, {}},
       {table::name_space, {}},
       {table::endpoint, {}},
       {table::visibility, {}},
       {table::batch, {}},
       {table::queue_config, {}},
       {table::record, {}}},
      [&here, done = std::move(done)](loaded_rows rows) mutable {
        if (rows) {
          take_rows(here, *rows, std::move(done));
          return;
        }
        log::error("the store could not be read");
        here.home.schedule(pause, [&here, done = std::move(done)]() mutable {
          start_from_store(here, std::move(done));
        });
      });
}

} // namespace troupe::embedded
