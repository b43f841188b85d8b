// SPDX-License-Identifier: Apache-2.0
// What the real service sent, and what it took.
#include "runtime/nexus/answer.hpp"
#include "runtime/nexus/task.hpp"
#include "test/runtime/nexus/support.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/message_differencer.h>

using namespace troupe::nexus;
using google::protobuf::util::MessageDifferencer;
using nexus_test::recorded;

namespace {

namespace wire = nexus_test::service;

nexus_task recorded_task(const std::string& name) {
  const auto message = recorded<wire::PollNexusTaskQueueResponse>(name, "response");
  return std::move(*read_poll_answer(message.SerializeAsString()).value().task);
}

dispatch_environment recorded_worker() {
  dispatch_environment worker;
  worker.name_space = "handler-ns";
  worker.identity = "raw-worker";
  return worker;
}

} // namespace

BOOST_AUTO_TEST_SUITE(recorded_answers)

BOOST_AUTO_TEST_CASE(a_start_request_is_read) {
  const auto task = recorded_task("poll-nexus-task-queue-start");
  BOOST_CHECK(task.kind == nexus_task::request::start);
  BOOST_TEST(task.service == "raw-service");
  BOOST_TEST(task.operation == "raw-operation");
  BOOST_TEST(task.endpoint == "golden-endpoint-raw");
  BOOST_TEST(task.request_id == "882068de-280b-4daa-a75c-60f4aedd086a");
  BOOST_TEST(task.callback_url == "temporal://system");
  BOOST_TEST(task.callback_headers.size() == 2U);
  BOOST_TEST(task.temporal_failures);
  BOOST_TEST(task.scheduled_at.has_value());
  BOOST_TEST(task.input.encoding == "json/plain");
  BOOST_TEST(task.input.data == "\"in\"");
  BOOST_REQUIRE_EQUAL(task.links.size(), 1U);
  BOOST_TEST(task.links[0].type == "temporal.api.common.v1.Link.WorkflowEvent");
  BOOST_TEST(task.header("K").value_or("none") == "v");
  BOOST_TEST(task.header("operation-timeout").value_or("none") == "59680ms");
  BOOST_TEST(!task.header("nothing").has_value());
}

BOOST_AUTO_TEST_CASE(a_cancel_request_is_read) {
  const auto task = recorded_task("poll-nexus-task-queue-cancel");
  BOOST_CHECK(task.kind == nexus_task::request::cancel);
  BOOST_TEST(task.service == "raw-service");
  BOOST_TEST(task.operation == "raw-operation");
  BOOST_TEST(task.operation_token == "raw-token");
}

BOOST_AUTO_TEST_CASE(an_asynchronous_start_is_answered_as_recorded) {
  const auto wanted =
      recorded<wire::RespondNexusTaskCompletedRequest>("respond-nexus-task-completed", "request");
  const auto answer = answer_async(
      recorded_worker(), recorded_task("poll-nexus-task-queue-start"), "raw-token", {});
  wire::RespondNexusTaskCompletedRequest got;
  BOOST_REQUIRE(got.ParseFromString(answer.body.str()));
  BOOST_TEST(MessageDifferencer::Equals(wanted, got), got.ShortDebugString());
}

BOOST_AUTO_TEST_CASE(a_success_is_written_as_protobuf_writes_it) {
  using troupe::payload;
  auto worker = recorded_worker();
  auto task = recorded_task("poll-nexus-task-queue-start");
  for (const auto& value : std::vector<payload>{
           {},
           {{{"encoding", "binary/null"}}, {}},
           {{{"encoding", "json/plain"}, {"", ""}}, "\"out\""},
           {{{"encoding", "binary/plain"}}, std::string(127, 'a')},
           {{{"encoding", "binary/plain"}}, std::string(128, '\0')},
           {{{"encoding", "binary/plain"}}, std::string(1023, 'c')},
           {{{"encoding", "binary/plain"}}, std::string(1024, 'd')},
           {{{"encoding", "binary/plain"}}, std::string(70'000, 'b')}})
    for (const auto& links : std::vector<std::vector<troupe::nexus::link>>{
             {}, {{"url", "type"}, {"", ""}, {std::string(300, 'u'), ""}}})
      for (const char* group : {"", "group"}) {
        task.poller_group_id = group;
        wire::RespondNexusTaskCompletedRequest wanted;
        wanted.set_namespace_(worker.name_space);
        wanted.set_identity(worker.identity);
        wanted.set_task_token(std::string{task.token});
        wanted.set_poller_group_id(group);
        auto& success =
            *wanted.mutable_response()->mutable_start_operation()->mutable_sync_success();
        for (const auto& [name, text] : value.metadata)
          (*success.mutable_payload()->mutable_metadata())[name] = text;
        success.mutable_payload()->set_data(value.data);
        for (const auto& each : links) {
          auto& added = *success.add_links();
          added.set_url(each.url);
          added.set_type(each.type);
        }
        const auto body = answer_sync(worker, task, value, links).body.str();
        wire::RespondNexusTaskCompletedRequest got;
        BOOST_REQUIRE(got.ParseFromString(body));
        BOOST_TEST(MessageDifferencer::Equals(wanted, got));
        BOOST_TEST(body.size() == wanted.ByteSizeLong());
      }
}

BOOST_AUTO_TEST_CASE(a_large_result_lies_in_the_answer_as_it_is) {
  const auto worker = recorded_worker();
  const auto task = recorded_task("poll-nexus-task-queue-start");
  troupe::payload value{{{"encoding", "binary/plain"}}, std::string(70'000, 'b')};
  const auto* data = value.data.data();
  const auto answer = answer_sync(worker, task, std::move(value), {});
  BOOST_REQUIRE(answer.body.slices().size() >= 2u);
  BOOST_TEST((answer.body.slices()[1].data() == data));
}

BOOST_AUTO_TEST_CASE(a_cancel_is_answered_as_recorded) {
  const auto wanted = recorded<wire::RespondNexusTaskCompletedRequest>(
      "respond-nexus-task-completed-cancel", "request");
  const auto answer =
      answer_cancelled(recorded_worker(), recorded_task("poll-nexus-task-queue-cancel"));
  wire::RespondNexusTaskCompletedRequest got;
  BOOST_REQUIRE(got.ParseFromString(answer.body.str()));
  BOOST_TEST(MessageDifferencer::Equals(wanted, got), got.ShortDebugString());
}

BOOST_AUTO_TEST_CASE(a_poll_is_asked_as_recorded) {
  const auto wanted =
      recorded<wire::PollNexusTaskQueueRequest>("poll-nexus-task-queue-start", "request");
  wire::PollNexusTaskQueueRequest got;
  BOOST_REQUIRE(got.ParseFromString(
      make_poll_request(
          {.name_space = "handler-ns", .task_queue = "raw-nexus-tq", .identity = "raw-worker"})
          .str()));
  BOOST_TEST(MessageDifferencer::Equals(wanted, got), got.ShortDebugString());
}

BOOST_AUTO_TEST_CASE(a_poll_that_timed_out_has_no_task) {
  const auto answer = read_poll_answer({});
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(!answer.value().task.has_value());
}

BOOST_AUTO_TEST_CASE(the_services_advice_is_read) {
  wire::PollNexusTaskQueueResponse message;
  message.mutable_poller_scaling_decision()->set_poll_request_delta_suggestion(-1);
  BOOST_TEST(read_poll_answer(message.SerializeAsString()).value().poller_delta.value_or(0) == -1);
}

BOOST_AUTO_TEST_CASE(garbage_is_an_error) {
  BOOST_TEST(!read_poll_answer(std::string{"\xff\xff\xff"}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
