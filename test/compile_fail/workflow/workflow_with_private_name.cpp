// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

class greeter {
#ifndef MISTAKE
public:
#endif
  static constexpr std::string_view name = "Greeter";

public:
  async<> run(workflow::context);
};

auto defined() {
  return workflow::define<greeter>();
}
