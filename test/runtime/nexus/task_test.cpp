// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/task.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace troupe;

namespace {

using wire_answer = temporal::api::workflowservice::v1::PollNexusTaskQueueResponse;

/// Every field that a task can carry.
wire_answer full_start() {
  wire_answer answer;
  answer.set_task_token("token\0with zero", 15);
  answer.set_poller_group_id("group");
  answer.mutable_poller_scaling_decision()->set_poll_request_delta_suggestion(-3);
  auto& request = *answer.mutable_request();
  (*request.mutable_header())["request-timeout"] = "9998ms";
  (*request.mutable_header())["Content-Type"] = "application/json";
  request.mutable_scheduled_time()->set_seconds(1'760'000'000);
  request.mutable_scheduled_time()->set_nanos(5);
  request.mutable_capabilities()->set_temporal_failure_responses(true);
  request.set_endpoint("endpoint");
  auto& start = *request.mutable_start_operation();
  start.set_service("service");
  start.set_operation("operation");
  start.set_request_id("request");
  start.set_callback("temporal://system");
  (*start.mutable_callback_header())["token"] = "\u00fcber";
  for (const auto* name : {"a", "b"}) {
    auto& link = *start.add_links();
    link.set_url(std::string{"temporal:///"} + name);
    link.set_type(name);
  }
  auto& payload = *start.mutable_payload();
  (*payload.mutable_metadata())["encoding"] = "json/protobuf";
  (*payload.mutable_metadata())["messageType"] = "some.Type";
  payload.set_data("\xff\x00\x01", 3);
  return answer;
}

std::vector<nexus::header_entry> sorted(std::vector<nexus::header_entry> entries) {
  std::ranges::sort(entries);
  return entries;
}

template <class Map>
std::vector<nexus::header_entry> sorted_entries(const Map& from) {
  std::vector<nexus::header_entry> entries{from.begin(), from.end()};
  return sorted(std::move(entries));
}

/// What protobuf's own parser reads must be what the scanner reads.
void compare(const std::string& message) {
  wire_answer expected;
  const bool is_message = expected.ParseFromString(message);
  const auto got = nexus::read_poll_answer(message);
  BOOST_TEST(got.has_value() == is_message);
  if (!got || !is_message)
    return;
  BOOST_TEST(got->poller_delta.has_value() == expected.has_poller_scaling_decision());
  if (got->poller_delta)
    BOOST_TEST(
        *got->poller_delta == expected.poller_scaling_decision().poll_request_delta_suggestion());
  BOOST_TEST(got->task.has_value() == !expected.task_token().empty());
  if (!got->task)
    return;
  const auto& task = *got->task;
  const auto& request = expected.request();
  BOOST_TEST(task.token == expected.task_token());
  BOOST_TEST(task.poller_group_id == expected.poller_group_id());
  BOOST_TEST(task.endpoint == request.endpoint());
  BOOST_TEST((sorted(task.headers) == sorted_entries(request.header())));
  BOOST_TEST(task.scheduled_at.has_value() == request.has_scheduled_time());
  BOOST_TEST(task.temporal_failures == request.capabilities().temporal_failure_responses());
  if (request.has_start_operation()) {
    const auto& start = request.start_operation();
    BOOST_TEST((task.kind == nexus::nexus_task::request::start));
    BOOST_TEST(task.service == start.service());
    BOOST_TEST(task.operation == start.operation());
    BOOST_TEST(task.request_id == start.request_id());
    BOOST_TEST(task.callback_url == start.callback());
    BOOST_TEST((sorted(task.callback_headers) == sorted_entries(start.callback_header())));
    BOOST_REQUIRE(task.links.size() == static_cast<std::size_t>(start.links_size()));
    for (int i = 0; i < start.links_size(); ++i) {
      BOOST_TEST(task.links[static_cast<std::size_t>(i)].url == start.links(i).url());
      BOOST_TEST(task.links[static_cast<std::size_t>(i)].type == start.links(i).type());
    }
    BOOST_TEST(task.input.data == start.payload().data());
    BOOST_TEST((sorted(task.input_metadata) == sorted_entries(start.payload().metadata())));
  } else if (request.has_cancel_operation()) {
    BOOST_TEST((task.kind == nexus::nexus_task::request::cancel));
    BOOST_TEST(task.service == request.cancel_operation().service());
    BOOST_TEST(task.operation == request.cancel_operation().operation());
  } else {
    BOOST_TEST((task.kind == nexus::nexus_task::request::unknown));
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(task)

BOOST_AUTO_TEST_CASE(reads_what_protobuf_reads) {
  compare({});
  compare(full_start().SerializeAsString());
  auto cancel = full_start();
  cancel.mutable_request()->mutable_cancel_operation()->set_service("service");
  cancel.mutable_request()->mutable_cancel_operation()->set_operation("operation");
  cancel.mutable_request()->mutable_cancel_operation()->set_operation_token("operation token");
  compare(cancel.SerializeAsString());
  auto neither = full_start();
  neither.mutable_request()->clear_variant();
  compare(neither.SerializeAsString());
}

BOOST_AUTO_TEST_CASE(reads_encoding_and_message_type_of_the_input) {
  const auto got = nexus::read_poll_answer(full_start().SerializeAsString());
  BOOST_REQUIRE(got->task.has_value());
  BOOST_TEST(got->task->input.encoding == "json/protobuf");
  BOOST_TEST(got->task->input.message_type == "some.Type");
  BOOST_TEST(*got->task->header("content-type") == "application/json");
  BOOST_TEST(!got->task->header("absent"));
}

BOOST_AUTO_TEST_CASE(takes_the_older_token_of_a_cancel_where_the_newer_is_missing) {
  wire_answer answer;
  answer.set_task_token("t");
  answer.mutable_request()->mutable_cancel_operation()->set_operation_id("older");
  BOOST_TEST(nexus::read_poll_answer(answer.SerializeAsString())->task->operation_token == "older");
  answer.mutable_request()->mutable_cancel_operation()->set_operation_token("newer");
  BOOST_TEST(nexus::read_poll_answer(answer.SerializeAsString())->task->operation_token == "newer");
}

BOOST_AUTO_TEST_CASE(reads_a_message_that_came_in_pieces) {
  const auto message = full_start().SerializeAsString();
  auto owner = std::make_shared<const std::string>(message);
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < message.size(); at += 7)
    pieces.push_back(std::string_view{*owner}.substr(at, 7));
  const auto got = nexus::read_poll_answer(rpc::bytes{owner, pieces});
  BOOST_REQUIRE(got->task.has_value());
  BOOST_TEST(got->task->service == "service");
  BOOST_TEST(got->task->token.size() == 15u);
}

BOOST_AUTO_TEST_CASE(the_last_of_several_entries_with_one_key_counts) {
  wire_answer answer;
  answer.set_task_token("t");
  (*answer.mutable_request()->mutable_header())["key"] = "first";
  wire_answer second;
  (*second.mutable_request()->mutable_header())["key"] = "second";
  // Two messages one behind the other are one message: fields are merged.
  const auto both = answer.SerializeAsString() + second.SerializeAsString();
  compare(both);
  BOOST_TEST(*nexus::read_poll_answer(both)->task->header("key") == "second");
}

BOOST_AUTO_TEST_CASE(a_message_that_was_cut_off_is_never_misread) {
  const auto message = full_start().SerializeAsString();
  for (std::size_t size = 0; size < message.size(); ++size)
    compare(message.substr(0, size));
}

BOOST_AUTO_TEST_CASE(refuses_texts_that_are_no_utf8) {
  wire_answer answer;
  answer.set_task_token("t");
  answer.mutable_request()->mutable_start_operation()->set_service("serviXe");
  auto message = answer.SerializeAsString();
  message[message.find('X')] = '\xff';
  compare(message);
  BOOST_TEST(!nexus::read_poll_answer(message).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
