// SPDX-License-Identifier: Apache-2.0
// The part of the engine that answers queries, the built-in ones included.

#include "runtime/base/deterministic_code.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/engine_extras.hpp"

#include <troupe/error.hpp>

#include <google/protobuf/util/json_util.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/sdk/v1/enhanced_stack_trace.pb.h>
#include <temporal/api/sdk/v1/workflow_metadata.pb.h>

#include <algorithm>
#include <source_location>
#include <string_view>
#include <vector>

namespace troupe::workflow {

payload engine::answer_query(const std::string& name, payloads input, headers with) {
  const detail::ref<run> keep{this};
  const deterministic_code ours{this};
  const exempt_code asked; // no replay asks again
  const read_only guard{*this, read_only::by::query};
  struct silence {
    explicit silence(engine& of) : owner(of), was_replaying(std::exchange(of.replaying_, true)) {}
    ~silence() { owner.replaying_ = was_replaying; }
    engine& owner;
    bool was_replaying;
  } const no_log{*this};

  auto& handlers = with_messages().query_handlers;
  const auto known = std::ranges::find(handlers, name, [](const auto& one) { return one.first; });
  if (known == handlers.end() || name.empty()) {
    if (name == "__stack_trace")
      return converter().to_payload(stack_trace());
    if (name == "__enhanced_stack_trace")
      return enhanced_stack_trace();
    if (name == "__temporal_workflow_metadata")
      return metadata();
  }
  if (auto* through = interceptors()) [[unlikely]]
    return through->handle_query(
        context{detail::ref<run>{this}, root_}, {name, std::move(input), std::move(with)});
  return call_query_handler(name, std::move(input));
}

payload engine::call_query_handler(const std::string& name, payloads input) {
  auto& handlers = with_messages().query_handlers;
  const auto known = std::ranges::find(handlers, name, [](const auto& one) { return one.first; });
  if (known != handlers.end() && !name.empty())
    return known->second.answer(name, std::move(input));
  const auto others = std::ranges::find(handlers, "", [](const auto& one) { return one.first; });
  if (others != handlers.end())
    return others->second.answer(name, std::move(input));
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

namespace {

using frame = troupe::detail::async_promise_base<workflow_domain>;

/// A coroutine that is under way and those that it waits for, the innermost first.
std::vector<const frame*> stack_of(const frame& outermost) {
  std::vector<const frame*> all;
  for (const auto* at = &outermost; at != nullptr; at = at->awaits)
    all.push_back(at);
  std::ranges::reverse(all);
  return all;
}

/// Of the library, and not of whoever wrote the workflow.
bool is_internal(const std::source_location& where) {
  const std::string_view file = where.file_name();
  const std::string_view function = where.function_name();
  return file.find("include/troupe/workflow/") != std::string_view::npos
         || function.find("troupe::workflow::engine::") != std::string_view::npos
         || function.find("troupe::workflow::interception::") != std::string_view::npos;
}

} // namespace

template <class Visit>
void engine::for_each_stack(Visit visit) const {
  if (main_ && !main_->done())
    visit(stack_of(main_->frame().promise()), nullptr);
  for (const auto* node = coroutines_.next; node != &coroutines_; node = node->next)
    if (const auto& one = static_cast<const coroutine&>(*node); !one.body->done())
      visit(stack_of(one.body->frame().promise()), one.handler.get());
}

std::string engine::stack_trace() const {
  std::string text = definition_->name + ": ";
  if (!main_)
    return text + "not started";
  text += main_->done() ? "the main coroutine has ended" : "the main coroutine is suspended";
  std::size_t others = 0;
  std::string handlers;
  for (const auto* node = coroutines_.next; node != &coroutines_; node = node->next) {
    const auto& one = static_cast<const coroutine&>(*node);
    if (one.handler == nullptr) {
      ++others;
      continue;
    }
    handlers += "\n  " + one.handler->text();
  }
  if (others != 0)
    text += ", " + std::to_string(others) + " spawned beside it";
  text += handlers;
  for (const auto& what : waits_for())
    text += "\n  waiting for " + what;
  for_each_stack([&](const std::vector<const frame*>& stack, const running_handler* handler) {
    text += "\n" + (handler != nullptr ? handler->text() : "coroutine") + ":";
    for (const auto* at : stack)
      if (!is_internal(at->where))
        text += "\n  at " + troupe::detail::describe(at->where);
  });
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
  add_code_waits(all);
  return all;
}

namespace {

payload protobuf_json(
    const google::protobuf::Message& message, const data_converter& converter, const char* what) {
  payload result;
  result.set("encoding", "json/protobuf");
  result.set("messageType", message.GetTypeName());
  const auto status = google::protobuf::util::MessageToJsonString(message, &result.data);
  if (!status.ok())
    throw application_error(
        std::string{"cannot write the workflow's "} + what + ": " + status.ToString());
  return converter.encode(std::move(result));
}

/// Names and descriptions in the order of the names.
template <class Handlers, class Definitions>
void add_definitions(const Handlers& of, Definitions& to) {
  for (const auto& [name, handler] : of) {
    auto& one = *to.Add();
    one.set_name(name);
    one.set_description(handler.options.description);
  }
  std::sort(to.begin(), to.end(), [](const auto& left, const auto& right) {
    return left.name() < right.name();
  });
}

} // namespace

payload engine::metadata() const {
  temporal::api::sdk::v1::WorkflowMetadata wire;
  auto& definition = *wire.mutable_definition();
  definition.set_type(definition_->name);
  for (const char* built_in :
       {"__enhanced_stack_trace", "__stack_trace", "__temporal_workflow_metadata"})
    definition.add_query_definitions()->set_name(built_in);
  if (messages_) {
    add_definitions(messages_->query_handlers, *definition.mutable_query_definitions());
    add_definitions(messages_->signal_handlers, *definition.mutable_signal_definitions());
    add_definitions(messages_->update_handlers, *definition.mutable_update_definitions());
  }
  wire.set_current_details(current_details());
  return protobuf_json(wire, converter(), "metadata");
}

/// One stack a coroutine, of which the first is the workflow's own, with the places where its
/// coroutines wait, the innermost first. Sources are not to be had from a binary.
payload engine::enhanced_stack_trace() const {
  temporal::api::sdk::v1::EnhancedStackTrace wire;
  wire.mutable_sdk()->set_name(our_sdk().name);
  wire.mutable_sdk()->set_version(our_sdk().version);
  for_each_stack([&](const std::vector<const frame*>& frames, const running_handler* handler) {
    auto& stack = *wire.add_stacks();
    for (const auto* at : frames) {
      auto& location = *stack.add_locations();
      location.set_file_path(at->where.file_name());
      location.set_line(static_cast<int>(at->where.line()));
      location.set_column(static_cast<int>(at->where.column()));
      location.set_function_name(at->where.function_name());
      location.set_internal_code(is_internal(at->where));
    }
    if (handler != nullptr)
      stack.add_locations()->set_function_name(handler->text());
  });
  return protobuf_json(wire, converter(), "stack trace");
}

} // namespace troupe::workflow
