// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
#ifdef MISTAKE
  static constexpr operation<std::string_view, std::string> hello{"hello"};
#else
  static constexpr operation<std::string, std::string> hello{"hello"};
#endif
  static constexpr auto operations = std::tuple{hello};
};
