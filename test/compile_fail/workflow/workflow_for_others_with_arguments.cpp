// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct interpreter {
#ifdef MISTAKE
  async<payload> run(workflow::context, std::string program);
#else
  async<payload> run(workflow::context, payloads program);
#endif
};

auto others() {
  return workflow::define_others<interpreter>();
}
