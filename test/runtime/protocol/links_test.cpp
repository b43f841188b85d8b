// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/links.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/common/v1/message.pb.h>

using namespace troupe::protocol;
using wire_link = temporal::api::common::v1::Link;

namespace {

wire_link event_link(std::string workflow_id, std::int64_t event_id) {
  wire_link made;
  auto& event = *made.mutable_workflow_event();
  event.set_namespace_("caller-ns");
  event.set_workflow_id(std::move(workflow_id));
  event.set_run_id("01a20183-688c");
  event.mutable_event_ref()->set_event_id(event_id);
  event.mutable_event_ref()->set_event_type(
      temporal::api::enums::v1::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  return made;
}

void check_round_trip(const wire_link& original) {
  const auto written = to_nexus_link(original);
  BOOST_REQUIRE(written.has_value());
  wire_link back;
  BOOST_TEST_INFO(written->url);
  BOOST_REQUIRE(from_nexus_link(written->url, written->type, back));
  BOOST_TEST(
      google::protobuf::util::MessageDifferencer::Equals(original, back), back.ShortDebugString());
}

} // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(writes_an_event_as_the_service_does) {
  const auto written = to_nexus_link(event_link("raw-workflow", 6));
  BOOST_REQUIRE(written.has_value());
  BOOST_TEST(
      written->url
      == "temporal:///namespaces/caller-ns/workflows/raw-workflow/01a20183-688c/history"
         "?eventID=6&eventType=NexusOperationScheduled&referenceType=EventReference");
  BOOST_TEST(written->type == "temporal.api.common.v1.Link.WorkflowEvent");
}

BOOST_AUTO_TEST_CASE(leaves_an_unknown_event_id_out) {
  BOOST_TEST(
      to_nexus_link(event_link("w", 0))->url
      == "temporal:///namespaces/caller-ns/workflows/w/01a20183-688c/history"
         "?eventType=NexusOperationScheduled&referenceType=EventReference");
}

BOOST_AUTO_TEST_CASE(writes_a_request_id_reference) {
  wire_link made;
  auto& event = *made.mutable_workflow_event();
  event.set_namespace_("n");
  event.set_workflow_id("w");
  event.set_run_id("r");
  event.mutable_request_id_ref()->set_request_id("id 1");
  event.mutable_request_id_ref()->set_event_type(
      temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  BOOST_TEST(
      to_nexus_link(made)->url
      == "temporal:///namespaces/n/workflows/w/r/history"
         "?eventType=WorkflowExecutionOptionsUpdated&referenceType=RequestIdReference&requestID=id+"
         "1");
  check_round_trip(made);
}

BOOST_AUTO_TEST_CASE(leaves_as_much_plain_as_the_service_does) {
  BOOST_TEST(
      workflow_event_url("n", "a$&+=:@b", "r", 7, temporal::api::enums::v1::EVENT_TYPE_TIMER_FIRED)
      == "temporal:///namespaces/n/workflows/a$&+=:@b/r/history"
         "?eventID=7&eventType=TimerFired&referenceType=EventReference");
}

BOOST_AUTO_TEST_CASE(takes_the_full_name_of_an_event_too) {
  wire_link out;
  BOOST_TEST(from_nexus_link(
      "temporal:///namespaces/n/workflows/w/r/history"
      "?eventType=EVENT_TYPE_TIMER_FIRED&referenceType=EventReference",
      workflow_event_link_type,
      out));
  BOOST_TEST(
      out.workflow_event().event_ref().event_type()
      == temporal::api::enums::v1::EVENT_TYPE_TIMER_FIRED);
}

BOOST_AUTO_TEST_CASE(escapes_ids_and_reads_them_back) {
  for (const char* id : {"order 17", "a/b", "50%", "what?", "x#y", "naïve ☃", "a+b&c=d", "\"<>\""})
    check_round_trip(event_link(id, 42));
  BOOST_TEST(
      to_nexus_link(event_link("order 17/b", 1))->url.find("/order%2017%2Fb/")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(carries_workflows_operations_and_activities) {
  wire_link workflow;
  workflow.mutable_workflow()->set_namespace_("n");
  workflow.mutable_workflow()->set_workflow_id("w 1");
  workflow.mutable_workflow()->set_run_id("r");
  check_round_trip(workflow);
  BOOST_TEST(to_nexus_link(workflow)->url == "temporal:///namespaces/n/workflows/w%201/r");
  workflow.mutable_workflow()->set_reason("because & so");
  check_round_trip(workflow);

  wire_link operation;
  operation.mutable_nexus_operation()->set_namespace_("n");
  operation.mutable_nexus_operation()->set_operation_id("o");
  operation.mutable_nexus_operation()->set_run_id("r");
  check_round_trip(operation);
  BOOST_TEST(
      to_nexus_link(operation)->url == "temporal:///namespaces/n/nexus-operations/o/r/details");

  wire_link activity;
  activity.mutable_activity()->set_namespace_("n");
  activity.mutable_activity()->set_activity_id("a");
  activity.mutable_activity()->set_run_id("r");
  check_round_trip(activity);
  BOOST_TEST(to_nexus_link(activity)->url == "temporal:///namespaces/n/activities/a/r/details");
}

BOOST_AUTO_TEST_CASE(has_no_url_for_batch_jobs_and_empty_links) {
  wire_link job;
  job.mutable_batch_job()->set_job_id("j");
  BOOST_TEST(!to_nexus_link(job).has_value());
  BOOST_TEST(!to_nexus_link({}).has_value());
}

BOOST_AUTO_TEST_CASE(skips_links_it_cannot_read) {
  const std::string event_type = "temporal.api.common.v1.Link.WorkflowEvent";
  const std::string path = "temporal:///namespaces/n/workflows/w/r/history";
  wire_link out;
  const std::string query = "?eventType=TimerFired&referenceType=EventReference";
  for (const auto& [url, type] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {path, "example.Link"},
           {path, event_type},
           {path + "?eventType=NoSuchEvent&referenceType=EventReference", event_type},
           {path + "?eventType=TimerFired&referenceType=Other", event_type},
           {path + "?eventID=x&eventType=TimerFired&referenceType=EventReference", event_type},
           {path + "?eventID=-3&eventType=TimerFired&referenceType=EventReference", event_type},
           {"temporal:///namespaces/n/workflows/w/"
            "history?eventType=TimerFired&referenceType=EventReference",
            event_type},
           {"temporal:///namespaces/n/workflows/%zz/r/"
            "history?eventType=TimerFired&referenceType=EventReference",
            event_type},
           {"temporal:///namespaces/n/workflows/w%2/r/"
            "history?eventType=TimerFired&referenceType=EventReference",
            event_type},
           {"temporal://host/namespaces/n/workflows/w/r/"
            "history?eventType=TimerFired&referenceType=EventReference",
            event_type},
           {"temporal:///namespaces/n/workflows/w%ff/r/history" + query, event_type},
           {"temporal:///namespaces/%e4%b8/workflows/w/r/history" + query, event_type},
           {path + "?eventType=TimerFired&referenceType=RequestIdReference&requestID=%80",
            event_type},
           {path + query + "&other=%ff", event_type},
           {path + "/more" + query, event_type},
           {"temporal:///namespaces/n/workflows/w/r?reason=%ff",
            "temporal.api.common.v1.Link.Workflow"},
           {"https://example.com/a/b/c/d/e", event_type},
           {"temporal:///namespaces//workflows/w/r", "temporal.api.common.v1.Link.Workflow"},
           {"temporal:///namespaces/n/workflows/w/r/details",
            "temporal.api.common.v1.Link.Activity"},
           {"temporal:///namespaces/n/activities/a/r", "temporal.api.common.v1.Link.Activity"}})
    BOOST_TEST(!from_nexus_link(url, type, out), url);
}

BOOST_AUTO_TEST_SUITE_END()
