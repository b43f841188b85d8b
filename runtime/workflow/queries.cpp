// SPDX-License-Identifier: Apache-2.0
// The part of the engine that answers queries, the built-in ones included.

#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/engine_extras.hpp"

#include <troupe/error.hpp>

#include <google/protobuf/util/json_util.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/sdk/v1/workflow_metadata.pb.h>

#include <algorithm>

namespace troupe::workflow {

payload engine::answer_query(const std::string& name, payloads input) {
  const detail::ref<run> keep{this};
  struct read_only {
    explicit read_only(engine& of) : owner(of), was_replaying(of.replaying_) {
      owner.in_query_ = true;
      owner.replaying_ = true;
    }
    ~read_only() {
      owner.in_query_ = false;
      owner.replaying_ = was_replaying;
    }
    engine& owner;
    bool was_replaying;
  } const guard{*this};

  auto& handlers = with_messages().query_handlers;
  const auto known = std::ranges::find(handlers, name, [](const auto& one) { return one.first; });
  if (known != handlers.end())
    return known->second.answer(std::move(input));
  if (name == "__stack_trace")
    return converter().to_payload(stack_trace());
  if (name == "__temporal_workflow_metadata")
    return metadata();
  std::vector<std::string> names;
  for (const auto& [handler, unused] : handlers)
    names.push_back(handler);
  std::ranges::sort(names);
  std::string list;
  for (const auto& one : names)
    list.append(list.empty() ? "" : " ").append(one);
  throw application_error(
      "Query handler for '" + name + "' expected but not found, known queries: [" + list + "]");
}

std::string engine::stack_trace() const {
  std::string text = definition_->name + ": ";
  if (!main_)
    return text + "not started";
  text += main_->done() ? "the main coroutine has ended" : "the main coroutine is suspended";
  std::size_t others = 0;
  for (const auto* node = coroutines_.next; node != &coroutines_; node = node->next)
    ++others;
  if (others != 0)
    text += ", " + std::to_string(others) + " spawned beside it";
  for (const auto& what : waits_for())
    text += "\n  waiting for " + what;
  return text;
}

std::vector<std::string> engine::waits_for() const {
  std::vector<std::string> all;
  const auto add = [&all](const machine& one) {
    if (auto what = one.waits_for(); !what.empty())
      all.push_back(std::move(what));
  };
  for (const auto& [id, one] : machines_)
    add(*one);
  // What was asked for and is not in the history yet.
  for (auto i = next_command_; i < commands_.size(); ++i) {
    const auto* by = commands_[i].by.get();
    if (std::ranges::none_of(
            machines_, [by](const auto& known) { return known.second.get() == by; }))
      add(*by);
  }
  if (extras_)
    extras_->local.add_waits(all);
  std::size_t conditions = 0;
  for (const auto* node = conditions_.next; node != &conditions_; node = node->next)
    ++conditions;
  if (conditions != 0)
    all.push_back(std::to_string(conditions) + " condition(s)");
  return all;
}

payload engine::metadata() const {
  temporal::api::sdk::v1::WorkflowMetadata wire;
  auto& definition = *wire.mutable_definition();
  definition.set_type(definition_->name);
  std::vector<std::string> queries{"__stack_trace", "__temporal_workflow_metadata"};
  if (messages_)
    for (const auto& [name, unused] : messages_->query_handlers)
      queries.push_back(name);
  std::ranges::sort(queries);
  for (auto& name : queries)
    definition.add_query_definitions()->set_name(std::move(name));
  std::vector<std::string> signals;
  if (messages_)
    for (const auto& [name, unused] : messages_->signal_handlers)
      signals.push_back(name);
  std::ranges::sort(signals);
  for (auto& name : signals)
    definition.add_signal_definitions()->set_name(std::move(name));
  payload result;
  result.set("encoding", "json/protobuf");
  result.set("messageType", "temporal.api.sdk.v1.WorkflowMetadata");
  const auto status = google::protobuf::util::MessageToJsonString(wire, &result.data);
  if (!status.ok())
    throw application_error("cannot write the workflow's metadata: " + status.ToString());
  return converter().encode(std::move(result));
}

} // namespace troupe::workflow
