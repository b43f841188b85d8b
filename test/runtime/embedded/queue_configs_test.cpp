// SPDX-License-Identifier: Apache-2.0
// What may be set of a task queue; every refusal in the words of the real server 1.31.2.

#include "runtime/embedded/matching/queue_configs.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cmath>
#include <limits>
#include <string>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace enums = temporal::api::enums::v1;
namespace tq = temporal::api::taskqueue::v1;
using request = temporal::api::workflowservice::v1::UpdateTaskQueueConfigRequest;

constexpr troupe::time_point now{std::chrono::hours{1000} + 1234567us};

request about_queue() {
  request made;
  made.set_identity("me");
  made.set_task_queue("q");
  made.set_task_queue_type(enums::TASK_QUEUE_TYPE_ACTIVITY);
  return made;
}

request with_limit(float per_second, const std::string& reason = "why") {
  auto made = about_queue();
  made.mutable_update_queue_rate_limit()->mutable_rate_limit()->set_requests_per_second(per_second);
  made.mutable_update_queue_rate_limit()->set_reason(reason);
  return made;
}

request with_weight(const std::string& key, float weight) {
  auto made = about_queue();
  (*made.mutable_set_fairness_weight_overrides())[key] = weight;
  return made;
}

struct fixture {
  tq::TaskQueueConfig update(const request& what) {
    tq::TaskQueueConfig changed;
    const auto status = known.update("ns", what, now, changed);
    BOOST_TEST(status.message == "");
    return changed;
  }
  std::string refusal(const request& what) {
    tq::TaskQueueConfig changed;
    const auto status = known.update("ns", what, now, changed);
    BOOST_TEST((status.code == status_code::invalid_argument));
    return status.message;
  }

  queue_configs known;
  const queue_config_key key{"ns", "q", enums::TASK_QUEUE_TYPE_ACTIVITY};
};

BOOST_FIXTURE_TEST_SUITE(queue_configs, fixture)

BOOST_AUTO_TEST_CASE(each_part_is_changed_alone_and_says_who_did_it_when_and_why) {
  BOOST_TEST(known.find(key) == nullptr);
  auto config = update(with_limit(5));
  BOOST_TEST(config.queue_rate_limit().rate_limit().requests_per_second() == 5);
  const auto& by = config.queue_rate_limit().metadata();
  BOOST_TEST(by.reason() == "why");
  BOOST_TEST(by.update_identity() == "me");
  BOOST_TEST(by.update_time().seconds() == 1000 * 3600 + 1);
  BOOST_TEST(by.update_time().nanos() == 234'000'000); // milliseconds are enough
  BOOST_TEST(!config.has_fairness_keys_rate_limit_default());

  auto of_keys = about_queue();
  auto& limit = *of_keys.mutable_update_fairness_key_rate_limit_default();
  limit.mutable_rate_limit()->set_requests_per_second(0.5);
  config = update(of_keys);
  BOOST_TEST(config.queue_rate_limit().rate_limit().requests_per_second() == 5);
  BOOST_TEST(config.fairness_keys_rate_limit_default().rate_limit().requests_per_second() == 0.5F);
  BOOST_TEST(*queue_rate(known.find(key)) == 5);
  BOOST_TEST(*key_rate(known.find(key)) == 0.5);

  // Without a limit there is none, and it is known who took it away.
  auto away = about_queue();
  away.mutable_update_queue_rate_limit()->set_reason("no need");
  config = update(away);
  BOOST_TEST(!config.queue_rate_limit().has_rate_limit());
  BOOST_TEST(config.queue_rate_limit().metadata().reason() == "no need");
  BOOST_TEST(!queue_rate(known.find(key)).has_value());
  // Another kind of task has its own.
  BOOST_TEST(known.find({"ns", "q", enums::TASK_QUEUE_TYPE_NEXUS}) == nullptr);
  BOOST_TEST(known.find({"other", "q", enums::TASK_QUEUE_TYPE_ACTIVITY}) == nullptr);
}

BOOST_AUTO_TEST_CASE(weights_are_set_and_taken_away_key_by_key) {
  update(with_weight("a", 2));
  update(with_weight("b", 0.5));
  auto away = about_queue();
  away.add_unset_fairness_weight_overrides("a");
  away.add_unset_fairness_weight_overrides("never there");
  const auto config = update(away);
  BOOST_TEST(config.fairness_weight_overrides().size() == 1U);
  const auto found = known.find(key);
  BOOST_TEST(weight_of(found, "b", 7) == 0.5F);
  BOOST_TEST(weight_of(found, "a", 7) == 7);
  BOOST_TEST(weight_of(nullptr, "a", 7) == 7);
}

BOOST_AUTO_TEST_CASE(a_weight_is_above_zero_whatever_was_said) {
  update(with_weight("least", 1e-9F));
  update(with_weight("none", std::numeric_limits<float>::quiet_NaN()));
  const auto found = known.find(key);
  BOOST_TEST(weight_of(found, "least", 7) == 0.001F);
  BOOST_TEST(weight_of(found, "none", 7) == 1);
  BOOST_TEST(weight_of(found, "other", 0) == 1);
  BOOST_TEST(weight_of(found, "other", -3) == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_set_is_refused) {
  BOOST_TEST(
      refusal(with_limit(-1))
      == "RequestsPerSecond for UpdateQueueRateLimit rate limit must be non-negative.");
  BOOST_TEST(
      refusal(with_limit(1, std::string(1001, 'r')))
      == "UpdateQueueRateLimit.Reason field too long (max 1000 characters).");
  auto of_keys = about_queue();
  of_keys.mutable_update_fairness_key_rate_limit_default()
      ->mutable_rate_limit()
      ->set_requests_per_second(-1);
  BOOST_TEST(
      refusal(of_keys)
      == "RequestsPerSecond for UpdateFairnessKeyRateLimitDefault rate limit must be "
         "non-negative.");
  of_keys.mutable_update_fairness_key_rate_limit_default()
      ->mutable_rate_limit()
      ->set_requests_per_second(1);
  of_keys.set_task_queue_type(enums::TASK_QUEUE_TYPE_WORKFLOW);
  BOOST_TEST(
      refusal(of_keys)
      == "Setting fairness key rate limit on workflow task queues is not allowed.");
  auto of_workflows = with_limit(1);
  of_workflows.set_task_queue_type(enums::TASK_QUEUE_TYPE_WORKFLOW);
  BOOST_TEST(refusal(of_workflows) == "Setting rate limit on workflow task queues is not allowed.");
  auto by_whom = with_limit(1);
  by_whom.set_identity(std::string(1001, 'i'));
  BOOST_TEST(refusal(by_whom) == "Identity field too long (max 1000 characters).");

  BOOST_TEST(refusal(with_weight("", 1)) == "fairness weight override key must not be empty");
  BOOST_TEST(refusal(with_weight(std::string(65, 'k'), 1)) == "fairness key length exceeds limit");
  for (const float none : {0.0F, -1.0F})
    BOOST_TEST(
        refusal(with_weight("z", none))
        == "invalid fairness weight weight for key \"z\": must be greater than zero");
  auto both = with_weight("a", 1);
  both.add_unset_fairness_weight_overrides("a");
  BOOST_TEST(
      refusal(both) == "fairness weight override key \"a\" present in both set and unset lists");
  auto gone = about_queue();
  gone.add_unset_fairness_weight_overrides("");
  BOOST_TEST(refusal(gone) == "fairness weight override key must not be empty");
  BOOST_TEST(known.find(key) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_part_of_a_queue_has_no_limits_of_its_own) {
  const auto about = [](const std::string& name) {
    auto made = with_limit(1);
    made.set_task_queue(name);
    return made;
  };
  for (const std::string name : {"/_sys/q/1", "/_sys/a/b/1", "/_sys/q/007", "/_sys/q/+1"})
    BOOST_TEST(refusal(about(name)) == "task queue family name cannot have prefix /_sys/ " + name);
  for (const std::string name :
       {"/_sys/",
        "/_sys/1",
        "/_sys//1",
        "/_sys/q",
        "/_sys/q/",
        "/_sys/q/x",
        "/_sys/q/0",
        "/_sys/q/-1",
        "/_sys/q/1_0",
        "/_sys/q/v1:3",
        "/_sys/q/99999999999999999999"})
    BOOST_TEST(refusal(about(name)) == "invalid task queue partition name " + name);
  update(about("/_sysq"));
  auto by_whom = about("/_sys/q/1");
  by_whom.set_identity(std::string(1001, 'i'));
  BOOST_TEST(refusal(by_whom) == "Identity field too long (max 1000 characters).");
}

// Of no use, but the real server takes it.
BOOST_AUTO_TEST_CASE(any_name_any_kind_and_a_rate_that_is_no_number_are_taken) {
  for (const int type : {-1, 0, 99}) {
    auto what = with_limit(1);
    what.set_task_queue_type(static_cast<enums::TaskQueueType>(type));
    update(what);
    BOOST_TEST(*queue_rate(known.find({"ns", "q", type})) == 1);
  }
  auto unnamed = with_limit(1);
  unnamed.set_task_queue("");
  update(unnamed);
  BOOST_TEST(known.find({"ns", "", enums::TASK_QUEUE_TYPE_ACTIVITY}) != nullptr);
  update(with_limit(std::numeric_limits<float>::quiet_NaN()));
  BOOST_TEST(std::isnan(*queue_rate(known.find(key))));
}

BOOST_AUTO_TEST_CASE(there_are_so_many_weights_and_no_more) {
  auto many = about_queue();
  for (int i = 0; i < 1000; ++i)
    (*many.mutable_set_fairness_weight_overrides())[std::to_string(i)] = 2;
  update(many);
  BOOST_TEST(
      refusal(with_weight("one more", 1))
      == "fairness weight overrides update rejected: exceeding maximum key size");
  many.add_unset_fairness_weight_overrides("x");
  BOOST_TEST(
      refusal(many) == "too many fairness weight overrides in request: got 1001, maximum 1000");
}

BOOST_AUTO_TEST_CASE(what_is_planned_changes_nothing_before_it_is_put) {
  auto changes = known.plan([&] { update(with_limit(5)); });
  BOOST_REQUIRE(changes.size() == 1U);
  BOOST_TEST((changes[0].of == key));
  BOOST_TEST(known.find(key) == nullptr);
  known.put(changes[0].of, changes[0].to);
  BOOST_TEST(*queue_rate(known.find(key)) == 5);
  known.put({"ns2", "q", 2}, changes[0].to);
  BOOST_TEST(known.of_namespace("ns").size() == 1U);
  known.erase_namespace("ns");
  BOOST_TEST(known.find(key) == nullptr);
  BOOST_TEST(known.of_namespace("ns2").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
