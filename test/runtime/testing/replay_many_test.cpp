// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/replayer.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct sleeper {
  static constexpr std::string_view name = "Sleeper";
  async<int> run(workflow::context ctx) {
    co_await ctx.sleep(1h);
    co_return 7;
  }
};

/// A run that has started one timer, or scheduled an activity.
std::string history_of(const std::string& run, const std::string& type, bool sleeps = true) {
  const std::string second =
      sleeps
          ? R"({"eventId":"5","eventType":"EVENT_TYPE_TIMER_STARTED","timerStartedEventAttributes":
                   {"timerId":"1","startToFireTimeout":"3600s","workflowTaskCompletedEventId":"4"}})"
          : R"({"eventId":"5","eventType":"EVENT_TYPE_ACTIVITY_TASK_SCHEDULED",
                   "activityTaskScheduledEventAttributes":{"activityId":"1",
                   "activityType":{"name":"charge"},"workflowTaskCompletedEventId":"4"}})";
  return R"({"events":[
    {"eventId":"1","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
     "workflowExecutionStartedEventAttributes":{"workflowType":{"name":")"
         + type + R"("},"originalExecutionRunId":")" + run + R"(","attempt":1}},
    {"eventId":"2","eventType":"EVENT_TYPE_WORKFLOW_TASK_SCHEDULED",
     "workflowTaskScheduledEventAttributes":{"attempt":1}},
    {"eventId":"3","eventType":"EVENT_TYPE_WORKFLOW_TASK_STARTED",
     "workflowTaskStartedEventAttributes":{"scheduledEventId":"2"}},
    {"eventId":"4","eventType":"EVENT_TYPE_WORKFLOW_TASK_COMPLETED",
     "workflowTaskCompletedEventAttributes":{"scheduledEventId":"2","startedEventId":"3"}},)"
         + second + "]}";
}

/// A folder of its own that goes with it.
struct folder {
  folder() {
    auto pattern = (fs::temp_directory_path() / "troupe-replay-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& contents) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream{path / name} << contents;
  }
  fs::path path;
};

testing::replayer with_sleeper() {
  testing::replayer replayer;
  replayer.add<sleeper>();
  return replayer;
}

/// Answers as a client does.
struct scripted_client {
  struct listed {
    std::string id;
    std::string run_id;
  };
  struct event {
    std::string json;
    [[nodiscard]] std::string to_json() const { return json; }
  };
  struct handle {
    std::string run;
    [[nodiscard]] std::vector<event> history() const {
      auto text = history_of(run, "Sleeper", run != "r2");
      // One event, as far as a reader of JSON cares.
      const auto first = text.find('[') + 1;
      return {{text.substr(first, text.rfind(']') - first)}};
    }
  };
  [[nodiscard]] std::vector<listed> list_workflows(const std::string& query) const {
    if (query == "none")
      return {};
    return {{"b", "r2"}, {"a", "r1"}};
  }
  [[nodiscard]] handle get_workflow(const std::string&, const std::string& run) const {
    return {run};
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(replay_many)

BOOST_AUTO_TEST_CASE(all_histories_of_a_directory_are_replayed_and_reported_in_order) {
  const folder in;
  in.write("c/broken.json", "no history");
  in.write("a.json", history_of("r1", "Sleeper"));
  in.write("b/changed.json", history_of("r2", "Sleeper", false));
  in.write("d.json", history_of("r3", "Other"));
  in.write("notes.txt", "is no history");
  in.write("empty.bin", "");
  for (const std::size_t threads : {1u, 4u, 0u}) {
    const auto report = with_sleeper().replay_directory(in.path.string(), {.threads = threads});
    BOOST_TEST(!report.ok());
    BOOST_REQUIRE(report.results.size() == 5u);
    const auto& all = report.results;
    BOOST_TEST(all[0].source == (in.path / "a.json").string());
    BOOST_TEST(all[0].ok());
    BOOST_TEST(all[0].workflow_type == "Sleeper");
    BOOST_TEST(all[0].run_id == "r1");
    BOOST_TEST(all[1].nondeterministic);
    BOOST_TEST(!all[2].nondeterministic);
    BOOST_TEST(all[3].message == "no workflow of type 'Other' was added to the replayer");
    BOOST_TEST(!all[4].ok());
    const auto text = report.text();
    BOOST_TEST(text.starts_with("5 histories replayed: 1 fit, 1 would not go on, 3 failed\n"));
    BOOST_TEST(
        text.find(
            "  would not go on: " + (in.path / "b/changed.json").string()
            + " (Sleeper, run r2): [TMPRL1100] Nondeterminism error")
        != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(histories_of_other_types_are_skipped_if_one_says_so) {
  const folder in;
  in.write("a.json", history_of("r1", "Sleeper"));
  in.write("b.json", history_of("r2", "Other"));
  const auto report = with_sleeper().replay_directory(in.path.string(), {.skip_other_types = true});
  BOOST_TEST(report.ok());
  BOOST_TEST((report.skipped == std::vector{(in.path / "b.json").string()}));
  BOOST_TEST(
      report.text()
      == "1 histories replayed: 1 fit, 0 would not go on, 0 failed; 1 of other types skipped\n");
}

BOOST_AUTO_TEST_CASE(nothing_to_replay_is_no_success) {
  const folder in;
  BOOST_TEST(!with_sleeper().replay_directory(in.path.string()).ok());
  BOOST_TEST(!with_sleeper().replay_all({}).ok());
  BOOST_CHECK_THROW(
      (void)with_sleeper().replay_directory((in.path / "absent").string()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_file_is_replayed_by_its_name) {
  const folder in;
  in.write("a.json", history_of("r1", "Sleeper"));
  const auto good = with_sleeper().replay_file((in.path / "a.json").string());
  BOOST_TEST(good.ok());
  BOOST_TEST(good.source == (in.path / "a.json").string());
  const auto absent = with_sleeper().replay_file((in.path / "absent.json").string());
  BOOST_TEST(!absent.ok());
  BOOST_TEST(absent.message.starts_with("the file cannot be read: "));
}

BOOST_AUTO_TEST_CASE(histories_of_a_client_are_replayed_by_a_filter) {
  const auto report = with_sleeper().replay_workflows(scripted_client{}, "any");
  BOOST_REQUIRE(report.results.size() == 2u);
  BOOST_TEST(report.results[0].source == "a/r1");
  BOOST_TEST(report.results[0].ok());
  BOOST_TEST(report.results[1].source == "b/r2");
  BOOST_TEST(report.results[1].nondeterministic);
  BOOST_TEST(!with_sleeper().replay_workflows(scripted_client{}, "none").ok());
}

BOOST_AUTO_TEST_CASE(many_threads_replay_many_histories_with_one_replayer) {
  std::vector<testing::recorded_history> all;
  for (int i = 0; i != 200; ++i)
    all.push_back(
        {"w" + std::to_string(1000 + i),
         history_of("r" + std::to_string(i), "Sleeper", i % 2 == 0)});
  const auto report = with_sleeper().replay_all(all, {.threads = 8});
  BOOST_REQUIRE(report.results.size() == 200u);
  for (std::size_t i = 0; i != 200; ++i)
    BOOST_TEST(report.results[i].ok() == (i % 2 == 0));
}

BOOST_AUTO_TEST_SUITE_END()
