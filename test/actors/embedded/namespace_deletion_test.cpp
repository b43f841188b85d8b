// SPDX-License-Identifier: Apache-2.0
// A deleted namespace goes with all it holds, in steps; and what an actor had planned when it ended
// against its will.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <random>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;

/// One life of a service; without a disk, of one that keeps its records in memory.
struct life : stored_service {
  explicit life(const disk_ptr& on = nullptr, std::uint64_t seed = 7) : stored_service(on, seed) {}

  void add_namespace(const std::string& name) {
    wire::RegisterNamespaceRequest add;
    add.set_namespace_(name);
    add.mutable_workflow_execution_retention_period()->set_seconds(24 * 3600);
    BOOST_TEST(call("RegisterNamespace", add)->status.message == "");
  }

  void start(const std::string& name_space, const std::string& id) {
    auto request = start_request(id);
    request.set_namespace_(name_space);
    BOOST_TEST(call("StartWorkflowExecution", request)->status.message == "");
  }

  void terminate(const std::string& name_space, const std::string& id) {
    auto request = about<wire::TerminateWorkflowExecutionRequest>(id);
    request.set_namespace_(name_space);
    BOOST_TEST(call("TerminateWorkflowExecution", request)->status.message == "");
  }

  void delete_namespace(const std::string& name) {
    operators::DeleteNamespaceRequest request;
    request.set_namespace_(name);
    BOOST_TEST(
        call("/temporal.api.operatorservice.v1.OperatorService/DeleteNamespace", request)
            ->status.message
        == "");
  }

  std::string id_of(const std::string& name) {
    const auto* entry = host->here().namespaces.find(name);
    return entry == nullptr ? "" : entry->id;
  }

  bool knows(const std::string& id) {
    wire::DescribeNamespaceRequest request;
    request.set_id(id);
    const auto answer = call("DescribeNamespace", request);
    BOOST_TEST((answer->status.ok() || answer->status.code == status_code::not_found));
    return answer->status.ok();
  }
};

std::size_t rows_of_runs(const disk_ptr& disk) {
  return static_cast<std::size_t>(
      std::count_if(disk->rows.begin(), disk->rows.end(), [](const auto& each) {
        return each.first.where >= table::record;
      }));
}

void fill(life& now) {
  now.add_namespace("mine");
  for (int n = 0; n < 250; ++n)
    now.start("mine", "w" + std::to_string(n));
  for (int n = 0; n < 100; ++n)
    now.terminate("mine", "w" + std::to_string(n));
  now.start("default", "stays");
}

BOOST_AUTO_TEST_SUITE(namespace_deletion)

BOOST_AUTO_TEST_CASE(a_deleted_namespace_goes_with_all_its_runs) {
  for (const auto& disk : {disk_ptr{}, std::make_shared<scripted_store::disk>()}) {
    life now{disk};
    fill(now);
    const auto id = now.id_of("mine");
    now.delete_namespace("mine");
    BOOST_TEST(now.knows(id));
    now.shard.advance(10s);
    BOOST_TEST(!now.knows(id));
    BOOST_TEST(now.host->here().loaded_executions() == 1);
    BOOST_TEST(now.host->here().index_of(id).size() == 0U);
    now.shard.advance(10min);
    BOOST_TEST(now.host->here().queues() == 1U); // that of the run that stays
    if (disk)
      BOOST_TEST(std::none_of(disk->rows.begin(), disk->rows.end(), [&](const auto& each) {
        return each.first.key.find(id) != std::string::npos;
      }));
    // The name is free again, and means another namespace.
    now.add_namespace("mine");
    BOOST_TEST(now.id_of("mine") != id);
    now.start("mine", "w1");
  }
}

BOOST_AUTO_TEST_CASE(a_deletion_goes_on_after_a_crash_wherever_it_was) {
  for (unsigned steps = 0; steps < 12; ++steps) {
    const auto disk = std::make_shared<scripted_store::disk>();
    std::string id;
    {
      life first{disk};
      fill(first);
      id = first.id_of("mine");
      first.delete_namespace("mine");
      first.shard.advance(980ms + steps * 10ms);
    }
    life second{disk, 8};
    second.shard.advance(10s);
    BOOST_TEST(!second.knows(id));
    BOOST_TEST(second.host->here().loaded_executions() == 1);
    BOOST_TEST(rows_of_runs(disk) > 0U);
    second.terminate("default", "stays");
    second.shard.advance(25h);
    BOOST_TEST(rows_of_runs(disk) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_deletion_goes_on_when_commits_fail) {
  const auto disk = std::make_shared<scripted_store::disk>();
  life now{disk};
  fill(now);
  const auto id = now.id_of("mine");
  now.delete_namespace("mine");
  std::mt19937 random{3};
  now.where->fails = [&](const commit_batch&) { return random() % 3 == 0; };
  now.shard.advance(10min);
  now.where->fails = {};
  now.shard.advance(1min);
  BOOST_TEST(!now.knows(id));
  BOOST_TEST(now.host->here().loaded_executions() <= 1);
}

BOOST_AUTO_TEST_CASE(what_an_actor_waited_for_is_set_going_by_the_next_one) {
  // Its run would have timed out; with nobody to tell, only a new actor can notice.
  life now{std::make_shared<scripted_store::disk>()};
  auto request = start_request("w");
  request.mutable_workflow_run_timeout()->set_seconds(60);
  BOOST_TEST(now.call("StartWorkflowExecution", request)->status.ok());
  auto& here = now.host->here();
  caf::anon_send_exit(here.execution(now.id_of("default"), "w"), caf::exit_reason::kill);
  now.shard.run_until_idle();
  BOOST_TEST(here.loaded_executions() == 1U);
  now.shard.advance(61s);
  const auto described =
      now.call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w"));
  BOOST_TEST(
      described->as<wire::DescribeWorkflowExecutionResponse>().workflow_execution_info().status()
      == enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
