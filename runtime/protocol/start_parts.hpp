// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/time/time.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/priority.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/protocol/start_request.hpp"
#include "runtime/protocol/text_payload.hpp"

#include <string>
#include <utility>
#include <vector>

/// What requests that start something have in common.
namespace troupe::protocol {

/// A duration that is set.
inline void write_span(duration span, auto field) {
  if (span.count() != 0)
    to_proto(span, *field());
}

/// The service reads search attributes, so no codec may touch them.
template <class Request>
void write_search_attributes(std::vector<std::pair<std::string, payload>>&& from, Request& to) {
  for (auto& [name, value] : from)
    to_proto(std::move(value), (*to.mutable_search_attributes()->mutable_indexed_fields())[name]);
}

/// One line for people, if there is one.
template <class Request>
void write_summary(const std::string& summary, const data_converter& converter, Request& to) {
  if (!summary.empty())
    to_proto(
        text_payload(summary, "static_summary", converter),
        *to.mutable_user_metadata()->mutable_summary());
}

/// Of a workflow, or of an activity without one: all but type, id, timeouts and policies.
template <class Options, class Request>
void fill_start_parts(Options& options, payloads&& args, const starter& by, Request& to) {
  to.set_namespace_(std::string{by.name_space});
  to.set_identity(std::string{by.identity});
  to.set_request_id(std::move(options.request_id));
  to.mutable_task_queue()->set_name(std::move(options.task_queue));
  if (!args.empty())
    to_proto(std::move(args), *to.mutable_input());
  if (options.retry_policy)
    write_retry_policy(*options.retry_policy, *to.mutable_retry_policy());
  write_search_attributes(std::move(options.search_attributes), to);
  if (options.priority != priority{})
    write_priority(options.priority, *to.mutable_priority());
  write_summary(options.static_summary, by.converter, to);
  if (!options.static_details.empty())
    to_proto(
        text_payload(options.static_details, "static_details", by.converter),
        *to.mutable_user_metadata()->mutable_details());
}

/// One that is there already takes everything from this request, too.
template <class Request>
void attach_on_conflict(Request& request) {
  auto& attach = *request.mutable_on_conflict_options();
  attach.set_attach_request_id(true);
  attach.set_attach_completion_callbacks(true);
  attach.set_attach_links(true);
}

} // namespace troupe::protocol
