// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/registry/endpoints.hpp"

#include "runtime/base/text/go_url.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/protocol/endpoint_access.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace troupe::embedded {

namespace {

namespace nexus = temporal::api::nexus::v1;

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_url = 4096;
constexpr std::size_t longest_queue = 1000;
constexpr std::size_t largest_description = 20'000;
constexpr std::size_t most_allowed_callers = 1000;
constexpr int list_page = 100;
constexpr int largest_list_page = 1000;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// `^[a-zA-Z][a-zA-Z0-9\-]*[a-zA-Z0-9]$`
bool is_endpoint_name(std::string_view name) {
  return name.size() >= 2 && is_letter(name.front()) && name.back() != '-'
         && std::all_of(name.begin(), name.end(), [](char c) {
              return is_letter(c) || is_digit(c) || c == '-';
            });
}

bool is_uuid(std::string_view text, std::string& why) {
  why = uuid_problem(text);
  return why.empty();
}

/// Everybody may call it: so it is for who says nothing.
void forget_empty_list(nexus::EndpointSpec& of) {
  if (const auto callers = protocol::allowed_callers(of); callers && callers->empty())
    protocol::clear_allowed_callers(of);
}

std::string queue_problem(const std::string& queue) {
  if (queue.empty())
    return "taskQueue is not set";
  if (queue.size() > longest_queue)
    return "taskQueue length exceeds limit";
  if (queue.starts_with("/_sys/"))
    return "task queue name cannot start with reserved prefix /_sys/";
  return {};
}

std::string url_problem(const std::string& url) {
  if (url.empty())
    return "empty target URL";
  if (url.size() > longest_url)
    return "target URL length exceeds limit of " + std::to_string(longest_url);
  const auto read = read_go_url(url);
  if (!read.problem.empty())
    return "invalid target URL: " + read.problem;
  if (read.scheme != "http" && read.scheme != "https")
    return "invalid target URL scheme: \"" + read.scheme + "\", expected http or https";
  if (const auto target = http_target_of(read); !target.problem.empty())
    return "target URL cannot be called: " + target.problem;
  return {};
}

} // namespace

endpoint_registry::endpoint_registry(const namespace_registry& namespaces, id_source ids)
    : namespaces_(namespaces), ids_(std::move(ids)) {}

endpoint_registry::~endpoint_registry() = default;

rpc_status endpoint_registry::check(const nexus::EndpointSpec& spec) const {
  // As the real server: an unknown namespace is said alone and first, the rest at once.
  if (spec.target().has_worker())
    if (const auto& in = spec.target().worker().namespace_();
        !in.empty() && namespaces_.find(in) == nullptr)
      return plain_status(
          status_code::failed_precondition,
          "could not verify namespace referenced by target exists: Namespace " + in
              + " is not found.");
  std::vector<std::string> problems;
  const auto& name = spec.name();
  if (name.empty())
    problems.emplace_back("endpoint name not set");
  else if (name.size() > longest_name)
    problems.push_back("endpoint name exceeds length limit of " + std::to_string(longest_name));
  else if (!is_endpoint_name(name))
    problems.emplace_back(
        "endpoint name must match the regex: \"^[a-zA-Z][a-zA-Z0-9\\\\-]*[a-zA-Z0-9]$\"");
  if (spec.description().ByteSizeLong() > largest_description)
    problems.push_back("description size exceeds limit of " + std::to_string(largest_description));
  if (const auto callers = protocol::allowed_callers(spec)) {
    if (callers->size() > most_allowed_callers)
      problems.push_back(
          "more than " + std::to_string(most_allowed_callers) + " allowed namespaces");
    for (const auto& each : *callers)
      if (each.empty() || each.size() > longest_queue) {
        problems.emplace_back("the name of an allowed namespace takes 1 to 1000 bytes");
        break;
      }
    if (std::ranges::find(*callers, "*") != callers->end())
      problems.emplace_back("* does not stand for all namespaces: without a list all may call");
  }
  switch (spec.target().variant_case()) {
  case nexus::EndpointTarget::kWorker:
    if (spec.target().worker().namespace_().empty())
      problems.emplace_back("target namespace not set");
    if (auto why = queue_problem(spec.target().worker().task_queue()); !why.empty())
      problems.push_back("invalid target task queue: \"" + why + "\"");
    break;
  case nexus::EndpointTarget::kExternal:
    if (auto why = url_problem(spec.target().external().url()); !why.empty())
      problems.push_back(std::move(why));
    break;
  case nexus::EndpointTarget::VARIANT_NOT_SET: problems.emplace_back("empty target variant"); break;
  }
  if (!problems.empty()) {
    std::string all;
    for (const auto& problem : problems)
      all += (all.empty() ? "" : ", ") + problem;
    return bad_argument(std::move(all));
  }
  return {};
}

rpc_status endpoint_registry::create(
    const nexus::EndpointSpec& spec, time_point now, nexus::Endpoint& created) {
  if (auto status = check(spec); !status.ok())
    return status;
  if (ids_by_name_.contains(spec.name()))
    return plain_status(
        status_code::already_exists,
        "error creating Nexus endpoint. Endpoint with name " + spec.name() + " already registered");
  nexus::Endpoint entry;
  entry.set_id(ids_());
  entry.set_version(1);
  *entry.mutable_spec() = spec;
  forget_empty_list(*entry.mutable_spec());
  to_proto(now, *entry.mutable_created_time());
  entry.set_url_prefix("/nexus/endpoints/" + entry.id() + "/services");
  created = entry;
  put(std::move(entry));
  return {};
}

rpc_status endpoint_registry::update(
    const std::string& id,
    std::int64_t version,
    const nexus::EndpointSpec& spec,
    time_point now,
    nexus::Endpoint& updated) {
  if (auto status = check(spec); !status.ok())
    return status;
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return absent("error updating Nexus endpoint. endpoint ID " + id + " not found");
  auto entry = *found->second;
  if (entry.version() != version)
    return plain_status(
        status_code::failed_precondition,
        "nexus endpoint version mismatch. received: " + std::to_string(version) + " expected "
            + std::to_string(entry.version()));
  if (auto other = ids_by_name_.find(spec.name());
      other != ids_by_name_.end() && other->second != id)
    return plain_status(
        status_code::already_exists,
        "error updating Nexus endpoint. Endpoint with name " + spec.name() + " already registered");
  // Who does not know of the list does not open the endpoint to everybody.
  const auto callers = protocol::allowed_callers(entry.spec());
  *entry.mutable_spec() = spec;
  if (callers && !protocol::allowed_callers(spec))
    protocol::set_allowed_callers(*entry.mutable_spec(), *callers);
  forget_empty_list(*entry.mutable_spec());
  entry.set_version(version + 1);
  to_proto(now, *entry.mutable_last_modified_time());
  updated = entry;
  put(std::move(entry));
  return {};
}

rpc_status endpoint_registry::ensure(const nexus::EndpointSpec& spec, time_point now) {
  nexus::Endpoint made;
  const auto* known = find_by_name(spec.name());
  if (known == nullptr)
    return create(spec, now, made);
  auto wanted = known->spec();
  *wanted.mutable_target() = spec.target();
  if (const auto callers = protocol::allowed_callers(spec))
    protocol::set_allowed_callers(wanted, *callers);
  if (wanted.SerializeAsString() == known->spec().SerializeAsString())
    return {};
  return update(known->id(), known->version(), wanted, now, made);
}

rpc_status endpoint_registry::remove(const std::string& id, std::int64_t version) {
  std::string faults; // all of them
  if (std::string why; id.empty())
    faults = "endpoint ID not set";
  else if (!is_uuid(id, why))
    faults = "malformed endpoint ID: \"" + why + "\"";
  if (version <= 0)
    faults += (faults.empty() ? "" : ", ") + std::string{"endpoint version is non-positive"};
  if (!faults.empty())
    return bad_argument(faults);
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return absent("error deleting nexus endpoint with ID: " + id);
  erase(found->first);
  return {};
}

void endpoint_registry::put(nexus::Endpoint entry) {
  if (planned_ != nullptr) {
    planned_->put.push_back(std::make_shared<const nexus::Endpoint>(std::move(entry)));
    return;
  }
  auto& place = by_id_[entry.id()];
  if (place)
    ids_by_name_.erase(place->spec().name());
  ids_by_name_[entry.spec().name()] = entry.id();
  place = std::make_unique<nexus::Endpoint>(std::move(entry));
}

void endpoint_registry::erase(const std::string& id) {
  if (planned_ != nullptr) {
    planned_->removed.push_back(id);
    return;
  }
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  ids_by_name_.erase(found->second->spec().name());
  by_id_.erase(found);
}

endpoint_registry::changes endpoint_registry::plan(const std::function<void()>& change) {
  changes made;
  planned_ = &made;
  try {
    change();
  } catch (...) {
    planned_ = nullptr;
    throw;
  }
  planned_ = nullptr;
  return made;
}

rpc_status endpoint_registry::get(const std::string& id, nexus::Endpoint& found) const {
  std::string why;
  if (id.empty())
    return bad_argument("endpoint ID not set");
  if (!is_uuid(id, why))
    return bad_argument("malformed endpoint ID: \"" + why + "\"");
  const auto* entry = find(id);
  if (entry == nullptr)
    return absent("Nexus endpoint with ID `" + id + "` not found");
  found = *entry;
  return {};
}

rpc_status endpoint_registry::list(
    int page_size,
    const std::string& page_token,
    const std::string& name,
    const std::function<nexus::Endpoint*()>& next,
    std::string& next_token) const {
  if (!name.empty()) {
    if (const auto* found = find_by_name(name))
      *next() = *found;
    return {};
  }
  const int size = page_size <= 0 ? list_page : std::min(page_size, largest_list_page);
  constexpr std::string_view mark = "after:";
  auto at = by_id_.begin();
  if (!page_token.empty()) {
    std::string why;
    if (!page_token.starts_with(mark)
        || !is_uuid(std::string_view{page_token}.substr(mark.size()), why))
      return plain_status(status_code::internal, "error listing Nexus endpoints");
    at = by_id_.upper_bound(std::string_view{page_token}.substr(mark.size()));
  }
  for (int left = size; at != by_id_.end() && left > 0; --left, ++at) {
    *next() = *at->second;
    next_token = std::string{mark} + at->first;
  }
  if (at == by_id_.end())
    next_token.clear();
  return {};
}

const nexus::Endpoint* endpoint_registry::find(std::string_view id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

const nexus::Endpoint* endpoint_registry::find_by_name(std::string_view name) const {
  auto found = ids_by_name_.find(name);
  return found == ids_by_name_.end() ? nullptr : find(found->second);
}

const nexus::Endpoint* endpoint_registry::find_by_target(std::string_view name_space) const {
  for (const auto& [id, entry] : by_id_)
    if (entry->spec().target().has_worker()
        && entry->spec().target().worker().namespace_() == name_space)
      return entry.get();
  return nullptr;
}

} // namespace troupe::embedded
