// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/proto_payload.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/search_attribute.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr keyword_attribute customer{"Customer"};
constexpr integer_attribute count{"Count"};
constexpr keyword_list_attribute tags{"Tags"};
constexpr datetime_attribute due{"Due"};

struct upserts {
  async<std::string> run(workflow::context ctx) {
    ctx.upsert_search_attributes({});
    ctx.upsert_memo({});
    ctx.upsert_search_attributes(
        {customer.set("Ann"), count.unset(), tags.set({"a", "b"}), due.set({})});
    ctx.upsert_memo({{"note", encode_value(7)}, {"gone", encode_value(nullptr)}});
    co_await ctx.sleep(1s);
    co_return "done";
  }
};

history_builder described() {
  auto told = history().started("W");
  auto& attributes = *told.last().mutable_workflow_execution_started_event_attributes();
  to_proto(
      count.set(3).second,
      (*attributes.mutable_search_attributes()->mutable_indexed_fields())["Count"]);
  to_proto(
      encode_value(std::string{"old"}), (*attributes.mutable_memo()->mutable_fields())["gone"]);
  return told;
}

template <class W>
temporal::api::command::v1::Command last_command(const history_builder& told) {
  auto instance = make_instance<W>();
  const auto result = apply(instance, told.to_task());
  const auto& answer =
      static_cast<const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest&>(
          *result.answer);
  BOOST_REQUIRE_NE(answer.commands_size(), 0);
  return answer.commands(answer.commands_size() - 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(upserts_of_a_run)

BOOST_AUTO_TEST_CASE(are_commands_of_their_own_and_none_if_they_are_empty) {
  BOOST_CHECK_EQUAL(
      run<upserts>(described().task_started()),
      "UpsertWorkflowSearchAttributes Count  Customer \"Ann\" Due \"1970-01-01T00:00:00Z\" Tags "
      "[\"a\",\"b\"]; ModifyWorkflowProperties gone  note 7; StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(values_say_of_which_type_they_are) {
  BOOST_CHECK_EQUAL(customer.set("Ann").second.get("type"), "Keyword");
  BOOST_CHECK_EQUAL(text_attribute{"T"}.set("t").second.get("type"), "Text");
  BOOST_CHECK_EQUAL(count.set(1).second.get("type"), "Int");
  BOOST_CHECK_EQUAL(floating_attribute{"F"}.set(1.5).second.get("type"), "Double");
  BOOST_CHECK_EQUAL(boolean_attribute{"B"}.set(true).second.get("type"), "Bool");
  BOOST_CHECK_EQUAL(due.set({}).second.get("type"), "Datetime");
  BOOST_CHECK_EQUAL(tags.set({"a"}).second.get("type"), "KeywordList");
  BOOST_CHECK_EQUAL(count.unset().second.get("type"), "Int");
  BOOST_CHECK_EQUAL(count.unset().second.encoding(), "binary/null");
}

BOOST_AUTO_TEST_CASE(are_seen_by_the_code_at_once) {
  struct reads {
    async<std::string> run(workflow::context ctx) {
      const auto show = [ctx] {
        const auto who = ctx.search_attribute_of(customer);
        const auto number = ctx.search_attribute_of(count);
        const auto gone = ctx.memo_of<std::string>("gone");
        return who.value_or("-") + (number ? std::to_string(*number) : "-") + gone.value_or("-");
      };
      auto text = show();
      ctx.upsert_search_attributes({customer.set("Ann"), count.unset()});
      ctx.upsert_memo({{"gone", encode_value(nullptr)}});
      text += " " + show();
      // Of another type: no value.
      text += ctx.search_attribute_of(integer_attribute{"Customer"}) ? "?" : "-";
      co_return text;
    }
  };
  const auto text = run<reads>(described().task_started());
  BOOST_CHECK_MESSAGE(text.ends_with("CompleteWorkflowExecution \"-3old Ann---\""), text);
}

BOOST_AUTO_TEST_CASE(are_taken_over_by_continue_as_new) {
  struct continues {
    async<> run(workflow::context ctx) {
      ctx.upsert_search_attributes({customer.set("Ann"), count.unset()});
      ctx.upsert_memo({{"note", encode_value(7)}});
      ctx.continue_as_new();
      co_return;
    }
  };
  const auto command = last_command<continues>(described().task_started());
  const auto& next = command.continue_as_new_workflow_execution_command_attributes();
  BOOST_CHECK_EQUAL(next.search_attributes().indexed_fields_size(), 1);
  BOOST_CHECK_EQUAL(next.search_attributes().indexed_fields().at("Customer").data(), "\"Ann\"");
  BOOST_CHECK_EQUAL(next.memo().fields_size(), 2);
  BOOST_CHECK_EQUAL(next.memo().fields().at("note").data(), "7");
}

BOOST_AUTO_TEST_CASE(that_a_history_lacks_are_nondeterminism) {
  const auto text =
      run<upserts>(described().task().timer_started("1", 1s).timer_fired("1").task_started());
  BOOST_CHECK_MESSAGE(
      text.find("does not match the command that the workflow's code issued: "
                "UpsertWorkflowSearchAttributes.")
          != std::string::npos,
      text);
}

BOOST_AUTO_TEST_CASE(leave_the_attribute_of_patches_alone) {
  struct meddles {
    async<> run(workflow::context ctx) {
      ctx.upsert_search_attributes({keyword_list_attribute{"TemporalChangeVersion"}.set({"x"})});
      co_return;
    }
  };
  BOOST_CHECK(
      run<meddles>(history().started("W").task_started())
          .starts_with("failed: the search attribute TemporalChangeVersion is written by patches "
                       "and versions only"));
}

BOOST_AUTO_TEST_SUITE_END()
