// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/operations.hpp"

#include "bench/kitchen_sink/interpreter.hpp"
#include "bench/kitchen_sink/surroundings.hpp"

#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/nexus/workflow_run.hpp>

#include <chrono>
#include <string>

namespace kitchen_sink {

void add_operations_to(troupe::worker& to) {
  namespace nexus = troupe::nexus;
  using namespace std::chrono_literals;
  to.add(nexus::handler_for<sink_service>(
      nexus::sync<sink_service::echo>([](const nexus::start_context&, number in) { return in; }),
      nexus::sync<sink_service::fail>([](nexus::start_context, number in) -> nexus::async<number> {
        throw nexus::operation_error::failed(std::to_string(in.value));
        co_return in;
      }),
      nexus::sync<sink_service::hesitate>([](const nexus::start_context& ctx, number in) {
        if (here().count_up(ctx.request_id()) < in.times)
          throw nexus::handler_error{nexus::handler_error_type::unavailable, "not yet"};
        return in;
      }),
      nexus::workflow_run<sink_service::run>(
          [](const nexus::start_context& ctx, const program& what) {
            // Who is to cancel it may end before.
            const auto limit = what.ending == ending::result ? 0min : 10min;
            return nexus::start_workflow<interpreter>(
                {.id = std::string{ctx.request_id()}, .execution_timeout = limit}, what);
          })));
}

} // namespace kitchen_sink
