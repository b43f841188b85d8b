// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_chain.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

using namespace troupe;
using temporal::api::failure::v1::Failure;

namespace {

Failure chain(int length) {
  Failure made;
  auto* level = &made;
  for (int i = 0; i < length; ++i) {
    level->set_message("level " + std::to_string(i));
    if (i + 1 < length)
      level = level->mutable_cause();
  }
  return made;
}

int length_of(const Failure& of) {
  int length = 1;
  for (const auto* level = &of; level->has_cause(); level = &level->cause())
    ++length;
  return length;
}

} // namespace

BOOST_AUTO_TEST_SUITE(failure_chain)

BOOST_AUTO_TEST_CASE(leaves_a_chain_alone_that_is_short_enough) {
  for (const int length : {1, 2, max_failure_depth}) {
    auto failure = chain(length);
    const auto before = failure.SerializeAsString();
    cut_causes(failure);
    BOOST_TEST(failure.SerializeAsString() == before);
  }
}

BOOST_AUTO_TEST_CASE(cuts_a_longer_one_and_says_so) {
  for (const int length : {max_failure_depth + 2, 98, 5'000}) {
    auto failure = chain(length);
    cut_causes(failure);
    BOOST_TEST(length_of(failure) == max_failure_depth + 1);
    const Failure* last = &failure;
    while (last->has_cause())
      last = &last->cause();
    BOOST_TEST(last->application_failure_info().type() == "CauseChainTooLong");
    BOOST_TEST(failure.message() == "level 0");
  }
}

BOOST_AUTO_TEST_CASE(cuts_in_the_attributes_of_events) {
  temporal::api::history::v1::WorkflowExecutionFailedEventAttributes failed;
  *failed.mutable_failure() = chain(98);
  cut_causes_in(failed);
  BOOST_TEST(length_of(failed.failure()) == max_failure_depth + 1);
  temporal::api::history::v1::WorkflowExecutionStartedEventAttributes started;
  *started.mutable_continued_failure() = chain(98);
  cut_causes_in(started);
  BOOST_TEST(length_of(started.continued_failure()) == max_failure_depth + 1);
  temporal::api::history::v1::TimerFiredEventAttributes none;
  cut_causes_in(none);
  BOOST_TEST(none.ByteSizeLong() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
