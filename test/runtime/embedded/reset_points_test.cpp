// SPDX-License-Identifier: Apache-2.0
// Where a reset may go back to, carried on from run to run, and how many state transitions a run
// has made: as the real server 1.31.2 counts them.
#include "runtime/base/time/time.hpp"
#include "test/runtime/embedded/peer/peer_world.hpp"

#include <boost/test/unit_test.hpp>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // older workers name a checksum

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

wire::DescribeWorkflowExecutionResponse
describe(service_fixture& service, const std::string& run_id = {}) {
  wire::DescribeWorkflowExecutionRequest request;
  request.mutable_execution()->set_workflow_id(service.rec().workflow_id);
  request.mutable_execution()->set_run_id(run_id);
  return dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(
      *embedded::describe(service.rec(), request).message);
}

void signal(service_fixture& service) {
  wire::SignalWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id(service.rec().workflow_id);
  request.set_signal_name("s");
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{request});
}

std::string reset(service_fixture& service, std::int64_t finish_event_id) {
  wire::ResetWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id(service.rec().workflow_id);
  request.set_reason("why");
  request.set_request_id("request");
  request.set_workflow_task_finish_event_id(finish_event_id);
  return service.expect<wire::ResetWorkflowExecutionResponse>(embedded::reset_execution{request})
      .run_id();
}

struct fixture {
  service_fixture service;

  /// A workflow task that a worker of this build completes.
  void work(
      const std::string& checksum,
      const std::string& build_id = {},
      const std::vector<command_api::Command>& commands = {}) {
    if (service.tasks.empty())
      signal(service);
    service.poll();
    wire::RespondWorkflowTaskCompletedRequest request;
    request.set_binary_checksum(checksum);
    if (!build_id.empty())
      request.mutable_worker_version_stamp()->set_build_id(build_id);
    for (const auto& each : commands)
      *request.add_commands() = each;
    BOOST_TEST(service.respond(request).answer.status.ok());
  }
  auto points(const std::string& run_id = {}) {
    return describe(service, run_id).workflow_execution_info().auto_reset_points();
  }
  /// `checksum/build id` of each.
  std::string names(const std::string& run_id = {}) {
    const auto these = points(run_id);
    std::string all;
    for (const auto& each : these.points())
      all += each.binary_checksum() + "/" + each.build_id() + " ";
    return all;
  }
};

std::int64_t transitions(const wire::DescribeWorkflowExecutionResponse& of) {
  return of.workflow_execution_info().state_transition_count();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(reset_points, fixture)

BOOST_AUTO_TEST_CASE(each_checksum_with_each_build_is_one_point) {
  service.start();
  for (const auto& [checksum, build_id] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"b1", ""}, {"", ""}, {"b1", "v1"}, {"b2", "v1"}, {"", "v1"}, {"b1", "v1"}})
    work(checksum, build_id);
  BOOST_TEST(names() == "/ b1/ b1/v1 b2/v1 /v1 ");
  const auto these = points();
  for (const auto& each : these.points()) {
    BOOST_TEST(each.run_id() == service.current().id);
    BOOST_TEST(each.resettable());
    BOOST_TEST(!each.has_expire_time());
  }
}

BOOST_AUTO_TEST_CASE(lists_know_the_builds_of_a_run) {
  service.start();
  const auto told = [&](const char* name) {
    const auto row = embedded::list_row(service.rec(), service.current().id);
    const auto& fields = row->search_attributes().indexed_fields();
    const auto found = fields.find(name);
    return found == fields.end() ? std::string{} : found->second.data();
  };
  BOOST_TEST(told("BuildIds").empty());
  work("");
  BOOST_TEST(told("BuildIds") == R"(["unversioned"])");
  BOOST_TEST(told("BinaryChecksums").empty());
  work("b1", "v1");
  work("b\"2", "v1");
  work("b1", "v2");
  BOOST_TEST(told("BuildIds") == R"(["unversioned","unversioned:v1","unversioned:v2"])");
  BOOST_TEST(told("BinaryChecksums") == R"(["b1","b\"2"])");
}

// What the real server showed of a workflow that does this.
BOOST_AUTO_TEST_CASE(a_workflow_may_say_its_builds_and_later_ones_come_behind) {
  service.known.attributes["BuildIds"] = enums::INDEXED_VALUE_TYPE_KEYWORD_LIST;
  service.start();
  const auto told = [&] {
    const auto row = embedded::list_row(service.rec(), service.current().id);
    const auto& fields = row->search_attributes().indexed_fields();
    const auto found = fields.find("BuildIds");
    return found == fields.end() ? std::string{} : found->second.data();
  };
  const auto upsert = [&](const std::string& json) {
    command_api::Command command;
    command.set_command_type(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
    auto& payload = (*command.mutable_upsert_workflow_search_attributes_command_attributes()
                          ->mutable_search_attributes()
                          ->mutable_indexed_fields())["BuildIds"];
    (*payload.mutable_metadata())["encoding"] = json == "null" ? "binary/null" : "json/plain";
    (*payload.mutable_metadata())["type"] = "KeywordList";
    if (json != "null")
      payload.set_data(json);
    work("", "v1", {command});
  };
  work("", "v1");
  upsert(R"( [ "mine" ] )");
  BOOST_TEST(told() == R"( [ "mine" ] )");
  work("", "v1");
  BOOST_TEST(told() == R"(["unversioned","mine","unversioned:v1"])");
  work("", "v2");
  BOOST_TEST(told() == R"(["unversioned","mine","unversioned:v1","unversioned:v2"])");
  upsert("null");
  BOOST_TEST(told().empty());
  work("", "v2");
  BOOST_TEST(told() == R"(["unversioned","unversioned:v2"])");
}

BOOST_AUTO_TEST_CASE(a_failed_task_says_the_checksum_of_its_worker) {
  service.start();
  service.poll();
  wire::RespondWorkflowTaskFailedRequest request;
  request.set_binary_checksum("b1");
  service.decide(embedded::fail_workflow_task{
      request,
      embedded::decode_workflow_token(service.task_token, service.settings.token_key).value()});
  const auto& failed = service.current().history.back()->workflow_task_failed_event_attributes();
  BOOST_TEST(failed.binary_checksum() == "b1");
}

BOOST_AUTO_TEST_CASE(a_refused_answer_says_the_checksum_of_its_worker) {
  service.start();
  service.poll();
  wire::RespondWorkflowTaskCompletedRequest request;
  request.set_binary_checksum("b2");
  request.add_commands()->set_command_type(enums::COMMAND_TYPE_START_TIMER);
  BOOST_TEST(!service.respond(request).answer.status.ok());
  const auto& failed = service.current().history.back()->workflow_task_failed_event_attributes();
  BOOST_TEST(failed.binary_checksum() == "b2");
}

BOOST_AUTO_TEST_CASE(the_latest_twenty_are_kept) {
  service.start();
  for (int i = 0; i < 22; ++i)
    work("c" + std::to_string(i));
  work("c0"); // it was forgotten
  BOOST_TEST(points().points_size() == 20);
  BOOST_TEST(points().points(0).binary_checksum() == "c3");
  BOOST_TEST(points().points(19).binary_checksum() == "c0");
}

BOOST_AUTO_TEST_CASE(the_next_run_goes_on_with_them_until_their_run_is_forgotten) {
  service.known.retained = 24h;
  service.start();
  const auto first = service.current().id;
  work("b1");
  service.now += 5s;
  work("b2", {}, {continue_as_new()});
  const auto told = from_proto(points().points(0).expire_time());
  BOOST_CHECK(told == service.now + 24h);
  const auto& carried = service.current().started().prev_auto_reset_points();
  BOOST_REQUIRE(carried.points_size() == 2);
  BOOST_TEST(carried.points(1).run_id() == first);
  BOOST_TEST(carried.points(1).first_workflow_task_completed_id() > 4);
  BOOST_TEST(names(first) == "b1/ b2/ ");
  BOOST_TEST(points(first).points(0).has_expire_time());
  service.advance(10s);
  work("b2"); // known already
  work("b3", {}, {continue_as_new()});
  BOOST_TEST(names() == "b1/ b2/ b3/ ");
  // Those of the first run keep their time.
  BOOST_CHECK(from_proto(points().points(0).expire_time()) == told);
  BOOST_CHECK(from_proto(points().points(2).expire_time()) == service.now + 24h);
  service.advance_to(told);
  work("b4", {}, {continue_as_new()});
  BOOST_TEST(names() == "b3/ b4/ ");
}

BOOST_AUTO_TEST_CASE(a_retry_carries_them_and_a_reset_has_those_of_its_part) {
  service.known.retained = 24h;
  auto asked = service.start_request();
  asked.mutable_retry_policy()->set_maximum_attempts(2);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  work("b1", {}, {fail_workflow("again")});
  BOOST_TEST(names() == "b1/ ");
  BOOST_TEST(points().points(0).has_expire_time());
  service.advance(1s);
  work("b2", {}, {start_timer("t", 100s)});
  work("b3");
  service.now += 1s;
  const auto made = reset(service, 9);
  BOOST_TEST(names() == "b1/ b2/ ");
  BOOST_TEST(points().points(1).run_id() == made);
  BOOST_CHECK(from_proto(points().points(1).create_time()) == service.now);
}

BOOST_AUTO_TEST_CASE(a_run_with_a_child_under_way_cannot_go_back_there) {
  service.start();
  work("a", {}, {start_child("c")});
  work("b");
  BOOST_TEST(points().points(0).resettable());
  BOOST_TEST(!points().points(1).resettable());
}

BOOST_AUTO_TEST_CASE(a_run_counts_what_its_history_tells_of_and_not_what_its_children_answered) {
  peer_world world;
  world.begin("p");
  BOOST_TEST(transitions(world.describe("p")) == 1);
  world.work("p", {start_child("c")});
  BOOST_TEST(transitions(world.describe("p")) == 4); // completed, child started
  BOOST_TEST(transitions(world.describe("c")) == 2); // started, its first task
  world.work("p", {});
  BOOST_TEST(transitions(world.describe("p")) == 6);
  world.work("c", {complete_workflow()});
  BOOST_TEST(transitions(world.describe("c")) == 4); // its report is none
  BOOST_TEST(transitions(world.describe("p")) == 7);
  world.work("p", {start_child("d"), start_child("e")});
  BOOST_TEST(transitions(world.describe("p")) == 11);
  world.work("p", {complete_workflow()}); // both are terminated, which it need not know
  BOOST_TEST(transitions(world.describe("p")) == 13);
  BOOST_TEST(!world.at("d").current().open());
}

BOOST_AUTO_TEST_CASE(a_run_of_a_reset_begins_with_two_transitions) {
  service.start();
  const auto old = service.current().id;
  work({}, {}, {start_timer("t", 100s)});
  signal(service);
  BOOST_TEST(transitions(describe(service)) == 4);
  reset(service, 4);
  BOOST_TEST(transitions(describe(service)) == 2);
  BOOST_TEST(transitions(describe(service, old)) == 5);
  service.tasks.erase(service.tasks.begin(), service.tasks.end() - 1);
  service.poll();
  BOOST_TEST(transitions(describe(service)) == 3);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
