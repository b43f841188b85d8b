// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <set>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::rpc_status;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;

struct asked {
  std::string method;
  role needs;
  std::string name_space;
  std::string peer;
  std::string client;
};

/// Refuses what it is told to, and remembers what it was asked.
class doorkeeper final : public authorizer {
public:
  rpc_status may(const question& what) override {
    seen.push_back(
        {std::string{what.method},
         what.needs,
         std::string{what.name_space},
         what.who.peer(),
         std::string{what.who.header("client-name")}});
    if (!refuses)
      return {};
    return {status_code::permission_denied, "Request unauthorized.", {}};
  }

  bool refuses = true;
  std::vector<asked> seen;
};

struct fixture : service_fixture {
  fixture() {
    auto made = std::make_unique<doorkeeper>();
    door = made.get();
    host->here().door = std::move(made);
  }

  /// A request of the row's type about this namespace, empty otherwise.
  static std::string request_of(const method_row& row, const std::string& name_space) {
    google::protobuf::Arena arena;
    auto* request = row.make_request(arena);
    if (const auto* field = request->GetDescriptor()->FindFieldByName("namespace"))
      request->GetReflection()->SetString(request, field, name_space);
    return request->SerializeAsString();
  }

  doorkeeper* door = nullptr;
};

BOOST_FIXTURE_TEST_SUITE(admission, fixture)

BOOST_AUTO_TEST_CASE(every_method_asks_whether_the_caller_may) {
  std::set<std::string> names;
  for (const auto& part : method_table()) {
    for (const auto& row : part) {
      BOOST_TEST_CONTEXT(row.name) {
        BOOST_TEST(names.insert(std::string{row.name}).second);
        for (const std::string name_space : {"default", "no-such-namespace"}) {
          door->seen.clear();
          auto sent = send_bytes(std::string{row.name}, request_of(row, name_space));
          shard.run_until_idle();
          BOOST_REQUIRE(sent->is_answered);
          // The same words whether the namespace exists or not.
          BOOST_TEST((sent->status.code == status_code::permission_denied));
          BOOST_TEST(sent->status.message == "Request unauthorized.");
          BOOST_REQUIRE(door->seen.size() == 1U);
          BOOST_TEST(door->seen[0].method == row.name);
          BOOST_TEST((door->seen[0].needs == row.needs));
          BOOST_TEST(door->seen[0].peer == "in-process");
        }
      }
    }
  }
  BOOST_TEST(names.size() > 40U);
}

BOOST_AUTO_TEST_CASE(what_is_refused_changes_nothing) {
  wire::StartWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.set_workflow_id("w");
  request.mutable_workflow_type()->set_name("Type");
  request.mutable_task_queue()->set_name("q");
  BOOST_TEST(!call("StartWorkflowExecution", request)->status.ok());
  door->refuses = false;
  wire::DescribeWorkflowExecutionRequest describe;
  describe.set_namespace_("default");
  describe.mutable_execution()->set_workflow_id("w");
  BOOST_TEST((call("DescribeWorkflowExecution", describe)->status.code == status_code::not_found));
}

BOOST_AUTO_TEST_CASE(the_namespace_of_a_token_counts_where_the_request_names_none) {
  door->refuses = false;
  wire::StartWorkflowExecutionRequest start;
  start.set_namespace_("default");
  start.set_workflow_id("w");
  start.mutable_workflow_type()->set_name("Type");
  start.mutable_task_queue()->set_name("q");
  BOOST_TEST(call("StartWorkflowExecution", start)->status.ok());
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  const auto task = call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>();
  wire::RespondWorkflowTaskFailedRequest failed;
  failed.set_task_token(task.task_token());
  door->seen.clear();
  BOOST_TEST(call("RespondWorkflowTaskFailed", failed)->status.ok());
  BOOST_REQUIRE(door->seen.size() == 1U);
  BOOST_TEST(door->seen[0].name_space == "default");
  BOOST_TEST((door->seen[0].needs == role::worker));
}

BOOST_AUTO_TEST_CASE(a_token_that_was_touched_is_answered_like_one_that_is_none) {
  door->refuses = false;
  wire::StartWorkflowExecutionRequest start;
  start.set_namespace_("default");
  start.set_workflow_id("w");
  start.mutable_workflow_type()->set_name("Type");
  start.mutable_task_queue()->set_name("q");
  BOOST_TEST(call("StartWorkflowExecution", start)->status.ok());
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  auto token =
      call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>().task_token();
  token[token.size() / 2] = static_cast<char>(token[token.size() / 2] ^ 1);
  for (const auto& damaged : {token, std::string{"garbage"}}) {
    wire::RespondWorkflowTaskCompletedRequest answer;
    answer.set_namespace_("default");
    answer.set_task_token(damaged);
    BOOST_TEST(
        call("RespondWorkflowTaskCompleted", answer)->status.message
        == "Error deserializing task token.");
  }
}

BOOST_AUTO_TEST_CASE(fields_over_their_limit_are_refused_before_they_reach_an_actor) {
  door->refuses = false;
  const std::string long_text(3'000'000, 'x');
  wire::DescribeTaskQueueRequest describe;
  describe.set_namespace_("default");
  describe.mutable_task_queue()->set_name(long_text);
  BOOST_TEST(
      call("DescribeTaskQueue", describe)->status.message == "taskQueue length exceeds limit");
  wire::PollNexusTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  poll.set_identity(long_text);
  BOOST_TEST(call("PollNexusTaskQueue", poll)->status.message == "Identity length exceeds limit.");
  poll.clear_identity();
  poll.mutable_deployment_options()->set_build_id(long_text);
  BOOST_TEST((call("PollNexusTaskQueue", poll)->status.code == status_code::resource_exhausted));
  poll.set_namespace_(long_text);
  BOOST_TEST(call("PollNexusTaskQueue", poll)->status.message == "Namespace length exceeds limit.");
  BOOST_TEST(host->here().queues() == 0U);
  wire::DescribeWorkflowExecutionRequest workflow;
  workflow.set_namespace_("default");
  workflow.mutable_execution()->set_workflow_id("w\x01" + std::string(900, 'w'));
  BOOST_TEST(call("DescribeWorkflowExecution", workflow)->status.message.size() < 5000U);
}

BOOST_AUTO_TEST_CASE(headers_of_a_call_in_this_process_can_be_read) {
  troupe::rpc::local_service::request request;
  request.method = "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo";
  request.deadline = troupe::time_point::max();
  request.headers = {{"client-name", "test"}};
  bool is_answered = false;
  host->handle(std::move(request), [&](const rpc_status&, const troupe::rpc::bytes&) {
    is_answered = true;
  });
  shard.run_until_idle();
  BOOST_TEST(is_answered);
  BOOST_REQUIRE(door->seen.size() == 1U);
  BOOST_TEST(door->seen[0].client == "test");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_to_send_is_an_error_not_an_empty_success) {
  BOOST_TEST(check_answer_size(0).ok());
  BOOST_TEST(check_answer_size((1ULL << 31) - 1).ok());
  const auto refused = check_answer_size(1ULL << 31);
  BOOST_TEST((refused.code == status_code::resource_exhausted));
  BOOST_TEST(
      refused.message
      == "grpc: trying to send message larger than max (2147483648 vs. 2147483647)");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
