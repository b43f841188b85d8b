// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>
#include <string_view>

struct greeting {
#ifdef MISTAKE
  const char* text;
#else
  std::string text;
#endif
};
BOOST_DESCRIBE_STRUCT(greeting, (), (text))

inline greeting read(std::string_view json) {
  return troupe::from_json<greeting>(json);
}
