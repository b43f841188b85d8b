// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/wire/wire_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(wire_reader)

BOOST_AUTO_TEST_CASE(reads_every_wire_type_and_skips_what_it_does_not_know) {
  // 1: 150, 2: "testing", 3: fixed64, 4: fixed32, 100: -1
  const auto message = "\x08\x96\x01"s + "\x12\x07testing"s + "\x19"s + std::string(8, 'x')
                       + "\x25"s + std::string(4, 'y') + "\xa0\x06"s + std::string(9, '\xff')
                       + "\x01"s;
  troupe::wire_reader in{message};
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.field() == 1u);
  BOOST_TEST(in.number() == 150u);
  BOOST_TEST(in.is_number());
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.field() == 2u);
  BOOST_TEST(in.text() == "testing");
  BOOST_TEST(in.number() == 0u);
  BOOST_TEST(in.is_text());
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.field() == 3u);
  BOOST_TEST(in.text().empty());
  BOOST_TEST(!in.is_number());
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.field() == 4u);
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.field() == 100u);
  BOOST_TEST(static_cast<std::int32_t>(in.number()) == -1);
  BOOST_TEST(!in.next());
  BOOST_TEST(in.ok());
}

BOOST_AUTO_TEST_CASE(skips_groups_with_all_that_is_in_them) {
  const auto inside = "\x08\x96\x01\x12\x07testing\x19"s + std::string(8, 'x') + "\x25"s
                      + std::string(4, 'y') + "\x13\x0b\x0c\x14"s;
  const auto deep = std::string(10'001, '\x0b') + std::string(10'001, '\x0c');
  for (const auto& group : {"\x0b\x0c"s, "\x0b"s + inside + "\x0c", deep}) {
    const auto message = group + "\x10\x07"s;
    troupe::wire_reader in{message};
    const auto* begin = in.position();
    BOOST_REQUIRE(in.next());
    BOOST_TEST(in.is_group());
    BOOST_TEST(in.field() == 1u);
    BOOST_TEST(!in.is_text());
    BOOST_TEST(!in.is_number());
    BOOST_TEST(in.text().empty());
    BOOST_TEST((std::string_view{begin, in.position()} == group));
    BOOST_REQUIRE(in.next());
    BOOST_TEST(in.number() == 7u);
    BOOST_TEST(!in.next());
    BOOST_TEST(in.ok());
  }
  BOOST_TEST(troupe::wire_reader::group_depth("\x0b\x0c"s) == 1u);
  BOOST_TEST(troupe::wire_reader::group_depth("\x0b"s + inside + "\x0c") == 3u);
  BOOST_TEST(troupe::wire_reader::group_depth(deep) == 10'001u);
  BOOST_TEST(troupe::wire_reader::group_depth("\x08\x01"s) == 0u);
}

BOOST_AUTO_TEST_CASE(an_empty_message_has_no_fields) {
  troupe::wire_reader in{{}};
  BOOST_TEST(!in.next());
  BOOST_TEST(in.ok());
}

BOOST_AUTO_TEST_CASE(takes_the_lower_32_bits_of_a_tag_as_protobuf_does) {
  for (const auto& tag : {"\x88\x80\x80\x80\x70"s, "\x88\x80\x80\x80\x00"s}) {
    const auto message = tag + "\x07\x10\x01"s;
    troupe::wire_reader in{message};
    BOOST_REQUIRE(in.next());
    BOOST_TEST(in.field() == 1U);
    BOOST_TEST(in.number() == 7U);
    BOOST_REQUIRE(in.next());
    BOOST_TEST(in.field() == 2U);
  }
  const auto group = "\x8b\x80\x80\x80\x70\x8c\x80\x80\x80\x70\x10\x01"s;
  troupe::wire_reader in{group};
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.is_group());
  BOOST_REQUIRE(in.next());
  BOOST_TEST(in.field() == 2U);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_message) {
  const std::string bad[] = {
      "\x08"s,                                         // no value
      "\x08\x96"s,                                     // half a value
      "\x12\x07test"s,                                 // text beyond the end
      "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, // a length of 2^64 - 1
      "\x19xxxx"s,                                     // half a fixed64
      "\x25yy"s,                                       // half a fixed32
      "\x0b"s,                                         // half a group
      "\x0b\x14"s,                                     // a group that another one ends
      "\x0c"s,                                         // the end of none
      "\x0b\x0a\x05test\x0c"s,                         // a text beyond the end of its group
      "\x0b\x0f\x0c"s,                                 // nothing that there is, in a group
      std::string(10'002, '\x0b') + std::string(10'002, '\x0c'),
      "\x02\x00"s,                       // field 0
      "\x08"s + std::string(11, '\xff'), // a varint without an end
      std::string(10, '\x80'),           // a tag without an end
      "\x88\x80\x80\x80\x80\x01\x07"s,   // a tag of six bytes
  };
  for (const auto& message : bad) {
    troupe::wire_reader in{message};
    while (in.next()) {
    }
    BOOST_TEST(!in.ok(), message);
    BOOST_TEST(!in.next());
  }
}

BOOST_AUTO_TEST_SUITE_END()
