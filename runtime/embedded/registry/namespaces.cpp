// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/registry/namespaces.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/registry/namespace_checks.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <vector>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace ns = temporal::api::namespace_::v1;
namespace enums = temporal::api::enums::v1;

constexpr std::size_t longest_name = 1000;
constexpr int list_page = 100;
/// A page of a list ends early once it holds this much.
constexpr std::size_t largest_list_bytes = 2 * 1024 * 1024;
/// Of one namespace, keys and values. The real server has no limit and keeps them on a disk.
constexpr std::size_t largest_data_bytes = 1024 * 1024;
constexpr std::size_t most_data_entries = 1'000;
/// Of its description and its owner's address: kept and copied like the data.
constexpr std::size_t largest_text_bytes = 64 * 1024;
/// Marks the name of a deleted namespace, before at least so much of its id.
const std::string deleted_mark = "-deleted-";
constexpr std::size_t shortest_deleted_id = 5;
constexpr std::string_view system_name = "temporal-system";
constexpr std::string_view system_id = "32049b68-7872-4094-8e63-d0dd59896a83";

void fill(
    const namespace_entry& entry,
    const namespace_settings& settings,
    ns::NamespaceInfo& info,
    ns::NamespaceConfig& config) {
  info.set_name(entry.name);
  info.set_id(entry.id);
  info.set_state(static_cast<enums::NamespaceState>(entry.state));
  info.set_description(entry.description);
  info.set_owner_email(entry.owner_email);
  for (const auto& [key, value] : entry.data)
    (*info.mutable_data())[key] = value;
  // What is named here works, and a test shows it for each: clients choose their ways by it.
  info.mutable_capabilities()->set_eager_workflow_start(settings.eager_starts);
  info.mutable_capabilities()->set_standalone_activities(settings.standalone_activities);
  info.mutable_capabilities()->set_standalone_nexus_operation(settings.standalone_operations);
  info.mutable_capabilities()->set_workflow_update_callbacks(settings.update_callbacks);
  info.mutable_capabilities()->set_sync_update(true);
  info.mutable_capabilities()->set_async_update(true);
  info.mutable_limits()->set_blob_size_limit_error(
      static_cast<std::int64_t>(settings.max_blob_bytes));
  info.mutable_limits()->set_memo_size_limit_error(
      static_cast<std::int64_t>(settings.max_memo_bytes));
  info.set_supports_schedules(false);
  to_proto(entry.retention, *config.mutable_workflow_execution_retention_ttl());
  config.mutable_bad_binaries();
  config.set_history_archival_state(enums::ARCHIVAL_STATE_DISABLED);
  config.set_visibility_archival_state(enums::ARCHIVAL_STATE_DISABLED);
  for (const auto& [name, column] : entry.custom_attributes)
    (*config.mutable_custom_search_attribute_aliases())[column.first] = name;
}

void fill(
    bool is_registered, temporal::api::replication::v1::NamespaceReplicationConfig& replication) {
  replication.set_active_cluster_name(std::string{cluster_name});
  replication.add_clusters()->set_cluster_name(std::string{cluster_name});
  if (is_registered)
    replication.set_state(enums::REPLICATION_STATE_NORMAL);
}

std::string state_name(int state) {
  constexpr std::array<std::string_view, 4> names{
      "Unspecified", "Registered", "Deprecated", "Deleted"};
  return std::string{
      state >= 0 && state < 4 ? names[static_cast<std::size_t>(state)] : "Unspecified"};
}

bool is_valid_retention(duration retention) {
  return retention >= std::chrono::hours{1};
}

/// A state only ever moves on: registered, deprecated, deleted.
bool may_become(int from, int to) {
  return to == enums::NAMESPACE_STATE_UNSPECIFIED || to == from
         || (to > from && to <= enums::NAMESPACE_STATE_DELETED);
}

using data_map = std::map<std::string, std::string>;

/// The data of a namespace with what a request adds or replaces; the status says if that is too
/// much.
rpc_status merge(data_map& data, const google::protobuf::Map<std::string, std::string>& more) {
  for (const auto& [key, value] : more)
    data[key] = value;
  std::size_t bytes = 0;
  for (const auto& [key, value] : data)
    bytes += key.size() + value.size();
  if (bytes > largest_data_bytes || data.size() > most_data_entries)
    return bad_argument("Namespace data size exceeds limit.");
  return {};
}

rpc_status check_texts(const std::string& description, const std::string& owner_email) {
  if (description.size() > largest_text_bytes)
    return bad_argument("Namespace description size exceeds limit.");
  if (owner_email.size() > largest_text_bytes)
    return bad_argument("Namespace owner email size exceeds limit.");
  return {};
}

/// The name that a deleted namespace gets: it carries enough of the id to be one that no other has.
std::optional<std::string> name_of_deleted(
    const namespace_entry& entry, const std::function<bool(const std::string&)>& is_taken) {
  for (auto length = shortest_deleted_id; length <= entry.id.size(); ++length) {
    const auto suffix = deleted_mark + entry.id.substr(0, length);
    if (entry.name.ends_with(suffix))
      return entry.name;
    if (!is_taken(entry.name + suffix))
      return entry.name + suffix;
  }
  return std::nullopt;
}

} // namespace

namespace_registry::namespace_registry(id_source ids, namespace_settings settings)
    : ids_(std::move(ids)), settings_(settings) {
  namespace_entry system;
  system.name = system_name;
  system.id = system_id;
  system.description = "Temporal internal system namespace";
  system.owner_email = "temporal-core@temporal.io";
  system.retention = std::chrono::hours{168};
  insert(std::move(system));
  ensure("default");
}

std::string namespace_registry::free_id() {
  auto id = ids_();
  while (by_id_.contains(id))
    id = ids_();
  return id;
}

namespace_entry& namespace_registry::insert(namespace_entry entry) {
  if (planned_ != nullptr) {
    planned_->push_back(std::make_unique<namespace_entry>(std::move(entry)));
    return *planned_->back();
  }
  const auto owned = std::make_shared<namespace_entry>(std::move(entry));
  auto& made = *owned;
  const bool is_new =
      by_id_.emplace(made.id, owned).second && by_name_.emplace(made.name, owned).second;
  if (!is_new)
    std::abort(); // the callers have looked; going on would mix two namespaces up
  return made;
}

const namespace_entry& namespace_registry::ensure(const std::string& name, duration retention) {
  if (const auto* known = find(name))
    return *known;
  if (planned_ != nullptr) // what the same plan makes is not found yet
    for (const auto& each : *planned_)
      if (each->name == name)
        return *each;
  namespace_entry entry;
  entry.name = name;
  entry.id = free_id();
  entry.retention = retention;
  return insert(std::move(entry));
}

rpc_status namespace_registry::add(const wire::RegisterNamespaceRequest& request) {
  if (request.namespace_().empty())
    return bad_argument("Namespace not set on request.");
  if (request.namespace_().size() > longest_name)
    return bad_argument("Namespace length exceeds limit.");
  if (request.is_global_namespace())
    return bad_argument("Cannot register global namespace when not enabled");
  const auto retention = from_proto(request.workflow_execution_retention_period());
  if (!is_valid_retention(retention))
    return bad_argument("A valid retention period is not set on request.");
  if (find(request.namespace_()) != nullptr)
    return with_detail(
        status_code::already_exists,
        "Namespace \"" + request.namespace_() + "\" already exists",
        temporal::api::errordetails::v1::NamespaceAlreadyExistsFailure{});
  if (auto status = check_clusters(request); !status.ok())
    return status;
  if (auto status = check_texts(request.description(), request.owner_email()); !status.ok())
    return status;
  namespace_entry entry;
  entry.name = request.namespace_();
  entry.id = free_id();
  entry.description = request.description();
  entry.owner_email = request.owner_email();
  if (auto status = merge(entry.data, request.data()); !status.ok())
    return status;
  entry.retention = retention;
  entry.is_registered = true;
  insert(std::move(entry));
  return {};
}

void namespace_registry::describe(
    const namespace_entry& entry, wire::DescribeNamespaceResponse& response) const {
  fill(entry, settings_, *response.mutable_namespace_info(), *response.mutable_config());
  fill(entry.is_registered, *response.mutable_replication_config());
}

rpc_status namespace_registry::describe(
    const wire::DescribeNamespaceRequest& request,
    wire::DescribeNamespaceResponse& response) const {
  if (request.namespace_().empty() && request.id().empty())
    return bad_argument("Namespace not set on request.");
  if (!request.namespace_().empty() && !request.id().empty())
    return bad_argument("GetNamespace operation failed. Both ID and Name specified in request.");
  if (!request.id().empty())
    if (auto status = check_namespace_id(request.id()); !status.ok())
      return status;
  const auto* entry = request.id().empty() ? find(request.namespace_()) : find_by_id(request.id());
  if (entry == nullptr)
    return namespace_absent(request.id().empty() ? request.namespace_() : request.id());
  describe(*entry, response);
  return {};
}

rpc_status namespace_registry::list(
    const wire::ListNamespacesRequest& request, wire::ListNamespacesResponse& response) const {
  const int size = request.page_size() > 0 ? request.page_size() : list_page;
  auto next = request.next_page_token().empty() ? by_name_.begin()
                                                : by_name_.upper_bound(request.next_page_token());
  const std::string* last = nullptr;
  std::size_t bytes = 0;
  for (; next != by_name_.end(); ++next) {
    if (next->second->state == enums::NAMESPACE_STATE_DELETED
        && !request.namespace_filter().include_deleted())
      continue;
    if (response.namespaces_size() == size || bytes > largest_list_bytes) {
      response.set_next_page_token(*last);
      break;
    }
    auto& described = *response.add_namespaces();
    describe(*next->second, described);
    bytes += described.ByteSizeLong();
    last = &next->first;
  }
  return {};
}

rpc_status namespace_registry::update(
    const wire::UpdateNamespaceRequest& request, wire::UpdateNamespaceResponse& response) {
  auto* entry = find(request.namespace_());
  if (request.namespace_().empty())
    return bad_argument("Namespace not set on request.");
  if (entry == nullptr)
    return namespace_absent(request.namespace_());
  if (auto status = check_update(request); !status.ok())
    return status;
  const auto& info = request.update_info();
  if (!may_become(entry->state, info.state()))
    return bad_argument("Invalid namespace state update.");
  duration retention = entry->retention;
  if (request.config().has_workflow_execution_retention_ttl()) {
    retention = from_proto(request.config().workflow_execution_retention_ttl());
    if (!is_valid_retention(retention))
      return bad_argument("A valid retention period is not set on request.");
  }
  if (auto status = check_texts(info.description(), info.owner_email()); !status.ok())
    return status;
  auto data = entry->data;
  if (auto status = merge(data, info.data()); !status.ok())
    return status;
  entry->data = std::move(data);
  entry->retention = retention;
  if (!info.description().empty())
    entry->description = info.description();
  if (!info.owner_email().empty())
    entry->owner_email = info.owner_email();
  if (info.state() != enums::NAMESPACE_STATE_UNSPECIFIED)
    entry->state = info.state();
  fill(*entry, settings_, *response.mutable_namespace_info(), *response.mutable_config());
  fill(entry->is_registered, *response.mutable_replication_config());
  return {};
}

rpc_status namespace_registry::deprecate(const std::string& name) {
  if (name.empty())
    return bad_argument("Namespace not set on request.");
  auto* entry = find(name);
  if (entry == nullptr)
    return namespace_absent(name);
  entry->state = enums::NAMESPACE_STATE_DEPRECATED;
  return {};
}

rpc_status
namespace_registry::remove(const std::string& name, const std::string& id, std::string& renamed) {
  if (name.empty() && id.empty())
    return bad_argument("Namespace not set on request.");
  if (!name.empty() && !id.empty())
    return bad_argument("Only one of namespace name or Id should be set on request.");
  auto* entry = id.empty() ? find(name) : find_by_id_mutable(id);
  if (entry == nullptr || entry->state == enums::NAMESPACE_STATE_DELETED)
    return namespace_absent(id.empty() ? name : id);
  if (entry->id == system_id)
    return plain_status(status_code::failed_precondition, "unable to delete system namespace");
  auto free_name =
      name_of_deleted(*entry, [&](const std::string& wanted) { return by_name_.contains(wanted); });
  if (!free_name)
    return plain_status(
        status_code::internal, "unable to generate new name for deleted namespace " + entry->name);
  rename(*entry, *free_name);
  entry->state = enums::NAMESPACE_STATE_DELETED;
  renamed = std::move(*free_name);
  return {};
}

const namespace_entry* namespace_registry::find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.get();
}

namespace_entry* namespace_registry::find(std::string_view name) {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : writable(found->second.get());
}

const namespace_entry* namespace_registry::find_by_id(std::string_view id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

std::shared_ptr<const namespace_entry> namespace_registry::share_by_id(std::string_view id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

namespace_entry* namespace_registry::find_by_id_mutable(std::string_view id) {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : writable(found->second.get());
}

// -- changes that are made only once they are durable --------------------------------------------

namespace_entry* namespace_registry::writable(namespace_entry* known) {
  if (planned_ == nullptr)
    return known;
  for (const auto& each : *planned_)
    if (each->id == known->id)
      return each.get();
  planned_->push_back(std::make_unique<namespace_entry>(*known));
  return planned_->back().get();
}

void namespace_registry::rename(namespace_entry& entry, const std::string& name) {
  if (name == entry.name)
    return;
  if (planned_ == nullptr) {
    by_name_.emplace(name, by_id_.at(entry.id));
    by_name_.erase(entry.name);
  }
  entry.name = name;
}

std::vector<namespace_entry> namespace_registry::plan(const std::function<void()>& change) {
  std::vector<std::unique_ptr<namespace_entry>> planned;
  planned_ = &planned;
  try {
    change();
  } catch (...) {
    planned_ = nullptr;
    throw;
  }
  planned_ = nullptr;
  std::vector<namespace_entry> changed;
  for (const auto& each : planned) {
    const auto* known = find_by_id(each->id);
    if (known == nullptr || !(*known == *each))
      changed.push_back(std::move(*each));
  }
  return changed;
}

void namespace_registry::put(namespace_entry entry) {
  auto found = by_id_.find(entry.id);
  if (found == by_id_.end()) {
    insert(std::move(entry));
    return;
  }
  rename(*found->second, entry.name);
  *found->second = std::move(entry);
}

void namespace_registry::erase(const std::string& id) {
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  by_name_.erase(found->second->name);
  by_id_.erase(found);
}

bool namespace_registry::is_being_deleted(const namespace_entry& entry) {
  return entry.state == enums::NAMESPACE_STATE_DELETED
         && entry.name.find(deleted_mark + entry.id.substr(0, shortest_deleted_id))
                != std::string::npos;
}

std::string namespace_registry::to_bytes(const namespace_entry& entry) {
  wire::DescribeNamespaceResponse message;
  fill(entry, {}, *message.mutable_namespace_info(), *message.mutable_config());
  fill(entry.is_registered, *message.mutable_replication_config());
  return message.SerializeAsString();
}

std::optional<namespace_entry> namespace_registry::from_bytes(const std::string& bytes) {
  wire::DescribeNamespaceResponse message;
  if (!message.ParseFromString(bytes) || message.namespace_info().id().empty())
    return std::nullopt;
  const auto& info = message.namespace_info();
  namespace_entry entry;
  entry.name = info.name();
  entry.id = info.id();
  entry.description = info.description();
  entry.owner_email = info.owner_email();
  entry.data.insert(info.data().begin(), info.data().end());
  entry.retention = from_proto(message.config().workflow_execution_retention_ttl());
  entry.state = info.state();
  entry.is_registered = message.replication_config().state() == enums::REPLICATION_STATE_NORMAL;
  for (const auto& [column, name] : message.config().custom_search_attribute_aliases())
    entry.custom_attributes[name] = {column, type_of_column(column)};
  return entry;
}

void namespace_registry::restore(std::vector<namespace_entry> entries) {
  by_name_.clear();
  by_id_.clear();
  for (auto& each : entries)
    insert(std::move(each));
}

std::vector<namespace_entry> namespace_registry::all() const {
  std::vector<namespace_entry> entries;
  for (const auto& [id, entry] : by_id_)
    entries.push_back(*entry);
  return entries;
}

rpc_status namespace_registry::check(
    std::string_view name,
    bool must_be_registered,
    std::shared_ptr<const namespace_entry>& found) const {
  if (name.empty())
    return bad_argument("Namespace is empty.");
  const auto at = by_name_.find(name);
  found = at == by_name_.end() ? nullptr : at->second;
  if (found == nullptr)
    return namespace_absent(std::string{name});
  const bool is_allowed =
      found->state == enums::NAMESPACE_STATE_REGISTERED
      || (!must_be_registered && found->state == enums::NAMESPACE_STATE_DEPRECATED);
  if (is_allowed)
    return {};
  temporal::api::errordetails::v1::NamespaceInvalidStateFailure detail;
  detail.set_namespace_(std::string{name});
  detail.set_state(static_cast<enums::NamespaceState>(found->state));
  detail.add_allowed_states(enums::NAMESPACE_STATE_REGISTERED);
  if (!must_be_registered)
    detail.add_allowed_states(enums::NAMESPACE_STATE_DEPRECATED);
  return with_detail(
      status_code::failed_precondition,
      "Namespace has invalid state: " + state_name(found->state) + ". Must be "
          + (must_be_registered ? "Registered." : "Registered or Deprecated."),
      detail);
}

} // namespace troupe::embedded
