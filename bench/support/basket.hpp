// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::bench {

/// The struct of the large payloads: what `nexus_task(bytes, true)` holds as JSON.
struct item {
  std::int64_t id = 0;
  std::string name;
  double price = 0;
  std::vector<std::string> tags;
  bool stock = false;
};
BOOST_DESCRIBE_STRUCT(item, (), (id, name, price, tags, stock))

struct basket {
  std::string title;
  std::vector<item> items;
};
BOOST_DESCRIBE_STRUCT(basket, (), (title, items))

} // namespace troupe::bench
