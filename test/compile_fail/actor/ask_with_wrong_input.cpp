// SPDX-License-Identifier: Apache-2.0
#include <troupe/caf.hpp>

#include <caf/event_based_actor.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr auto operations = std::tuple{hello};
};

inline void call(caf::event_based_actor* self, client to) {
#ifdef MISTAKE
  nexus::ask<greeting_service::hello>(self, to, "endpoint", 7)
#else
  nexus::ask<greeting_service::hello>(self, to, "endpoint", "Ann")
#endif
      .then([](const std::string&) {}, [](const caf::error&) {});
}
