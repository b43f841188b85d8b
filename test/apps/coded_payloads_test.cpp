// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/connection/coded_payloads.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

using namespace troupe;

namespace {

namespace wire = temporal::api::workflowservice::v1;

/// Marks what passes, and how many came along with it.
class marking final : public payload_codec {
public:
  payloads encode(payloads plain) const override {
    for (auto& each : plain)
      each.data += "+" + std::to_string(plain.size());
    return plain;
  }
  payloads decode(payloads encoded) const override {
    for (auto& each : encoded)
      each.data.resize(each.data.rfind('+'));
    return encoded;
  }
};

class losing final : public payload_codec {
public:
  payloads encode(payloads) const override { return {}; }
  payloads decode(payloads) const override { return {}; }
};

wire::StartWorkflowExecutionRequest request() {
  wire::StartWorkflowExecutionRequest made;
  made.mutable_input()->add_payloads()->set_data("a");
  made.mutable_input()->add_payloads()->set_data("b");
  (*made.mutable_memo()->mutable_fields())["m"].set_data("c");
  (*made.mutable_header()->mutable_fields())["h"].set_data("d");
  (*made.mutable_search_attributes()->mutable_indexed_fields())["s"].set_data("e");
  made.mutable_user_metadata()->mutable_summary()->set_data("f");
  made.mutable_last_completion_result();
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(coded_payloads)

BOOST_AUTO_TEST_CASE(all_but_search_attributes_pass_the_codec_and_lists_together) {
  auto coded = request();
  cli::encode_payloads(marking{}, coded);
  BOOST_TEST(coded.input().payloads(0).data() == "a+2");
  BOOST_TEST(coded.input().payloads(1).data() == "b+2");
  BOOST_TEST(coded.memo().fields().at("m").data() == "c+1");
  BOOST_TEST(coded.header().fields().at("h").data() == "d+1");
  BOOST_TEST(coded.search_attributes().indexed_fields().at("s").data() == "e");
  BOOST_TEST(coded.user_metadata().summary().data() == "f+1");
  cli::decode_payloads(marking{}, coded);
  BOOST_TEST(coded.SerializeAsString() == request().SerializeAsString());
}

BOOST_AUTO_TEST_CASE(of_one_payload_there_must_be_one_afterwards) {
  auto some = request();
  BOOST_CHECK_THROW(cli::encode_payloads(losing{}, some), payload_codec_error);
}

BOOST_AUTO_TEST_SUITE_END()
