// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_converter.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_access.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/nexus/error.hpp>
#include <troupe/payload/data_converter.hpp>

#include <google/protobuf/descriptor.h>
#include <temporal/api/failure/v1/message.pb.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace troupe {

namespace api = temporal::api::failure::v1;
namespace enums = temporal::api::enums::v1;

namespace {

using detail::failure_access;

constexpr const char* encoded_message = "Encoded failure";

// -- writing
// ----------------------------------------------------------------------------------------

// Enums travel as numbers, and an open proto3 enum takes numbers that this version does not know.
template <class Wire, class Ours>
Wire to_wire(Ours value) {
  return static_cast<Wire>(static_cast<int>(value));
}

void write_details(
    const payloads& details, const std::function<temporal::api::common::v1::Payloads*()>& to) {
  if (!details.empty())
    to_proto(details, *to());
}

void write_info(const application_error& error, api::Failure& to) {
  auto& info = *to.mutable_application_failure_info();
  info.set_type(to_valid_utf8(error.type()));
  info.set_non_retryable(error.non_retryable());
  write_details(error.details(), [&] { return info.mutable_details(); });
  if (error.next_retry_delay())
    to_proto(*error.next_retry_delay(), *info.mutable_next_retry_delay());
  info.set_category(to_wire<enums::ApplicationErrorCategory>(error.category()));
}

void write_info(const canceled_error& error, api::Failure& to) {
  auto& info = *to.mutable_canceled_failure_info();
  write_details(error.details(), [&] { return info.mutable_details(); });
}

void write_info(const timeout_error& error, api::Failure& to) {
  auto& info = *to.mutable_timeout_failure_info();
  info.set_timeout_type(to_wire<enums::TimeoutType>(error.type()));
  write_details(
      error.last_heartbeat_details(), [&] { return info.mutable_last_heartbeat_details(); });
}

void write_info(const terminated_error&, api::Failure& to) {
  to.mutable_terminated_failure_info();
}

void write_info(const server_error& error, api::Failure& to) {
  to.mutable_server_failure_info()->set_non_retryable(error.non_retryable());
}

void write_info(const activity_error& error, api::Failure& to) {
  const auto& from = error.info();
  auto& info = *to.mutable_activity_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_identity(to_valid_utf8(from.identity));
  info.mutable_activity_type()->set_name(to_valid_utf8(from.activity_type));
  info.set_activity_id(to_valid_utf8(from.activity_id));
  info.set_retry_state(to_wire<enums::RetryState>(from.retry_state));
}

void write_info(const child_workflow_error& error, api::Failure& to) {
  const auto& from = error.info();
  auto& info = *to.mutable_child_workflow_execution_failure_info();
  info.set_namespace_(to_valid_utf8(from.name_space));
  info.mutable_workflow_execution()->set_workflow_id(to_valid_utf8(from.workflow_id));
  info.mutable_workflow_execution()->set_run_id(to_valid_utf8(from.run_id));
  info.mutable_workflow_type()->set_name(to_valid_utf8(from.workflow_type));
  info.set_initiated_event_id(from.initiated_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_retry_state(to_wire<enums::RetryState>(from.retry_state));
}

void write_info(const nexus_operation_error& error, api::Failure& to) {
  const auto& from = error.info();
  auto& info = *to.mutable_nexus_operation_execution_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_endpoint(to_valid_utf8(from.endpoint));
  info.set_service(to_valid_utf8(from.service));
  info.set_operation(to_valid_utf8(from.operation));
  info.set_operation_token(to_valid_utf8(from.operation_token));
}

void write_info(const nexus::handler_error& error, api::Failure& to) {
  auto& info = *to.mutable_nexus_handler_failure_info();
  info.set_type(to_valid_utf8(error.type_text()));
  info.set_retry_behavior(to_wire<enums::NexusHandlerErrorRetryBehavior>(error.retry()));
}

void write_info(const nexus::operation_error& error, api::Failure& to) {
  if (error.state() == nexus::operation_state::canceled) {
    to.mutable_canceled_failure_info();
    return;
  }
  to.mutable_application_failure_info()->set_type("OperationError");
  to.mutable_application_failure_info()->set_non_retryable(true);
}

// Writes the info of the first of the types that the error is; a plain failure_error has none.
template <class... Types>
void write_info_of(const failure_error& error, api::Failure& to) {
  const auto try_one = [&]<class T>(std::type_identity<T>) {
    const auto* as = dynamic_cast<const T*>(&error);
    if (as != nullptr)
      write_info(*as, to);
    return as != nullptr;
  };
  (void)(try_one(std::type_identity<Types>{}) || ...);
}

void write_chain(const failure_error& outermost, api::Failure& to) {
  auto* level = &to;
  const auto* error = &outermost;
  for (int depth = 1; error != nullptr; ++depth) {
    if (const auto* wire = failure_access::wire(*error)) {
      *level = *wire->level;
      return;
    }
    level->set_message(to_valid_utf8(error->message()));
    level->set_stack_trace(to_valid_utf8(error->stack_trace()));
    level->set_source(to_valid_utf8(error->source()));
    write_info_of<
        application_error,
        canceled_error,
        timeout_error,
        terminated_error,
        server_error,
        activity_error,
        child_workflow_error,
        nexus_operation_error,
        nexus::handler_error,
        nexus::operation_error>(*error, *level);
    error = error->cause().get();
    if (error == nullptr || depth > max_failure_depth)
      return;
    level = level->mutable_cause();
  }
}

// -- codec
// --------------------------------------------------------------------------------------------

temporal::api::common::v1::Payloads* details_of(api::Failure& level) {
  switch (level.failure_info_case()) {
  case api::Failure::kApplicationFailureInfo:
    return level.application_failure_info().has_details()
               ? level.mutable_application_failure_info()->mutable_details()
               : nullptr;
  case api::Failure::kCanceledFailureInfo:
    return level.canceled_failure_info().has_details()
               ? level.mutable_canceled_failure_info()->mutable_details()
               : nullptr;
  case api::Failure::kTimeoutFailureInfo:
    return level.timeout_failure_info().has_last_heartbeat_details()
               ? level.mutable_timeout_failure_info()->mutable_last_heartbeat_details()
               : nullptr;
  case api::Failure::kResetWorkflowFailureInfo:
    return level.reset_workflow_failure_info().has_last_heartbeat_details()
               ? level.mutable_reset_workflow_failure_info()->mutable_last_heartbeat_details()
               : nullptr;
  default: return nullptr;
  }
}

template <class Visit>
void for_each_level(api::Failure& to, Visit visit) {
  for (auto* level = &to; level != nullptr;
       level = level->has_cause() ? level->mutable_cause() : nullptr)
    visit(*level);
}

void decode_payloads(const data_converter& converter, api::Failure& to) {
  if (!converter.codec)
    return;
  for_each_level(to, [&](api::Failure& level) {
    if (auto* details = details_of(level))
      to_proto(converter.decode(from_proto(*details)), *details);
    if (level.has_encoded_attributes())
      to_proto(
          converter.decode(from_proto(level.encoded_attributes())),
          *level.mutable_encoded_attributes());
  });
}

/// What a byte of a text takes in JSON; control characters that have a short form, too, count six.
std::size_t size_in_json(char byte) {
  if (static_cast<unsigned char>(byte) < 0x20)
    return 6;
  return byte == '"' || byte == '\\' ? 2 : 1;
}

/// What may be told of a failure where its texts may not: these may be secrets, so no log has them.
std::string kind_of(const api::Failure& level) {
  if (const auto& type = level.application_failure_info().type(); !type.empty())
    return excerpt(type, 100);
  const auto* info = api::Failure::descriptor()->FindFieldByNumber(level.failure_info_case());
  return info == nullptr ? "failure" : info->name();
}

/// The service would end the workflow for a failure that is too large. Texts that go into
/// attributes count as what they are there: JSON.
void cut_texts(api::Failure& to, bool as_json) {
  std::size_t left = max_failure_text;
  std::size_t had = 0;
  std::size_t cut_off = 0;
  std::size_t depth = 0;
  std::string where; // the first text that was cut
  const auto cut = [&](std::string& text, const char* name) {
    had += text.size();
    std::size_t taken = 0;
    std::size_t kept = 0;
    for (; kept < text.size(); ++kept) {
      const auto size = as_json ? size_in_json(text[kept]) : 1;
      if (size > left - taken)
        break;
      taken += size;
    }
    left -= taken;
    if (kept == text.size())
      return;
    if (where.empty())
      where = std::string{name} + (depth == 0 ? "" : " of cause " + std::to_string(depth));
    const auto whole = text.size();
    text = excerpt(text, kept);
    text += " (" + std::to_string(whole) + " bytes, cut)";
    cut_off += whole - kept;
  };
  for_each_level(to, [&](api::Failure& level) {
    cut(*level.mutable_message(), "message");
    if (!level.stack_trace().empty())
      cut(*level.mutable_stack_trace(), "stack_trace");
    ++depth;
  });
  if (cut_off != 0)
    log::warn(
        "the texts of a failure are too long and were cut",
        {{"limit_bytes", max_failure_text},
         {"bytes", had},
         {"cut_bytes", cut_off},
         {"failure", kind_of(to)},
         {"causes", depth - 1},
         {"cut_from", where}});
}

payload attributes_payload(const api::Failure& level) {
  json_writer out;
  out.begin_object();
  out.key("message");
  out.string(level.message());
  out.key("stack_trace");
  out.string(level.stack_trace());
  out.end_object();
  return detail::json_payload(std::move(out).take());
}

void encode_payloads(const data_converter& converter, api::Failure& to) {
  for_each_level(to, [&](api::Failure& level) {
    if (converter.encode_failure_attributes && !level.has_encoded_attributes()) {
      to_proto(attributes_payload(level), *level.mutable_encoded_attributes());
      level.set_message(encoded_message);
      level.clear_stack_trace();
    }
    if (!converter.codec)
      return;
    if (auto* details = details_of(level))
      to_proto(converter.encode(from_proto(*details)), *details);
    if (level.has_encoded_attributes())
      to_proto(
          converter.encode(from_proto(level.encoded_attributes())),
          *level.mutable_encoded_attributes());
  });
}

// The codec did not work, so nothing that it should have covered may leave.
void drop_payloads(const data_converter& converter, const std::string& reason, api::Failure& to) {
  for_each_level(to, [&](api::Failure& level) {
    if (auto* details = details_of(level))
      details->Clear();
    level.clear_encoded_attributes();
    if (converter.encode_failure_attributes) {
      level.set_message(encoded_message);
      level.clear_stack_trace();
    }
  });
  to.set_message(
      to.message() + " (its details could not be encoded: " + to_valid_utf8(reason) + ")");
}

// -- reading
// --------------------------------------------------------------------------------------------

struct attributes {
  std::string message;
  std::string stack_trace;
};

attributes read_attributes(const api::Failure& level) {
  attributes found{level.message(), level.stack_trace()};
  if (!level.has_encoded_attributes())
    return found;
  try {
    json_reader in{detail::json_text(view_of(level.encoded_attributes()))};
    attributes encoded = found;
    in.begin_object();
    for (std::string_view key; in.next_member(key);) {
      if (key == "message")
        encoded.message = in.read_string();
      else if (key == "stack_trace")
        encoded.stack_trace = in.read_string();
      else
        in.skip();
    }
    in.finish();
    return encoded;
  } catch (const payload_error&) {
    // Some other program's idea of attributes: then the plain ones have to do.
    return found;
  }
}

std::shared_ptr<failure_error>
make_error(const api::Failure& level, std::string message, failure_cause cause) {
  switch (level.failure_info_case()) {
  case api::Failure::kTimeoutFailureInfo: {
    const auto& info = level.timeout_failure_info();
    return std::make_shared<timeout_error>(
        std::move(message),
        static_cast<timeout_type>(info.timeout_type()),
        from_proto(info.last_heartbeat_details()),
        std::move(cause));
  }
  case api::Failure::kCanceledFailureInfo:
    return std::make_shared<canceled_error>(
        std::move(message), from_proto(level.canceled_failure_info().details()), std::move(cause));
  case api::Failure::kTerminatedFailureInfo:
    return std::make_shared<terminated_error>(std::move(message), std::move(cause));
  case api::Failure::kServerFailureInfo:
    return std::make_shared<server_error>(
        std::move(message), level.server_failure_info().non_retryable(), std::move(cause));
  case api::Failure::kActivityFailureInfo: {
    const auto& info = level.activity_failure_info();
    return std::make_shared<activity_error>(
        std::move(message),
        activity_error_info{
            info.scheduled_event_id(),
            info.started_event_id(),
            info.identity(),
            info.activity_type().name(),
            info.activity_id(),
            static_cast<retry_state>(info.retry_state())},
        std::move(cause));
  }
  case api::Failure::kChildWorkflowExecutionFailureInfo: {
    const auto& info = level.child_workflow_execution_failure_info();
    return std::make_shared<child_workflow_error>(
        std::move(message),
        child_workflow_error_info{
            info.namespace_(),
            info.workflow_execution().workflow_id(),
            info.workflow_execution().run_id(),
            info.workflow_type().name(),
            info.initiated_event_id(),
            info.started_event_id(),
            static_cast<retry_state>(info.retry_state())},
        std::move(cause));
  }
  case api::Failure::kNexusOperationExecutionFailureInfo: {
    const auto& info = level.nexus_operation_execution_failure_info();
    // Services before the token had a name of its own filled in the id alone.
    const auto& token =
        info.operation_token().empty() ? info.operation_id() : info.operation_token();
    return std::make_shared<nexus_operation_error>(
        std::move(message),
        nexus_operation_error_info{
            info.scheduled_event_id(), info.endpoint(), info.service(), info.operation(), token},
        std::move(cause));
  }
  case api::Failure::kNexusHandlerFailureInfo: {
    const auto& info = level.nexus_handler_failure_info();
    return std::make_shared<nexus::handler_error>(
        info.type(),
        std::move(message),
        static_cast<nexus::retry_behavior>(info.retry_behavior()),
        std::move(cause));
  }
  case api::Failure::kResetWorkflowFailureInfo:
    return std::make_shared<application_error>(
        std::move(message),
        application_error_options{
            .type = "ResetWorkflow",
            .non_retryable = true,
            .details = from_proto(level.reset_workflow_failure_info().last_heartbeat_details()),
            .cause = std::move(cause)});
  case api::Failure::kApplicationFailureInfo:
  case api::Failure::FAILURE_INFO_NOT_SET: break;
  }
  const auto& info = level.application_failure_info();
  application_error_options options{
      .type = info.type(),
      .non_retryable = info.non_retryable(),
      .details = from_proto(info.details()),
      .category = static_cast<error_category>(info.category()),
      .cause = std::move(cause)};
  if (info.has_next_retry_delay())
    options.next_retry_delay = from_proto(info.next_retry_delay());
  return std::make_shared<application_error>(std::move(message), std::move(options));
}

failure_cause read_chain(std::shared_ptr<const api::Failure> root) {
  std::vector<const api::Failure*> levels;
  for (const auto* level = root.get(); level != nullptr;
       level = level->has_cause() ? &level->cause() : nullptr)
    levels.push_back(level);
  failure_cause cause;
  for (; !levels.empty(); levels.pop_back()) {
    const auto& level = *levels.back();
    auto text = read_attributes(level);
    auto error = make_error(level, std::move(text.message), std::move(cause));
    failure_access::set_stack_trace(*error, std::move(text.stack_trace));
    failure_access::set_source(*error, level.source());
    failure_access::set_wire(
        *error, std::make_shared<detail::wire_failure>(detail::wire_failure{root, &level}));
    cause = std::move(error);
  }
  return cause;
}

} // namespace

void to_failure(const failure_error& error, const data_converter& converter, api::Failure& to) {
  to.Clear();
  write_chain(error, to);
  cut_causes(to);
  cut_texts(to, converter.encode_failure_attributes);
  if (!converter.codec && !converter.encode_failure_attributes)
    return;
  const api::Failure plain = to;
  try {
    encode_payloads(converter, to);
  } catch (const std::exception& codec_error) {
    to = plain;
    drop_payloads(converter, message_of(codec_error), to);
  }
}

void to_failure(
    const std::exception_ptr& error, const data_converter& converter, api::Failure& to) {
  if (const auto failure = to_failure_error(error))
    to_failure(*failure, converter, to);
  else
    to_failure(application_error{"unknown error"}, converter, to);
}

failure_cause failure_error_from(const api::Failure& from, const data_converter& converter) {
  auto root = std::make_shared<api::Failure>(from);
  cut_causes(*root);
  decode_payloads(converter, *root);
  return read_chain(std::move(root));
}

std::exception_ptr from_failure(const api::Failure& from, const data_converter& converter) {
  try {
    return failure_error_from(from, converter)->to_exception_ptr();
  } catch (...) {
    return std::current_exception();
  }
}

} // namespace troupe
