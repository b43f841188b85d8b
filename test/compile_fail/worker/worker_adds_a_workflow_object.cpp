// SPDX-License-Identifier: Apache-2.0
#include <troupe/worker.hpp>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<> run(workflow::context);
};

void serve(worker& on) {
#ifdef MISTAKE
  on.add(greeter{});
#else
  on.add<greeter>();
#endif
}
