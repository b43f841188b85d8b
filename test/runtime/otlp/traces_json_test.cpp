// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/traces_json.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(traces_json)

BOOST_AUTO_TEST_CASE(is_what_a_collector_takes) {
  const auto context = *from_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const std::vector<trace_span> spans{
      {.name = "RunWorkflow:\"W\"",
       .kind = span_kind::server,
       .context = context,
       .start = std::chrono::sys_seconds{1s},
       .end = std::chrono::sys_seconds{2s},
       .attributes = {{"temporalWorkflowID", "w"}}},
      {.name = "inner",
       .context = context,
       .parent = context.span,
       .start = std::chrono::sys_seconds{2s},
       .end = std::chrono::sys_seconds{1s}, // a clock that was set back
       .error = "bad \xff"}};
  BOOST_TEST(
      otlp::to_json(spans, {{"service.name", "shop"}})
      == R"({"resourceSpans":[{"resource":{"attributes":[)"
         R"({"key":"service.name","value":{"stringValue":"shop"}}]},)"
         R"("scopeSpans":[{"scope":{"name":"troupe"},"spans":[)"
         R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
         R"("name":"RunWorkflow:\"W\"","kind":2,"startTimeUnixNano":"1000000000",)"
         R"("endTimeUnixNano":"2000000000","attributes":[)"
         R"({"key":"temporalWorkflowID","value":{"stringValue":"w"}}]},)"
         R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
         R"("parentSpanId":"00f067aa0ba902b7","name":"inner","kind":1,)"
         R"("startTimeUnixNano":"2000000000","endTimeUnixNano":"2000000000","attributes":[],)"
         "\"status\":{\"code\":2,\"message\":\"bad \xef\xbf\xbd\"}}]}]}]}");
}

BOOST_AUTO_TEST_SUITE_END()
