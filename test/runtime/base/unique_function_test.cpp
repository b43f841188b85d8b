// SPDX-License-Identifier: Apache-2.0
#include <troupe/unique_function.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>

template <class Signature>
using function = troupe::unique_function<Signature>;

namespace {

int twice(int value) {
  return 2 * value;
}

struct counter {
  int total = 0;
  void add(int value) { total += value; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(unique_function)

BOOST_AUTO_TEST_CASE(holds_what_can_only_be_moved) {
  function<int()> get = [value = std::make_unique<int>(7)] { return *value; };
  auto moved = std::move(get);
  BOOST_TEST(moved() == 7);
  BOOST_TEST(!get);
}

BOOST_AUTO_TEST_CASE(passes_arguments_and_references_through) {
  function<int(int)> call = twice;
  BOOST_TEST(call(4) == 8);
  function<void(counter&, int)> add = &counter::add;
  counter sum;
  add(sum, 3);
  add(sum, 4);
  BOOST_TEST(sum.total == 7);
  function<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> value) { return *value; };
  BOOST_TEST(take(std::make_unique<int>(9)) == 9);
}

BOOST_AUTO_TEST_CASE(keeps_the_state_of_its_callable) {
  function<int()> next = [n = 0]() mutable { return ++n; };
  BOOST_TEST(next() == 1);
  BOOST_TEST(next() == 2);
}

BOOST_AUTO_TEST_CASE(releases_its_callable_once) {
  const auto guard = std::make_shared<int>(0);
  {
    function<void()> first = [guard] {};
    BOOST_TEST(guard.use_count() == 2);
    function<void()> second = std::move(first);
    BOOST_TEST(guard.use_count() == 2);
    second = nullptr;
    BOOST_TEST(guard.use_count() == 1);
  }
  BOOST_TEST(guard.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(refuses_to_call_nothing) {
  function<void()> empty;
  BOOST_TEST(!empty);
  BOOST_CHECK_THROW(empty(), std::bad_function_call);
}

BOOST_AUTO_TEST_SUITE_END()
