// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

struct order {
#ifdef MISTAKE
  static constexpr auto json_names = renamed({{"user_id", "amount"}});
#else
  static constexpr auto json_names = renamed({{"user_id", "user"}});
#endif
  std::string user_id;
  int amount = 1;
};
BOOST_DESCRIBE_STRUCT(order, (), (user_id, amount))

auto text() {
  return to_json(order{});
}
