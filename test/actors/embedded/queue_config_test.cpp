// SPDX-License-Identifier: Apache-2.0
// Limits of task queues and weights of fairness keys: what they do to a queue, and where they stay.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <string>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;
using update_request = wire::UpdateTaskQueueConfigRequest;

service_settings fair() {
  service_settings made;
  made.standalone_activities = true;
  made.fair_queues = true;
  return made;
}

struct life : stored_service {
  explicit life(disk_ptr on = nullptr, std::uint64_t seed = 7)
      : stored_service(std::move(on), seed, fair()) {}

  /// Activities named `keys`, each of the fairness key that is its letter.
  void start(const std::string& keys, float weight = 0) {
    for (const char key : keys) {
      wire::StartActivityExecutionRequest request;
      request.set_namespace_("default");
      request.set_activity_id(key + std::to_string(++count_));
      request.set_request_id(request.activity_id());
      request.mutable_activity_type()->set_name("A");
      request.mutable_task_queue()->set_name("q");
      request.mutable_start_to_close_timeout()->set_seconds(3600);
      request.mutable_priority()->set_fairness_key(std::string{key});
      request.mutable_priority()->set_fairness_weight(weight);
      BOOST_TEST(call("StartActivityExecution", request)->status.message == "");
    }
  }

  sent poll() {
    wire::PollActivityTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("q");
    auto made = send("PollActivityTaskQueue", request, 70s);
    shard.run_until_idle();
    return made;
  }
  /// The keys of what so many polls are given by now.
  std::string taken(int polls) {
    std::string keys;
    for (int i = 0; i < polls; ++i)
      waiting_.push_back(poll());
    std::erase_if(waiting_, [&](const sent& each) {
      if (each->is_answered)
        keys += each->as<wire::PollActivityTaskQueueResponse>().activity_id().substr(0, 1);
      return each->is_answered;
    });
    return keys;
  }
  std::string taken_after(troupe::duration time) {
    shard.advance(time);
    return taken(0);
  }

  static update_request about_queue() {
    update_request request;
    request.set_namespace_("default");
    request.set_task_queue("q");
    request.set_task_queue_type(enums::TASK_QUEUE_TYPE_ACTIVITY);
    request.set_identity("me");
    return request;
  }
  void limit(float per_second, const std::string& name_space = "default") {
    auto request = about_queue();
    request.set_namespace_(name_space);
    request.mutable_update_queue_rate_limit()->mutable_rate_limit()->set_requests_per_second(
        per_second);
    BOOST_TEST(call("UpdateTaskQueueConfig", request)->status.message == "");
  }
  void limit_keys(float per_second) {
    auto request = about_queue();
    request.mutable_update_fairness_key_rate_limit_default()
        ->mutable_rate_limit()
        ->set_requests_per_second(per_second);
    BOOST_TEST(call("UpdateTaskQueueConfig", request)->status.message == "");
  }
  void weigh(const std::string& key, float weight) {
    auto request = about_queue();
    (*request.mutable_set_fairness_weight_overrides())[key] = weight;
    BOOST_TEST(call("UpdateTaskQueueConfig", request)->status.message == "");
  }
  wire::DescribeTaskQueueResponse describe(bool with_config = true) {
    wire::DescribeTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("q");
    request.set_task_queue_type(enums::TASK_QUEUE_TYPE_ACTIVITY);
    request.set_report_config(with_config);
    return call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
  }

private:
  int count_ = 0;
  std::vector<sent> waiting_;
};

BOOST_AUTO_TEST_SUITE(queue_config)

BOOST_AUTO_TEST_CASE(a_queue_hands_out_no_more_than_its_limit) {
  life now;
  now.limit(5);
  now.start("aaaaaaaaaaaa");
  BOOST_TEST(now.taken(12) == "aaaaaa");
  BOOST_TEST(now.taken_after(199ms) == "");
  BOOST_TEST(now.taken_after(1ms) == "a");
  BOOST_TEST(now.taken_after(400ms) == "aa");
  // A limit that is changed counts from the next task on.
  now.limit(1000);
  BOOST_TEST(now.taken_after(199ms) == "");
  BOOST_TEST(now.taken_after(5ms) == "aaa");
}

BOOST_AUTO_TEST_CASE(a_limit_of_nothing_stops_the_queue_until_it_is_taken_away) {
  life now;
  now.limit(0);
  now.start("aa");
  BOOST_TEST(now.taken(2) == "");
  BOOST_TEST(now.taken_after(50s) == "");
  auto away = life::about_queue();
  away.mutable_update_queue_rate_limit();
  BOOST_TEST(now.call("UpdateTaskQueueConfig", away)->status.message == "");
  now.shard.run_until_idle();
  BOOST_TEST(now.taken(0) == "aa");
}

BOOST_AUTO_TEST_CASE(every_key_has_its_own_limit_by_its_weight) {
  life now;
  now.limit_keys(2);
  now.weigh("b", 2);
  now.start("aaaaabbbbbbbb");
  // The real server's order and times.
  BOOST_TEST(now.taken(13) == "babbabba");
  BOOST_TEST(now.taken_after(250ms) == "b");
  BOOST_TEST(now.taken_after(250ms) == "ba");
  BOOST_TEST(now.taken_after(250ms) == "b");
  BOOST_TEST(now.taken_after(250ms) == "a");
}

BOOST_AUTO_TEST_CASE(a_weight_of_the_queue_goes_before_those_of_its_tasks) {
  life now;
  now.weigh("b", 3);
  now.start("aaaaaaaaa");
  now.start("bbbbbbbbb", 0.001F);
  BOOST_TEST(now.taken(18) == "bbbabbbabbbaaaaaaa");
}

BOOST_AUTO_TEST_CASE(a_description_says_what_is_set_and_what_counts) {
  life now;
  BOOST_TEST(!now.describe().has_config());
  now.limit(5);
  for (const bool is_there : {false, true}) {
    if (is_there)
      now.poll();
    const auto seen = now.describe();
    BOOST_TEST(seen.config().queue_rate_limit().rate_limit().requests_per_second() == 5);
    BOOST_TEST(seen.config().queue_rate_limit().metadata().update_identity() == "me");
    BOOST_TEST(seen.effective_rate_limit().requests_per_second() == 5);
    BOOST_TEST(seen.effective_rate_limit().rate_limit_source() == enums::RATE_LIMIT_SOURCE_API);
    BOOST_TEST(!now.describe(false).has_config());
  }
  now.limit(1e6F);
  BOOST_TEST(
      now.describe().effective_rate_limit().rate_limit_source() == enums::RATE_LIMIT_SOURCE_SYSTEM);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_set_changes_nothing) {
  life now;
  auto request = life::about_queue();
  request.set_namespace_("nowhere");
  BOOST_TEST((now.call("UpdateTaskQueueConfig", request)->status.code == status_code::not_found));
  request = life::about_queue();
  request.mutable_update_queue_rate_limit()->mutable_rate_limit()->set_requests_per_second(-1);
  BOOST_TEST(
      (now.call("UpdateTaskQueueConfig", request)->status.code == status_code::invalid_argument));
  request = life::about_queue();
  request.set_task_queue(std::string(1001, 'q'));
  BOOST_TEST(
      now.call("UpdateTaskQueueConfig", request)->status.message
      == "taskQueue length exceeds limit");
  BOOST_TEST(!now.describe().has_config());
}

BOOST_AUTO_TEST_CASE(it_is_there_once_it_is_durable_and_after_a_restart) {
  const auto disk = std::make_shared<scripted_store::disk>();
  {
    life first{disk};
    first.where->holds = true;
    auto request = life::about_queue();
    request.mutable_update_queue_rate_limit()->mutable_rate_limit()->set_requests_per_second(1);
    const auto lost = first.send("UpdateTaskQueueConfig", request);
    first.shard.run_until_idle();
    BOOST_TEST(!lost->is_answered);
    BOOST_TEST(!first.describe().has_config());
    first.where->let_go(0, false);
    first.shard.run_until_idle();
    BOOST_TEST((lost->status.code == status_code::unavailable));
    BOOST_TEST(!first.describe().has_config());
    first.where->holds = false;
    first.limit(5);
    first.weigh("b", 3);
    first.start("aaaaaaaaa");
  }
  life second{disk, 8};
  const auto seen = second.describe();
  BOOST_TEST(seen.config().queue_rate_limit().rate_limit().requests_per_second() == 5);
  BOOST_TEST(seen.config().fairness_weight_overrides().at("b") == 3);
  BOOST_TEST(second.taken(9) == "aaaaaa");
}

BOOST_AUTO_TEST_CASE(it_goes_with_its_namespace) {
  const auto disk = std::make_shared<scripted_store::disk>();
  const auto is_config = [](const auto& each) { return each.first.where == table::queue_config; };
  life now{disk};
  wire::RegisterNamespaceRequest add;
  add.set_namespace_("mine");
  add.mutable_workflow_execution_retention_period()->set_seconds(24 * 3600);
  BOOST_TEST(now.call("RegisterNamespace", add)->status.message == "");
  now.limit(5, "mine");
  now.limit(5);
  BOOST_TEST(std::count_if(disk->rows.begin(), disk->rows.end(), is_config) == 2);
  operators::DeleteNamespaceRequest gone;
  gone.set_namespace_("mine");
  BOOST_TEST(
      now.call("/temporal.api.operatorservice.v1.OperatorService/DeleteNamespace", gone)
          ->status.message
      == "");
  now.shard.advance(10s);
  BOOST_TEST(std::count_if(disk->rows.begin(), disk->rows.end(), is_config) == 1);
  BOOST_TEST(now.describe().has_config());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
