// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/connection/coded_payloads.hpp"

#include "runtime/payload/proto_payload.hpp"

#include <google/protobuf/message.h>
#include <temporal/api/common/v1/message.pb.h>

#include <utility>
#include <vector>

namespace troupe::cli {

namespace {

namespace common = temporal::api::common::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <class Code>
void code_payloads(Message& what, const Code& code) {
  const auto* type = what.GetDescriptor();
  if (type == common::SearchAttributes::descriptor())
    return;
  if (type == common::Payloads::descriptor()) {
    auto& list = static_cast<common::Payloads&>(what);
    if (list.payloads_size() != 0)
      to_proto(code(from_proto(list)), list);
    return;
  }
  if (type == common::Payload::descriptor()) {
    auto& one = static_cast<common::Payload&>(what);
    auto made = code(payloads{from_proto(one)});
    if (made.size() != 1)
      throw payload_codec_error("the codec made several payloads, or none, out of one");
    to_proto(std::move(made.front()), one);
    return;
  }
  const auto& reflection = *what.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(what, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    if (field->is_repeated())
      for (int i = 0; i != reflection.FieldSize(what, field); ++i)
        code_payloads(*reflection.MutableRepeatedMessage(&what, field, i), code);
    else
      code_payloads(*reflection.MutableMessage(&what, field), code);
  }
}

} // namespace

void encode_payloads(const payload_codec& with, Message& what) {
  code_payloads(what, [&](payloads all) { return with.encode(std::move(all)); });
}

void decode_payloads(const payload_codec& with, Message& what) {
  code_payloads(what, [&](payloads all) { return with.decode(std::move(all)); });
}

} // namespace troupe::cli
