// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/settings.hpp"

#include "runtime/base/time/duration_text.hpp"
#include "runtime/protocol/json_value.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace troupe::embedded {

namespace {

struct known_setting {
  std::string_view key;
  std::string_view effect;
  bool (*apply)(std::string_view json, service_settings& to);
};

template <auto Member>
bool read_number(std::string_view json, service_settings& to) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc{} || end != json.data() + json.size() || number <= 0)
    return false;
  to.*Member = static_cast<std::remove_reference_t<decltype(to.*Member)>>(number);
  return true;
}

template <auto Member>
bool read_truth(std::string_view json, service_settings& to) {
  if (json != "true" && json != "false")
    return false;
  to.*Member = json == "true";
  return true;
}

bool read_hosts(std::string_view json, service_settings& to) {
  const auto read = protocol::parse_json(json);
  if (!read || read->is != protocol::json_value::type::array)
    return false;
  to.http_allowed_hosts.clear();
  for (const auto& each : read->items) {
    if (each.is != protocol::json_value::type::string || each.text.empty())
      return false;
    to.http_allowed_hosts.push_back(each.text);
  }
  return true;
}

/// How long a server outside may take: a second of it may be kept back.
template <auto Member>
bool read_duration(std::string_view json, service_settings& to) {
  const auto value = protocol::parse_json(json);
  if (!value || value->is != protocol::json_value::type::string)
    return false;
  const auto span = parse_go_duration(value->text);
  if (!span || *span <= std::chrono::seconds{1} || *span > std::chrono::hours{24})
    return false;
  to.*Member = *span;
  return true;
}

template <auto Member>
bool read_text(std::string_view json, service_settings& to) {
  const auto value = protocol::parse_json(json);
  if (!value || value->is != protocol::json_value::type::string)
    return false;
  to.*Member = value->text;
  return true;
}

/// `[{"Pattern":"*.example.com:443","AllowInsecure":false}]`
bool read_addresses(std::string_view json, service_settings& to) {
  using type = protocol::json_value::type;
  const auto list = protocol::parse_json(json);
  if (!list || list->is != type::array)
    return false;
  std::vector<callback_address> made;
  for (const auto& entry : list->items) {
    callback_address address;
    if (entry.is != type::object)
      return false;
    for (std::size_t at = 0; at < entry.names.size(); ++at) {
      const auto& value = entry.items[at];
      if (entry.names[at] == "Pattern" && value.is == type::string)
        address.pattern = value.text;
      else if (entry.names[at] == "AllowInsecure" && value.is == type::boolean)
        address.is_insecure_allowed = value.text == "true";
      else
        return false;
    }
    if (address.pattern.empty())
      return false;
    made.push_back(std::move(address));
  }
  to.callback_addresses = std::move(made);
  return true;
}

using all = service_settings;
constexpr std::array<known_setting, 31> settings{{
    {"limit.historyCount.suggestContinueAsNew",
     "workflow tasks from this event on are told to continue as new (4096)",
     read_number<&all::suggest_continue_as_new_events>},
    {"limit.historySize.suggestContinueAsNew",
     "the same for the size of the history in bytes (4194304)",
     read_number<&all::suggest_continue_as_new_bytes>},
    {"limit.historyCount.error",
     "a history with more events ends its workflow (51200)",
     read_number<&all::max_history_events>},
    {"limit.historySize.error",
     "a history of more bytes ends its workflow (52428800)",
     read_number<&all::max_history_bytes>},
    {"limit.blobSize.error",
     "the largest payload in bytes (2097152)",
     read_number<&all::max_blob_bytes>},
    {"limit.memoSize.error",
     "the largest memo in bytes (2097152)",
     read_number<&all::max_memo_bytes>},
    {"component.nexusoperations.limit.operation.concurrency",
     "open Nexus operations of one workflow (30)",
     read_number<&all::max_pending_nexus_operations>},
    {"component.nexusoperations.request.timeout",
     "how long a Nexus handler may take to answer a request (\"10s\"; more than 1s, up to 24h)",
     read_duration<&all::nexus_request_timeout>},
    {"component.nexusoperations.callback.endpoint.template",
     "the URL by which handlers outside tell how operations ended, with {{.NamespaceName}} or "
     "{{.NamespaceID}} (this service's HTTP port)",
     read_text<&all::nexus_callback_template>},
    {"component.callbacks.allowedAddresses",
     "where completion callbacks may lead: [{\"Pattern\":\"*.example.com:443\","
     "\"AllowInsecure\":false}] (nowhere but to this service)",
     read_addresses},
    {"component.callbacks.request.timeout",
     "how long the receiver of a callback may take to answer (\"10s\"; more than 1s, up to 24h)",
     read_duration<&all::callback_request_timeout>},
    {"limit.numPendingActivities.error",
     "pending activities of one workflow (2000)",
     read_number<&all::max_pending_activities>},
    {"limit.numPendingChildExecutions.error",
     "pending children of one workflow (2000)",
     read_number<&all::max_pending_children>},
    {"limit.numPendingSignals.error",
     "signals of one workflow to others that are under way (2000)",
     read_number<&all::max_pending_signals>},
    {"limit.numPendingCancelRequests.error",
     "cancel requests of one workflow to others that are under way (2000)",
     read_number<&all::max_pending_cancel_requests>},
    {"system.enableCrossNamespaceCommands",
     "workflows may start, signal and cancel workflows of other namespaces (false)",
     read_truth<&all::cross_namespace_commands>},
    {"system.enableActivityEagerExecution",
     "a worker may start activities that its workflow task schedules (false)",
     read_truth<&all::eager_activities>},
    {"system.enableEagerWorkflowStart",
     "who starts a workflow may get its first task with the answer (true)",
     read_truth<&all::eager_starts>},
    {"matching.enableFairness",
     "task queues are shared out among fairness keys, by their weights (false)",
     read_truth<&all::fair_queues>},
    {"activity.enableStandalone",
     "clients may start activities without a workflow (false)",
     read_truth<&all::standalone_activities>},
    {"nexusoperation.enableStandalone",
     "clients may start Nexus operations without a workflow (false)",
     read_truth<&all::standalone_operations>},
    {"history.enableSignalWithStartFromWorkflow",
     "workflows may signal other workflows with a start, by the system endpoint (false)",
     read_truth<&all::signal_with_start_from_workflow>},
    {"activity.enableCallbacks",
     "the end of such an activity can be told to a Nexus operation (true)",
     read_truth<&all::activity_callbacks>},
    {"history.enableUpdateCallbacks",
     "the end of an update can be told to a Nexus operation (true)",
     read_truth<&all::update_callbacks>},
    {"history.enableCHASMSignalBacklinks",
     "who signals a workflow gets a link to the event (true)",
     read_truth<&all::signal_links>},
    {"component.nexusoperations.recordCancelRequestCompletionEvents",
     "write events when a handler answered a cancel request (true)",
     read_truth<&all::record_cancel_request_completion>},
    {"history.maxInFlightUpdates",
     "updates of one workflow that have no outcome yet (10)",
     read_number<&all::max_in_flight_updates>},
    {"history.maxInFlightUpdatePayloads",
     "bytes of the requests of such updates (20971520)",
     read_number<&all::max_in_flight_update_bytes>},
    {"history.maxTotalUpdates",
     "updates of one workflow in all (2000)",
     read_number<&all::max_updates>},
    {"frontend.httpAllowedHosts",
     "host names that requests over HTTP may carry, with * for any text "
     "([]: localhost and IP addresses on a loopback address, else all)",
     read_hosts},
    {"history.hostLevelCacheMaxSize",
     "workflows kept in memory while nothing is asked of them (128000)",
     read_number<&all::most_loaded_records>},
}};

} // namespace

result<service_settings, std::string>
read_settings(const std::map<std::string, std::string>& dynamic_config) {
  service_settings made;
  for (const auto& [key, value] : dynamic_config)
    for (const auto& known : settings)
      if (known.key == key && !known.apply(value, made))
        return unexpected{"'" + value + "' is no value for the setting " + key};
  return made;
}

std::vector<service::setting> known_settings() {
  std::vector<service::setting> out;
  for (const auto& known : settings)
    out.push_back({known.key, known.effect});
  return out;
}

} // namespace troupe::embedded
