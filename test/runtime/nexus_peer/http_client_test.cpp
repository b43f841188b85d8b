// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/nexus_peer/probe.hpp"

#include <boost/test/unit_test.hpp>

namespace nexus = troupe::nexus;
using namespace std::chrono_literals;
using troupe::test::probe;
using troupe::test::probe_server;

namespace {

struct fixture {
  std::string failed_with(const std::string& how) {
    try {
      static_cast<void>(client.start<probe, probe::fail>(how));
    } catch (const nexus::operation_error& error) {
      return std::string{to_string(error.state())} + ": " + error.message();
    } catch (const nexus::handler_error& error) {
      return error.type_text() + (error.is_retryable() ? " retryable: " : ": ") + error.message();
    }
    return "nothing";
  }

  probe_server peer;
  nexus::http_client client{{.url = peer.server.url(), .headers = {{"X-Own", "!"}}}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_client, fixture)

BOOST_AUTO_TEST_CASE(a_result_comes_back_with_links) {
  const auto done = client.start<probe, probe::echo>("hi");
  BOOST_REQUIRE(done.is_done());
  BOOST_TEST(*done.value == "hi!");
  BOOST_REQUIRE(done.links.size() == 1U);
  BOOST_TEST(done.links[0].url == "http://link");
  BOOST_TEST((client.start<probe, probe::nothing>("x").is_done()));
}

BOOST_AUTO_TEST_CASE(errors_keep_their_family_and_their_words) {
  BOOST_TEST(failed_with("failed") == "failed: went wrong");
  BOOST_TEST(failed_with("canceled") == "canceled: not wanted");
  BOOST_TEST(failed_with("NOT_FOUND") == "NOT_FOUND: refused");
  BOOST_TEST(failed_with("UNAVAILABLE") == "UNAVAILABLE: refused");
  BOOST_TEST(
      failed_with("application")
      == "INTERNAL: Handler failed with non-retryable application error");
  BOOST_TEST(failed_with("other") == "INTERNAL retryable: Internal handler error");
}

BOOST_AUTO_TEST_CASE(an_operation_that_goes_on_has_a_token_and_is_cancelled_by_it) {
  const auto goes_on =
      client.start<probe, probe::later>("x", {.callback_url = peer.server.completion_url()});
  BOOST_TEST(!goes_on.is_done());
  BOOST_TEST(goes_on.token == "token x");
  client.cancel<probe, probe::later>(goes_on.token);
  BOOST_TEST(peer.cancelled.take() == "token x");
  BOOST_CHECK_THROW((client.cancel<probe, probe::later>("unknown")), nexus::handler_error);
}

BOOST_AUTO_TEST_CASE(its_end_is_told_to_the_callback) {
  const nexus::http_call_options with{
      .callback_url = peer.server.completion_url(), .callback_headers = {{"X-Mine", "m"}}};
  static_cast<void>(client.start<probe, probe::later>("x", with));
  const auto where = peer.started.take();
  client.complete(where, std::string{"done"});
  auto told = peer.completed.take();
  BOOST_TEST(told.get<std::string>() == "done");
  BOOST_TEST(told.token == "token x");
  BOOST_TEST(told.headers.at("x-mine") == "m");
  client.fail(where, nexus::operation_error::canceled("stopped"));
  told = peer.completed.take();
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(told.get<std::string>()), nexus::operation_error, [](const auto& error) {
        return error.state() == nexus::operation_state::canceled && error.message() == "stopped";
      });
}

BOOST_AUTO_TEST_CASE(its_own_headers_go_to_its_own_server_alone) {
  client.complete({peer.server.completion_url(), {}, "x"}, 1);
  BOOST_TEST(peer.completed.take().headers.at("x-own") == "!");
  probe_server other;
  client.complete({other.server.completion_url(), {{"x-mine", "m"}}, "x"}, 1);
  const auto told = other.completed.take();
  BOOST_TEST(told.headers.at("x-mine") == "m");
  BOOST_TEST(told.headers.count("x-own") == 0U);
}

BOOST_AUTO_TEST_CASE(a_completion_that_is_refused_says_why) {
  nexus::callback where{peer.server.completion_url(), {}, "refused"};
  BOOST_CHECK_EXCEPTION(client.complete(where, 1), nexus::handler_error, [](const auto& error) {
    return error.type() == nexus::handler_error_type::not_found
           && error.message() == "no such operation";
  });
  where.token = "broken";
  BOOST_CHECK_EXCEPTION(client.complete(where, 1), nexus::handler_error, [](const auto& error) {
    return error.is_retryable();
  });
  where.url = "temporal://system";
  BOOST_CHECK_THROW(client.complete(where, 1), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(nobody_who_answers_is_an_error_of_its_own) {
  nexus::http_client nobody{{.url = "http://127.0.0.1:1"}};
  BOOST_CHECK_EXCEPTION(
      (nobody.start<probe, probe::echo>("x")), nexus::http_call_error, [](const auto& error) {
        return !error.is_timeout()
               && std::string{error.what()} == "127.0.0.1:1: connect: Connection refused";
      });
  // Whoever is first to see that time is over says so: this side, or the other.
  try {
    static_cast<void>(client.start<probe, probe::echo>("sleep", {.timeout = 50ms}));
    BOOST_ERROR("the call was answered");
  } catch (const nexus::http_call_error& error) {
    BOOST_TEST(error.is_timeout());
  } catch (const nexus::handler_error& error) {
    BOOST_TEST((error.type() == nexus::handler_error_type::request_timeout));
  }
  BOOST_CHECK_THROW(nexus::http_client{{.url = "nothing"}}, std::invalid_argument);
  BOOST_CHECK_THROW(
      (client.start<probe, probe::echo>("x", {.headers = {{"x-a", std::string(70'000, 'x')}}})),
      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_result_of_another_type_is_told) {
  const auto raw = client.start_raw("probe", "echo", troupe::data_converter{}.to_payload("x"));
  BOOST_CHECK_THROW(
      static_cast<void>(troupe::data_converter{}.from_payload<int>(*raw.value)),
      troupe::payload_error);
}

BOOST_AUTO_TEST_SUITE_END()
