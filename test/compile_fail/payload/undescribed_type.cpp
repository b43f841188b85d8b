// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

#include <boost/describe.hpp>

struct person {
  std::string name;
};
#ifndef MISTAKE
BOOST_DESCRIBE_STRUCT(person, (), (name))
#endif

struct person_service : nexus::service<"person"> {
  static constexpr operation<person, std::string> greet{"greet"};
  static constexpr auto operations = std::tuple{greet};
};

auto handler() {
  return nexus::sync<person_service::greet>(
      [](nexus::start_context, person in) { return in.name; });
}
