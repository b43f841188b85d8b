// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

class order {
#ifndef MISTAKE
public:
#endif
  static constexpr auto json_required = members("user_id");

public:
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(order, (), (user_id))

auto value() {
  return from_json<order>("{}");
}
