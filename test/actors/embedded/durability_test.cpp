// SPDX-License-Identifier: Apache-2.0
// A service on a store: what it tells is durable, and what is durable is there again.

#include "actors/embedded/host/preparation.hpp"
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <troupe/error.hpp>

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;

service_settings idle_after(troupe::duration time) {
  service_settings made;
  made.record_idle_time = time;
  return made;
}

/// One life of a service.
struct life : stored_service {
  explicit life(const disk_ptr& on, std::uint64_t seed = 7)
      : stored_service(on, seed, idle_after(10s)) {}

  sent start(const std::string& id) { return send("StartWorkflowExecution", start_request(id)); }

  sent signal(const std::string& id, const std::string& request_id) {
    auto request = about<wire::SignalWorkflowExecutionRequest>(id);
    request.set_request_id(request_id);
    request.set_identity(request_id);
    return send("SignalWorkflowExecution", request);
  }

  sent read(const std::string& id) {
    return send("GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>(id));
  }

  sent describe(const std::string& id) {
    return send("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>(id));
  }

  /// Who signalled, in the order of the history.
  std::vector<std::string> signals(const std::string& id) {
    const auto answer =
        call("GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>(id));
    std::vector<std::string> found;
    const auto page = answer->as<wire::GetWorkflowExecutionHistoryResponse>();
    for (const auto& event : page.history().events())
      if (event.has_workflow_execution_signaled_event_attributes())
        found.push_back(event.workflow_execution_signaled_event_attributes().identity());
    return found;
  }
};

disk_ptr empty_disk() {
  return std::make_shared<scripted_store::disk>();
}

using texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(a_service_starts_again_with_the_options_it_had) {
  troupe::service_options options;
  options.namespaces = {{"other", 24h}};
  options.endpoints = {{"first", "default", "q"}, {"second", "other", "q"}};
  options.search_attributes = {{"Colour", troupe::search_attribute_type::keyword}};
  const auto disk = empty_disk();
  std::string failed;
  const auto begin = [&](life& one) {
    failed.clear();
    for (auto& change : preparation_of(options))
      one.host->prepare(std::move(change), [&](troupe::result<void> outcome) {
        if (!outcome)
          failed = troupe::describe(outcome.error());
      });
    one.shard.run_until_idle();
    const auto* endpoint = one.host->here().endpoints.find_by_name("first");
    return endpoint == nullptr ? temporal::api::nexus::v1::Endpoint{} : *endpoint;
  };
  std::string id;
  {
    life first{disk};
    id = begin(first).id();
    BOOST_TEST(failed == "");
  }
  {
    life second{disk, 8};
    const auto endpoint = begin(second);
    BOOST_TEST(failed == "");
    BOOST_TEST(endpoint.id() == id);
    BOOST_TEST(endpoint.version() == 1);
  }
  options.endpoints[0].target_task_queue = "elsewhere";
  options.search_attributes["Colour"] = troupe::search_attribute_type::text;
  life third{disk, 9};
  const auto endpoint = begin(third);
  BOOST_TEST(endpoint.id() == id);
  BOOST_TEST(endpoint.spec().target().worker().task_queue() == "elsewhere");
  BOOST_TEST(
      failed.find("Colour is of the type Keyword there and cannot become Text")
          != std::string::npos,
      failed);
  options.endpoints.push_back(options.endpoints[0]);
  BOOST_CHECK_THROW((void)preparation_of(options), troupe::service_error);
}

BOOST_AUTO_TEST_CASE(no_answer_and_no_read_tells_what_is_not_durable) {
  life now{empty_disk()};
  now.where->holds = true;
  const auto started = now.start("w");
  now.shard.run_until_idle();
  BOOST_TEST(now.where->held() == 1);
  auto again = start_request("w"); // the same request: nothing changes
  const std::vector<service_fixture::sent> waiting{
      started,
      now.send("StartWorkflowExecution", again),
      now.describe("w"),
      now.read("w"),
      now.send(
          "GetWorkflowExecutionHistoryReverse",
          about<wire::GetWorkflowExecutionHistoryReverseRequest>("w"))};
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  const auto worker = now.send("PollWorkflowTaskQueue", poll);
  wire::ListWorkflowExecutionsRequest list;
  list.set_namespace_("default");
  now.shard.run_until_idle();
  for (const auto& each : waiting)
    BOOST_TEST(!each->is_answered);
  BOOST_TEST(!worker->is_answered);
  BOOST_TEST(
      now.call("ListWorkflowExecutions", list)
          ->as<wire::ListWorkflowExecutionsResponse>()
          .executions_size()
      == 0);
  now.where->let_go(0);
  now.shard.run_until_idle();
  for (const auto& each : waiting) {
    BOOST_REQUIRE(each->is_answered);
    BOOST_TEST(each->status.ok());
  }
  BOOST_TEST(
      started->as<wire::StartWorkflowExecutionResponse>().run_id()
      == waiting[1]->as<wire::StartWorkflowExecutionResponse>().run_id());
  BOOST_TEST(
      now.call("ListWorkflowExecutions", list)
          ->as<wire::ListWorkflowExecutionsResponse>()
          .executions_size()
      == 1);
  BOOST_TEST(!worker->is_answered); // the start of the task is a decision of its own
  now.where->let_all_go();
  now.shard.run_until_idle();
  BOOST_TEST(worker->is_answered);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_commit_that_fails_hears_so_and_nothing_of_it_is_there) {
  life now{empty_disk()};
  now.where->holds = true;
  const auto started = now.start("w");
  now.shard.run_until_idle();
  const auto described = now.describe("w");
  const auto signalled = now.signal("w", "one");
  auto follow = about<wire::GetWorkflowExecutionHistoryRequest>("w");
  follow.set_wait_new_event(true);
  follow.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  const auto follows = now.send("GetWorkflowExecutionHistory", follow);
  now.shard.run_until_idle();
  now.where->let_go(0, false);
  now.shard.run_until_idle();
  for (const auto& each : {started, described, signalled, follows}) {
    BOOST_REQUIRE(each->is_answered);
    BOOST_TEST((each->status.code == status_code::unavailable));
  }
  BOOST_TEST(
      now.call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w"))
          ->status.message
      == "workflow not found for ID: w");
  now.where->holds = false;
  now.shard.run_until_idle();
  const auto anew = now.start("w");
  now.shard.run_until_idle();
  BOOST_TEST(anew->status.ok());
}

BOOST_AUTO_TEST_CASE(after_a_failed_commit_the_record_is_as_it_was_committed_last) {
  life now{empty_disk()};
  now.start("w");
  now.shard.run_until_idle();
  now.signal("w", "one");
  now.shard.run_until_idle();
  now.where->fails = [](const commit_batch&) { return true; };
  const auto lost = now.signal("w", "two");
  now.shard.run_until_idle();
  BOOST_TEST((lost->status.code == status_code::unavailable));
  now.where->fails = {};
  BOOST_TEST(now.signals("w") == texts{"one"}, boost::test_tools::per_element());
  now.signal("w", "three");
  now.shard.run_until_idle();
  BOOST_TEST(now.signals("w") == (texts{"one", "three"}), boost::test_tools::per_element());
  // Its task is given out, and once only.
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  const auto first = now.send("PollWorkflowTaskQueue", poll);
  const auto second = now.send("PollWorkflowTaskQueue", poll);
  now.shard.run_until_idle();
  BOOST_TEST(first->is_answered);
  BOOST_TEST(!second->is_answered);
}

BOOST_AUTO_TEST_CASE(calls_that_come_while_a_record_is_loaded_wait_in_order) {
  life now{empty_disk()};
  now.start("w");
  now.shard.run_until_idle();
  now.shard.advance(25s);
  BOOST_TEST(now.host->here().loaded_executions() == 0);
  now.where->takes = [] { return 1s; };
  std::vector<service_fixture::sent> all;
  for (int n = 0; n < 10; ++n)
    all.push_back(now.signal("w", std::to_string(n)));
  now.shard.run_until_idle();
  BOOST_TEST(!all.back()->is_answered);
  now.shard.advance(3s);
  for (const auto& each : all)
    BOOST_TEST(each->is_answered);
  now.where->takes = {};
  BOOST_TEST(
      now.signals("w") == (texts{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_service_begins_with_what_its_store_holds) {
  const auto disk = empty_disk();
  const std::string operator_service = "/temporal.api.operatorservice.v1.OperatorService/";
  wire::ListWorkflowExecutionsRequest list;
  list.set_namespace_("mine");
  std::string cluster;
  std::string namespace_id;
  std::string endpoint_id;
  {
    life first{disk};
    wire::RegisterNamespaceRequest add;
    add.set_namespace_("mine");
    add.set_description("what it is for");
    (*add.mutable_data())["key"] = "value";
    add.mutable_workflow_execution_retention_period()->set_seconds(7200);
    BOOST_TEST(first.call("RegisterNamespace", add)->status.ok());
    operators::AddSearchAttributesRequest attributes;
    attributes.set_namespace_("mine");
    (*attributes.mutable_search_attributes())["Colour"] = enums::INDEXED_VALUE_TYPE_KEYWORD;
    BOOST_TEST(first.call(operator_service + "AddSearchAttributes", attributes)->status.ok());
    operators::CreateNexusEndpointRequest create;
    create.mutable_spec()->set_name("endpoint");
    create.mutable_spec()->mutable_target()->mutable_worker()->set_namespace_("mine");
    create.mutable_spec()->mutable_target()->mutable_worker()->set_task_queue("q");
    endpoint_id = first.call(operator_service + "CreateNexusEndpoint", create)
                      ->as<operators::CreateNexusEndpointResponse>()
                      .endpoint()
                      .id();
    auto start = start_request("w");
    start.set_namespace_("mine");
    auto& fields = *start.mutable_search_attributes()->mutable_indexed_fields();
    fields["Colour"].set_data("\"red\"");
    (*fields["Colour"].mutable_metadata())["encoding"] = "json/plain";
    (*fields["Colour"].mutable_metadata())["type"] = "Keyword";
    BOOST_TEST(first.call("StartWorkflowExecution", start)->status.ok());
    cluster = first.call("GetClusterInfo", wire::GetClusterInfoRequest{})
                  ->as<wire::GetClusterInfoResponse>()
                  .cluster_id();
    namespace_id = first.host->here().namespaces.find("mine")->id;
  }
  life second{disk, 8};
  BOOST_TEST(
      second.call("GetClusterInfo", wire::GetClusterInfoRequest{})
          ->as<wire::GetClusterInfoResponse>()
          .cluster_id()
      == cluster);
  wire::DescribeNamespaceRequest describe;
  describe.set_namespace_("mine");
  const auto described =
      second.call("DescribeNamespace", describe)->as<wire::DescribeNamespaceResponse>();
  BOOST_TEST(described.namespace_info().id() == namespace_id);
  BOOST_TEST(described.namespace_info().description() == "what it is for");
  BOOST_TEST(described.namespace_info().data().at("key") == "value");
  BOOST_TEST(described.config().workflow_execution_retention_ttl().seconds() == 7200);
  operators::GetNexusEndpointRequest get;
  get.set_id(endpoint_id);
  BOOST_TEST(
      second.call(operator_service + "GetNexusEndpoint", get)
          ->as<operators::GetNexusEndpointResponse>()
          .endpoint()
          .spec()
          .name()
      == "endpoint");
  list.set_query("Colour = 'red'");
  BOOST_TEST(
      second.call("ListWorkflowExecutions", list)
          ->as<wire::ListWorkflowExecutionsResponse>()
          .executions_size()
      == 1);
  wire::PollWorkflowTaskQueueRequest poll; // its task is in the queue again
  poll.set_namespace_("mine");
  poll.mutable_task_queue()->set_name("q");
  BOOST_TEST(second.call("PollWorkflowTaskQueue", poll)->status.ok());
}

BOOST_AUTO_TEST_CASE(a_token_is_good_after_a_restart_and_only_for_a_service_on_the_same_store) {
  const auto disk = empty_disk();
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  wire::RespondWorkflowTaskCompletedRequest done;
  {
    life first{disk};
    first.call("StartWorkflowExecution", start_request("w"));
    done.set_task_token(first.call("PollWorkflowTaskQueue", poll)
                            ->as<wire::PollWorkflowTaskQueueResponse>()
                            .task_token());
  }
  done.add_commands()->set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  done.mutable_commands(0)->mutable_complete_workflow_execution_command_attributes();
  life stranger{empty_disk(), 8};
  const auto refused = stranger.call("RespondWorkflowTaskCompleted", done);
  BOOST_TEST((refused->status.code == status_code::invalid_argument));
  BOOST_TEST(refused->status.message == "Error deserializing task token.");
  life second{disk, 9};
  BOOST_TEST(second.call("RespondWorkflowTaskCompleted", done)->status.message == "");
  // The other one goes on with its own key, whoever began later in this process.
  stranger.call("StartWorkflowExecution", start_request("w"));
  done.set_task_token(stranger.call("PollWorkflowTaskQueue", poll)
                          ->as<wire::PollWorkflowTaskQueueResponse>()
                          .task_token());
  BOOST_TEST(stranger.call("RespondWorkflowTaskCompleted", done)->status.message == "");
}

BOOST_AUTO_TEST_CASE(what_a_service_begins_with_is_durable_or_its_owner_hears_why) {
  const auto disk = empty_disk();
  texts heard;
  const auto note = [&](const troupe::result<void>& outcome) {
    try {
      if (!outcome)
        std::rethrow_exception(outcome.error());
      heard.emplace_back("done");
    } catch (const std::exception& error) {
      heard.emplace_back(error.what());
    }
  };
  const auto add = [](directory& here) { here.namespaces.ensure("mine"); };
  {
    life now{disk};
    now.where->fails = [](const commit_batch&) { return true; };
    now.host->prepare(add, note);
    now.host->prepare([](directory&) { throw std::runtime_error{"no such thing"}; }, note);
    now.shard.run_until_idle();
    BOOST_TEST(
        heard
            == (texts{
                "what the service was to begin with could not be written to its store",
                "no such thing"}),
        boost::test_tools::per_element());
    BOOST_TEST(now.host->here().namespaces.find("mine") == nullptr);
    now.where->fails = {};
    now.host->prepare(add, note);
    now.shard.run_until_idle();
    BOOST_TEST(heard.back() == "done");
    BOOST_TEST(now.host->here().namespaces.find("mine") != nullptr);
  }
  life second{disk, 8};
  BOOST_TEST(second.host->here().namespaces.find("mine") != nullptr);
}

BOOST_AUTO_TEST_CASE(closed_runs_are_deleted_everywhere_when_their_retention_is_over) {
  const auto disk = empty_disk();
  wire::ListWorkflowExecutionsRequest list;
  list.set_namespace_("mine");
  const auto listed = [&](life& now) {
    return now.call("ListWorkflowExecutions", list)
        ->as<wire::ListWorkflowExecutionsResponse>()
        .executions_size();
  };
  const auto in_mine = [](auto request) {
    request.set_namespace_("mine");
    return request;
  };
  const auto read = [&](life& now, const std::string& id) {
    return now
        .call(
            "GetWorkflowExecutionHistory",
            in_mine(about<wire::GetWorkflowExecutionHistoryRequest>(id)))
        ->status;
  };
  const auto rows_of_runs = [&] {
    return std::count_if(disk->rows.begin(), disk->rows.end(), [](const auto& each) {
      return each.first.where >= table::record;
    });
  };
  const auto end = [&](life& now, const std::string& id) {
    BOOST_TEST(
        now.call(
               "TerminateWorkflowExecution",
               in_mine(about<wire::TerminateWorkflowExecutionRequest>(id)))
            ->status.message
        == "");
  };
  {
    life now{disk};
    wire::RegisterNamespaceRequest add;
    add.set_namespace_("mine");
    add.mutable_workflow_execution_retention_period()->set_seconds(24 * 3600);
    BOOST_TEST(now.call("RegisterNamespace", add)->status.message == "");
    for (const char* id : {"used", "unloaded", "restarted", "open"})
      now.call("StartWorkflowExecution", in_mine(start_request(id)));
    end(now, "used");
    end(now, "unloaded");
    now.shard.advance(1h);
    BOOST_TEST(now.host->here().loaded_executions() == 0);
    // One is in memory at its end, the other comes back for it.
    now.shard.advance(23h - 1s);
    BOOST_TEST(read(now, "used").ok());
    BOOST_TEST(now.host->here().loaded_executions() == 1);
    BOOST_TEST(listed(now) == 4);
    now.shard.advance(1s);
    BOOST_TEST(listed(now) == 2);
    for (const char* id : {"used", "unloaded"})
      BOOST_TEST((read(now, id).code == status_code::not_found));
    end(now, "restarted");
    now.shard.advance(10h);
  }
  // The clock of the second life begins where that of the first one did.
  life second{disk, 8};
  second.shard.advance(100h);
  BOOST_TEST((read(second, "restarted").code == status_code::not_found));
  BOOST_TEST(listed(second) == 1);
  end(second, "open");
  BOOST_TEST(rows_of_runs() > 0);
  second.shard.advance(24h);
  BOOST_TEST(listed(second) == 0);
  BOOST_TEST(rows_of_runs() == 0);
  BOOST_TEST(second.host->here().loaded_executions() == 0);
  BOOST_TEST(second.host->here().deadlines.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_registry_changes_once_that_is_durable_or_not_at_all) {
  life now{empty_disk()};
  wire::RegisterNamespaceRequest add;
  add.set_namespace_("mine");
  add.mutable_workflow_execution_retention_period()->set_seconds(7200);
  now.where->holds = true;
  const auto lost = now.send("RegisterNamespace", add);
  now.shard.run_until_idle();
  BOOST_TEST(!lost->is_answered);
  BOOST_TEST(now.host->here().namespaces.find("mine") == nullptr);
  const auto second = now.send("RegisterNamespace", add); // waits for what becomes of the first
  now.shard.run_until_idle();
  now.where->let_go(0, false);
  now.shard.run_until_idle();
  BOOST_TEST((lost->status.code == status_code::unavailable));
  BOOST_TEST(!second->is_answered);
  now.where->let_all_go();
  now.shard.run_until_idle();
  BOOST_TEST(second->status.ok());
  now.where->holds = false;
  BOOST_TEST((now.call("RegisterNamespace", add)->status.code == status_code::already_exists));
}

BOOST_AUTO_TEST_CASE(a_deleted_workflow_and_its_row_are_gone_from_the_store_too) {
  const auto disk = empty_disk();
  {
    life first{disk};
    first.call("StartWorkflowExecution", start_request("w"));
    BOOST_TEST(
        first.call("DeleteWorkflowExecution", about<wire::DeleteWorkflowExecutionRequest>("w"))
            ->status.ok());
    first.shard.advance(1s);
  }
  for (const auto& [key, value] : disk->rows)
    BOOST_TEST((key.where < table::record));
  life second{disk, 8};
  BOOST_TEST(second.host->here().loaded_executions() == 0);
}

BOOST_AUTO_TEST_CASE(whatever_the_store_does_what_was_answered_is_there_after_a_crash) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random{seed};
    const auto disk = empty_disk();
    std::map<std::string, std::vector<std::string>> told; // signals that were answered
    std::map<std::string, std::set<std::string>> tried;
    for (int crashes = 0; crashes < 5; ++crashes) {
      life now{disk, seed * 100 + static_cast<unsigned>(crashes)};
      now.shard.advance(1s);
      now.where->takes = [&] { return std::chrono::milliseconds{random() % 50}; };
      now.where->fails = [&](const commit_batch&) { return random() % 20 == 0; };
      std::vector<std::tuple<std::string, std::string, service_fixture::sent>> sent;
      for (int n = 0; n < 100; ++n) {
        const auto id = "w" + std::to_string(random() % 4);
        const auto who = std::to_string(crashes) + "/" + std::to_string(n);
        now.start(id);
        sent.emplace_back(id, who, now.signal(id, who));
        tried[id].insert(who);
        if (random() % 3 == 0)
          now.shard.advance(std::chrono::milliseconds{random() % 40});
      }
      now.where->crash(); // in the midst of it
      for (const auto& [id, who, answer] : sent)
        if (answer->is_answered && answer->status.ok())
          told[id].push_back(who);
    }
    life last{disk, 9999};
    for (const auto& [id, answered] : told) {
      const auto found = last.signals(id);
      // In the order of the calls, none of those lost that were answered, none made up.
      auto at = found.begin();
      for (const auto& who : answered) {
        at = std::find(at, found.end(), who);
        BOOST_TEST_CONTEXT("seed " << seed << ": " << id << " was signalled by " << who)
        BOOST_REQUIRE((at != found.end()));
      }
      for (const auto& who : found)
        BOOST_TEST(tried[id].contains(who));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
