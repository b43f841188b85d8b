// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/matching_token.hpp"
#include "runtime/embedded/matching/token_seal.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace {

using namespace troupe::embedded;

constexpr token_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
constexpr token_key other_key{0x0706050403020100, 0x0f0e0d0c0b0a0909};

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string seal_of(std::string token) {
  const auto size = token.size();
  seal(token, key);
  return hex(std::string_view{token}.substr(size));
}

workflow_token a_workflow_token() {
  return {"namespace", "workflow", "run", 7, 8, 2, 3};
}

BOOST_AUTO_TEST_SUITE(token_seal)

// printf TEXT | openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 SIPHASH
BOOST_AUTO_TEST_CASE(is_the_keyed_hash_that_another_library_computes) {
  BOOST_TEST(seal_of("") == "a3817f04ba25a8e66df67214c7550293");
  BOOST_TEST(seal_of("a") == "0ea4f2fb02ad21d92d5fc91684f26426");
  BOOST_TEST(seal_of("1234567") == "edd2ca8109ca8bf74376f435c80826e0");
  BOOST_TEST(seal_of("12345678") == "86da31e21d1241e0e933a215f9e2faae");
  BOOST_TEST(
      seal_of("the quick brown fox jumps over the lazy dog") == "00152ef1dfc5b2d3f90364608f703c53");
}

BOOST_AUTO_TEST_CASE(no_changed_token_is_taken) {
  const auto operation =
      encode(operation_token_ref{"namespace", "workflow", "run", 5, "request"}, key);
  BOOST_TEST(decode_callback_token(operation, key).has_value());
  BOOST_TEST(!decode_callback_token(operation, other_key).has_value());

  const auto workflow = encode(a_workflow_token(), key);
  const auto matching =
      encode(matching_token{matching_token::kind::nexus, "namespace", "queue", "task"}, key);
  BOOST_TEST((decode_workflow_token(workflow, key) == a_workflow_token()));
  BOOST_TEST(!decode_workflow_token(workflow, other_key).has_value());
  BOOST_TEST(!decode_matching_token(matching_token::kind::nexus, matching, other_key).has_value());
  BOOST_TEST(decode_matching_token(matching_token::kind::nexus, matching, key).has_value());
  const auto refused = [](const std::string& bytes) {
    return !decode_workflow_token(bytes, key)
           && !decode_matching_token(matching_token::kind::nexus, bytes, key)
           && !decode_matching_token(matching_token::kind::query, bytes, key)
           && !decode_activity_token(bytes, key);
  };
  const auto activity = encode_activity(a_workflow_token(), key);
  BOOST_TEST((decode_activity_token(activity, key) == a_workflow_token()));
  BOOST_TEST(!decode_activity_token(activity, other_key).has_value());
  BOOST_TEST(!decode_activity_token(workflow, key).has_value());
  BOOST_TEST(!decode_workflow_token(activity, key).has_value());
  for (const auto& whole : {workflow, activity, matching}) {
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        auto changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
        BOOST_TEST(refused(changed));
      }
    for (std::size_t size = 0; size < whole.size(); ++size)
      BOOST_TEST(refused(whole.substr(0, size)));
    BOOST_TEST(refused(whole + '\0'));
  }
}

// Parts of a token moved within it, the lengths fitting again, make no other token.
BOOST_AUTO_TEST_CASE(no_token_can_be_moved_to_another_namespace_or_run) {
  auto other_run = a_workflow_token();
  other_run.run_id = "ran";
  const auto mine = encode(a_workflow_token(), key);
  const auto theirs = encode(other_run, key);
  BOOST_REQUIRE(mine.size() == theirs.size());
  const auto mixed =
      theirs.substr(0, theirs.size() - seal_size) + mine.substr(mine.size() - seal_size);
  BOOST_TEST(!decode_workflow_token(mixed, key).has_value());
}

BOOST_AUTO_TEST_CASE(two_services_have_different_keys) {
  BOOST_TEST((random_token_key() != random_token_key()));
}

BOOST_AUTO_TEST_CASE(a_key_is_kept_as_bytes_and_nothing_else_is_one) {
  BOOST_TEST((token_key_from(to_bytes(key)) == key));
  for (const std::size_t size : {0, 15, 17})
    BOOST_TEST(!token_key_from(std::string(size, 'x')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
