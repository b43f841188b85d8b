// SPDX-License-Identifier: Apache-2.0
#include <troupe/caf.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

using greeter = caf::
    typed_actor<caf::replies_to<int>::with<int>, caf::replies_to<std::string>::with<std::string>>;

#ifdef MISTAKE
auto handler(const caf::actor& by) {
#else
auto handler(const greeter& by) {
#endif
  return nexus::handler_by_actor<greeting_service>(by);
}
