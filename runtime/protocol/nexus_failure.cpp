// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/nexus_failure.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <google/protobuf/util/json_util.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <map>
#include <utility>

namespace troupe::protocol {

namespace {

namespace enums = temporal::api::enums::v1;
using nexus_failure = temporal::api::nexus::v1::Failure;
using temporal_failure = temporal::api::failure::v1::Failure;

constexpr std::string_view temporal_type = "temporal.api.failure.v1.Failure";
/// Causes of causes; the rest is cut off. Deeper ones could not be read as JSON.
constexpr int most_causes = 64;

json_value text_value(std::string_view text) {
  return {json_value::type::string, std::string{text}, {}, {}};
}

void add(json_value& to, std::string_view name, json_value what) {
  to.names.emplace_back(name);
  to.items.push_back(std::move(what));
}

json_value to_value(const nexus_failure& from, int depth) {
  json_value made{json_value::type::object, {}, {}, {}};
  if (!from.message().empty())
    add(made, "message", text_value(from.message()));
  if (!from.stack_trace().empty())
    add(made, "stackTrace", text_value(from.stack_trace()));
  if (!from.metadata().empty()) {
    json_value metadata{json_value::type::object, {}, {}, {}};
    for (const auto& [name, value] : std::map<std::string_view, std::string_view>{
             from.metadata().begin(), from.metadata().end()})
      add(metadata, name, text_value(value));
    add(made, "metadata", std::move(metadata));
  }
  if (!from.details().empty())
    if (auto details = parse_json(from.details()))
      add(made, "details", std::move(*details));
  if (from.has_cause() && depth < most_causes)
    add(made, "cause", to_value(from.cause(), depth + 1));
  return made;
}

const json_value* member(const json_value& of, std::string_view name) {
  const auto found = std::ranges::find(of.names, name);
  return found == of.names.end() ? nullptr
                                 : &of.items[static_cast<std::size_t>(found - of.names.begin())];
}

/// False if there is one of another type; null counts as none.
bool read_text(const json_value& of, std::string_view name, std::string& to) {
  const auto* const found = member(of, name);
  if (found == nullptr || found->is == json_value::type::null)
    return true;
  to = found->text;
  return found->is == json_value::type::string;
}

bool from_value(const json_value& from, nexus_failure& to) {
  if (from.is != json_value::type::object)
    return false;
  if (!read_text(from, "message", *to.mutable_message())
      || !read_text(from, "stackTrace", *to.mutable_stack_trace()))
    return false;
  if (const auto* const metadata = member(from, "metadata");
      metadata != nullptr && metadata->is != json_value::type::null) {
    if (metadata->is != json_value::type::object)
      return false;
    for (std::size_t at = 0; at < metadata->names.size(); ++at)
      if (!read_text(*metadata, metadata->names[at], (*to.mutable_metadata())[metadata->names[at]]))
        return false;
  }
  if (const auto* const details = member(from, "details"))
    to.set_details(write_json(*details));
  if (const auto* const cause = member(from, "cause");
      cause != nullptr && cause->is != json_value::type::null)
    return from_value(*cause, *to.mutable_cause());
  return true;
}

std::string_view metadata(const nexus_failure& from, const char* key) {
  const auto found = from.metadata().find(key);
  return found == from.metadata().end() ? std::string_view{} : found->second;
}

json_value object() {
  return {json_value::type::object, {}, {}, {}};
}

json_value truth(bool value) {
  return {json_value::type::boolean, value ? "true" : "false", {}, {}};
}

void pack_handler_error(const temporal_failure& from, nexus_failure& to) {
  const auto& info = from.nexus_handler_failure_info();
  auto details = object();
  if (!info.type().empty())
    add(details, "type", text_value(info.type()));
  if (info.retry_behavior() == enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE)
    add(details, "retryableOverride", truth(true));
  else if (info.retry_behavior() == enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE)
    add(details, "retryableOverride", truth(false));
  if (from.has_encoded_attributes())
    add(details,
        "encodedAttributes",
        text_value(to_base64url(to_json(from.encoded_attributes(), payload_style::raw))));
  (*to.mutable_metadata())["type"] = std::string{handler_error_type};
  to.set_details(write_json(details));
}

void pack(const temporal_failure& from, nexus_failure& to, int depth) {
  to.Clear();
  to.set_message(from.message());
  to.set_stack_trace(from.stack_trace());
  if (from.has_cause() && depth < most_causes)
    pack(from.cause(), *to.mutable_cause(), depth + 1);
  if (from.has_nexus_handler_failure_info()) {
    pack_handler_error(from, to);
    return;
  }
  auto rest = from;
  rest.clear_message();
  rest.clear_stack_trace();
  (*to.mutable_metadata())["type"] = std::string{temporal_type};
  to.set_details(to_json(rest, payload_style::raw));
}

void keep_unknown(const nexus_failure& from, temporal_failure& to) {
  auto& info = *to.mutable_application_failure_info();
  info.set_type("NexusFailure");
  if (from.metadata().empty() && from.details().empty())
    return;
  nexus_failure rest = from;
  rest.clear_message();
  rest.clear_stack_trace();
  auto& made = *info.mutable_details()->add_payloads();
  (*made.mutable_metadata())["encoding"] = "json/plain";
  made.set_data(failure_json(rest));
}

bool unpack_handler_error(const nexus_failure& from, temporal_failure& to) {
  const auto details = parse_json(from.details());
  if (!details || details->is != json_value::type::object)
    return false;
  auto& info = *to.mutable_nexus_handler_failure_info();
  std::string encoded;
  if (!read_text(*details, "type", *info.mutable_type())
      || !read_text(*details, "encodedAttributes", encoded))
    return false;
  if (const auto* const retryable = member(*details, "retryableOverride");
      retryable != nullptr && retryable->is != json_value::type::null) {
    if (retryable->is != json_value::type::boolean)
      return false;
    info.set_retry_behavior(
        retryable->text == "true" ? enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE
                                  : enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  }
  if (encoded.empty())
    return true;
  std::string json;
  return decode_base64(encoded, json)
         && google::protobuf::util::JsonStringToMessage(json, to.mutable_encoded_attributes()).ok();
}

bool unpack(const nexus_failure& from, temporal_failure& to, int depth) {
  to.Clear();
  const auto type = failure_type(from);
  if (type == temporal_type) {
    google::protobuf::util::JsonParseOptions lenient;
    lenient.ignore_unknown_fields = true;
    if (!google::protobuf::util::JsonStringToMessage(from.details(), &to, lenient).ok())
      return false;
  } else if (type == operation_error_type) {
    const auto state = operation_state(from);
    if (!state)
      return false;
    if (*state == "canceled") {
      to.mutable_canceled_failure_info();
    } else {
      to.mutable_application_failure_info()->set_type("OperationError");
      to.mutable_application_failure_info()->set_non_retryable(true);
    }
  } else if (type == handler_error_type) {
    if (!unpack_handler_error(from, to))
      return false;
  } else if (!from.metadata().empty() || !from.details().empty()) {
    keep_unknown(from, to);
  }
  to.set_message(from.message());
  // Python's SDK leaves it in the details, where the real server does not look.
  if (type != temporal_type || !from.stack_trace().empty())
    to.set_stack_trace(from.stack_trace());
  return !from.has_cause() || depth >= most_causes
         || unpack(from.cause(), *to.mutable_cause(), depth + 1);
}

} // namespace

std::string failure_json(const nexus_failure& from) {
  return write_json(to_value(from, 0), {.escape_html = true});
}

std::optional<nexus_failure> parse_failure_json(std::string_view text) {
  const auto value = parse_json(text);
  nexus_failure made;
  if (!value || !from_value(*value, made))
    return std::nullopt;
  return made;
}

void to_nexus(const temporal_failure& from, nexus_failure& to) {
  pack(from, to, 0);
}

bool from_nexus(const nexus_failure& from, temporal_failure& to) {
  return unpack(from, to, 0);
}

std::string_view failure_type(const nexus_failure& of) {
  return metadata(of, "type");
}

const nexus_failure& unwrapped(const nexus_failure& from) {
  return failure_type(from) == operation_error_type && metadata(from, "unwrap-error") == "true"
                 && from.has_cause()
             ? from.cause()
             : from;
}

std::optional<std::string> operation_state(const nexus_failure& from) {
  if (failure_type(from) != operation_error_type)
    return std::nullopt;
  const auto details = parse_json(from.details());
  std::string state;
  if (!details || details->is != json_value::type::object || !read_text(*details, "state", state))
    return std::nullopt;
  return state;
}

nexus_failure make_handler_error(
    std::string_view type, std::string_view message, std::optional<bool> is_retryable) {
  nexus_failure made;
  made.set_message(std::string{message});
  (*made.mutable_metadata())["type"] = std::string{handler_error_type};
  auto details = object();
  if (!type.empty())
    add(details, "type", text_value(type));
  if (is_retryable)
    add(details, "retryableOverride", truth(*is_retryable));
  made.set_details(write_json(details));
  return made;
}

nexus_failure
wrap_operation_error(std::string_view message, std::string_view state, nexus_failure cause) {
  nexus_failure made;
  made.set_message(std::string{message});
  auto& about = *made.mutable_metadata();
  about["type"] = std::string{operation_error_type};
  about["unwrap-error"] = "true";
  auto details = object();
  if (!state.empty())
    add(details, "state", text_value(state));
  made.set_details(write_json(details));
  *made.mutable_cause() = std::move(cause);
  return made;
}

} // namespace troupe::protocol
