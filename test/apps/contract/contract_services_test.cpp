// SPDX-License-Identifier: Apache-2.0
// Services, and the header as a whole.

#include "test/apps/contract/definitions.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ctime>
#include <string>

using namespace troupe::cli::contract;

namespace {

/// Seconds of this thread's processor, the least of several.
template <class Code>
double time_of(Code code) {
  const auto now = [] {
    timespec at{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
  };
  double least = 0;
  for (int i = 0; i < 3; ++i) {
    const auto begun = now();
    code();
    const auto took = now() - begun;
    least = i == 0 ? took : std::min(least, took);
  }
  return least;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(contract_services, definitions)

BOOST_AUTO_TEST_CASE(a_definition_becomes_a_header) {
  BOOST_TEST(
      header("# Whatever stands here\n"
             "nexusrpc: 1.0.0\n"
             "services:\n"
             "  GreetingService:\n"
             "    description: |\n"
             "      Greets.\n"
             "\n"
             "      Twice, if asked.\n"
             "    operations:\n"
             "      sayHello:\n"
             "        description: At once.\n"
             "        input: {properties: {name: {type: string}}, required: [name]}\n"
             "        output: {type: string}\n"
             "      ping: {}\n")
      == "// Written by `troupe nexus generate`; change this instead of the header:\n"
         "// t.nexusrpc.yaml\n"
         "#pragma once\n"
         "\n"
         "#include <troupe/nexus/service.hpp>\n"
         "#include <troupe/payload/json.hpp>\n"
         "\n"
         "#include <boost/describe.hpp>\n"
         "\n"
         "#include <string>\n"
         "#include <tuple>\n"
         "\n"
         "namespace t {\n"
         "\n"
         "struct say_hello_input {\n"
         "  static constexpr auto json_naming = troupe::naming::as_written;\n"
         "  static constexpr auto json_required = troupe::every_member;\n"
         "  std::string name;\n"
         "};\n"
         "BOOST_DESCRIBE_STRUCT(say_hello_input, (), (name))\n"
         "\n"
         "/// Greets.\n"
         "///\n"
         "/// Twice, if asked.\n"
         "struct greeting_service : troupe::nexus::service<\"GreetingService\"> {\n"
         "  /// At once.\n"
         "  static constexpr operation<say_hello_input, std::string> say_hello{\"sayHello\"};\n"
         "  static constexpr operation<void, void> ping{\"ping\"};\n"
         "  static constexpr auto operations = std::tuple{say_hello, ping};\n"
         "};\n"
         "\n"
         "} // namespace t\n");
}

BOOST_AUTO_TEST_CASE(names_that_clash_differ_in_cpp_alone) {
  const auto text = header("nexusrpc: 1.0.0\n"
                           "services:\n"
                           "  'Strange{Item}':\n"
                           "    operations:\n"
                           "      'Strange{Item}': {input: {$ref: '#/types/Strange{Item}'}}\n"
                           "      StrangeItem: {input: {$ref: '#/types/StrangeItem'}}\n"
                           "      operations: {}\n"
                           "  StrangeItem: {operations: {}}\n"
                           "types:\n"
                           "  'Strange{Item}': {properties: {}}\n"
                           "  StrangeItem: {properties: {}}\n");
  BOOST_TEST(
      has(text, "struct strange_item_service : troupe::nexus::service<\"Strange{Item}\"> {"));
  BOOST_TEST(
      has(text, "struct strange_item_service_2 : troupe::nexus::service<\"StrangeItem\"> {"));
  BOOST_TEST(has(text, "operation<::t::strange_item, void> strange_item{\"Strange{Item}\"};"));
  BOOST_TEST(has(text, "operation<::t::strange_item_2, void> strange_item_2{\"StrangeItem\"};"));
  BOOST_TEST(has(text, "operation<void, void> operations_2{\"operations\"};"));
  BOOST_TEST(has(text, "static constexpr auto operations = std::tuple<>{};"));
}

BOOST_AUTO_TEST_CASE(types_of_other_languages_are_passed_over_and_ours_is_taken) {
  const auto text = header("nexusrpc: 1.0.0\n"
                           "services:\n"
                           "  S:\n"
                           "    operations:\n"
                           "      a:\n"
                           "        input: {$goRef: a.B, $cppRef: 'ours/b.hpp#ours::b'}\n"
                           "        output: {$goRef: a.C, type: string}\n");
  BOOST_TEST(has(text, "#pragma once\n\n#include \"ours/b.hpp\"\n\n#include <troupe/"));
  BOOST_TEST(has(text, "operation<ours::b, std::string> a{\"a\"};"));
}

BOOST_AUTO_TEST_CASE(a_type_of_ours_has_to_be_one) {
  const auto with = [&](const std::string& reference) {
    return "nexusrpc: 1.0.0\nservices: {S: {operations: {a: {input: {$cppRef: '" + reference
           + "'}}}}}\n";
  };
  for (const auto* good :
       {"b.hpp#b",
        "<ours/b.hpp>#::ours::b",
        "b.hpp#ours::page<ours::b, 3>",
        "b.hpp#std::vector<std::array<int, 2>>::value_type",
        "b.hpp#a::b< c::d >"})
    BOOST_TEST(error(with(good)) == "none", good);
  for (const auto* bad :
       {"b.hpp",       "#b",          "<b.hpp#b",       "<>#b",       "b.hpp>#b", "b.hpp#b; int x",
        "b.hpp#b{}",   "b.hpp#b c",   "b.hpp#a::class", "b.hpp#a::3", "b.hpp#3",  "b.hpp#a::<b>",
        "b.hpp#a<b",   "b.hpp#a<b>>", "b.hpp#a<b,,c>",  "b.hpp#a:b",  "b.hpp#::", "b.hpp#int",
        "b.hpp#a // ", "b.hpp#a#b",   "b .hpp#a"})
    BOOST_TEST(has(error(with(bad)), "\"$cppRef\" has to be HEADER#TYPE"), bad);
  BOOST_TEST(
      has(error("nexusrpc: 1.0.0\nservices: {S: {operations: {a: {input: {$cppRef: [a]}}}}}\n"),
          "has to be HEADER#TYPE"));
}

BOOST_AUTO_TEST_CASE(names_of_files_cannot_leave_their_line) {
  const auto path =
      file("a.nexusrpc\n#error\\", "nexusrpc: 1.0.0\nservices: {S: {operations: {}}}\n");
  const auto text = header_text(read_definition({path}, ""));
  BOOST_TEST(has(text, "instead of the header:\n// a.nexusrpc #error\\.\n#pragma once\n"));
}

BOOST_AUTO_TEST_CASE(references_to_pipes_are_not_waited_for) {
  BOOST_REQUIRE(mkfifo((folder / "pipe.yaml").c_str(), 0600) == 0);
  BOOST_TEST(
      has(error("nexusrpc: 1.0.0\nservices: {S: {operations: {a: {input: {$ref: pipe.yaml}}}}}\n"),
          "it is no regular file"));
}

BOOST_AUTO_TEST_CASE(thousands_of_types_are_read_and_put_into_their_order) {
  // Each holds the next one and a list of the one after that; they are called from the last on, so
  // that reading one does not lead through all.
  const auto definition = [](int many) {
    std::string operations, types;
    for (int i = many; i-- > 0;) {
      const auto number = std::to_string(i);
      operations += "      o" + number + ": {input: {$ref: '#/types/T" + number + "'}}\n";
      types += "  T" + number + ": {title: same, properties: {next: {$ref: '#/types/T"
               + std::to_string(std::min(i + 1, many - 1))
               + "'}, later: {type: array, items: {$ref: '#/types/T"
               + std::to_string(std::min(i + 2, many - 1)) + "'}}}}\n";
    }
    return "nexusrpc: 1.0.0\nservices:\n  S:\n    operations:\n" + operations + "types:\n" + types;
  };
  const auto text = header(definition(3'000));
  BOOST_TEST(has(text, "struct same {\n"));
  BOOST_TEST(has(text, "struct same_3000 {\n"));

  // Ten times as many take about ten times as long; what looks at all for each would take a hundred
  // times.
  const auto few = time_of([&] { (void)header(definition(300)); });
  const auto many = time_of([&] { (void)header(definition(3'000)); });
  BOOST_TEST(many < 30 * few, few << " s and " << many << " s");
}

BOOST_AUTO_TEST_CASE(several_files_become_one_header) {
  const auto one =
      file("one.nexusrpc.yaml", "nexusrpc: 1.0.0\nservices: {One: {operations: {a: {}}}}\n");
  const auto two =
      file("two.nexusrpc.yaml", "nexusrpc: 1.2.3\nservices: {Two: {operations: {a: {}}}}\n");
  const auto text = header_text(read_definition({one, two}, "ours::contracts"));
  BOOST_TEST(has(text, "// one.nexusrpc.yaml, two.nexusrpc.yaml\n"));
  BOOST_TEST(has(text, "namespace ours::contracts {\n"));
  BOOST_TEST(has(text, "struct one : "));
  BOOST_TEST(has(text, "struct two : "));
  BOOST_CHECK_EXCEPTION(
      read_definition({one, one}, ""), source_error, [](const source_error& error) {
        return has(error.what(), "there is another service \"One\"");
      });
  BOOST_CHECK_THROW(read_definition({one}, "a::1"), troupe::cli::command_error);
}

BOOST_AUTO_TEST_CASE(what_is_no_definition_is_refused_with_its_place) {
  BOOST_TEST(error("") == "1:1: the file is empty");
  BOOST_TEST(has(error("a: b"), "1:1: this is no Nexus definition: \"nexusrpc: 1.0.0\""));
  BOOST_TEST(error("nexusrpc: 2.0.0") == "1:11: only version 1.0.0 of Nexus definitions is known");
  BOOST_TEST(error("nexusrpc: 1.0.0") == "1:1: there are no services in this");
  BOOST_TEST(
      error("nexusrpc: 1.0.0\nservcies: {}")
      == "2:1: \"servcies\" means nothing in a Nexus definition, only nexusrpc, services, types");
  BOOST_TEST(
      error("nexusrpc: 1.0.0\nservices:\n  S: {}")
      == "3:3: \"S\" has no operations: write {} for none");
  BOOST_TEST(
      error("nexusrpc: 1.0.0\nservices:\n  S:\n    operations:\n      a:")
      == "5:7: \"a\" has to be a map ({} for an empty one)");
  BOOST_TEST(
      error("nexusrpc: 1.0.0\nservices:\n  S:\n    operations:\n      a: {inputs: {}}")
      == "5:11: \"inputs\" means nothing in an operation, only description, input, output");
  BOOST_TEST(
      error("nexusrpc: 1.0.0\nservices:\n  S:\n    operations: {__temporal_a: {}}")
      == "4:18: names that begin with __temporal_ are reserved");
  BOOST_TEST(
      has(error("nexusrpc: 1.0.0\nservices: {S: {operations: {a: {input: {$goRef: x}}}}}"),
          "2:33: there is no type for C++: write \"$cppRef: HEADER#TYPE\""));
}

BOOST_AUTO_TEST_CASE(bad_yaml_is_refused_with_its_place) {
  BOOST_TEST(has(error("a: [b\nc: d"), "did not find expected"));
  BOOST_TEST(error("a: b\na: c") == "2:1: \"a\" is there twice");
  BOOST_TEST(error("{b: 1, a: 1, c: 1, b: 2, a: 2}") == "1:20: \"b\" is there twice");
  BOOST_TEST(error("a: *b") == "1:4: there is no anchor &b before this");
  BOOST_TEST(error("a: &b {c: *b}") == "1:11: *b is a part of what it stands for");
  BOOST_TEST(has(error("a: {<<: {}}"), "1:5: merge keys"));
  BOOST_TEST(has(error("a: 1\n---\nb: 2"), "2:1: a second document"));
  BOOST_TEST(has(error("a: !!binary aGk="), "1:4: the tag tag:yaml.org,2002:binary"));
  BOOST_TEST(error("a: !foo {b: c}") == "1:4: the tag !foo has no meaning here");
  BOOST_TEST(error("a: !foo [b]") == "1:4: the tag !foo has no meaning here");
  BOOST_TEST(error("a: !!map [b]") == "1:4: the tag tag:yaml.org,2002:map has no meaning here");
  BOOST_TEST(has(error(std::string(200, '[')), ": this is nested more than 100 deep"));
}

BOOST_AUTO_TEST_CASE(what_cpp_cannot_carry_is_refused_with_its_place) {
  BOOST_TEST(
      types_error("  T: {type: string, minLenght: 3}\n")
      == "4:21: \"minLenght\" is no keyword of JSON Schema (draft 7)");
  BOOST_TEST(has(types_error("  T: {not: {type: string}}\n"), "4:7: \"not\" says something"));
  BOOST_TEST(has(types_error("  T: {type: text}\n"), "4:13: there is no type \"text\""));
  BOOST_TEST(
      types_error("  T: {$ref: '#/types/Nobody'}\n")
      == "4:13: $ref #/types/Nobody leads nowhere: there is no \"Nobody\"");
  BOOST_TEST(has(types_error("  T: {$ref: 'https://a/b.json'}\n"), "4:13: $ref https://a/b.json"));
  BOOST_TEST(has(types_error("  T: {$ref: 'gone.yaml#/a'}\n"), "4:13: failed reading "));
  BOOST_TEST(
      has(types_error("  T: {$ref: '#/types/U', minLength: 1}\n  U: {type: string}\n"),
          "4:26: \"minLength\" beside $ref"));
  BOOST_TEST(has(
      types_error("  T: {properties: {a: {type: string}}, additionalProperties: {type: string}}\n"),
      "4:40: properties and others of one type"));
  BOOST_TEST(
      types_error("  T: {properties: {a: {type: string}}, required: [b]}\n")
      == "4:51: \"b\" is required, but is none of the properties");
  BOOST_TEST(has(types_error("  T: {enum: [a, 1]}\n"), "4:17: the values of an enumeration"));
  BOOST_TEST(types_error("  T: {enum: [a, a]}\n") == "4:17: the value a is there twice");
  BOOST_TEST(has(types_error("  T: {type: array, items: [{}]}\n"), "additionalItems: false"));
  BOOST_TEST(has(types_error("  T: {type: string, items: {}}\n"), "4:21: \"items\" is not for"));
  BOOST_TEST(
      types_error("  T: {properties: {a: {type: integer, format: int8, default: 128}}}\n")
      == "4:62: this default does not fit std::int8_t");
  BOOST_TEST(
      types_error("  T: {properties: {a: {type: number, default: 1e400}}}\n")
      == "4:47: this default does not fit double");
  BOOST_TEST(
      types_error("  T: {properties: {a: {enum: [x], default: y}}}\n")
      == "4:44: this default is none of the values");
  BOOST_TEST(has(types_error("  T: {properties: {'a\"b': {}}}\n"), "4:20: this name"));
  BOOST_TEST(
      has(types_error("  T: {oneOf: [{type: string}], anyOf: [{type: integer}]}\n"),
          "4:32: \"anyOf\" beside \"oneOf\" would be passed over"));
  BOOST_TEST(
      has(types_error("  T: {oneOf: [{type: string}, {type: integer}], required: [a]}\n"),
          "\"required\" beside \"oneOf\""));
  BOOST_TEST(has(types_error("  T: {enum: [a], const: a}\n"), "\"const\" beside \"enum\""));
  BOOST_TEST(
      has(types_error("  T: {allOf: [{type: string}], oneOf: [{type: string}]}\n"),
          "\"oneOf\" beside \"allOf\""));
}

BOOST_AUTO_TEST_CASE(types_without_an_end_are_refused_with_their_place) {
  BOOST_TEST(
      has(types_error("  T: {$ref: '#/types/U'}\n  U: {$ref: '#/types/T'}\n"),
          "5:13: $ref #/types/T refers to itself"));
  BOOST_TEST(
      has(types_error("  T: {type: array, items: {$ref: '#/types/T'}}\n"),
          "4:34: $ref #/types/T refers to itself"));
  BOOST_TEST(
      has(types_error("  T: {properties: {a: {$ref: '#/types/U'}}, required: [a]}\n"
                      "  U: {properties: {b: {$ref: '#/types/T'}}, required: [b]}\n"),
          "holds another"));
  BOOST_TEST(
      has(types_error("  T: {allOf: [{$ref: '#/types/U'}], properties: {a: {}}}\n"
                      "  U: {allOf: [{$ref: '#/types/T'}], properties: {b: {}}}\n"),
          "is a part of itself"));
}

BOOST_AUTO_TEST_CASE(references_that_multiply_end) {
  std::string many = "  T: {properties: {a: {$ref: '#/types/T0'}}}\n";
  for (int i = 0; i < 30; ++i)
    many += "  T" + std::to_string(i) + ": {type: array, items: [{$ref: '#/types/T"
            + std::to_string(i + 1) + "'}, {$ref: '#/types/T" + std::to_string(i + 1)
            + "'}], additionalItems: false}\n";
  many += "  T30: {type: string}\n";
  BOOST_TEST(has(types_error(many), "these are more than 20000 schemas"));
}

BOOST_AUTO_TEST_SUITE_END()
