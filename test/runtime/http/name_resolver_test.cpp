// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/name_resolver.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

using boost::system::error_code;
using troupe::http::name_resolver;

/// Looks up names that begin with `slow` when it is told to, and others at once.
struct resolver_fixture {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, int> begun;
  bool goes_on = false;

  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  name_resolver names{
      context,
      {.threads = 2, .names = 4},
      [this](const std::string& host, const std::string& port, error_code& error) {
        return look_up(host, port, error);
      }};
  std::vector<std::string> told;

  ~resolver_fixture() { go_on(); }

  name_resolver::places
  look_up(const std::string& host, const std::string& port, error_code& error) {
    std::unique_lock guard{mutex};
    ++begun[host];
    changed.notify_all();
    if (host.starts_with("slow"))
      changed.wait(guard, [this] { return goes_on; });
    if (host.ends_with("nowhere"))
      error = boost::asio::error::host_not_found;
    return {{boost::asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(stoi(port))}};
  }

  name_resolver::ticket find(const std::string& host, const std::string& port = "80") {
    return names.find(
        host, port, [this, host](const error_code& error, const name_resolver::places& found) {
          told.push_back(
              host + ' '
              + (error ? error.message()
                       : found.at(0).address().to_string() + ' '
                             + std::to_string(found.at(0).port())));
        });
  }

  void wait_begun(const std::string& host) {
    std::unique_lock guard{mutex};
    changed.wait(guard, [&] { return begun.contains(host); });
  }
  void go_on() {
    const std::lock_guard guard{mutex};
    goes_on = true;
    changed.notify_all();
  }
  int times(const std::string& host) {
    const std::lock_guard guard{mutex};
    return begun[host];
  }
};

using texts = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(name_resolver, resolver_fixture)

BOOST_AUTO_TEST_CASE(a_slow_name_holds_up_no_other) {
  find("slow");
  wait_begun("slow");
  for (const auto* host : {"a", "b", "nowhere"}) {
    find(host, "81");
    context.run_one();
  }
  BOOST_TEST(
      told
      == (texts{"a 127.0.0.1 81", "b 127.0.0.1 81", "nowhere Host not found (authoritative)"}));
  go_on();
  context.run_one();
  BOOST_TEST(told.back() == "slow 127.0.0.1 80");
}

BOOST_AUTO_TEST_CASE(a_name_that_many_ask_for_is_looked_up_once) {
  find("slow");
  wait_begun("slow");
  const auto impatient = find("slow");
  names.forget("slow", "80", impatient);
  find("slow");
  go_on();
  context.run_one();
  BOOST_TEST(told == (texts{"slow 127.0.0.1 80", "slow 127.0.0.1 80"}));
  BOOST_TEST(times("slow") == 1);
  find("slow"); // nothing is kept
  context.run_one();
  BOOST_TEST(times("slow") == 2);
}

BOOST_AUTO_TEST_CASE(what_nobody_waits_for_any_more_is_not_looked_up) {
  find("slow one");
  find("slow two");
  wait_begun("slow one");
  wait_begun("slow two");
  const auto waits = find("late");
  names.forget("late", "80", waits);
  find("later");
  go_on();
  for (int i = 0; i < 3; ++i)
    context.run_one();
  BOOST_TEST(told.size() == 3U);
  BOOST_TEST(times("late") == 0);
  BOOST_TEST(times("later") == 1);
}

BOOST_AUTO_TEST_CASE(names_are_bounded) {
  for (const auto* host : {"slow 1", "slow 2", "slow 3", "slow 4"})
    BOOST_TEST(find(host) != 0U);
  BOOST_TEST(told.empty());
  BOOST_TEST(find("one more") == 0U);
  BOOST_TEST(told.size() == 1U);
  BOOST_TEST(find("slow 4") != 0U); // is on the list
}

BOOST_AUTO_TEST_CASE(an_address_is_told_at_once) {
  BOOST_TEST(find("::1", "7233") == 0U);
  BOOST_TEST(find("127.0.0.2", "1") == 0U);
  BOOST_TEST(told == (texts{"::1 ::1 7233", "127.0.0.2 127.0.0.2 1"}));
}

BOOST_AUTO_TEST_CASE(after_the_end_nobody_is_told) {
  find("slow");
  wait_begun("slow");
  find("waits");
  names.stop();
  BOOST_TEST(find("late") == 0U);
  go_on();
  work.reset();
  context.run();
  BOOST_TEST(told.size() == 1U); // that there is no time for it
}

BOOST_AUTO_TEST_CASE(the_system_knows_this_machine) {
  troupe::http::name_resolver of_system{context};
  bool is_found = false;
  of_system.find(
      "localhost",
      "80",
      [&](const error_code& error, const troupe::http::name_resolver::places& found) {
        is_found = !error && !found.empty() && found[0].address().is_loopback();
      });
  context.run_one();
  BOOST_TEST(is_found);
}

BOOST_AUTO_TEST_SUITE_END()
