// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/otlp/collector.hpp"

#include <troupe/payload/codec_chain.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload_bytes.hpp>
#include <troupe/payload/remote_codec.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::collector;

namespace {

std::string http_answer(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size())
         + "\r\nConnection: close\r\n\r\n" + body;
}

payloads values(std::size_t count) {
  return payloads(count, encode_value(std::string{"x"}));
}

std::string problem(const payload_codec& codec, std::size_t count = 1) {
  try {
    (void)codec.decode(values(count));
    return "none";
  } catch (const payload_codec_error& error) {
    return error.what();
  }
}

/// Puts a letter behind the data, and takes it away again.
class marking final : public payload_codec {
public:
  explicit marking(char mark) : mark_(mark) {}
  payloads encode(payloads plain) const override {
    for (auto& each : plain)
      each.data += mark_;
    return plain;
  }
  payloads decode(payloads encoded) const override {
    for (auto& each : encoded) {
      if (!each.data.ends_with(mark_))
        throw std::runtime_error("not mine");
      each.data.pop_back();
    }
    return encoded;
  }

private:
  char mark_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(remote_codecs)

BOOST_AUTO_TEST_CASE(asks_as_codec_servers_of_all_sdks_expect_it) {
  collector to{http_answer(
      R"({"payloads":[{"metadata":{"encoding":"YmluYXJ5L3BsYWlu"},"data":"eQ==","new":1}]})")};
  const auto codec = remote_codec(
      to.url() + "/{namespace}/",
      {.name_space = "shop",
       .authorization = [] { return "Bearer key"; },
       .headers = {{"X-Team", "blue"}}});
  const auto decoded = codec->decode(values(1));
  BOOST_REQUIRE(decoded.size() == 1u);
  BOOST_TEST(decoded[0].encoding() == "binary/plain");
  BOOST_TEST(decoded[0].data == "y");
  const auto asked = to.wait_for(1)[0];
  BOOST_TEST(asked.starts_with("POST /shop/decode HTTP/1.1\r\n"), asked);
  for (const auto* line :
       {"X-Namespace: shop\r\n",
        "Authorization: Bearer key\r\n",
        "X-Team: blue\r\n",
        "Content-Type: application/json\r\n"})
    BOOST_TEST(asked.find(line) != std::string::npos, line);
  BOOST_TEST(
      asked.ends_with(
          R"({"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"Ingi"}]})"),
      asked);
}

BOOST_AUTO_TEST_CASE(asks_nobody_when_there_is_nothing_to_code) {
  BOOST_TEST(remote_codec("http://127.0.0.1:1")->encode({}).empty());
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_and_what_to_look_at) {
  const std::string nobody = "http://127.0.0.1:1";
  BOOST_TEST(
      problem(*remote_codec(nobody))
      == "the codec server at " + nobody
             + " failed to decode: connect: Connection refused; does the codec server run there?");
  const auto ends_with = [](const std::string& answer, const std::string& text) {
    collector to{answer};
    const auto said = problem(*remote_codec(to.url(), {.timeout = 10s}));
    BOOST_TEST(said.ends_with(text), said);
  };
  ends_with(
      http_answer("who?", "401 Unauthorized"),
      "HTTP 401 who?; see remote_codec_options::authorization");
  ends_with(http_answer("", "404 Not Found"), "HTTP 404 ; is that the path of the codec server?");
  ends_with(http_answer("<html>"), "its answer is no list of payloads; is it a codec server?");
  ends_with(http_answer(R"({"payloads":[]})"), "it made 0 payloads out of one");
  ends_with(http_answer(R"({"payloads":[{},{}]})"), "it made 2 payloads out of one");
  collector silent{""};
  BOOST_TEST(problem(*remote_codec(silent.url(), {.timeout = 50ms}))
                 .ends_with("it took too long; does the codec server run there?"));
  collector long_answer{http_answer(std::string(2000, ' '))};
  BOOST_TEST(problem(*remote_codec(long_answer.url(), {.max_answer_bytes = 1000})) != "none");
}

BOOST_AUTO_TEST_CASE(no_error_shows_a_key_in_its_url) {
  for (const auto* key : {"/key", "/?key", "/v1?key"})
    BOOST_TEST(
        problem(*remote_codec(std::string{"http://127.0.0.1:1"} + key)).find("key")
        == std::string::npos);
}

BOOST_AUTO_TEST_CASE(may_get_another_number_of_payloads_out_of_several) {
  collector to{http_answer(R"({"payloads":[{}]})")};
  BOOST_TEST(remote_codec(to.url())->decode(values(2)).size() == 1u);
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_asked) {
  for (const auto* url : {"", "127.0.0.1:8888", "ftp://h", "http://h:1/a\r\nX: y"})
    BOOST_CHECK_THROW((void)remote_codec(url), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)remote_codec("http://h", {.headers = {{"X", "a\r\nY: b"}}}), std::invalid_argument);
  BOOST_CHECK_THROW((void)remote_codec("http://h", {.name_space = "a\nb"}), std::invalid_argument);
  BOOST_TEST(
      problem(*remote_codec("http://127.0.0.1:1", {.authorization = [] { return "a\nb"; }}))
      == "the codec server at http://127.0.0.1:1 failed to decode: the authorization has a "
         "character that ends its line");
}

BOOST_AUTO_TEST_CASE(chains_undo_in_reverse_what_they_did) {
  const auto chain = codec_chain({std::make_shared<marking>('a'), std::make_shared<marking>('b')});
  const auto made = chain->encode(values(2));
  BOOST_TEST(made[1].data == "\"x\"ab");
  BOOST_TEST((chain->decode(made) == values(2)));
  BOOST_TEST((codec_chain({})->encode(values(1)) == values(1)));
  BOOST_CHECK_THROW((void)codec_chain({nullptr}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(payloads_are_bytes_and_the_reverse) {
  auto some = encode_value(std::string{"x"});
  some.set("other", "\xFF");
  BOOST_TEST((payload_from_bytes(to_bytes(some)) == some));
  BOOST_TEST((payload_from_bytes("") == payload{}));
  BOOST_CHECK_THROW((void)payload_from_bytes("no payload"), payload_error);
}

BOOST_AUTO_TEST_SUITE_END()
