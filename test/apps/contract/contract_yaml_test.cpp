// SPDX-License-Identifier: Apache-2.0
// From a definition to C++, and back to the same definition.

#include "everything.hpp"
#include "orders.hpp"
#include "test/apps/contract/definitions.hpp"

#include <troupe/nexus/contract_yaml.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <iterator>
#include <set>
#include <string>

namespace nexus = troupe::nexus;

namespace {

enum class level { low, high };
BOOST_DESCRIBE_ENUM(level, low, high)

enum class flags { none = 0 };

template <class T>
struct page {
  std::vector<T> items;
};
BOOST_DESCRIBE_STRUCT(page<int>, (), (items))

struct base {
  std::string user_id;
};
BOOST_DESCRIBE_STRUCT(base, (), (user_id))

struct derived : base {
  static constexpr auto json_names = troupe::renamed({{"any_thing", "no"}});
  level how = level::high;
  flags what{};
  troupe::json_value any_thing;
  std::array<short, 2> two{};
  std::set<std::string> several;
  page<int> numbers;
  std::optional<double> ratio = 0.5;
};
BOOST_DESCRIBE_STRUCT(derived, (base), (how, what, any_thing, two, several, numbers, ratio))

struct odd {
  static constexpr auto json_names = troupe::renamed({{"one", "$a: b"}, {"two", "$plain"}});
  int one = 0;
  int two = 0;
};
BOOST_DESCRIBE_STRUCT(odd, (), (one, two))

struct odd_names : nexus::service<"Odd"> {
  static constexpr operation<odd, void> run{"run"};
  static constexpr auto operations = std::tuple{run};
};

struct by_hand : nexus::service<"by hand"> {
  static constexpr operation<derived, std::optional<derived>> run{"run"};
  static constexpr auto operations = std::tuple{run};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(contract_yaml, definitions)

BOOST_AUTO_TEST_CASE(a_generated_contract_says_what_it_was_generated_from) {
  std::ifstream file{TROUPE_TEST_DATA "/apps/contract/orders.nexusrpc.yaml"};
  const std::string definition{std::istreambuf_iterator<char>{file}, {}};
  BOOST_TEST((nexus::contract_yaml<orders::order_service, orders::walks>()) == definition);
}

BOOST_AUTO_TEST_CASE(what_it_says_can_be_generated_again) {
  const auto text = nexus::contract_yaml<everything::order_service, everything::order_service_2>();
  const auto again = header(text);
  BOOST_TEST(has(again, "struct order {\n"));
  BOOST_TEST(has(again, "{{\"n2nd_choice\", \"2nd-choice\"}}"));
  BOOST_TEST(has(again, "std::variant<circle, box, std::string>"));
  BOOST_TEST(has(again, "  std::shared_ptr<tree> best = {};\n"));
  BOOST_TEST(has(again, "  euro = 978,\n  dollar = 840,\n  other = -1,\n"));
}

BOOST_AUTO_TEST_CASE(names_that_begin_with_a_dollar_are_quoted_where_yaml_wants_it) {
  const auto text = nexus::contract_yaml<odd_names>();
  BOOST_TEST(has(text, "      \"$a: b\":\n"));
  BOOST_TEST(has(text, "      $plain:\n"));
  BOOST_TEST(has(header(text), "\"$a: b\"}"));
}

BOOST_AUTO_TEST_CASE(a_contract_written_by_hand_says_what_its_types_say) {
  BOOST_TEST(
      nexus::contract_yaml<by_hand>({.naming = troupe::naming::camel_case}) == R"(nexusrpc: 1.0.0
services:
  "by hand":
    operations:
      run:
        input:
          $ref: "#/types/Derived"
        output:
          oneOf:
            - $ref: "#/types/Derived"
            - type: "null"
types:
  Derived:
    type: object
    additionalProperties: false
    properties:
      userId:
        type: string
        default: ""
      how:
        $ref: "#/types/Level"
        default: 1
      what:
        type: integer
        format: int32
      "no": {}
      two:
        type: array
        items:
          type: integer
          format: int16
        minItems: 2
        maxItems: 2
      several:
        type: array
        items:
          type: string
        uniqueItems: true
      numbers:
        $ref: "#/types/PageInt"
      ratio:
        type: [number, "null"]
        default: 0.5
  Level:
    type: integer
    enum: [0, 1]
    x-enum-varnames: [low, high]
  PageInt:
    type: object
    additionalProperties: false
    properties:
      items:
        type: array
        items:
          type: integer
          format: int32
)");
}

BOOST_AUTO_TEST_SUITE_END()
