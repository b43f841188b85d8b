// SPDX-License-Identifier: Apache-2.0
#include <troupe/caf.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

using greeter = caf::typed_actor<
#ifdef MISTAKE
    caf::replies_to<int>::with<std::string>,
#else
    caf::replies_to<int>::with<int>,
#endif
    caf::replies_to<std::string>::with<std::string>>;

auto handler(const greeter& by) {
  return nexus::handler_by_actor<greeting_service>(by);
}
