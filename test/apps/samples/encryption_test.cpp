// SPDX-License-Identifier: Apache-2.0
// The sample of encryption: the codec, a service in virtual time that sees bytes, the codec server.

#include "apps/samples/encryption/aes_codec.hpp"
#include "apps/samples/encryption/codec_server.hpp"

#include <troupe/error.hpp>
#include <troupe/payload/codec_chain.hpp>
#include <troupe/payload/remote_codec.hpp>
#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>

using encryption_sample::aes_codec;
using encryption_sample::codec_server;
using troupe::testing::environment;

namespace {

struct echo {
  static constexpr std::string_view name = "Echo";
  troupe::async<std::string> run(troupe::workflow::context, std::string what) {
    if (what == "secret-error")
      throw troupe::application_error("secret-text");
    co_return what;
  }
};

std::string history_of(const troupe::client& client, const std::string& id) {
  std::string all;
  for (const auto& event : client.get_workflow(id).history())
    all += event.to_json();
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(encryption)

BOOST_AUTO_TEST_CASE(the_service_sees_neither_arguments_nor_results_nor_texts_of_errors) {
  environment env;
  const auto client = env.connect(
      "default", {.codec = std::make_shared<aes_codec>(), .encode_failure_attributes = true});
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<echo>().start();
  BOOST_TEST(
      client.execute_workflow<echo>({.id = "good", .task_queue = "q"}, "secret-value")
      == "secret-value");
  try {
    (void)client.execute_workflow<echo>({.id = "bad", .task_queue = "q"}, "secret-error");
    BOOST_ERROR("it fails");
  } catch (const troupe::workflow_failed_error& error) {
    BOOST_TEST(error.cause()->message() == "secret-text");
  }
  const auto plain = env.connect();
  for (const auto* id : {"good", "bad"}) {
    const auto seen = history_of(plain, id);
    BOOST_TEST(seen.find("secret") == std::string::npos, seen);
    BOOST_TEST(seen.find("encryption-key-id") != std::string::npos, seen);
  }
  BOOST_TEST(history_of(plain, "bad").find("Encoded failure") != std::string::npos);
  // Who has no key is told so.
  BOOST_CHECK_THROW((void)plain.get_workflow<std::string>("good").result(), troupe::payload_error);
}

BOOST_AUTO_TEST_CASE(what_was_changed_or_has_another_key_is_refused) {
  const aes_codec codec;
  const troupe::payloads plain{troupe::encode_value(std::string{"value"}), {}};
  auto made = codec.encode(plain);
  BOOST_TEST((codec.decode(made) == plain));
  BOOST_TEST((codec.decode(plain) == plain)); // what nobody has encrypted
  BOOST_TEST((made[0].data != codec.encode(plain)[0].data));
  for (std::size_t at = 0; at != made[0].data.size(); ++at) {
    auto changed = made;
    changed[0].data[at] ^= 1;
    BOOST_CHECK_THROW((void)codec.decode(changed), std::runtime_error);
    changed[0].data.resize(at);
    BOOST_CHECK_THROW((void)codec.decode(changed), std::runtime_error);
  }
  const aes_codec other{"other", "other-key-other-key-other-key-o!"};
  BOOST_CHECK_THROW((void)other.decode(made), std::runtime_error);
  const aes_codec same_name{"test-key-id", "other-key-other-key-other-key-o!"};
  BOOST_CHECK_THROW((void)same_name.decode(made), std::runtime_error);
  BOOST_CHECK_THROW(aes_codec("short", "key"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_codec_server_does_the_same_behind_http) {
  const auto codec = std::make_shared<aes_codec>();
  codec_server server{codec, 0};
  std::thread serves{[&server] {
    for (int i = 0; i != 4; ++i)
      server.serve_one();
  }};
  const auto url = "http://127.0.0.1:" + std::to_string(server.port());
  const auto remote = troupe::remote_codec(url);
  const troupe::payloads plain{
      troupe::encode_value(std::string{"value \xC3\xA4"}), troupe::encode_value(7)};
  const auto made = remote->encode(plain);
  BOOST_TEST((codec->decode(made) == plain));
  BOOST_TEST((remote->decode(made) == plain));
  // Two times, the other way round each time.
  const auto twice = troupe::codec_chain({codec, remote});
  const auto deep = twice->encode(plain);
  BOOST_TEST((codec->decode(codec->decode(deep)) == plain));
  auto changed = made;
  changed[0].data.back() ^= 1;
  try {
    (void)remote->decode(changed);
    BOOST_ERROR("it was changed");
  } catch (const troupe::payload_codec_error& error) {
    BOOST_TEST(
        std::string{error.what()}
        == "the codec server at " + url
               + " failed to decode: HTTP 400 it was encrypted with another key, or changed since");
  }
  serves.join();
}

BOOST_AUTO_TEST_SUITE_END()
