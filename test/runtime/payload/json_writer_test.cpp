// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

using troupe::from_json;
using troupe::to_json;
using writer = troupe::json_writer;

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(puts_commas_between_values_only) {
  writer out;
  out.begin_array();
  out.begin_object();
  out.end_object();
  out.begin_array();
  out.end_array();
  out.string(",");
  out.begin_object();
  out.key("a,\"");
  out.begin_array();
  out.null();
  out.boolean(false);
  out.end_array();
  out.quoted_key("\"b\":");
  out.raw("{ \"x\":[] }");
  out.end_object();
  out.end_array();
  BOOST_TEST(std::move(out).take() == R"([{},[],",",{"a,\"":[null,false],"b":{ "x":[] }}])");
  BOOST_TEST(writer{}.take() == "");
}

BOOST_AUTO_TEST_CASE(writes_texts_of_every_size_around_that_of_its_own_room) {
  for (std::size_t size = 0; size < 1100; ++size)
    for (const char* odd : {"", "\n", "é", "\"\x01"}) {
      const auto text = std::string(size, 'x') + odd;
      const std::vector<std::string> values{text, "", odd};
      if (from_json<std::vector<std::string>>(to_json(values)) != values)
        BOOST_ERROR("not the same text of size " << size << " with " << odd);
    }
}

BOOST_AUTO_TEST_CASE(writes_every_kind_of_value_where_its_room_ends) {
  const auto check = [](const auto& value) {
    const auto alone = to_json(value);
    for (std::size_t size = 440; size < 520; ++size) {
      const std::string before(size, 'x');
      const auto written = to_json(std::tuple{before, value, value});
      if (written != "[\"" + before + "\"," + alone + "," + alone + "]")
        BOOST_ERROR(alone << " behind a text of size " << size);
    }
  };
  check(std::vector<int>{});
  check(std::vector<std::vector<int>>{{}, {}});
  check(std::numeric_limits<std::int64_t>::min());
  check(12.5);
  check(-2.2250738585072014e-308);
  check(true);
  check(std::optional<int>{});
  check(std::map<std::string, int>{{"a\tb", 1}});
  check(std::string(200, '\x02'));
  check(std::vector<std::uint8_t>(40, 0xff));
}

BOOST_AUTO_TEST_CASE(keeps_a_text_that_another_writer_does_not_touch) {
  writer outer;
  outer.begin_array();
  outer.string(std::string(5000, 'o'));
  BOOST_TEST((to_json(std::string(7000, 'i')) == "\"" + std::string(7000, 'i') + "\""));
  outer.string(std::string(9000, 'p'));
  outer.end_array();
  BOOST_TEST(
      (std::move(outer).take()
       == "[\"" + std::string(5000, 'o') + "\",\"" + std::string(9000, 'p') + "\"]"));
}

BOOST_AUTO_TEST_SUITE_END()
