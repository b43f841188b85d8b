// SPDX-License-Identifier: Apache-2.0
#include <troupe/tuner.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// Why it is refused; empty if it is not.
std::string refusal(worker_tuner sources) {
  try {
    (void)make_tuner(std::move(sources));
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

struct asker final : detail::slot_asker {
  const slot_reserve_context& context() const noexcept override { return of; }
  bool is_wanted() const noexcept override { return true; }
  void granted(granted_slot) override { said += "granted "; }
  void failed(std::exception_ptr error) noexcept override {
    said += error ? "failed " : "dropped ";
  }
  void asks_again(std::chrono::nanoseconds after) override {
    said += "again " + std::to_string(after / 1ms) + " ";
  }
  slot_reserve_context of{.task_queue = "q"};
  std::string said;
};

struct open_or_not final : custom_slot_supplier {
  std::optional<granted_slot> try_reserve(const slot_reserve_context& context) override {
    asked_for = context.task_queue;
    return is_open ? std::optional<granted_slot>{granted_slot{}} : std::nullopt;
  }
  bool is_open = true;
  std::string asked_for;
};

} // namespace

BOOST_AUTO_TEST_SUITE(tuner)

BOOST_AUTO_TEST_CASE(sources_that_make_no_sense_are_named) {
  const auto machine = make_resource_controller({});
  BOOST_TEST(refusal({}) == "");
  BOOST_TEST(
      refusal({.workflow = fixed_size_slots{3}, .activity = resource_based_slots{machine, {}}})
      == "");
  BOOST_TEST(
      refusal({.workflow = fixed_size_slots{0}})
      == "the workflow slots of the tuner: at least one is needed");
  BOOST_TEST(refusal({.nexus = resource_based_slots{}}).find("the nexus slots") == 0u);
  BOOST_TEST(
      refusal({.activity = resource_based_slots{machine, {.minimum = 5, .maximum = 4}}})
      == "the activity slots of the tuner: the minimum is above the maximum");
  BOOST_TEST(refusal({.activity = resource_based_slots{machine, {.maximum = 0}}}) != "");
  BOOST_TEST(refusal({.activity = resource_based_slots{machine, {.ramp_throttle = -1ms}}}) != "");
  BOOST_TEST(
      refusal({.local_activity = std::shared_ptr<custom_slot_supplier>{}})
      == "the local_activity slots of the tuner: the supplier is null");
}

BOOST_AUTO_TEST_CASE(a_reservation_is_answered_once) {
  const auto who = std::make_shared<asker>();
  slot_reservation one{who};
  BOOST_TEST(one.context().task_queue == "q");
  one.grant();
  BOOST_TEST(!one.is_wanted());
  BOOST_CHECK_THROW(one.grant(), std::logic_error);
  BOOST_CHECK_THROW(one.ask_again(1s), std::logic_error);
  BOOST_CHECK_THROW((void)one.context(), std::logic_error);
  BOOST_TEST(who->said == "granted ");
}

BOOST_AUTO_TEST_CASE(a_reservation_that_is_left_unanswered_is_a_failure) {
  const auto who = std::make_shared<asker>();
  {
    slot_reservation one{who};
    slot_reservation moved{std::move(one)};
    moved = slot_reservation{who};
    BOOST_TEST(who->said == "dropped ");
  }
  BOOST_TEST(who->said == "dropped dropped ");
}

BOOST_AUTO_TEST_CASE(a_supplier_that_only_tries_is_asked_again_after_ten_milliseconds) {
  const auto who = std::make_shared<asker>();
  open_or_not supplier;
  supplier.reserve(slot_reservation{who});
  BOOST_TEST(who->said == "granted ");
  BOOST_TEST(supplier.asked_for == "q");
  supplier.is_open = false;
  supplier.reserve(slot_reservation{who});
  BOOST_TEST(who->said == "granted again 10 ");
}

BOOST_AUTO_TEST_SUITE_END()
