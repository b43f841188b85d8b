// SPDX-License-Identifier: Apache-2.0
// Codecs that are told where payloads belong: who writes and who reads say the same.

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/client/activity_handle.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/payload/codec_chain.hpp>
#include <troupe/payload/payload_bytes.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

using texts = std::vector<std::string>;

std::string text_of(const serialization_context& of) {
  auto text = std::string{of.name_space} + "/" + std::string{of.workflow_id};
  if (of.is_activity())
    text.append("/")
        .append(of.workflow_type)
        .append("/")
        .append(of.activity_type)
        .append("/")
        .append(of.task_queue)
        .append(of.is_local ? "/local" : "");
  return text;
}

/// Writes on each payload where it belongs, and reads none that belongs elsewhere.
class labelling final : public payload_codec {
public:
  explicit labelling(std::shared_ptr<std::set<std::string>> seen, std::string label = "nowhere")
      : seen_(std::move(seen)), label_(std::move(label)) {}

  payloads encode(payloads all) const override {
    seen_->insert(label_);
    for (auto& each : all) {
      payload made;
      made.set("encoding", "binary/labelled");
      made.set("label", label_);
      made.data = to_bytes(each);
      each = std::move(made);
    }
    return all;
  }
  payloads decode(payloads encoded) const override {
    for (auto& each : encoded)
      if (each.encoding() == "binary/labelled") {
        if (each.get("label") != label_)
          throw std::runtime_error(
              "this belongs to " + std::string{each.get("label")} + ", not to " + label_);
        each = payload_from_bytes(std::move(each.data));
      }
    return encoded;
  }
  std::shared_ptr<const payload_codec>
  with_context(const serialization_context& of) const override {
    return std::make_shared<labelling>(seen_, text_of(of));
  }

private:
  std::shared_ptr<std::set<std::string>> seen_;
  std::string label_;
};

inline constexpr activity::contract<std::string(std::string)> plain{"plain"};
inline constexpr activity::contract<std::string(std::string)> coroutine{"coroutine"};
inline constexpr activity::contract<std::string(std::string)> failing{"failing"};
inline constexpr activity::contract<std::string(std::string)> open{"open"};
inline constexpr workflow::signal<std::string> poke{"poke"};
inline constexpr workflow::update<std::string(std::string)> set{"set"};

struct echo_service : nexus::service<"Echo"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr auto operations = std::tuple{echo};
};

struct leaf {
  static constexpr std::string_view name = "Leaf";
  async<std::string> run(workflow::context ctx, std::string in) {
    std::string heard;
    ctx.on_signal("poke", [&heard](std::string what) { heard = what; });
    co_await ctx.wait_condition([&] { return !heard.empty(); });
    if (in == "fails")
      throw application_error("leaf", {.type = "T", .details = make_payloads(std::string{"d"})});
    co_return in + heard;
  }
};

struct trunk {
  static constexpr std::string_view name = "Trunk";
  explicit trunk(workflow::context ctx) {
    ctx.on_signal("poke", [this](std::string what) { poked = what; });
    ctx.on_query("ask", [this](std::string what) { return what + poked; });
    ctx.on_update("set", [](std::string to) { return to + "!"; });
  }
  std::string poked;

  async<texts> run(workflow::context ctx, std::string in) {
    texts seen{in};
    const workflow::activity_options options{.start_to_close_timeout = 10s};
    seen.push_back(co_await ctx.execute<plain>(options, "a"));
    seen.push_back(co_await ctx.execute<coroutine>(options, "b"));
    seen.push_back(co_await ctx.execute_local<plain>({.start_to_close_timeout = 10s}, "c"));
    seen.push_back(co_await ctx.execute_local<coroutine>({.start_to_close_timeout = 10s}, "d"));
    seen.push_back(co_await ctx.execute<open>({.schedule_to_close_timeout = 1h}, "e"));
    auto failed = co_await ctx.execute<failing>(options, "f").as_result();
    seen.push_back(describe(failed.error()));
    auto named = co_await ctx.start_child<leaf>({.id = "leaf"}, "g");
    co_await named.signal<poke>("h");
    seen.push_back(co_await named.result());
    auto unnamed = co_await ctx.start_child<leaf>({}, "i"); // its id is drawn
    co_await ctx.external_workflow(unnamed.workflow_id()).signal<poke>("j");
    seen.push_back(co_await unnamed.result());
    auto broken = co_await ctx.start_child<leaf>({.id = "broken"}, "fails");
    co_await broken.signal<poke>("k");
    seen.push_back(describe((co_await broken.result().as_result()).error()));
    seen.push_back(co_await ctx.nexus_client<echo_service>({.endpoint = "echoes"})
                       .execute<echo_service::echo>("l"));
    seen.push_back(ctx.side_effect([] { return std::string{"m"}; }));
    co_await ctx.wait_condition([this] { return !poked.empty(); });
    seen.push_back(poked);
    co_return seen;
  }
};

struct fixture {
  std::shared_ptr<std::set<std::string>> labels = std::make_shared<std::set<std::string>>();
  environment env{{.service = {.endpoints = {{"echoes", "default", "q"}}}}};
  client with = env.connect(
      "default",
      {.codec = codec_chain({std::make_shared<labelling>(labels)}),
       .encode_failure_attributes = true});
  std::string open_token;

  worker serve(std::size_t cached) {
    auto made = env.make_worker(with, {.task_queue = "q", .max_cached_workflows = cached});
    made.add<trunk>()
        .add<leaf>()
        .add(activity::implement<plain>([](activity::context ctx, std::string in) {
          ctx.heartbeat(in);
          return in + "1";
        }))
        .add(activity::implement<coroutine>(
            [](activity::context ctx, std::string in) -> activity::async<std::string> {
              co_await ctx.sleep(1s);
              co_return in + "2";
            }))
        .add(activity::implement<failing>([](std::string) -> std::string {
          throw application_error("no", {.type = "T", .non_retryable = true});
        }))
        .add(activity::implement<open>([this](activity::context ctx, std::string) -> std::string {
          open_token = ctx.info().task_token;
          ctx.complete_later();
        }))
        .add(nexus::handler_for<echo_service>(nexus::sync<echo_service::echo>(
            [](nexus::start_context, std::string in) { return in + "3"; })));
    made.start();
    return made;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(serialization_contexts, fixture)

BOOST_AUTO_TEST_CASE(everything_is_read_where_it_belongs) {
  for (const std::size_t cached : {1000, 0}) { // and in every replay
    open_token.clear();
    auto worker = serve(cached);
    auto run = with.start_workflow<trunk>(
        {.id = "t",
         .task_queue = "q",
         .memo = {{"note", encode_value(std::string{"memo"})}},
         .static_summary = "summary"},
        "in");
    env.run_until([&] { return !open_token.empty(); });
    activity_handle{with, open_token}
        .with_context(
            {.name_space = "default",
             .workflow_id = "t",
             .workflow_type = "Trunk",
             .activity_type = "open",
             .task_queue = "q"})
        .complete("e4");
    BOOST_TEST(run.query<std::string>("ask", "?") == "?");
    BOOST_TEST(run.execute_update<set>("u") == "u!");
    run.signal<poke>("s");
    const auto seen = run.result();
    BOOST_TEST(seen.size() == 13u);
    BOOST_TEST(
        (texts{seen.begin(), seen.begin() + 6}) == (texts{"in", "a1", "b2", "c1", "d2", "e4"}),
        boost::test_tools::per_element());
    BOOST_TEST(seen.at(6).find("no") != std::string::npos, seen.at(6));
    BOOST_TEST(seen.at(7) == "gh");
    BOOST_TEST(seen.at(8) == "ij");
    BOOST_TEST(seen.at(9).find("leaf") != std::string::npos, seen.at(9));
    BOOST_TEST(
        (texts{seen.begin() + 10, seen.end()}) == (texts{"l3", "m", "s"}),
        boost::test_tools::per_element());
    const auto known = run.describe();
    BOOST_TEST(known.static_summary == "summary");
    BOOST_TEST(decode_value<std::string>(known.memo.at(0).second) == "memo");
    worker.stop();
  }
  // Nothing of a workflow was written without its name; what belongs to operations was.
  for (const auto* expected :
       {"nowhere",
        "default/t",
        "default/leaf",
        "default/t/Trunk/plain/q",
        "default/t/Trunk/coroutine/q",
        "default/t/Trunk/plain/q/local",
        "default/t/Trunk/failing/q",
        "default/t/Trunk/open/q"})
    BOOST_TEST(labels->contains(expected), expected);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_context_is_one_of_the_codec) {
  class refusing final : public payload_codec {
  public:
    payloads encode(payloads all) const override { return all; }
    payloads decode(payloads encoded) const override { return encoded; }
    std::shared_ptr<const payload_codec> with_context(const serialization_context&) const override {
      throw std::runtime_error("no key for it");
    }
  };
  const data_converter broken{.codec = std::make_shared<refusing>()};
  try {
    (void)broken.with_context({.name_space = "n", .workflow_id = "w"});
    BOOST_TEST(false);
  } catch (const payload_codec_error& error) {
    BOOST_TEST(
        std::string{error.what()} == "the payload codec failed to take a context: no key for it");
  }
  // In a worker it fails the task, which is tried again, and the activity's attempt.
  auto worker = env.make_worker(env.connect("default", broken), {.task_queue = "r"});
  worker.add<leaf>().start();
  auto plain_client = env.connect();
  auto run = plain_client.start_workflow<leaf>({.id = "w", .task_queue = "r"}, "x");
  bool has_failed = false;
  env.run_until([&] {
    for (const auto& event : plain_client.get_workflow("w").history())
      has_failed |= event.type() == "WorkflowTaskFailed"
                    && event.to_json().find("no key for it") != std::string::npos;
    return has_failed;
  });
  BOOST_TEST(has_failed);
  run.terminate();
}

BOOST_AUTO_TEST_CASE(a_codec_that_tells_no_contexts_apart_is_the_same_everywhere) {
  class same final : public payload_codec {
  public:
    payloads encode(payloads all) const override { return all; }
    payloads decode(payloads encoded) const override { return encoded; }
  };
  const data_converter shared{.codec = std::make_shared<same>()};
  BOOST_TEST(shared.with_context({.name_space = "n", .workflow_id = "w"}).codec == shared.codec);
  const data_converter chained{.codec = codec_chain({shared.codec})};
  BOOST_TEST(chained.with_context({.name_space = "n", .workflow_id = "w"}).codec == chained.codec);
}

BOOST_AUTO_TEST_SUITE_END()
