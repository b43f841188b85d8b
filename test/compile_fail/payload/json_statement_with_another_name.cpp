// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

struct order {
#ifdef MISTAKE
  static constexpr auto json_require = members("user_id");
#else
  static constexpr auto json_required = members("user_id");
#endif
  std::string user_id;
  std::string json_name; // travels
};
BOOST_DESCRIBE_STRUCT(order, (), (user_id, json_name))

auto value() {
  return from_json<order>("{}");
}
