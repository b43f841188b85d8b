// SPDX-License-Identifier: Apache-2.0
// What a run knows of itself and of the runs before it, how it goes on as another one, and which
// errors end it.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/error.hpp>
#include <troupe/search_attribute.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

namespace wire = temporal::api::workflowservice::v1;

constexpr keyword_attribute customer{"Customer"};

/// A task of a run that begins, after `change` of the event that began it.
template <class Change>
auto first_task(Change change, const history_builder& history) {
  auto task = history.to_task();
  change(*task.mutable_history()
              ->mutable_events(0)
              ->mutable_workflow_execution_started_event_attributes());
  return task;
}

history_builder begun() {
  return history_builder{}.started("W").task_started();
}

template <class Answer>
const auto& only_command(const workflow::activation_result& result) {
  const auto& answer = static_cast<const Answer&>(*result.answer);
  BOOST_REQUIRE_EQUAL(answer.commands_size(), 1);
  return answer.commands(0);
}

struct knows {
  async<std::string> run(workflow::context ctx) {
    const auto all = ctx.info();
    std::string text = all.root_workflow_id + '/' + all.root_run_id + " below "
                       + all.parent_workflow_id + ", priority " + std::to_string(all.priority.key)
                       + ' ' + all.priority.fairness_key + ", because";
    for (const auto why : all.continue_as_new_reasons)
      text += ' ' + std::to_string(static_cast<int>(why));
    text += all.target_version_changed ? ", new version" : "";
    ctx.upsert_search_attributes({customer.set("Bob")});
    for (const auto& [name, value] : all.search_attributes)
      text += "; " + name + ' ' + decode_value<std::string>(value);
    for (const auto& [name, value] : ctx.info().search_attributes)
      text += "; " + name + ' ' + decode_value<std::string>(value);
    for (const auto& [name, value] : all.memo)
      text += "; " + name + ' ' + std::to_string(decode_value<int>(value));
    co_return text;
  }
};

/// What it sees of its priority and of the version that runs it, before and after a wait.
struct looks_again {
  static std::string seen(const workflow::info& now) {
    return std::to_string(now.priority.key) + ' ' + now.current_deployment_version.deployment_name
           + '.' + now.current_deployment_version.build_id;
  }
  async<std::string> run(workflow::context ctx) {
    auto text = seen(ctx.info());
    co_await ctx.sleep(1h);
    text += ", " + seen(ctx.info());
    co_return text;
  }
};

struct looks_back {
  async<std::string> run(workflow::context ctx) {
    const auto result = ctx.last_completion_result<std::string>();
    const auto failure = ctx.last_failure();
    co_return result.value_or("nothing") + ", " + (failure ? describe(*failure) : "no failure");
  }
};

struct goes_on {
  async<void> run(workflow::context ctx) {
    co_await ctx.sleep(0s);
    ctx.continue_as_new(
        {.workflow_type = "Other",
         .task_queue = "elsewhere",
         .run_timeout = 1h,
         .task_timeout = 5s,
         .retry_policy = workflow::retry_policy{.maximum_attempts = 3},
         .backoff_start_interval = 7s,
         .memo = {{"a", encode_value(1)}},
         .search_attributes = {customer.set("Ann")},
         .initial_versioning_behavior = workflow::initial_versioning_behavior::auto_upgrade},
        payloads{encode_value(1), encode_value("two")});
  }
};

struct goes_on_as_it_is {
  async<void> run(workflow::context ctx) {
    co_await ctx.sleep(0s);
    ctx.continue_as_new(std::string{"again"}, 2);
  }
};

struct any_workflow {
  async<payload> run(workflow::context ctx, payloads input) {
    co_return encode_value(
        ctx.info().workflow_type + " of " + std::to_string(input.size()) + ": "
        + decode_value<std::string>(input.at(0)));
  }
};

struct my_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct throws_own {
  async<void> run(workflow::context) {
    throw my_error("mine");
    co_return;
  }
};
struct sleeps_long {
  async<void> run(workflow::context ctx) { co_await ctx.sleep(1h); }
};
struct ends_when_it_does_not_fit {
  using failure_types = std::tuple<workflow::nondeterminism_error>;
  async<void> run(workflow::context ctx) { co_await ctx.sleep(1h); }
};

std::shared_ptr<const workflow::environment> environment_with(workflow::failure_types types) {
  auto made = std::make_shared<workflow::environment>(*plain_environment());
  made->failure_types = types;
  return made;
}

template <class W>
std::string outcome(workflow::failure_types types, const history_builder& of) {
  workflow::instance instance{workflow::define<W>("W"), environment_with(types)};
  return text_of(apply(instance, of.to_task()));
}

int line_of_the_wait = 0;

struct waits_below {
  async<void> deepest(workflow::context ctx) {
    co_await ctx.sleep(0s);
    line_of_the_wait = __LINE__ + 1;
    co_await ctx.sleep(1h);
  }
  async<void> middle(workflow::context ctx) { co_await deepest(ctx); }
  async<void> beside(workflow::context ctx) {
    co_await ctx.wait_condition([] { return false; });
  }
  async<void> run(workflow::context ctx) {
    auto other = ctx.spawn(beside(ctx));
    co_await middle(ctx);
    co_await other;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(run_info)

BOOST_AUTO_TEST_CASE(says_what_its_start_and_the_service_told) {
  auto instance = make_instance<knows>();
  auto task = first_task(
      [](auto& start) {
        start.mutable_root_workflow_execution()->set_workflow_id("root");
        start.mutable_root_workflow_execution()->set_run_id("r");
        start.mutable_parent_workflow_execution()->set_workflow_id("parent");
        start.mutable_priority()->set_priority_key(2);
        start.mutable_priority()->set_fairness_key("ann");
        auto& ann = (*start.mutable_search_attributes()->mutable_indexed_fields())["Customer"];
        (*ann.mutable_metadata())["encoding"] = "json/plain";
        ann.set_data("\"Ann\"");
        auto& one = (*start.mutable_memo()->mutable_fields())["count"];
        (*one.mutable_metadata())["encoding"] = "json/plain";
        one.set_data("1");
      },
      begun());
  auto& last = *task.mutable_history()->mutable_events(2);
  auto& began = *last.mutable_workflow_task_started_event_attributes();
  began.set_suggest_continue_as_new(true);
  began.add_suggest_continue_as_new_reasons(
      temporal::api::enums::v1::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_UPDATES);
  began.add_suggest_continue_as_new_reasons(
      temporal::api::enums::v1::SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE);
  began.set_target_worker_deployment_version_changed(true);
  const auto text = text_of(apply(instance, std::move(task)));
  BOOST_TEST(
      text
      == "UpsertWorkflowSearchAttributes Customer \"Bob\"; CompleteWorkflowExecution \"root/r "
         "below "
         "parent, priority 2 ann, because 1 3, new version; Customer Ann; Customer Bob; count 1\"");
}

BOOST_AUTO_TEST_CASE(sees_the_priority_that_it_was_given_since) {
  const auto history = history_builder{}
                           .started("W")
                           .task()
                           .timer_started("1", 1h)
                           .unknown(true)
                           .timer_fired("1")
                           .task_started();
  const auto changed = [&history] {
    auto task =
        first_task([](auto& start) { start.mutable_priority()->set_priority_key(4); }, history);
    auto& event = *task.mutable_history()->mutable_events(5);
    event.set_event_type(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
    event.mutable_workflow_execution_options_updated_event_attributes()
        ->mutable_priority()
        ->set_priority_key(1);
    return task;
  };
  auto instance = make_instance<looks_again>();
  BOOST_TEST(text_of(apply(instance, changed())) == "CompleteWorkflowExecution \"4 ., 1 .\"");

  // In a replay it is who answered the task; this worker has no version.
  auto task = changed();
  auto& answered = *task.mutable_history()
                        ->mutable_events(3)
                        ->mutable_workflow_task_completed_event_attributes()
                        ->mutable_deployment_version();
  answered.set_deployment_name("shop");
  answered.set_build_id("7");
  auto other = make_instance<looks_again>();
  BOOST_TEST(
      text_of(apply(other, std::move(task))) == "CompleteWorkflowExecution \"4 shop.7, 1 .\"");
}

BOOST_AUTO_TEST_CASE(has_the_result_and_the_failure_of_the_runs_before) {
  BOOST_TEST(run<looks_back>(begun()) == "CompleteWorkflowExecution \"nothing, no failure\"");
  auto instance = make_instance<looks_back>();
  const auto after = text_of(apply(
      instance,
      first_task(
          [](auto& start) {
            auto& value = *start.mutable_last_completion_result()->add_payloads();
            (*value.mutable_metadata())["encoding"] = "json/plain";
            value.set_data("\"done\"");
            auto& failure = *start.mutable_continued_failure();
            failure.set_message("broken");
            failure.mutable_application_failure_info()->set_type("Broke");
          },
          begun())));
  BOOST_TEST(after == "CompleteWorkflowExecution \"done, broken (Broke)\"");
}

BOOST_AUTO_TEST_CASE(goes_on_otherwise) {
  auto instance = make_instance<goes_on>();
  const auto result = apply(instance, begun().to_task());
  const auto& command = only_command<wire::RespondWorkflowTaskCompletedRequest>(result);
  const auto& next = command.continue_as_new_workflow_execution_command_attributes();
  BOOST_TEST(next.workflow_type().name() == "Other");
  BOOST_TEST(next.task_queue().name() == "elsewhere");
  BOOST_REQUIRE_EQUAL(next.input().payloads_size(), 2);
  BOOST_TEST(next.input().payloads(1).data() == "\"two\"");
  BOOST_TEST(next.workflow_run_timeout().seconds() == 3600);
  BOOST_TEST(next.workflow_task_timeout().seconds() == 5);
  BOOST_TEST(next.retry_policy().maximum_attempts() == 3);
  BOOST_TEST(next.backoff_start_interval().seconds() == 7);
  BOOST_TEST(next.memo().fields().at("a").data() == "1");
  BOOST_TEST(next.search_attributes().indexed_fields().at("Customer").data() == "\"Ann\"");
  BOOST_TEST(
      next.initial_versioning_behavior()
      == temporal::api::enums::v1::CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_AUTO_UPGRADE);
}

BOOST_AUTO_TEST_CASE(goes_on_as_it_is_unless_told) {
  auto instance = make_instance<goes_on_as_it_is>();
  const auto result = apply(
      instance,
      first_task(
          [](auto& start) {
            start.mutable_retry_policy()->set_maximum_attempts(5);
            (*start.mutable_memo()->mutable_fields())["kept"].set_data("1");
          },
          begun()));
  BOOST_TEST(text_of(result) == "ContinueAsNewWorkflowExecution W \"again\"");
  const auto& command = only_command<wire::RespondWorkflowTaskCompletedRequest>(result);
  const auto& next = command.continue_as_new_workflow_execution_command_attributes();
  BOOST_TEST(next.input().payloads_size() == 2);
  BOOST_TEST(next.retry_policy().maximum_attempts() == 5);
  BOOST_TEST(next.memo().fields().contains("kept"));
  BOOST_TEST(!next.has_backoff_start_interval());
}

BOOST_AUTO_TEST_CASE(one_workflow_for_all_types_gets_what_there_is) {
  const auto others = workflow::define_others<any_workflow>();
  BOOST_TEST(others->name == "");
  workflow::instance instance{
      std::make_shared<const workflow::definition>(others->with_name("Billing")),
      plain_environment()};
  BOOST_TEST(
      text_of(apply(
          instance,
          history_builder{}.started("Billing", std::string{"one"}, 2).task_started().to_task()))
      == "CompleteWorkflowExecution \"Billing of 2: one\"");
}

BOOST_AUTO_TEST_CASE(errors_that_a_worker_lists_fail_its_workflows) {
  BOOST_TEST(outcome<throws_own>({}, begun()).starts_with("failed: mine ("));
  BOOST_TEST(
      outcome<throws_own>(workflow::failure_types::of<my_error>(), begun())
      == "FailWorkflowExecution mine");
  BOOST_TEST(outcome<throws_own>(workflow::failure_types::of<std::logic_error>(), begun())
                 .starts_with("failed: mine ("));
  BOOST_TEST(
      outcome<throws_own>(workflow::failure_types::of<std::logic_error, std::exception>(), begun())
      == "FailWorkflowExecution mine");
}

BOOST_AUTO_TEST_CASE(code_that_does_not_fit_its_history_ends_a_run_that_wants_it) {
  const auto other = history_builder{}
                         .started("W")
                         .task_started()
                         .task_completed()
                         .activity_scheduled("1", "charge")
                         .task_started();
  BOOST_TEST(outcome<sleeps_long>({}, other).starts_with("failed: [TMPRL1100]"));
  const auto types = workflow::failure_types::of<workflow::nondeterminism_error>();
  BOOST_TEST(outcome<sleeps_long>(types, other).starts_with("FailWorkflowExecution [TMPRL1100]"));
  BOOST_TEST(outcome<ends_when_it_does_not_fit>({}, other).starts_with(
      "FailWorkflowExecution [TMPRL1100]"));
  // A query cannot end it.
  workflow::instance instance{workflow::define<sleeps_long>("W"), environment_with(types)};
  auto query = other.to_task();
  query.mutable_query()->set_query_type("q");
  const auto answer = text_of(apply(instance, std::move(query)));
  BOOST_TEST(answer.starts_with("query failed: [TMPRL1100]"), answer);
}

BOOST_AUTO_TEST_CASE(stacks_show_where_coroutines_wait) {
  auto instance = make_instance<waits_below>();
  (void)apply(instance, begun().to_task());
  const auto stack = instance.stack_trace();
  const auto deepest = stack.find("deepest");
  BOOST_TEST(deepest != std::string::npos, stack);
  BOOST_TEST(
      stack.find("run_info_test.cpp:" + std::to_string(line_of_the_wait) + ")")
          != std::string::npos,
      stack);
  // From the inside to the outside, and without what is the library's.
  const auto main = stack.find("coroutine:\n  at ");
  BOOST_REQUIRE_MESSAGE(main != std::string::npos, stack);
  const auto in = stack.find("deepest", main);
  const auto middle = stack.find("middle", in);
  const auto outside = stack.find("run(", middle);
  const auto beside = stack.find("coroutine:\n  at ", main + 1);
  BOOST_TEST(in < middle);
  BOOST_TEST(middle < outside);
  BOOST_TEST(outside < beside, stack);
  BOOST_TEST(stack.find("beside", beside) != std::string::npos, stack);
  BOOST_TEST(stack.find("run_workflow") == std::string::npos, stack);
}

BOOST_AUTO_TEST_SUITE_END()
