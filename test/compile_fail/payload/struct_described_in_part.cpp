// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/data_converter.hpp>

#include <boost/describe.hpp>

#include <optional>
#include <string>

using namespace troupe;

struct person {
  std::string name;
  std::optional<int> age;
};
#ifdef MISTAKE
BOOST_DESCRIBE_STRUCT(person, (), (name))
#else
BOOST_DESCRIBE_STRUCT(person, (), (name, age))
#endif

payload encoded(const person& one) {
  return data_converter{}.to_payload(one);
}
