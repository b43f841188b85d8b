// SPDX-License-Identifier: Apache-2.0
// A whole typed actor as a Nexus service.
#include "test/actors/worker/actor_fixture.hpp"

#include <deque>

using namespace troupe::test;
using troupe::actors::task_outcome;
namespace nexus = troupe::nexus;

namespace {

struct desk_service : nexus::service<"TestService"> {
  static constexpr operation<text, text> greet{"greet"};
  static constexpr operation<text, text> greet_loudly{"greet-loudly"};
  static constexpr operation<void, text> motto{"motto"};
  static constexpr operation<text, void> note{"note"};
  static constexpr operation<text, int> begin{"begin"};
  static constexpr auto operations = std::tuple{greet, greet_loudly, motto, note, begin};
};

// One that is told everything.
using desk = caf::typed_actor<
    caf::replies_to<text>::with<text>,
    caf::replies_to<nexus::request_of<desk_service::greet_loudly>, text>::with<text>,
    caf::replies_to<nexus::request_of<desk_service::motto>>::with<text>,
    caf::reacts_to<nexus::request_of<desk_service::note>, text>,
    caf::replies_to<nexus::request_of<desk_service::begin>, text>::with<nexus::async_started>,
    caf::reacts_to<nexus::operation_deadline>,
    caf::reacts_to<nexus::cancel_requested>>;

/// What the actor saw; it runs on the test's thread.
struct seen {
  std::vector<std::string> notes;
  std::vector<nexus::operation_request> requests;
  std::deque<caf::typed_response_promise<text>> kept;
};

class desk_actor final : public desk::base {
public:
  desk_actor(caf::actor_config& cfg, std::shared_ptr<seen> to)
      : desk::base(cfg), seen_(std::move(to)) {}

  behavior_type make_behavior() override {
    return {
        [this](const text& in) -> caf::result<text> {
          seen_->notes.push_back("greet " + in.value);
          if (in.value == "later")
            return keep();
          if (in.value == "refused")
            return nexus::actor_error(nexus::handler_error_type::conflict, "not today");
          if (in.value == "failed")
            return nexus::actor_error(nexus::operation_state::failed, "no such customer");
          return text{"hello " + in.value};
        },
        [this](const nexus::request_of<desk_service::greet_loudly>& request, const text& in)
            -> caf::result<text> {
          seen_->requests.push_back(request);
          seen_->notes.push_back("greet loudly " + in.value);
          if (in.value == "later")
            return keep();
          return text{"HELLO " + in.value};
        },
        [](const nexus::request_of<desk_service::motto>&) { return text{"ask us"}; },
        [this](const nexus::request_of<desk_service::note>&, const text& in) {
          seen_->notes.push_back(in.value);
        },
        [this](const nexus::request_of<desk_service::begin>& request, const text& in) {
          seen_->requests.push_back(request);
          return nexus::async_started{"desk-" + in.value};
        },
        [this](const nexus::operation_deadline& passed) {
          seen_->notes.push_back("too late for " + passed.request_id);
        },
        [this](const nexus::cancel_requested& request) {
          seen_->notes.push_back(
              "cancel " + request.request_id + request.operation_token + ": " + request.reason);
        },
    };
  }
  void on_exit() override { seen_->kept.clear(); }

private:
  caf::result<text> keep() {
    seen_->kept.push_back(make_response_promise<text>());
    return seen_->kept.back();
  }
  std::shared_ptr<seen> seen_;
};

struct fixture : actor_fixture {
  // The user's system waits for its actors, which are held by promises and have to run once.
  ~fixture() {
    saw->kept.clear();
    run();
  }
  void serve_desk(nexus::served_actor_options options = {}) {
    serve(nexus::handler_by_actor<desk_service>(actor, options));
    start();
  }
  void answer_kept(const std::string& with) {
    auto promise = saw->kept.front();
    saw->kept.pop_front();
    promise.deliver(text{with});
    run();
  }

  std::shared_ptr<seen> saw = std::make_shared<seen>();
  desk actor = user_system.spawn<desk_actor>(saw);
};

// An argument for actors made of functions: without one CAF 0.17.6 binds a reference to null.
constexpr int of_none = 0;

} // namespace

BOOST_FIXTURE_TEST_SUITE(actor_services, fixture)

BOOST_AUTO_TEST_CASE(each_operation_is_the_message_that_has_its_types) {
  serve_desk();
  ask("greet", "Ann", "a");
  ask("greet-loudly", "Bob", "b");
  BOOST_TEST(answers().at(0) == R"({"value":"hello Ann"})");
  BOOST_TEST(answers().at(1) == R"({"value":"HELLO Bob"})");
  const auto& request = saw->requests.at(0);
  BOOST_TEST(request.request_id == "request-b");
  BOOST_TEST((request.deadline != caf::timestamp{}));
  BOOST_TEST(request.headers.at(0).first == "request-timeout");
}

BOOST_AUTO_TEST_CASE(operations_without_input_or_output_are_messages_too) {
  serve_desk();
  ask("motto", "", "a");
  ask("note", "written", "b");
  BOOST_TEST(answers().at(0) == R"({"value":"ask us"})");
  BOOST_TEST(service.open(nexus_completed).size() == 2u);
  BOOST_TEST(saw->notes.at(0) == "written");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_actor_is_of_the_type_that_it_names) {
  serve_desk();
  ask("greet", "refused", "a");
  BOOST_TEST(has_failed_with("CONFLICT"));
  BOOST_TEST(has_failed_with("not today"));
}

BOOST_AUTO_TEST_CASE(an_operation_that_failed_is_answered_and_not_tried_again) {
  serve_desk();
  ask("greet", "failed", "a");
  const auto answered =
      service.open(nexus_completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(answered.DebugString().find("no such customer") != std::string::npos);
  BOOST_TEST(!answered.response().start_operation().has_sync_success());
}

BOOST_AUTO_TEST_CASE(the_actor_hears_that_the_time_of_a_request_is_over) {
  serve_desk();
  ask("greet-loudly", "later", "a", "5s");
  clock->advance(6s);
  run();
  BOOST_TEST(
      saw->notes == (std::vector<std::string>{"greet loudly later", "too late for request-a"}),
      boost::test_tools::per_element());
  BOOST_TEST(outcomes(task_outcome::deadline_passed) == 1u);
  answer_kept("never mind");
  BOOST_TEST(answers().empty());
}

BOOST_AUTO_TEST_CASE(the_actor_hears_that_the_worker_shuts_down_and_may_answer_still) {
  serve_desk();
  ask("greet", "later", "a", "60s");
  stop();
  clock->advance(11s); // the grace for what runs
  run();
  BOOST_TEST(saw->notes.at(1) == "cancel request-a: the worker shuts down");
  answer_kept("just so");
  BOOST_TEST(answers().at(0) == R"({"value":"just so"})");
}

BOOST_AUTO_TEST_CASE(an_operation_that_goes_on_is_cancelled_by_its_token) {
  serve_desk();
  auto task = nexus_task("begin", "a");
  task.mutable_request()->mutable_start_operation()->set_callback("http://caller/done");
  give(nexus_poll, task);
  run();
  BOOST_TEST(
      service.open(nexus_completed)
          .at(0)
          ->as<wire::RespondNexusTaskCompletedRequest>()
          .response()
          .start_operation()
          .async_success()
          .operation_token()
      == "desk-v");
  BOOST_TEST(saw->requests.at(0).callback_url == "http://caller/done");
  wire::PollNexusTaskQueueResponse cancel;
  cancel.set_task_token("b");
  (*cancel.mutable_request()->mutable_header())["request-timeout"] = "10s";
  auto& operation = *cancel.mutable_request()->mutable_cancel_operation();
  operation.set_service("TestService");
  operation.set_operation("begin");
  operation.set_operation_token("desk-v");
  give(nexus_poll, cancel);
  run();
  BOOST_TEST(saw->notes.at(0) == "cancel desk-v: the caller cancels the operation");
  BOOST_TEST(service.open(nexus_completed).size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_leaves_its_requests_unavailable_at_once) {
  serve_desk({.max_outstanding = 1});
  ask("greet", "later", "a");
  ask("greet", "later", "b"); // waits for its turn
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(service.open(nexus_failed).size() == 2u);
  BOOST_TEST(has_failed_with("UNAVAILABLE"));
  BOOST_TEST(has_failed_with("user_shutdown"));
  ask("greet", "Ann", "c");
  BOOST_TEST(service.open(nexus_failed).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_full_actor_is_given_no_more_and_the_worker_polls_no_more) {
  nexus_slots = 3;
  serve_desk({.max_outstanding = 2});
  ask("greet", "later", "a");
  ask("greet", "later", "b");
  ask("greet", "later", "c");
  BOOST_TEST(saw->notes.size() == 2u); // the third is not in its mailbox
  BOOST_TEST(service.open(nexus_poll).empty());
  answer_kept("first");
  BOOST_TEST(saw->notes.size() == 3u);
  answer(nexus_completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(service.open(nexus_poll).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_request_whose_time_is_over_while_it_waits_is_never_sent) {
  serve_desk({.max_outstanding = 1});
  ask("greet", "later", "a", "60s");
  ask("greet", "Bob", "b", "5s");
  clock->advance(6s);
  run();
  answer_kept("first");
  BOOST_TEST(
      saw->notes == (std::vector<std::string>{"greet later"}), boost::test_tools::per_element());
  BOOST_TEST(outcomes(task_outcome::deadline_passed) == 1u);
}

BOOST_AUTO_TEST_CASE(a_full_actor_may_refuse_instead) {
  serve_desk({.max_outstanding = 1, .when_full = nexus::full_actor::refuses});
  ask("greet", "later", "a");
  ask("greet", "Bob", "b");
  BOOST_TEST(has_failed_with("RESOURCE_EXHAUSTED"));
  BOOST_TEST(saw->notes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_actor_that_does_not_answer_in_time_is_asked_one_by_one_until_it_does) {
  serve_desk({.max_outstanding = 2});
  ask("greet", "later", "a", "5s");
  ask("greet", "later", "b", "5s");
  clock->advance(6s);
  run();
  ask("greet", "later", "c", "60s");
  ask("greet", "later", "d", "60s");
  // Both old ones lie in it still.
  BOOST_TEST(std::ranges::count(saw->notes, "greet later") == 3);
  answer_kept("too late");
  answer_kept("too late");
  BOOST_TEST(std::ranges::count(saw->notes, "greet later") == 4);
  answer_kept("in time");
  BOOST_TEST(answers().at(0) == R"({"value":"in time"})");
}

BOOST_AUTO_TEST_CASE(an_actor_that_forgets_its_requests_is_asked_all_the_same) {
  serve_desk({.max_outstanding = 1});
  for (const std::string token : {"a", "b", "c", "d"}) {
    ask("greet", "later", token, "5s");
    saw->kept.clear(); // a promise that is dropped tells nobody
    clock->advance(6s);
    run();
  }
  ask("greet", "Ann", "e");
  BOOST_TEST(answers().at(0) == R"({"value":"hello Ann"})");
}

BOOST_AUTO_TEST_CASE(an_untyped_actor_is_told_of_requests_if_asked_for) {
  auto notes = std::make_shared<std::vector<std::string>>();
  auto kept = std::make_shared<caf::response_promise>();
  const auto untyped = user_system.spawn(
      [notes, kept](caf::event_based_actor* self, int) {
        return caf::behavior{
            [=](const nexus::request_of<test_service::plain>& request,
                const text& in) -> caf::result<text> {
              notes->push_back(request.request_id + ' ' + in.value);
              *kept = self->make_response_promise();
              return *kept;
            },
            [=](const nexus::operation_deadline& passed) { notes->push_back(passed.request_id); }};
      },
      of_none);
  serve(
      {"TestService",
       {{"plain",
         nexus::by_actor<test_service::plain>(untyped, {.tells_requests = true}).handler}}});
  start();
  ask("plain", "Ann", "a", "5s");
  clock->advance(6s);
  run();
  BOOST_TEST(
      *notes == (std::vector<std::string>{"request-a Ann", "request-a"}),
      boost::test_tools::per_element());
  *kept = {};
}

BOOST_AUTO_TEST_CASE(a_message_that_an_untyped_actor_does_not_know_is_not_implemented) {
  const auto deaf = user_system.spawn(
      [](caf::event_based_actor* self, int) {
        self->set_default_handler(caf::drop);
        return caf::behavior{[](int) {}};
      },
      of_none);
  serve({"TestService", {{"plain", nexus::by_actor<test_service::plain>(deaf).handler}}});
  start();
  ask("plain", "Ann", "a");
  BOOST_TEST(has_failed_with("NOT_IMPLEMENTED"));
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_type_is_told_and_not_tried_again) {
  const auto odd = user_system.spawn(
      [](caf::event_based_actor*, int) { return caf::behavior{[](const text&) { return 7; }}; },
      of_none);
  serve({"TestService", {{"plain", nexus::by_actor<test_service::plain>(odd).handler}}});
  start();
  ask("plain", "Ann", "a");
  BOOST_TEST(has_failed_with("INTERNAL"));
  BOOST_TEST(has_failed_with("something else than the operation's output"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_served_is_told_when_the_handler_is_made) {
  BOOST_CHECK_THROW(
      (void)nexus::by_actor<test_service::plain>(caf::actor{}), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)nexus::handler_by_actor<desk_service>(actor, {.max_outstanding = 0}),
      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
