// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/checks/field_limits.hpp"
#include "runtime/embedded/record/status.hpp"

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace {

using namespace troupe::embedded;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

const service_settings settings;
const std::string fits(1000, 'x');
const std::string too_long(1001, 'x');

template <class Request>
std::string said(const Request& request) {
  return check_fields(request, settings).message;
}

template <class Request>
void checks_a_poll() {
  Request request;
  BOOST_TEST(said(request) == "taskQueue is not set");
  request.mutable_task_queue();
  BOOST_TEST(said(request) == "missing task queue name");
  request.mutable_task_queue()->set_name("/_sys/x");
  BOOST_TEST(said(request) == "task queue name cannot start with reserved prefix /_sys/");
  request.mutable_task_queue()->set_name(too_long);
  BOOST_TEST(said(request) == "taskQueue length exceeds limit");
  request.mutable_task_queue()->set_name(fits);
  BOOST_TEST(said(request) == "");
  request.mutable_task_queue()->set_normal_name("n");
  BOOST_TEST(
      said(request) == "only sticky queues can have normal name. tq: " + fits + ", normal name: n");
  request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_STICKY);
  BOOST_TEST(said(request) == "");
  request.mutable_task_queue()->set_normal_name(too_long);
  BOOST_TEST(said(request) == "taskQueue length exceeds limit");
  request.mutable_task_queue()->set_normal_name(fits);
  request.set_identity(too_long);
  BOOST_TEST(said(request) == "Identity length exceeds limit.");
  request.set_identity(fits);
  BOOST_TEST(said(request) == "");
  request.mutable_worker_version_capabilities()->set_build_id(std::string(256, 'b'));
  BOOST_TEST(
      said(request)
      == "Build ID exceeds configured limit.workerBuildIdSize, use a shorter build ID.");
  request.mutable_worker_version_capabilities()->set_build_id(std::string(255, 'b'));
  BOOST_TEST(said(request) == "");
}

template <class Request>
void checks_an_answer() {
  Request request;
  request.set_identity(fits);
  BOOST_TEST(said(request) == "");
  request.set_identity(too_long);
  BOOST_TEST(said(request) == "Identity length exceeds limit.");
}

BOOST_AUTO_TEST_SUITE(field_limits)

BOOST_AUTO_TEST_CASE(holds_for_the_answers_of_workflow_tasks) {
  checks_an_answer<wire::RespondWorkflowTaskCompletedRequest>();
  checks_an_answer<wire::RespondWorkflowTaskFailedRequest>();
  wire::RespondWorkflowTaskCompletedRequest request;
  request.set_binary_checksum(too_long);
  BOOST_TEST(said(request) == "binaryChecksum length exceeds limit");
  request.set_binary_checksum(fits);
  request.mutable_deployment_options()->set_build_id(too_long);
  BOOST_TEST(said(request) == "size of BuildID larger than the maximum allowed");
  request.mutable_deployment_options()->set_build_id(fits);
  request.mutable_deployment_options()->set_deployment_name(too_long);
  BOOST_TEST(said(request) == "size of WorkerDeploymentName larger than the maximum allowed");
  request.mutable_deployment_options()->set_deployment_name(fits);
  request.mutable_worker_version_stamp()->set_build_id(std::string(255, 'b'));
  BOOST_TEST(said(request) == "");
  request.mutable_worker_version_stamp()->set_build_id(std::string(256, 'b'));
  BOOST_TEST(
      said(request)
      == "Build ID exceeds configured limit.workerBuildIdSize, use a shorter build ID.");
  request.mutable_worker_version_stamp()->clear_build_id();
  request.mutable_worker_version_stamp()->set_use_versioning(true);
  BOOST_TEST(said(request) == "WorkerVersionStamp must be present if UseVersioning is true.");
}

BOOST_AUTO_TEST_CASE(holds_for_the_answers_of_activity_tasks) {
  checks_an_answer<wire::RespondActivityTaskCompletedRequest>();
  checks_an_answer<wire::RespondActivityTaskFailedRequest>();
  checks_an_answer<wire::RespondActivityTaskCanceledRequest>();
  checks_an_answer<wire::RecordActivityTaskHeartbeatRequest>();
  checks_an_answer<wire::RespondActivityTaskCompletedByIdRequest>();
  checks_an_answer<wire::RespondActivityTaskFailedByIdRequest>();
  checks_an_answer<wire::RespondActivityTaskCanceledByIdRequest>();
  checks_an_answer<wire::RecordActivityTaskHeartbeatByIdRequest>();
}

// Each text as the real server words it.
BOOST_AUTO_TEST_CASE(holds_for_the_polls_of_every_kind_of_task) {
  checks_a_poll<wire::PollWorkflowTaskQueueRequest>();
  checks_a_poll<wire::PollActivityTaskQueueRequest>();
  checks_a_poll<wire::PollNexusTaskQueueRequest>();
}

BOOST_AUTO_TEST_CASE(holds_for_the_queue_that_is_described) {
  wire::DescribeTaskQueueRequest request;
  BOOST_TEST(said(request) == "taskQueue is not set");
  request.mutable_task_queue();
  BOOST_TEST(said(request) == "missing task queue name");
  request.mutable_task_queue()->set_name(too_long);
  BOOST_TEST(said(request) == "taskQueue length exceeds limit");
  request.mutable_task_queue()->set_name("q");
  BOOST_TEST(said(request) == "");
  request.mutable_task_queue()->set_normal_name("n");
  BOOST_TEST(said(request) == "only sticky queues can have normal name. tq: q, normal name: n");
}

BOOST_AUTO_TEST_CASE(a_page_of_endpoints_is_not_asked_too_large) {
  temporal::api::operatorservice::v1::ListNexusEndpointsRequest request;
  request.set_page_size(1000);
  BOOST_TEST(said(request) == "");
  request.set_page_size(1001);
  BOOST_TEST(said(request) == "page_size exceeds limit of 1000");
  request.set_page_size(-1);
  BOOST_TEST(said(request) == "page_size is negative");
}

BOOST_AUTO_TEST_CASE(an_error_text_that_cites_megabytes_is_cut_between_two_characters) {
  std::string text = "workflow not found for ID: ";
  while (text.size() < 3'000'000)
    text += "\u4e2d\u6587";
  const auto sent = fit_to_send(with_detail(
      status_code::not_found, text, temporal::api::errordetails::v1::NotFoundFailure{}));
  BOOST_TEST(sent.message.size() * 3 <= longest_error_text + 9 + 2 * 27);
  // Both ways in which it travels, in the 8 KiB of metadata that a client takes.
  BOOST_TEST(sent.message.size() * 3 + sent.details.size() * 4 / 3 < 8000U);
  BOOST_TEST(sent.message.starts_with("workflow not found for ID: "));
  BOOST_TEST(troupe::is_utf8(sent.message));
  google::rpc::Status whole;
  BOOST_TEST(whole.ParseFromString(sent.details));
  BOOST_TEST(whole.message() == sent.message);
  BOOST_TEST(whole.details_size() == 1);
}

BOOST_AUTO_TEST_CASE(every_error_text_fits_into_the_headers_that_clients_take) {
  for (const std::string_view unit : {"x", "%", "\n", "\u00e9", "\u4e2d", "\U0001f600", "\xff"}) {
    std::string text;
    while (text.size() < 10'000)
      text += unit;
    const auto sent = fit_to_send(with_detail(
        status_code::not_found, text, temporal::api::errordetails::v1::NotFoundFailure{}));
    std::size_t travels = 0;
    for (const auto c : sent.message)
      travels += c >= 0x20 && c < 0x7f && c != '%' ? 1 : 3;
    BOOST_TEST(travels + sent.details.size() * 4 / 3 < 8000U, unit);
    BOOST_TEST(sent.message.size() >= 900U, unit); // and says something
  }
}

BOOST_AUTO_TEST_CASE(an_error_text_that_is_no_utf8_leaves_as_some) {
  const auto sent = fit_to_send(bad_argument("h\xc3\xa9llo \xff"));
  BOOST_TEST(sent.message == "h\xc3\xa9llo \xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(details_that_no_client_takes_are_dropped) {
  temporal::api::errordetails::v1::NamespaceNotFoundFailure detail;
  detail.set_namespace_(std::string(1'000'000, 'n'));
  const auto sent = fit_to_send(with_detail(status_code::not_found, "short", detail));
  BOOST_TEST(sent.message == "short");
  BOOST_TEST(sent.details.size() < 100U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
