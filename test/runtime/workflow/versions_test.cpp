// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/markers.hpp"
#include "runtime/workflow/machines/note_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/workflow/versions.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <stdexcept>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct before {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1s);
    co_return "old";
  }
};

struct patched {
  async<std::string> run(workflow::context ctx) {
    const bool is_new = ctx.patched("p");
    co_await ctx.sleep(is_new ? 2s : 1s);
    co_return ctx.patched("p") == is_new ? is_new ? "new" : "old" : "?";
  }
};

struct deprecated {
  async<std::string> run(workflow::context ctx) {
    ctx.deprecate_patch("p");
    co_await ctx.sleep(2s);
    co_return "new";
  }
};

struct after {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(2s);
    co_return "new";
  }
};

history_builder first_task() {
  return history().started("W").task_started();
}

history_builder told(bool has_patch, bool is_deprecated, bool has_upsert) {
  auto all = history().started("W").task();
  if (has_patch)
    all.patch("p", is_deprecated);
  if (has_upsert)
    all.change_upserted();
  return all.timer_started("1", 2s).timer_fired("1").task_started();
}

} // namespace

BOOST_AUTO_TEST_SUITE(versions)

BOOST_AUTO_TEST_CASE(a_run_that_reaches_a_patch_for_the_first_time_takes_it) {
  BOOST_CHECK_EQUAL(
      run<patched>(first_task()),
      "RecordMarker core_patch patch-data {\"id\":\"p\",\"deprecated\":false}; "
      "UpsertWorkflowSearchAttributes TemporalChangeVersion [\"p\"]; StartTimer 1 2000ms");
  BOOST_CHECK_EQUAL(
      run<deprecated>(first_task()),
      "RecordMarker core_patch patch-data {\"id\":\"p\",\"deprecated\":true}; "
      "UpsertWorkflowSearchAttributes TemporalChangeVersion [\"p\"]; StartTimer 1 2000ms");
}

BOOST_AUTO_TEST_CASE(a_replay_takes_the_path_that_the_history_tells) {
  for (const bool has_upsert : {true, false}) // workers of old wrote none
    BOOST_CHECK_EQUAL(
        run<patched>(told(true, false, has_upsert)), "CompleteWorkflowExecution \"new\"");
  BOOST_CHECK_EQUAL(run<patched>(told(false, false, false)), "CompleteWorkflowExecution \"old\"");
}

BOOST_AUTO_TEST_CASE(the_four_generations_of_code_replay_what_they_have_to) {
  const auto fits = [](const std::string& text) { return text.starts_with("Complete"); };
  const auto without = told(false, false, false);
  const auto with = told(true, false, true);
  const auto with_deprecated = told(true, true, true);

  BOOST_CHECK(fits(run<before>(without)));
  BOOST_CHECK(!fits(run<before>(with)));

  BOOST_CHECK(fits(run<patched>(without)));
  BOOST_CHECK(fits(run<patched>(with)));
  BOOST_CHECK(fits(run<patched>(with_deprecated)));

  BOOST_CHECK(fits(run<deprecated>(with)));
  BOOST_CHECK(fits(run<deprecated>(with_deprecated)));

  BOOST_CHECK(fits(run<after>(with_deprecated)));
  const auto wrong = run<after>(with);
  BOOST_CHECK_MESSAGE(
      wrong.find("event 5 (MarkerRecorded) does not match the command that the workflow's code "
                 "issued: StartTimer (timer 1)")
          != std::string::npos,
      wrong);
}

BOOST_AUTO_TEST_CASE(an_id_that_cannot_be_written_is_refused_on_replay_too) {
  struct mistaken {
    async<std::string> run(workflow::context ctx) {
      std::string text;
      for (int i = 0; i != 2; ++i) {
        try {
          (void)ctx.patched("\xff");
          text += "taken ";
        } catch (const std::invalid_argument&) {
          text += "refused ";
        }
        try {
          (void)ctx.get_version("\xff", 1, 2);
          text += "taken ";
        } catch (const std::invalid_argument&) {
          text += "refused ";
        }
      }
      co_await ctx.sleep(2s);
      co_return text;
    }
  };
  BOOST_CHECK_EQUAL(run<mistaken>(first_task()), "StartTimer 1 2000ms");
  BOOST_CHECK_EQUAL(
      run<mistaken>(told(false, false, false)),
      "CompleteWorkflowExecution \"refused refused refused refused \"");
}

BOOST_AUTO_TEST_CASE(another_patch_in_its_place_is_named) {
  auto all = history().started("W").task().patch("q").change_upserted().patch("p");
  const auto text =
      run<patched>(all.change_upserted().timer_started("1", 2s).timer_fired("1").task_started());
  BOOST_CHECK_MESSAGE(
      text.find("event 5 (MarkerRecorded) has marker 'patch 'q'', but the workflow's code asked "
                "for 'patch 'p''")
          != std::string::npos,
      text);
}

BOOST_AUTO_TEST_CASE(a_patch_of_old_histories_is_in_bytes) {
  auto all = history().started("W").task().marker("core_patch", 0);
  auto& details = *all.last().mutable_marker_recorded_event_attributes()->mutable_details();
  details.clear();
  details["patch_id"].add_payloads()->set_data("p");
  details["deprecated"].add_payloads()->set_data(std::string{"\x01"});
  all.timer_started("1", 2s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<patched>(all), "CompleteWorkflowExecution \"new\"");
  BOOST_CHECK_EQUAL(run<after>(all), "CompleteWorkflowExecution \"new\"");
}

BOOST_AUTO_TEST_CASE(what_a_patch_decides_holds_for_the_whole_run) {
  // Reached in the second task for the first time, by code that did not have it in the first.
  struct late {
    async<std::string> run(workflow::context ctx) {
      co_await ctx.sleep(2s);
      co_return ctx.patched("p") ? "new" : "old";
    }
  };
  BOOST_CHECK_EQUAL(
      run<late>(told(false, false, false)),
      "RecordMarker core_patch patch-data {\"id\":\"p\",\"deprecated\":false}; "
      "UpsertWorkflowSearchAttributes TemporalChangeVersion [\"p\"]; "
      "CompleteWorkflowExecution \"new\"");
}

BOOST_AUTO_TEST_CASE(several_patches_stand_in_the_search_attribute_until_it_is_too_long) {
  struct many {
    async<std::string> run(workflow::context ctx) {
      for (const char* id : {"b", "a"})
        (void)ctx.patched(id);
      (void)ctx.patched(std::string(2048, 'x'));
      co_return "done";
    }
  };
  const auto text = run<many>(first_task());
  BOOST_CHECK(text.find("TemporalChangeVersion [\"b\"];") != std::string::npos);
  BOOST_CHECK(text.find("TemporalChangeVersion [\"a\",\"b\"];") != std::string::npos);
  BOOST_CHECK(
      text.find("xxx\",\"deprecated\":false}; CompleteWorkflowExecution") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_worker_may_be_asked_whether_a_patch_is_taken_yet) {
  auto environment = std::make_shared<workflow::environment>(*plain_environment());
  std::string asked;
  environment->activates_patch = [&](const workflow::info& about, std::string_view id) {
    asked += about.workflow_id + " " + std::string{id} + ";";
    return false;
  };
  workflow::instance instance{workflow::define<patched>("W"), environment};
  BOOST_CHECK_EQUAL(text_of(apply(instance, first_task().to_task())), "StartTimer 1 1000ms");
  BOOST_CHECK_EQUAL(asked, "workflow p;");

  // What is decided is decided: neither a replay nor deprecated code asks.
  workflow::instance replayed{workflow::define<patched>("W"), environment};
  BOOST_CHECK_EQUAL(
      text_of(apply(replayed, told(true, false, true).to_task())),
      "CompleteWorkflowExecution \"new\"");
  workflow::instance later{workflow::define<deprecated>("W"), environment};
  BOOST_CHECK(text_of(apply(later, first_task().to_task())).starts_with("RecordMarker"));
  BOOST_CHECK_EQUAL(asked, "workflow p;");

  environment->activates_patch = [](const workflow::info&, std::string_view) -> bool {
    throw std::runtime_error("cannot say");
  };
  workflow::instance failing{workflow::define<patched>("W"), environment};
  BOOST_CHECK_EQUAL(text_of(apply(failing, first_task().to_task())), "failed: cannot say");
}

// -- Go's versions

namespace {

template <int Oldest, int Newest>
struct versioned {
  async<std::string> run(workflow::context ctx) {
    const int first = ctx.get_version("c", Oldest, Newest);
    co_await ctx.sleep(2s);
    co_return std::to_string(first) + std::to_string(ctx.get_version("c", Oldest, Newest));
  }
};

history_builder versioned_history(int number) {
  return history()
      .started("W")
      .task()
      .version("c", number)
      .change_upserted()
      .timer_started("1", 2s)
      .timer_fired("1")
      .task_started();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_run_that_reaches_a_change_for_the_first_time_has_its_newest_version) {
  using code = versioned<workflow::default_version, 2>;
  BOOST_CHECK_EQUAL(
      run<code>(first_task()),
      "RecordMarker Version change-id \"c\" version 2; UpsertWorkflowSearchAttributes "
      "TemporalChangeVersion [\"c-2\"]; StartTimer 1 2000ms");
  BOOST_CHECK_EQUAL(run<code>(versioned_history(1)), "CompleteWorkflowExecution \"11\"");
  BOOST_CHECK_EQUAL(run<code>(told(false, false, false)), "CompleteWorkflowExecution \"-1-1\"");
}

BOOST_AUTO_TEST_CASE(a_version_that_the_code_does_not_know_fails_the_task) {
  using without_default = versioned<1, 2>;
  BOOST_CHECK_EQUAL(
      run<without_default>(told(false, false, false)),
      "failed: the workflow's code no longer supports version -1 of 'c', which this run has: the "
      "oldest that it supports is 1 (std::out_of_range)");
  BOOST_CHECK_EQUAL(
      run<without_default>(versioned_history(3)),
      "failed: the workflow's code is too old for version 3 of 'c', which this run has: the newest "
      "that it supports is 2 (std::out_of_range)");
}

BOOST_AUTO_TEST_CASE(code_that_asks_later_than_it_did_hears_what_was_decided) {
  struct asks_later {
    async<std::string> run(workflow::context ctx) {
      co_await ctx.sleep(2s);
      const int version = ctx.get_version("c", workflow::default_version, 5);
      co_return std::to_string(version) + (ctx.patched("p") ? "new" : "old");
    }
  };
  auto all = history().started("W").task().version("c", 1).change_upserted().patch("p", true);
  all.change_upserted().timer_started("1", 2s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<asks_later>(all), "CompleteWorkflowExecution \"1new\"");
}

BOOST_AUTO_TEST_CASE(code_without_the_change_replays_histories_with_it) {
  BOOST_CHECK_EQUAL(run<after>(versioned_history(1)), "CompleteWorkflowExecution \"new\"");
}

// -- side effects

namespace {

int computed = 0;

struct keeps_values {
  async<std::string> run(workflow::context ctx) {
    const int first = ctx.side_effect([] { return ++computed; });
    const auto second = ctx.side_effect([] { return std::string{"text"}; });
    co_await ctx.sleep(1s);
    co_return std::to_string(first) + second;
  }
};

history_builder effect(history_builder told, int number, std::string_view value) {
  told.marker("SideEffect", 0);
  auto& details = *told.last().mutable_marker_recorded_event_attributes()->mutable_details();
  details["data"].mutable_payloads(0)->set_data(std::string{value});
  details["side-effect-id"] = details["data"];
  details["side-effect-id"].mutable_payloads(0)->set_data(std::to_string(number));
  return told;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_side_effect_is_computed_once_and_then_read) {
  computed = 41;
  BOOST_CHECK_EQUAL(
      run<keeps_values>(first_task()),
      "RecordMarker SideEffect 42 side-effect-id 1; RecordMarker SideEffect \"text\" "
      "side-effect-id 2; StartTimer 1 1000ms");
  auto all = effect(effect(history().started("W").task(), 1, "7"), 2, "\"kept\"");
  all.timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<keeps_values>(all), "CompleteWorkflowExecution \"7kept\"");
  BOOST_CHECK_EQUAL(computed, 42);
}

BOOST_AUTO_TEST_CASE(a_side_effect_that_the_history_lacks_is_nondeterminism) {
  auto all = effect(history().started("W").task(), 1, "7");
  all.timer_started("1", 1s).timer_fired("1").task_started();
  const auto text = run<keeps_values>(all);
  BOOST_CHECK_MESSAGE(
      text.starts_with("failed: [TMPRL1100] Nondeterminism error: the workflow's code asks for "
                       "side effect 2, but the history has no marker of it in this place."),
      text);
  auto unasked = effect(history().started("W").task(), 1, "7");
  unasked.timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK(run<before>(unasked).starts_with("failed: [TMPRL1100]"));
}

BOOST_AUTO_TEST_CASE(code_that_catches_everything_does_not_get_past_a_task_that_fails) {
  struct catches {
    async<std::string> run(workflow::context ctx) {
      try {
        (void)ctx.side_effect([]() -> int { throw std::runtime_error("no luck"); });
      } catch (...) {
      }
      co_return "done";
    }
  };
  BOOST_CHECK_EQUAL(run<catches>(first_task()), "failed: no luck");
}

BOOST_AUTO_TEST_CASE(a_side_effect_does_not_touch_its_workflow) {
  struct meddles {
    async<std::string> run(workflow::context ctx) {
      co_return ctx.side_effect([ctx] {
        (void)ctx.sleep(1s);
        return std::string{"?"};
      });
    }
  };
  const auto text = run<meddles>(first_task());
  BOOST_CHECK_MESSAGE(text.starts_with("failed: "), text);
  BOOST_CHECK_MESSAGE(text.find("must not wait, start or change") != std::string::npos, text);
}

namespace {

struct keeps_changes {
  async<std::string> run(workflow::context ctx) {
    std::string all;
    for (int i = 0; i != 3; ++i)
      all += std::to_string(ctx.mutable_side_effect("m", [] { return ++computed / 2; }));
    co_await ctx.sleep(1s);
    co_return all;
  }
};

/// The markers that a run of it wrote, as events.
void append_markers(history_builder& to, const workflow::activation_result& from) {
  const auto& answer =
      static_cast<const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest&>(
          *from.answer);
  for (const auto& command : answer.commands())
    if (command.has_record_marker_command_attributes()) {
      const auto& marker = command.record_marker_command_attributes();
      to.marker(marker.marker_name(), 0);
      *to.last().mutable_marker_recorded_event_attributes()->mutable_details() = marker.details();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_mutable_side_effect_is_written_when_it_changes) {
  computed = 1;
  auto instance = make_instance<keeps_changes>();
  const auto first = apply(instance, first_task().to_task());
  const auto text = text_of(first);
  const auto markers = std::count(text.begin(), text.end(), ';');
  BOOST_CHECK_MESSAGE(markers == 2, text); // 1 1 2

  auto all = history().started("W").task();
  append_markers(all, first);
  all.timer_started("1", 1s).timer_fired("1").task_started();
  computed = 100;
  BOOST_CHECK_EQUAL(run<keeps_changes>(all), "CompleteWorkflowExecution \"112\"");
  BOOST_CHECK_EQUAL(computed, 100);

  // Code that does without it: its markers are passed over, as those of versions.
  BOOST_CHECK_EQUAL(run<before>(all), "CompleteWorkflowExecution \"old\"");
}

BOOST_AUTO_TEST_CASE(a_query_can_ask_for_what_is_decided_only) {
  struct asks {
    async<std::string> run(workflow::context ctx) {
      (void)ctx.patched("p");
      ctx.on_query("known", [ctx] { return ctx.patched("p"); });
      ctx.on_query("unknown", [ctx] { return ctx.patched("q"); });
      ctx.on_query("effect", [ctx] { return ctx.side_effect([] { return 1; }); });
      co_await ctx.sleep(1h);
      co_return "";
    }
  };
  auto instance = make_instance<asks>();
  auto task = first_task().to_task();
  for (const char* name : {"known", "unknown", "effect"})
    (*task.mutable_queries())[name].set_query_type(name);
  const auto result = apply(instance, std::move(task));
  const auto& answer =
      static_cast<const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest&>(
          *result.answer);
  BOOST_CHECK_EQUAL(answer.query_results().at("known").answer().payloads(0).data(), "true");
  for (const char* name : {"unknown", "effect"})
    BOOST_CHECK(
        answer.query_results().at(name).error_message().find("must not wait, start or change")
        != std::string::npos);
  BOOST_CHECK_EQUAL(answer.commands_size(), 3); // the marker, its attribute, the timer
}

BOOST_AUTO_TEST_CASE(markers_that_cannot_be_read_are_nobodys) {
  for (const char* name : {"core_patch", "Version", "SideEffect", "MutableSideEffect"}) {
    auto all = history().started("W").task().marker(name, std::string{"{"});
    const auto& event = all.last();
    BOOST_CHECK(!workflow::markers::read_patch(event));
    BOOST_CHECK(!workflow::markers::read_version(event));
    BOOST_CHECK(!workflow::markers::read_side_effect(event));
    BOOST_CHECK(!workflow::markers::read_mutable_side_effect(event));
    BOOST_CHECK_EQUAL(workflow::markers::subject_of(event), name);
    all.timer_started("1", 1s).timer_fired("1").task_started();
    BOOST_CHECK(run<before>(all).starts_with("failed: [TMPRL1100]"));
  }
}

BOOST_AUTO_TEST_CASE(every_row_of_the_table_of_notes_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::note_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
