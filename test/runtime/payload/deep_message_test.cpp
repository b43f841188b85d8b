// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/slices/sliced_work.hpp"
#include "runtime/payload/deep_message.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "test/support/deep_bytes.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <functional>
#include <memory>
#include <set>
#include <string>

using namespace std::literals;
using namespace troupe;
using namespace troupe::test;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using temporal::api::failure::v1::Failure;
namespace wire = temporal::api::workflowservice::v1;
namespace nexus_api = temporal::api::nexus::v1;

namespace {

constexpr int whole_chain = max_failure_depth + 1; // and what was cut, in one

/// As read from the bytes; its message says so if they cannot be.
Failure read_failure(const std::string& bytes) {
  Failure made;
  if (!read_message(bytes, made))
    made.set_message("no message");
  return made;
}

const Failure& last_of(const Failure& chain) {
  const auto* at = &chain;
  while (at->has_cause())
    at = &at->cause();
  return *at;
}

/// Calls `use` with each way from a request to a failure: what to put around the bytes of one.
using around = std::function<std::string(std::string)>;
void ways_to(
    const Descriptor& wanted,
    const Descriptor& in,
    std::set<const Descriptor*>& above,
    const around& outside,
    const std::function<void(const around&, const std::string&)>& use) {
  if (!above.insert(&in).second)
    return;
  for (int i = 0; i < in.field_count(); ++i) {
    const auto& field = *in.field(i);
    if (field.message_type() == nullptr)
      continue;
    const around inside = [outside, number = field.number()](std::string bytes) {
      return outside(field_of(number, bytes));
    };
    if (field.message_type() == &wanted)
      use(inside, field.full_name());
    else
      ways_to(wanted, *field.message_type(), above, inside, use);
  }
  above.erase(&in);
}

} // namespace

BOOST_AUTO_TEST_SUITE(deep_message)

BOOST_AUTO_TEST_CASE(what_protobuf_reads_is_read_as_it_reads_it) {
  wire::RespondActivityTaskFailedRequest request;
  request.set_task_token("token");
  BOOST_TEST(request.mutable_failure()->ParseFromString(deep_failure(max_failure_depth)));
  const auto bytes = request.SerializeAsString();
  wire::RespondActivityTaskFailedRequest read;
  BOOST_TEST(read_message(bytes, read));
  BOOST_TEST(read.SerializeAsString() == bytes);
  BOOST_TEST(!with_depth_cut(bytes, *read.GetDescriptor()).has_value());
}

BOOST_AUTO_TEST_CASE(a_chain_of_any_length_that_the_real_server_reads_is_cut_as_ever) {
  for (const int links : {max_failure_depth + 1, 88, 89, 90, 91, 92, 98, 100, 101, 1'000, 10'000}) {
    auto read = read_failure(deep_failure(links));
    BOOST_TEST(read.message() == "1", links);
    if (links <= max_message_depth + 1) // was read by protobuf, and is cut where it is kept
      cut_causes(read);
    BOOST_TEST(links_of(read) == whole_chain, links);
    BOOST_TEST(last_of(read).application_failure_info().type() == "CauseChainTooLong");
    const auto before = read.SerializeAsString();
    cut_causes(read);
    BOOST_TEST(read.SerializeAsString() == before);
  }
  BOOST_TEST(read_failure(deep_failure(10'001)).message() == "no message");
}

BOOST_AUTO_TEST_CASE(what_lies_above_the_cut_is_kept_and_what_lies_below_is_not) {
  Failure payloads;
  payloads.mutable_application_failure_info()->mutable_details()->add_payloads()->set_data("kept");
  const auto beside = payloads.SerializeAsString();
  const auto read = read_failure(beside + deep_failure(200, beside) + "\xf8\x7c\x01");
  BOOST_TEST(read.application_failure_info().details().payloads(0).data() == "kept");
  BOOST_TEST(read.message() == "1");
  BOOST_TEST(read.cause().message() == "2");
  BOOST_TEST(!last_of(read).application_failure_info().has_details());
  BOOST_TEST(read.GetReflection()->GetUnknownFields(read).field_count() == 1);
}

BOOST_AUTO_TEST_CASE(every_request_that_can_carry_a_failure_is_read_however_long_its_chain) {
  int ways = 0;
  const auto& file = *wire::StartWorkflowExecutionRequest::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) {
    const auto& type = *file.message_type(i);
    if (!type.name().ends_with("Request"))
      continue;
    std::set<const Descriptor*> above;
    const auto check = [&](const around& outside, const std::string& name, int cause) {
      const std::unique_ptr<google::protobuf::Message> message{
          google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New()};
      BOOST_TEST(read_message(outside(deep_chain(98, cause)), *message), name);
      BOOST_TEST(read_message(outside(deep_chain(9'900, cause)), *message), name);
      BOOST_TEST(read_at_once(message->SerializeAsString(), *message, max_message_depth), name);
      ++ways;
    };
    ways_to(
        *Failure::descriptor(), type, above, std::identity{}, [&](const auto& outside, auto name) {
          check(outside, name, Failure::kCauseFieldNumber);
        });
    ways_to(
        *nexus_api::Failure::descriptor(),
        type,
        above,
        std::identity{},
        [&](const auto& outside, auto name) {
          check(outside, name, nexus_api::Failure::kCauseFieldNumber);
        });
  }
  BOOST_TEST(ways > 10);
}

BOOST_AUTO_TEST_CASE(a_chain_of_nexus_failures_is_cut_the_same_way) {
  nexus_api::Failure read;
  BOOST_REQUIRE(read_message(deep_chain(5'000, nexus_api::Failure::kCauseFieldNumber), read));
  int links = 1;
  const auto* at = &read;
  for (; at->has_cause(); at = &at->cause())
    ++links;
  BOOST_TEST(links == whole_chain);
  BOOST_TEST(at->message() == "the chain of causes is too long and was cut here");
}

BOOST_AUTO_TEST_CASE(groups_that_are_too_deep_are_left_out_and_others_kept) {
  const auto unknown = [](const Failure& in) {
    return in.GetReflection()->GetUnknownFields(in).field_count();
  };
  BOOST_TEST(unknown(read_failure(deep_groups(max_message_depth))) == 1);
  for (const int levels : {max_message_depth + 1, 100, 101, 10'001}) {
    const auto read = read_failure(field_of(1, "here") + deep_groups(levels) + deep_groups(3));
    BOOST_TEST(unknown(read) == 1, levels);
    BOOST_TEST(read.message() == "here");
  }
  // Further down there is less room.
  const auto deep = read_failure(deep_failure(11, deep_groups(max_message_depth - 10)));
  BOOST_TEST(unknown(last_of(deep)) == 1);
  const auto deeper = read_failure(deep_failure(11, deep_groups(max_message_depth - 9)));
  BOOST_TEST(unknown(last_of(deeper)) == 0);
  BOOST_TEST(last_of(deeper).message() == "11");
  BOOST_TEST(read_failure(deep_groups(10'002)).message() == "no message");
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_none_however_deep_it_is) {
  const auto good = deep_failure(150);
  BOOST_TEST(read_failure(good).message() == "1");
  for (const std::string& bad :
       {"\x0a\x05half"s, "\x0b"s, "\x0b\x14"s, "\x0c"s, "\x0f\x01"s, "\x02\x01"s}) {
    BOOST_TEST(read_failure(good + bad).message() == "no message");
    BOOST_TEST(read_failure(deep_failure(150, bad)).message() == "no message"); // below the cut
    BOOST_TEST(read_failure(deep_failure(10, bad) + good).message() == "no message");
  }
  BOOST_TEST(read_failure(good + field_of(1, "\xff")).message() == "no message");
}

BOOST_AUTO_TEST_CASE(a_chain_given_in_parts_is_cut_in_each) {
  // The second `cause` adds to the first, as protobuf has it.
  const auto read = read_failure(
      field_of(Failure::kCauseFieldNumber, deep_failure(200))
      + field_of(Failure::kCauseFieldNumber, deep_failure(300)));
  BOOST_TEST(links_of(read) == whole_chain);
}

BOOST_AUTO_TEST_CASE(takes_little_stack_and_the_time_of_its_bytes) {
  // On the stack that slices have, an eighth of what a thread has; in debug builds, too.
  const auto failure = deep_failure(10'000);
  const auto groups = field_of(1, "here") + deep_groups(10'000);
  int read = 0;
  sliced_work work{[&] {
    for (const auto& bytes : {failure, groups}) {
      Failure made;
      read += read_message_in_slices(bytes, made) ? 1 : 0;
    }
  }};
  int slices = 0;
  while (!work.step(100))
    ++slices;
  BOOST_TEST(read == 2);
  BOOST_TEST(slices > 100); // others go on meanwhile
  BOOST_TEST(slices < 1'000);
}

BOOST_AUTO_TEST_SUITE_END()
