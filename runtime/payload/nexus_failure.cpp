// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/nexus_failure.hpp"

#include "runtime/payload/failure_converter.hpp"

#include <troupe/payload/json.hpp>

#include <google/protobuf/util/json_util.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <map>
#include <optional>

namespace troupe {

namespace failure_api = temporal::api::failure::v1;
namespace nexus_api = temporal::api::nexus::v1;
namespace enums = temporal::api::enums::v1;

namespace {

constexpr const char* type_key = "type";
constexpr const char* temporal_failure_type = "temporal.api.failure.v1.Failure";
constexpr const char* handler_error_type = "nexus.HandlerError";
constexpr const char* operation_error_type = "nexus.OperationError";

struct handler_error_details {
  std::optional<std::string> type;
  std::optional<bool>
      retryableOverride; // NOLINT(readability-identifier-naming): the name on the wire
};
BOOST_DESCRIBE_STRUCT(handler_error_details, (), (type, retryableOverride))

struct operation_error_details {
  std::optional<std::string> state;
};
BOOST_DESCRIBE_STRUCT(operation_error_details, (), (state))

template <class T>
std::optional<T> read_details(const nexus_api::Failure& from) {
  try {
    return from_json<T>(from.details());
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

std::string metadata(const nexus_api::Failure& from, const char* key) {
  const auto found = from.metadata().find(key);
  return found == from.metadata().end() ? std::string{} : found->second;
}

// Metadata and details of a failure of some other Nexus implementation, as the details of an
// application failure.
void pack_unknown(const nexus_api::Failure& from, temporal::api::common::v1::Payloads& to) {
  json_writer out;
  out.begin_object();
  if (!from.metadata().empty()) {
    out.key("metadata");
    detail::write_json(
        out, std::map<std::string, std::string>{from.metadata().begin(), from.metadata().end()});
  }
  if (!from.details().empty()) {
    out.key("details");
    try {
      detail::write_text(out, from.details());
    } catch (const payload_error&) {
      out.base64(from.details());
    }
  }
  out.end_object();
  auto& made = *to.add_payloads();
  (*made.mutable_metadata())["encoding"] = "json/plain";
  made.set_data(std::move(out).take());
}

void make_unknown(const nexus_api::Failure& from, failure_api::Failure& to, bool retryable) {
  auto& info = *to.mutable_application_failure_info();
  info.set_type("NexusFailure");
  info.set_non_retryable(!retryable);
  if (!from.metadata().empty() || !from.details().empty())
    pack_unknown(from, *info.mutable_details());
}

void convert(const nexus_api::Failure& from, failure_api::Failure& to, bool retryable, int depth) {
  to.Clear();
  const auto type = metadata(from, type_key);
  if (type == temporal_failure_type) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    if (!from.details().empty()
        && !google::protobuf::util::JsonStringToMessage(from.details(), &to, options).ok()) {
      to.Clear();
      make_unknown(from, to, retryable);
    }
  } else if (type == handler_error_type) {
    const auto details =
        read_details<handler_error_details>(from).value_or(handler_error_details{});
    auto& info = *to.mutable_nexus_handler_failure_info();
    info.set_type(details.type.value_or("INTERNAL"));
    if (details.retryableOverride)
      info.set_retry_behavior(
          *details.retryableOverride ? enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE
                                     : enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  } else if (type == operation_error_type) {
    // Between Temporal services the operation error is only a wrapper; what counts is inside.
    if (metadata(from, "unwrap-error") == "true" && from.has_cause() && depth < max_failure_depth) {
      convert(from.cause(), to, retryable, depth + 1);
      return;
    }
    const auto details =
        read_details<operation_error_details>(from).value_or(operation_error_details{});
    if (details.state == "canceled") {
      to.mutable_canceled_failure_info();
    } else {
      to.mutable_application_failure_info()->set_type("OperationError");
      to.mutable_application_failure_info()->set_non_retryable(true);
    }
  } else {
    make_unknown(from, to, retryable);
  }
  to.set_message(from.message());
  if (!from.stack_trace().empty())
    to.set_stack_trace(from.stack_trace());
  if (from.has_cause() && !to.has_cause() && depth < max_failure_depth)
    convert(from.cause(), *to.mutable_cause(), retryable, depth + 1);
}

} // namespace

void to_nexus_failure(const failure_api::Failure& from, nexus_api::Failure& to) {
  to.Clear();
  to.set_message(from.message());
  to.set_stack_trace(from.stack_trace());
  (*to.mutable_metadata())[type_key] = temporal_failure_type;
  failure_api::Failure rest = from;
  rest.clear_message();
  // Fails for no message that was read from the wire or written by us; the message then travels
  // alone.
  std::string details;
  if (google::protobuf::util::MessageToJsonString(rest, &details).ok())
    to.set_details(details);
}

void from_nexus_failure(const nexus_api::Failure& from, failure_api::Failure& to, bool retryable) {
  convert(from, to, retryable, 0);
}

void to_handler_error(const failure_api::Failure& from, nexus_api::HandlerError& to) {
  to.Clear();
  const auto& info = from.nexus_handler_failure_info();
  to.set_error_type(
      from.has_nexus_handler_failure_info() && !info.type().empty() ? info.type() : "INTERNAL");
  to.set_retry_behavior(info.retry_behavior());
  to_nexus_failure(from, *to.mutable_failure());
}

void from_handler_error(const nexus_api::HandlerError& from, failure_api::Failure& to) {
  failure_api::Failure packed;
  from_nexus_failure(from.failure(), packed, true);
  to.Clear();
  if (packed.has_nexus_handler_failure_info()) {
    to = std::move(packed);
  } else {
    to.set_message(packed.message());
    if (from.has_failure())
      *to.mutable_cause() = std::move(packed);
  }
  auto& info = *to.mutable_nexus_handler_failure_info();
  info.set_type(from.error_type());
  info.set_retry_behavior(from.retry_behavior());
}

void to_operation_error(
    const failure_api::Failure& from, nexus_api::UnsuccessfulOperationError& to) {
  to.Clear();
  to.set_operation_state(from.has_canceled_failure_info() ? "canceled" : "failed");
  to_nexus_failure(from, *to.mutable_failure());
}

void from_operation_error(
    const nexus_api::UnsuccessfulOperationError& from, failure_api::Failure& to) {
  from_nexus_failure(from.failure(), to);
  if (from.operation_state() != "canceled" || to.has_canceled_failure_info())
    return;
  // Callers in every language wait for a canceled failure here.
  failure_api::Failure cause = std::move(to);
  to.Clear();
  to.set_message(cause.message());
  to.mutable_canceled_failure_info();
  *to.mutable_cause() = std::move(cause);
}

} // namespace troupe
