// SPDX-License-Identifier: Apache-2.0
#include <troupe/result.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace {

enum class errc { broken };

troupe::result<std::string> failed() {
  return troupe::unexpected{std::make_exception_ptr(std::runtime_error{"no"})};
}

} // namespace

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(holds_a_value) {
  troupe::result<std::string> some{"text"};
  BOOST_TEST(some.has_value());
  BOOST_TEST(*some == "text");
  BOOST_TEST(some->size() == 4u);
  BOOST_TEST(std::move(some).value() == "text");
}

BOOST_AUTO_TEST_CASE(throws_the_error_it_holds) {
  auto none = failed();
  BOOST_TEST(!none);
  BOOST_CHECK_THROW((void)none.value(), std::runtime_error);
  BOOST_CHECK_THROW((void)*none, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(holds_nothing_but_success_or_an_error) {
  const troupe::result<void> fine;
  BOOST_TEST(fine.has_value());
  const troupe::result<void> bad{troupe::unexpected{std::make_exception_ptr(5)}};
  BOOST_CHECK_THROW((void)bad.value(), int);
}

BOOST_AUTO_TEST_CASE(holds_errors_that_are_no_exceptions) {
  const troupe::result<int, errc> bad{troupe::unexpected{errc::broken}};
  BOOST_TEST(!bad.has_value());
  BOOST_TEST((bad.error() == errc::broken));
  BOOST_CHECK_THROW((void)bad.value(), std::bad_variant_access);
}

BOOST_AUTO_TEST_CASE(holds_values_that_only_move) {
  troupe::result<std::unique_ptr<int>> some{std::make_unique<int>(5)};
  const auto taken = std::move(some).value();
  BOOST_TEST(*taken == 5);
}

BOOST_AUTO_TEST_SUITE_END()
