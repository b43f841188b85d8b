// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/task.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/unknown_field_set.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

using namespace troupe;

namespace {

using wire_answer = temporal::api::workflowservice::v1::PollNexusTaskQueueResponse;

/// How long the processor has worked for this thread.
std::chrono::nanoseconds thread_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

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
    if (start.has_payload())
      BOOST_TEST((sorted(task.input_metadata) == sorted_entries(start.payload().metadata())));
    else
      BOOST_TEST(
          (task.input_metadata == std::vector<nexus::header_entry>{{"encoding", "binary/null"}}));
  } else if (request.has_cancel_operation()) {
    BOOST_TEST((task.kind == nexus::nexus_task::request::cancel));
    BOOST_TEST(task.service == request.cancel_operation().service());
    BOOST_TEST(task.operation == request.cancel_operation().operation());
    const auto& token = request.cancel_operation().operation_token();
    BOOST_TEST(
        task.operation_token
        == (token.empty() ? request.cancel_operation().operation_id() : token));
    BOOST_TEST(task.request_id.empty());
    BOOST_TEST(task.input.data.empty());
    BOOST_TEST(task.input_metadata.empty());
    BOOST_TEST(task.links.empty());
  } else {
    BOOST_TEST((task.kind == nexus::nexus_task::request::unknown));
  }
}

google::protobuf::UnknownFieldSet& unknown_fields(google::protobuf::Message& of) {
  return *of.GetReflection()->MutableUnknownFields(&of);
}

/// Puts a number where a text or message belongs, for each of the fields up to `last`.
void add_numbers(google::protobuf::Message& to, int last) {
  for (int field = 1; field <= last; ++field)
    unknown_fields(to).AddVarint(field, 7);
}

void add_texts(google::protobuf::Message& to, int last) {
  for (int field = 1; field <= last; ++field)
    unknown_fields(to).AddLengthDelimited(field, "text");
}

/// A start with so many entries of the sort that `add` makes from a number.
template <class Add>
std::string with_entries(std::size_t count, Add add) {
  auto answer = full_start();
  auto& request = *answer.mutable_request();
  request.clear_header();
  auto& start = *request.mutable_start_operation();
  start.clear_callback_header();
  start.clear_links();
  start.mutable_payload()->clear_metadata();
  for (std::size_t i = 0; i < count; ++i)
    add(request, std::to_string(i));
  return answer.SerializeAsString();
}

struct sort_of_entries {
  const char* name;
  void (*add)(temporal::api::nexus::v1::Request& to, const std::string& key);
  const char* refusal;
};

const sort_of_entries sorts[] = {
    {"headers",
     [](auto& to, const auto& key) { (*to.mutable_header())[key] = "v"; },
     "the request has more than 256 headers"},
    {"callback headers",
     [](auto& to, const auto& key) {
       (*to.mutable_start_operation()->mutable_callback_header())[key] = "v";
     },
     "the request has more than 256 callback headers"},
    {"metadata",
     [](auto& to, const auto& key) {
       (*to.mutable_start_operation()->mutable_payload()->mutable_metadata())[key] = "v";
     },
     "the input has more than 256 metadata entries"},
    {"links",
     [](auto& to, const auto& key) { to.mutable_start_operation()->add_links()->set_url(key); },
     "the request has more than 256 links"},
};

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

BOOST_AUTO_TEST_CASE(of_a_start_and_a_cancel_in_one_request_the_last_counts_alone) {
  const auto start = full_start().SerializeAsString();
  temporal::api::workflowservice::v1::PollNexusTaskQueueResponse with_cancel;
  with_cancel.mutable_request()->mutable_cancel_operation()->set_operation_token("token");
  const auto cancel = with_cancel.SerializeAsString();
  temporal::api::workflowservice::v1::PollNexusTaskQueueResponse with_start;
  with_start.mutable_request()->mutable_start_operation()->set_operation("other");
  const auto other_start = with_start.SerializeAsString();
  compare(start + cancel);
  compare(start + other_start);
  compare(start + cancel + other_start);
  compare(start + cancel + start + cancel);
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

BOOST_AUTO_TEST_CASE(skips_a_known_field_of_another_wire_type) {
  auto start = full_start();
  add_numbers(start, 4);
  auto& request = *start.mutable_request();
  add_numbers(request, 10);
  unknown_fields(request).AddVarint(100, 7);
  unknown_fields(request).AddLengthDelimited(1, std::string{"\x0a\x01k\x12\x01v\x08\x07\x10\x07"});
  add_texts(*request.mutable_scheduled_time(), 2);
  add_texts(*request.mutable_capabilities(), 1);
  add_texts(*start.mutable_poller_scaling_decision(), 1);
  add_numbers(*request.mutable_start_operation(), 7);
  add_numbers(*request.mutable_start_operation()->mutable_payload(), 2);
  add_numbers(*request.mutable_start_operation()->mutable_links(0), 2);
  compare(start.SerializeAsString());
  auto cancel = full_start();
  cancel.mutable_request()->mutable_cancel_operation()->set_service("service");
  cancel.mutable_request()->mutable_cancel_operation()->set_operation("operation");
  cancel.mutable_request()->mutable_cancel_operation()->set_operation_token("token");
  add_numbers(*cancel.mutable_request()->mutable_cancel_operation(), 4);
  compare(cancel.SerializeAsString());
  BOOST_TEST(nexus::read_poll_answer(cancel.SerializeAsString())->task->operation_token == "token");
}

BOOST_AUTO_TEST_CASE(takes_as_many_entries_as_anybody_needs_and_refuses_more) {
  for (const auto& each : sorts) {
    BOOST_TEST_CONTEXT(each.name) {
      const auto most = with_entries(nexus::max_entries, each.add);
      compare(most);
      BOOST_TEST(nexus::read_poll_answer(most)->task->refusal.empty());
      const auto more = nexus::read_poll_answer(with_entries(nexus::max_entries + 1, each.add));
      BOOST_REQUIRE(more && more->task);
      BOOST_TEST(more->task->refusal == each.refusal);
      BOOST_TEST(more->task->service == "service");
      BOOST_TEST(more->task->token.size() == 15u);
    }
  }
}

BOOST_AUTO_TEST_CASE(reads_a_huge_message_in_linear_time) {
  // Ten times as much in one message as in each of ten: ten times the work if entries were looked
  // up among all others. The processor's time of this thread is the same however busy the machine.
  constexpr std::size_t entries = 100'000;
  const auto work = [](std::size_t in_each, std::size_t times) {
    std::vector<std::string> messages;
    for (const auto& each : sorts)
      messages.push_back(with_entries(in_each, each.add));
    std::string pieces; // of one payload, which protobuf merges
    for (std::size_t i = 0; i < 10 * in_each; ++i)
      pieces += std::string{"\x2a\x00", 2};
    auto merged = with_entries(nexus::max_entries, sorts[2].add);
    wire_answer tail;
    unknown_fields(*tail.mutable_request()).AddLengthDelimited(3, pieces);
    merged += tail.SerializeAsString();
    const auto began = thread_time();
    for (std::size_t i = 0; i < times; ++i) {
      for (const auto& each : messages)
        BOOST_TEST(!nexus::read_poll_answer(each)->task->refusal.empty());
      const auto got = nexus::read_poll_answer(merged);
      BOOST_REQUIRE(got && got->task);
      BOOST_TEST(got->task->input_metadata.size() == nexus::max_entries);
    }
    return thread_time() - began;
  };
  const auto in_ten = work(entries / 10, 10);
  const auto in_one = work(entries, 1);
  BOOST_TEST((in_one < 4 * in_ten));
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
