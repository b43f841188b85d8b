// SPDX-License-Identifier: Apache-2.0
// What the keywords of JSON Schema become in C++.

#include "test/apps/contract/definitions.hpp"

#include <boost/test/unit_test.hpp>

BOOST_FIXTURE_TEST_SUITE(contract_types, definitions)

BOOST_AUTO_TEST_CASE(properties_are_members_of_a_described_struct) {
  const auto text = types("  T:\n"
                          "    description: One of ours.\n"
                          "    type: object\n"
                          "    properties:\n"
                          "      userId: {type: string, description: Who.}\n"
                          "      count: {type: integer}\n"
                          "      ratio: {type: number}\n"
                          "      isOpen: {type: boolean}\n"
                          "    required: [userId, count, ratio, isOpen]\n");
  BOOST_TEST(
      has(text,
          "/// One of ours.\n"
          "struct t {\n"
          "  static constexpr auto json_naming = troupe::naming::camel_case;\n"
          "  static constexpr auto json_required = troupe::every_member;\n"
          "  /// Who.\n"
          "  std::string user_id;\n"
          "  std::int64_t count = 0;\n"
          "  double ratio = 0;\n"
          "  bool is_open = false;\n"
          "};\n"
          "BOOST_DESCRIBE_STRUCT(t, (), (user_id, count, ratio, is_open))\n"));
}

BOOST_AUTO_TEST_CASE(what_may_be_left_out_is_optional_or_has_its_default) {
  const auto text = types("  T:\n"
                          "    properties:\n"
                          "      id: {type: string}\n"
                          "      note: {type: string}\n"
                          "      tags: {type: array, items: {type: string}}\n"
                          "      labels: {additionalProperties: {type: integer}}\n"
                          "      amount: {type: integer, default: 3}\n"
                          "      price: {type: number, default: 2}\n"
                          "      name: {type: string, default: \"a \\\"b\\\"\"}\n"
                          "      open: {type: boolean, default: true}\n"
                          "      list: {type: array, items: {type: integer}, default: [1, 2]}\n"
                          "      level: {enum: [low, high], default: high}\n"
                          "    required: [id]\n");
  BOOST_TEST(has(text, "json_required = troupe::members(\"id\");\n"));
  BOOST_TEST(has(text, "  std::optional<std::string> note = {};\n"));
  BOOST_TEST(has(text, "  std::vector<std::string> tags = {};\n"));
  BOOST_TEST(has(text, "  std::map<std::string, std::int64_t> labels = {};\n"));
  BOOST_TEST(has(text, "  std::int64_t amount = 3;\n"));
  BOOST_TEST(has(text, "  double price = 2.0;\n"));
  BOOST_TEST(has(text, "  std::string name = \"a \\\"b\\\"\";\n"));
  BOOST_TEST(has(text, "  bool open = true;\n"));
  BOOST_TEST(
      has(types("  T: {properties: {a: {type: string, default: \"b\\0c\"}}}\n"),
          "  std::string a = std::string{\"b\\000c\", 3};\n"));
  BOOST_TEST(has(text, "  std::vector<std::int64_t> list = {1, 2};\n"));
  BOOST_TEST(has(text, "  t_level level = t_level::high;\n"));
}

BOOST_AUTO_TEST_CASE(what_may_be_null_is_optional) {
  const auto text = types("  T:\n"
                          "    properties:\n"
                          "      a: {type: [string, 'null']}\n"
                          "      b: {oneOf: [{type: integer}, {type: 'null'}]}\n"
                          "      c: {enum: [x, null]}\n"
                          "    required: [a, b]\n");
  BOOST_TEST(has(text, "json_required = troupe::members(\"a\", \"b\");\n"));
  BOOST_TEST(has(text, "  std::optional<std::string> a;\n"));
  BOOST_TEST(has(text, "  std::optional<std::int64_t> b;\n"));
  BOOST_TEST(has(text, "  std::optional<t_c> c = {};\n"));
}

BOOST_AUTO_TEST_CASE(formats_choose_types) {
  const auto text =
      types("  T:\n"
            "    properties:\n"
            "      at: {type: string, format: date-time}\n"
            "      span: {type: string, format: duration}\n"
            "      mail: {type: string, format: email, minLength: 3}\n"
            "      data: {type: string, contentEncoding: base64}\n"
            "      small: {type: integer, format: int32}\n"
            "      big: {type: integer, format: uint64, default: 18446744073709551615}\n"
            "      real: {type: number, format: float}\n"
            "      any: {}\n"
            "    required: [at, span, mail, data, small, real]\n");
  BOOST_TEST(has(text, "  std::chrono::sys_time<std::chrono::nanoseconds> at;\n"));
  BOOST_TEST(has(text, "  std::chrono::nanoseconds span;\n"));
  BOOST_TEST(has(text, "  /// Not checked: format email, minLength 3.\n  std::string mail;\n"));
  BOOST_TEST(has(text, "  std::vector<std::byte> data;\n"));
  BOOST_TEST(has(text, "  std::int32_t small = 0;\n"));
  BOOST_TEST(has(text, "  std::uint64_t big = 18446744073709551615U;\n"));
  BOOST_TEST(has(text, "  float real = 0;\n"));
  BOOST_TEST(has(text, "  troupe::json_value any = {};\n"));
}

BOOST_AUTO_TEST_CASE(enumerations_of_text_travel_by_name) {
  const auto text = types("  T: {type: string, enum: [NOT_STARTED, IN_PROGRESS]}\n");
  BOOST_TEST(
      has(text,
          "enum class t {\n"
          "  not_started,\n"
          "  in_progress,\n"
          "};\n"
          "BOOST_DESCRIBE_ENUM(t, not_started, in_progress)\n"));
  BOOST_TEST(
      has(text,
          "} // namespace t\n\n"
          "template <>\n"
          "inline constexpr auto troupe::json_naming<t::t> = troupe::naming::upper_snake_case;\n"));
}

BOOST_AUTO_TEST_CASE(enumerations_have_comments_where_each_value_is_a_schema) {
  const auto text = types("  T:\n"
                          "    oneOf:\n"
                          "      - {const: a, description: The first.}\n"
                          "      - {const: b}\n");
  BOOST_TEST(has(text, "enum class t {\n  /// The first.\n  a,\n  b,\n};\n"));
}

BOOST_AUTO_TEST_CASE(enumerations_of_numbers_keep_them) {
  const auto text = types("  T: {enum: [0, 5, -1], x-enum-varnames: [none, some, broken]}\n");
  BOOST_TEST(
      has(text,
          "enum class t : std::int64_t {\n"
          "  none = 0,\n"
          "  some = 5,\n"
          "  broken = -1,\n"
          "};\n"));
  BOOST_TEST(has(types("  T: {enum: [0, -1]}\n"), "  value_0 = 0,\n  value_minus_1 = -1,\n"));
}

BOOST_AUTO_TEST_CASE(one_of_several_is_a_variant) {
  const auto text =
      types("  T:\n"
            "    properties:\n"
            "      shape:\n"
            "        oneOf: [{$ref: '#/types/Circle'}, {type: number}, {type: 'null'}]\n"
            "    required: [shape]\n"
            "  Circle: {properties: {r: {type: number}}, required: [r]}\n");
  BOOST_TEST(has(text, "  std::optional<std::variant<circle, double>> shape;\n"));
}

BOOST_AUTO_TEST_CASE(lists_of_schemas_are_tuples) {
  BOOST_TEST(
      has(types("  T: {type: array, items: [{type: string}, {type: integer}], additionalItems: "
                "false}\n"),
          "operation<std::tuple<std::string, std::int64_t>, void> run{\"run\"};\n"));
}

BOOST_AUTO_TEST_CASE(parts_become_one_struct) {
  const auto text = types("  T:\n"
                          "    allOf:\n"
                          "      - {$ref: '#/types/Base'}\n"
                          "      - {properties: {b: {type: string}}, required: [b]}\n"
                          "  Base: {properties: {a: {type: string}}, required: [a]}\n");
  BOOST_TEST(has(text, "  std::string a;\n  std::string b;\n"));
  BOOST_TEST(has(types("  T: {allOf: [{properties: {a: {type: string}}}]}\n"), "struct t {\n"));
}

BOOST_AUTO_TEST_CASE(structs_may_hold_their_own_kind) {
  const auto text = types("  T:\n"
                          "    properties:\n"
                          "      left: {$ref: '#/types/T'}\n"
                          "      all: {type: array, items: {$ref: '#/types/U'}}\n"
                          "  U: {properties: {of: {$ref: '#/types/T'}}, required: [of]}\n");
  BOOST_TEST(has(text, "struct u;\n\nstruct t {\n"));
  BOOST_TEST(has(text, "  std::shared_ptr<t> left = {};\n  std::vector<u> all;\n"));
  BOOST_TEST(has(text, "struct u {\n"));
  BOOST_TEST(has(text, "  t of;\n"));
}

BOOST_AUTO_TEST_CASE(what_is_inside_of_others_stands_before_them) {
  const auto text = types("  T: {properties: {u: {$ref: '#/types/U'}}, required: [u]}\n"
                          "  U: {properties: {v: {properties: {a: {type: string}}}}}\n");
  BOOST_TEST(text.find("struct u_v {") < text.find("struct u {"));
  BOOST_TEST(text.find("struct u {") < text.find("struct t {"));
}

BOOST_AUTO_TEST_CASE(names_that_cpp_cannot_have_keep_their_own_in_json) {
  const auto text = types("  T:\n"
                          "    properties:\n"
                          "      class: {type: string}\n"
                          "      3d-model: {type: string}\n"
                          "      fooBar: {type: string}\n"
                          "      foo_bar: {type: string}\n"
                          "      \"\u00fcber\": {type: string}\n"
                          "      json_names: {type: string}\n");
  BOOST_TEST(
      has(text,
          "BOOST_DESCRIBE_STRUCT(t, (), (class_, n3d_model, foo_bar, foo_bar_2, ber, "
          "json_names_2))\n"));
  BOOST_TEST(has(text, "{\"n3d_model\", \"3d-model\"}"));
  BOOST_TEST(has(text, "{\"foo_bar_2\", \"foo_bar\"}"));
  BOOST_TEST(has(text, "{\"ber\", \"\u00fcber\"}"));
  BOOST_TEST(has(text, "{\"json_names_2\", \"json_names\"}"));
}

BOOST_AUTO_TEST_CASE(members_may_be_called_like_types) {
  const auto text = types("  T: {properties: {user: {$ref: '#/types/User'}}, required: [user]}\n"
                          "  User: {properties: {}}\n");
  BOOST_TEST(has(text, "  ::t::user user;\n"));
  BOOST_TEST(has(text, "struct user {};\nBOOST_DESCRIBE_STRUCT(user, (), ())\n"));
}

BOOST_AUTO_TEST_CASE(comments_cannot_leave_their_line) {
  const auto text = types("  T:\n"
                          "    description: \"Ends with \\\\\\nand goes on */ here\\x07.\"\n"
                          "    properties: {}\n");
  BOOST_TEST(has(text, "/// Ends with \\.\n/// and goes on */ here .\nstruct t {};\n"));
}

BOOST_AUTO_TEST_CASE(types_may_stand_in_other_files) {
  (void)file(
      "more.json",
      R"({"definitions": {"Cat": {"properties": {"of": {"$ref": "#/definitions/Owner"}}},
                              "Owner": {"type": "string"}}})");
  const auto text = types("  T: {properties: {cat: {$ref: 'more.json#/definitions/Cat'}}}\n");
  BOOST_TEST(has(text, "struct cat {\n"));
  BOOST_TEST(has(text, "  std::optional<std::string> of = {};\n"));
  BOOST_TEST(has(text, "  std::optional<::t::cat> cat = {};\n"));
}

BOOST_AUTO_TEST_SUITE_END()
