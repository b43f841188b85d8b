// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

struct order {
#ifdef MISTAKE
  static constexpr auto json_required = members("user_id", "amuont");
#else
  static constexpr auto json_required = members("user_id", "amount");
#endif
  std::string user_id;
  int amount = 1;
};
BOOST_DESCRIBE_STRUCT(order, (), (user_id, amount))

auto value() {
  return from_json<order>("{}");
}
