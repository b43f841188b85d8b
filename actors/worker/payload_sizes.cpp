// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/payload_sizes.hpp"

#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/message_limit.hpp"

#include <troupe/error.hpp>

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/common/v1/message.pb.h>

#include <string_view>

namespace troupe::actors {

namespace {

namespace common = temporal::api::common::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using rpc::most_bytes_of_message;

/// Deeper than any message of the API nests; failures, whose causes nest, are cut before.
constexpr int deepest = 100;

bool holds_payloads(const Message& message) {
  const auto* type = message.GetDescriptor();
  return type == common::Payloads::descriptor() || type == common::Payload::descriptor()
         || type == common::Memo::descriptor() || type == google::protobuf::Any::descriptor();
}

/// As the service counts.
std::size_t bytes_of(const Message& message) {
  const auto* protocol = dynamic_cast<const google::protobuf::Any*>(&message);
  return protocol != nullptr ? protocol->value().size() : message.ByteSizeLong();
}

class search {
public:
  search(std::size_t above, std::vector<payload_size>& found) : above_(above), found_(found) {}

  void look_into(const Message& message, const std::string& path, int depth) {
    if (holds_payloads(message)) {
      if (const auto bytes = bytes_of(message); bytes > above_)
        found_.push_back({path, bytes});
      return;
    }
    // What is small has nothing large in it.
    if (depth == deepest || message.ByteSizeLong() <= above_)
      return;
    const auto& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const auto* field : fields) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
        continue;
      const auto name = path.empty() ? field->name() : path + "." + field->name();
      if (!field->is_repeated()) {
        look_into(reflection.GetMessage(message, field), name, depth + 1);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        look_into(
            reflection.GetRepeatedMessage(message, field, i),
            name + "[" + std::to_string(i) + "]",
            depth + 1);
    }
  }

private:
  std::size_t above_;
  std::vector<payload_size>& found_;
};

// The words and the number are those of the other SDKs.
std::string words(std::string_view limit, const std::vector<payload_size>& what) {
  return "[TMPRL1103] Attempted to upload payloads with size that exceeded the "
         + std::string{limit} + " limit: " + text_of(what);
}

} // namespace

std::vector<payload_size> find_large_payloads(const Message& message, std::size_t above) {
  std::vector<payload_size> found;
  search{above, found}.look_into(message, {}, 0);
  return found;
}

payload_verdict
judge_payloads(const Message& answer, std::size_t encoded_bytes, const payload_limits& limits) {
  payload_verdict verdict;
  if (limits.most != 0 && encoded_bytes > limits.most) {
    verdict.what = find_large_payloads(answer, limits.most);
    if (!verdict.what.empty()) {
      verdict.error = words("error", verdict.what);
      return verdict;
    }
  }
  if (limits.most != 0 && encoded_bytes > most_bytes_of_message) {
    verdict.what = {{"all of the answer", encoded_bytes}};
    verdict.error = words("error", verdict.what) + ", and " + std::to_string(most_bytes_of_message)
                    + " is what the service takes";
    return verdict;
  }
  if (limits.warning != 0 && encoded_bytes > limits.warning) {
    verdict.what = find_large_payloads(answer, limits.warning);
    if (!verdict.what.empty())
      verdict.warning = words("warning", verdict.what);
  }
  return verdict;
}

payload_verdict
judge_bytes(std::string_view field, std::size_t bytes, const payload_limits& limits) {
  payload_verdict verdict;
  const bool is_refused = limits.most != 0 && bytes > limits.most;
  if (!is_refused && (limits.warning == 0 || bytes <= limits.warning))
    return verdict;
  verdict.what.push_back({std::string{field}, bytes});
  (is_refused ? verdict.error : verdict.warning) =
      words(is_refused ? "error" : "warning", verdict.what);
  return verdict;
}

void refuse_large_details(const payloads& details, const payload_limits& limits) {
  std::size_t bytes = 0;
  for (const auto& each : details)
    bytes += each.data.size();
  // Few are so large that one has to look closely.
  if (limits.most == 0 || (bytes <= limits.most / 2 && details.size() < 1000))
    return;
  common::Payloads sent;
  to_proto(details, sent);
  if (const auto sizes = judge_bytes("heartbeat_details", sent.ByteSizeLong(), limits);
      !sizes.error.empty())
    throw application_error(sizes.error, {.type = "PayloadsTooLarge"});
}

std::string text_of(const std::vector<payload_size>& what) {
  // As many as say it; an answer may have thousands.
  constexpr std::size_t most_named = 3;
  std::string text;
  for (std::size_t i = 0; i < what.size() && i < most_named; ++i)
    text +=
        (i == 0 ? "" : ", ") + what[i].field + " of " + std::to_string(what[i].bytes) + " bytes";
  if (what.size() > most_named)
    text += " and " + std::to_string(what.size() - most_named) + " more";
  return text;
}

} // namespace troupe::actors
