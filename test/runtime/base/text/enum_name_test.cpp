// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/enum_name.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/enums/v1/event_type.pb.h>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(enum_name)

BOOST_AUTO_TEST_CASE(turns_enum_names_into_words) {
  BOOST_TEST(
      camel_case("EVENT_TYPE_WORKFLOW_TASK_STARTED", "EVENT_TYPE_") == "WorkflowTaskStarted");
  BOOST_TEST(camel_case("SERVING", "NAMESPACE_STATE_") == "Serving");
  BOOST_TEST(camel_case("7", "EVENT_TYPE_") == "7");
  BOOST_TEST(camel_case("", "EVENT_TYPE_") == "");
}

BOOST_AUTO_TEST_CASE(takes_back_the_words_of_every_event) {
  namespace enums = temporal::api::enums::v1;
  const auto& all = *enums::EventType_descriptor();
  for (int i = 0; i < all.value_count(); ++i) {
    const auto& full = all.value(i)->name();
    BOOST_TEST(troupe::enum_name(camel_case(full, "EVENT_TYPE_"), "EVENT_TYPE_") == full);
    BOOST_TEST(troupe::enum_name(full, "EVENT_TYPE_") == full);
  }
}

BOOST_AUTO_TEST_SUITE_END()
