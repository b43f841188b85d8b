// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

struct order {
#ifdef MISTAKE
  static constexpr auto json_naming = "camel_case";
#else
  static constexpr auto json_naming = naming::camel_case;
#endif
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(order, (), (user_id))

auto text() {
  return to_json(order{});
}
