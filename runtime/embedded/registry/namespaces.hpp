// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/rpc_status.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace temporal::api::workflowservice::v1 {
class DescribeNamespaceRequest;
class DescribeNamespaceResponse;
class ListNamespacesRequest;
class ListNamespacesResponse;
class RegisterNamespaceRequest;
class UpdateNamespaceRequest;
class UpdateNamespaceResponse;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

/// The type of a search attribute, with the wire's numbers (`IndexedValueType`).
enum class attribute_type : int {
  unknown,
  text,
  keyword,
  integer,
  real,
  boolean,
  datetime,
  keyword_list
};

/// The built-in search attributes and their types.
const std::map<std::string, attribute_type, std::less<>>& system_attributes();

/// The type of what a column for custom attributes holds (`Keyword01`); unknown if there is none.
attribute_type type_of_column(std::string_view name);

/// One namespace. A deleted one first changes its state and name, and is forgotten once its runs
/// are gone; calls under way still hold it then.
struct namespace_entry {
  std::string name;
  std::string id;
  std::string description;
  std::string owner_email;
  std::map<std::string, std::string> data;
  duration retention{};
  int state = 1;              ///< NamespaceState: 1 registered, 2 deprecated, 3 deleted
  bool is_registered = false; ///< made by a request rather than by the service itself
  std::map<std::string, std::pair<std::string, attribute_type>, std::less<>>
      custom_attributes; ///< name -> column, type

  bool operator==(const namespace_entry&) const = default;
};

/// What clients are told of every namespace, so that they choose their ways and check before they
/// send.
struct namespace_settings {
  std::size_t max_blob_bytes = 2 << 20;
  std::size_t max_memo_bytes = 2 << 20;
  bool eager_starts = true; ///< a start may bring the first task along
  bool standalone_activities = false;
  bool standalone_operations = false;
  bool update_callbacks = false;
};

/// The namespaces of the service: rules and texts of the real server. Pure; ids are injected.
class namespace_registry {
public:
  using id_source = std::function<std::string()>;

  /// Starts with `temporal-system` and `default`.
  explicit namespace_registry(id_source ids, namespace_settings settings = {});

  /// Creates one as the service itself does at its start; an existing one stays as it is.
  const namespace_entry&
  ensure(const std::string& name, duration retention = std::chrono::hours{24});

  rpc_status add(const temporal::api::workflowservice::v1::RegisterNamespaceRequest& request);
  rpc_status describe(
      const temporal::api::workflowservice::v1::DescribeNamespaceRequest& request,
      temporal::api::workflowservice::v1::DescribeNamespaceResponse& response) const;
  rpc_status list(
      const temporal::api::workflowservice::v1::ListNamespacesRequest& request,
      temporal::api::workflowservice::v1::ListNamespacesResponse& response) const;
  rpc_status update(
      const temporal::api::workflowservice::v1::UpdateNamespaceRequest& request,
      temporal::api::workflowservice::v1::UpdateNamespaceResponse& response);
  rpc_status deprecate(const std::string& name);
  /// Marks it deleted and renames it; the new name goes to `renamed`.
  rpc_status remove(const std::string& name, const std::string& id, std::string& renamed);

  [[nodiscard]] const namespace_entry* find(std::string_view name) const;
  [[nodiscard]] namespace_entry* find(std::string_view name);
  [[nodiscard]] const namespace_entry* find_by_id(std::string_view id) const;
  /// The same, to be held on to.
  [[nodiscard]] std::shared_ptr<const namespace_entry> share_by_id(std::string_view id) const;

  /// What every call checks first: the namespace is named, known and in a state that allows the
  /// call. `must_be_registered` for starts, which a deprecated namespace refuses.
  rpc_status check(
      std::string_view name,
      bool must_be_registered,
      std::shared_ptr<const namespace_entry>& found) const;

  /// Adds custom search attributes; existing ones of the same name stay.
  rpc_status
  add_attributes(std::string_view name_space, const std::map<std::string, attribute_type>& wanted);
  /// The same for a service's start: one that is there with another type is an error, as it would
  /// not be what was asked for.
  rpc_status ensure_attributes(
      std::string_view name_space, const std::map<std::string, attribute_type>& wanted);
  /// Forgets custom search attributes; unknown ones are ignored.
  rpc_status remove_attributes(std::string_view name_space, const std::vector<std::string>& names);

  // -- changes that are made only once they are durable ------------------------------------------

  /// Runs `change`, which calls what is above, without changing anything: gives the entries as they
  /// are to be, for `put`. What `change` asks meanwhile it is told as if they were.
  std::vector<namespace_entry> plan(const std::function<void()>& change);
  /// Puts in an entry, or in the place of the one with its id.
  void put(namespace_entry entry);
  /// Forgets one whose runs are gone.
  void erase(const std::string& id);
  /// True for a namespace that `remove` has marked: its runs are to be deleted, then itself.
  static bool is_being_deleted(const namespace_entry& entry);

  /// How a store keeps an entry, and back; nothing if the bytes are none.
  static std::string to_bytes(const namespace_entry& entry);
  static std::optional<namespace_entry> from_bytes(const std::string& bytes);
  /// Instead of all that is there: what a store had.
  void restore(std::vector<namespace_entry> entries);
  [[nodiscard]] std::vector<namespace_entry> all() const;

private:
  /// The entry that a change may write to: while planning, a copy.
  namespace_entry* writable(namespace_entry* known);
  void rename(namespace_entry& entry, const std::string& name);

  void describe(
      const namespace_entry& entry,
      temporal::api::workflowservice::v1::DescribeNamespaceResponse& response) const;
  namespace_entry* find_by_id_mutable(std::string_view id);
  /// `entry` has a name and an id that nobody else has.
  namespace_entry& insert(namespace_entry entry);
  /// An id that nobody has yet.
  std::string free_id();

  id_source ids_;
  namespace_settings settings_;
  /// An id never changes and is never given back, a name may go to another namespace.
  std::map<std::string, std::shared_ptr<namespace_entry>, std::less<>> by_id_;
  std::map<std::string, std::shared_ptr<namespace_entry>, std::less<>> by_name_;
  /// While a change is planned: what it would put.
  std::vector<std::unique_ptr<namespace_entry>>* planned_ = nullptr;
};

} // namespace troupe::embedded
