// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

enum class answer { yes, no };
BOOST_DESCRIBE_ENUM(answer, yes, no)
#ifdef MISTAKE
template <>
inline constexpr auto troupe::json_names<answer> = renamed({{"yes", "Y"}, {"nope", "N"}});
#else
template <>
inline constexpr auto troupe::json_names<answer> = renamed({{"yes", "Y"}, {"no", "N"}});
#endif

auto text() {
  return to_json(answer::yes);
}
