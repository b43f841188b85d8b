// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

enum class answer { yes, no };
#ifndef MISTAKE
BOOST_DESCRIBE_ENUM(answer, yes, no)
#endif
template <>
inline constexpr auto troupe::json_naming<answer> = naming::camel_case;

auto text() {
  return to_json(answer::yes);
}
