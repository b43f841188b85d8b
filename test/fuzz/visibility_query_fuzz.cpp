// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_query.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe::embedded;
  const std::map<std::string, attribute_type, std::less<>> custom{
      {"Color", attribute_type::keyword},
      {"Words", attribute_type::text},
      {"Number", attribute_type::integer},
      {"Real", attribute_type::real},
      {"Flag", attribute_type::boolean},
      {"When", attribute_type::datetime},
      {"Many", attribute_type::keyword_list}};
  const auto query = visibility_query::compile(troupe::fuzz::as_text(data, size), custom, true);
  if (!query)
    return 0;
  for (const bool has_values : {false, true})
    (void)query->matches([&](std::string_view, attribute_type type) -> attribute_value {
      if (!has_values)
        return {};
      switch (type) {
      case attribute_type::integer:
      case attribute_type::datetime: return std::int64_t{5};
      case attribute_type::real: return 0.5;
      case attribute_type::boolean: return true;
      case attribute_type::keyword_list: return std::vector<std::string>{"a", "b"};
      default: return std::string{"a"};
      }
    });
  return 0;
}
