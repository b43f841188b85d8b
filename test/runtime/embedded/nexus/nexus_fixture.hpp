// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/nexus/v1/message.pb.h>

namespace troupe::test {

inline temporal::api::nexus::v1::Request parse(const embedded::nexus_dispatch& dispatch) {
  temporal::api::nexus::v1::Request request;
  BOOST_REQUIRE(request.ParseFromString(*dispatch.request));
  return request;
}

/// A workflow that has called an operation, whose request waits to be taken.
struct calling : service_fixture {
  calling() {
    start();
    poll();
    complete({schedule_operation()});
  }

  embedded::nexus_attempt take() {
    if (nexus_requests.empty())
      fail("no request is waiting");
    auto attempt = nexus_requests.front().attempt;
    nexus_requests.erase(nexus_requests.begin());
    return attempt;
  }

  auto operation() { return current().state.nexus_operations.at(5); }
};

} // namespace troupe::test
