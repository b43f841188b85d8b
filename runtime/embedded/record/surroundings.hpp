// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/matching/token_seal.hpp"

#include <troupe/rpc_status.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// Where new ids and random numbers come from: an entropy source in a service, a counter in a test.
class id_source {
public:
  virtual ~id_source() = default;

  /// A random UUID (version 4) in lower-case text form.
  virtual std::string uuid() = 0;

  /// A UUID that sorts by time (version 7): the run ids of started workflows.
  virtual std::string time_ordered_uuid(time_point now) = 0;

  /// Uniform in [0, 1): the jitter of backoffs.
  virtual double uniform() = 0;
};

/// What the rules need to know of a Nexus endpoint.
struct endpoint_info {
  std::string id;
  std::string name;
  std::string target_namespace;                  ///< empty if the target is a URL outside
  std::string target_task_queue;                 ///< empty if the target is a URL outside
  std::string external_url;                      ///< empty if a task queue is the target
  std::vector<std::string> allowed_callers = {}; ///< namespaces; empty: all

  /// Whether workflows of this namespace may call it.
  [[nodiscard]] bool admits(std::string_view caller_namespace) const noexcept {
    return allowed_callers.empty()
           || std::find(allowed_callers.begin(), allowed_callers.end(), caller_namespace)
                  != allowed_callers.end();
  }
};

/// What the rules ask about the rest of the service. Answers may change within one `decide` only
/// while it spends (`runtime/base/slices`).
class catalog {
public:
  virtual ~catalog() = default;

  [[nodiscard]] virtual std::optional<endpoint_info>
  endpoint_by_name(std::string_view name) const = 0;
  [[nodiscard]] virtual std::optional<endpoint_info> endpoint_by_id(std::string_view id) const = 0;

  /// The type (number of `temporal.api.enums.v1.IndexedValueType`) of a search attribute that users
  /// may set in the namespace, built-in or custom; nothing if there is none of that name.
  [[nodiscard]] virtual std::optional<int>
  search_attribute_type(std::string_view name_space, std::string_view attribute) const = 0;

  /// Under which name the store keeps the values of such an attribute of users; empty if it is
  /// built-in or unknown.
  [[nodiscard]] virtual std::string
  search_attribute_column(std::string_view name_space, std::string_view attribute) const = 0;

  /// The id of the namespace with this name; a status that is not ok if there is none.
  [[nodiscard]] virtual rpc_status find_namespace(std::string_view name, std::string& id) const = 0;

  /// How long closed runs of the namespace are kept; nothing: for ever.
  [[nodiscard]] virtual std::optional<duration> retention(std::string_view namespace_id) const = 0;
};

/// Where callbacks may lead: a host with its port, in which `*` stands for any characters.
struct callback_address {
  std::string pattern;
  bool is_insecure_allowed = false; ///< else only `https`
};

/// What can be set with dynamic configuration. The defaults are those of the real server.
struct service_settings {
  /// `limit.historyCount.suggestContinueAsNew`: a workflow task whose Started event has at least
  /// this id is told to continue as new.
  std::int64_t suggest_continue_as_new_events = 4096;
  std::int64_t suggest_continue_as_new_bytes = 4 << 20;
  /// `limit.historyCount.error`, `limit.historySize.error`
  std::int64_t max_history_events = 51'200;
  std::int64_t max_history_bytes = 50 << 20;
  std::size_t max_blob_bytes = 2 << 20;
  std::size_t max_memo_bytes = 2 << 20;
  std::size_t max_id_bytes = 1000;
  std::size_t max_buffered_events = 100;
  std::size_t max_buffered_bytes = 2 << 20;
  std::size_t max_signals = 10'000;
  /// `history.maxInFlightUpdates`, `history.maxInFlightUpdatePayloads`, `history.maxTotalUpdates`
  std::size_t max_in_flight_updates = 10;
  std::size_t max_in_flight_update_bytes = 20 << 20;
  std::size_t max_updates = 2000;
  std::size_t max_callbacks = 32;
  std::size_t max_pending_nexus_operations = 30;
  /// `limit.numPendingActivities.error`
  std::size_t max_pending_activities = 2000;
  /// `limit.numPendingChildExecutions.error`, `limit.numPendingSignals.error`,
  /// `limit.numPendingCancelRequests.error`
  std::size_t max_pending_children = 2000;
  std::size_t max_pending_signals = 2000;
  std::size_t max_pending_cancel_requests = 2000;
  /// `system.enableCrossNamespaceCommands`: children, signals and cancel requests may go to another
  /// namespace.
  bool cross_namespace_commands = false;
  /// `system.enableActivityEagerExecution`: a workflow's own worker may start its activities.
  bool eager_activities = false;
  /// `system.enableEagerWorkflowStart`: who starts a workflow may get its first task with the
  /// answer.
  bool eager_starts = true;
  /// `matching.enableFairness`: queues are shared out among fairness keys.
  bool fair_queues = false;
  bool standalone_activities = false; ///< clients may start activities without a workflow
  bool standalone_operations = false; ///< and Nexus operations
  /// `history.enableSignalWithStartFromWorkflow`: workflows may call `__temporal_system`.
  bool signal_with_start_from_workflow = false;
  /// `history.enableUpdateCallbacks`, `activity.enableCallbacks`: their end can be an operation's.
  bool update_callbacks = true;
  bool activity_callbacks = true;
  /// `history.enableCHASMSignalBacklinks`: who signals gets a link to the event.
  bool signal_links = true;
  std::size_t max_nexus_header_bytes = 8192;
  std::size_t max_operation_token_bytes = 4096;
  /// `component.nexusoperations.recordCancelRequestCompletionEvents`
  bool record_cancel_request_completion = true;
  /// `frontend.httpAllowedHosts`: what requests over HTTP may name as their host, with `*` for any
  /// text; empty: what the listener's address allows.
  std::vector<std::string> http_allowed_hosts = {};
  /// A cluster-wide id that handlers see as the callback's source.
  std::string cluster_id = "00000000-0000-0000-0000-000000000000";
  /// What tokens are sealed with: as secret as it is long-lived.
  embedded::token_key token_key{};
  /// `component.nexusoperations.request.timeout`, `component.callbacks.request.timeout`
  duration nexus_request_timeout = std::chrono::seconds{10};
  duration callback_request_timeout = std::chrono::seconds{10};
  /// `component.nexusoperations.callback.endpoint.template`: where handlers outside tell how their
  /// operations ended; `{{.NamespaceName}}` and `{{.NamespaceID}}` stand for the caller's. Empty:
  /// they cannot.
  std::string nexus_callback_template = {};
  /// `component.callbacks.allowedAddresses`: where completion callbacks may lead, besides to this
  /// service; the first that fits counts.
  std::vector<callback_address> callback_addresses = {};
  duration nexus_min_request_timeout = std::chrono::milliseconds{1500};
  /// What a dispatcher keeps back of a request timeout for its own work.
  duration nexus_dispatch_reserve = std::chrono::seconds{1};
  /// A record that nothing asked for in this time (at most twice of it) leaves the memory, or, in
  /// a service that keeps everything in memory, gives up its actor.
  duration record_idle_time = std::chrono::minutes{1};
  /// The longest that polls of task queues and waiting reads of a history are kept waiting.
  duration longest_poll = std::chrono::seconds{60};
  duration longest_history_poll = std::chrono::seconds{20};
  /// An actor that nobody needs for that long (at most twice that long) ends.
  duration idle_actor_time = std::chrono::minutes{5};
  /// `history.hostLevelCacheMaxSize`: more records than these stay in memory only while in use.
  std::size_t most_loaded_records = 128'000;
  /// What one turn of the shard may do of a large request (`runtime/base/slices`): about a
  /// millisecond of work.
  std::size_t slice_units = 1000;
};

/// Everything outside the record that a decision may depend on. Lives for one `decide`.
struct surroundings {
  time_point now;
  id_source& ids;
  const catalog& known;
  const service_settings& settings;
};

} // namespace troupe::embedded
