// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/proto_payload.hpp"
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/data_converter.hpp>
#include <troupe/proto.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/common/v1/message.pb.h>

using temporal::api::common::v1::WorkflowExecution;
using temporal::api::common::v1::WorkflowType;
using troupe::payload;
using troupe::test::payload_error_of;

namespace {

WorkflowExecution sample() {
  WorkflowExecution message;
  message.set_workflow_id("wid");
  message.set_run_id("rid");
  return message;
}

const troupe::data_converter converter;

} // namespace

BOOST_AUTO_TEST_SUITE(proto_message)

BOOST_AUTO_TEST_CASE(travels_as_protobuf_json_with_its_type) {
  const auto made = converter.to_payload(sample());
  BOOST_TEST(made.encoding() == "json/protobuf");
  BOOST_TEST(made.get("messageType") == "temporal.api.common.v1.WorkflowExecution");
  BOOST_TEST(made.data == R"({"workflowId":"wid","runId":"rid"})");
  BOOST_TEST(converter.from_payload<WorkflowExecution>(made).run_id() == "rid");
}

BOOST_AUTO_TEST_CASE(travels_as_binary_where_asked_for) {
  const auto made = converter.to_payload(troupe::binary_proto<WorkflowExecution>{sample()});
  BOOST_TEST(made.encoding() == "binary/protobuf");
  BOOST_TEST(made.get("messageType") == "temporal.api.common.v1.WorkflowExecution");
  BOOST_TEST(made.data == sample().SerializeAsString());
  BOOST_TEST(converter.from_payload<WorkflowExecution>(made).workflow_id() == "wid");
  BOOST_TEST(
      converter.from_payload<troupe::binary_proto<WorkflowExecution>>(made).message.run_id()
      == "rid");
}

BOOST_AUTO_TEST_CASE(ignores_unknown_members_and_a_missing_type) {
  const troupe::payload_view view{"json/protobuf", "", R"({"workflowId":"wid","future":[1]})"};
  BOOST_TEST(converter.from_payload<WorkflowExecution>(view).workflow_id() == "wid");
}

BOOST_AUTO_TEST_CASE(says_what_does_not_fit) {
  const auto read = [](troupe::payload_view view) {
    return payload_error_of([&] { return converter.from_payload<WorkflowType>(view); });
  };
  BOOST_TEST(
      read({"json/protobuf", "temporal.api.common.v1.WorkflowExecution", "{}"})
      == "expected message temporal.api.common.v1.WorkflowType, got message "
         "temporal.api.common.v1.WorkflowExecution");
  BOOST_TEST(
      read({"json/plain", "", "{}"})
      == "expected message temporal.api.common.v1.WorkflowType (json/protobuf or binary/protobuf), "
         "got json/plain");
  BOOST_TEST(
      read({"binary/protobuf", "", "\xff\xff"})
      == "malformed message temporal.api.common.v1.WorkflowType");
  BOOST_TEST(read({"json/protobuf", "", "{"})
                 .starts_with("malformed JSON of message temporal.api.common.v1.WorkflowType"));
  BOOST_TEST(read({"json/protobuf", "", "{\"name\":{}}"}).starts_with("malformed JSON of message"));
}

BOOST_AUTO_TEST_CASE(copies_payloads_to_the_wire_and_back) {
  payload plain;
  plain.set("encoding", "json/plain");
  plain.set("a", "1");
  plain.set("z", "2");
  plain.data = std::string{"\0\xff", 2};
  temporal::api::common::v1::Payload wire;
  wire.set_data("old");
  (*wire.mutable_metadata())["old"] = "x";
  troupe::to_proto(plain, wire);
  BOOST_TEST(wire.metadata_size() == 3);
  BOOST_TEST((troupe::from_proto(wire) == plain));
  const auto view = troupe::view_of(wire);
  BOOST_TEST(view.encoding == "json/plain");
  BOOST_TEST(view.data.data() == wire.data().data());
  BOOST_TEST((troupe::from_proto(std::move(wire)) == plain));

  temporal::api::common::v1::Payloads list;
  troupe::to_proto(troupe::payloads{plain, payload{}}, list);
  BOOST_TEST(list.payloads_size() == 2);
  BOOST_TEST((troupe::from_proto(list) == troupe::payloads{plain, payload{}}));
}

BOOST_AUTO_TEST_SUITE_END()
