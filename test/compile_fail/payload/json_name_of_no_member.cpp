// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

struct order {
#ifdef MISTAKE
  static constexpr auto json_names = renamed({{"usr_id", "uid"}});
#else
  static constexpr auto json_names = renamed({{"user_id", "uid"}});
#endif
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(order, (), (user_id))

auto text() {
  return to_json(order{});
}
