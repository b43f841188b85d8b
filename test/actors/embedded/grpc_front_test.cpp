// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_bytes.hpp"
#include "test/actors/embedded/grpc_front_fixture.hpp"
#include "test/actors/embedded/raw_grpc_client.hpp"

#include <boost/test/unit_test.hpp>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/server_credentials.h>
#include <temporal/api/errordetails/v1/message.pb.h>

namespace {

using namespace troupe::embedded;
using namespace troupe::embedded::front_test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(grpc_front, fixture)

BOOST_AUTO_TEST_CASE(passes_requests_and_answers_through_unchanged) {
  for (const auto& method : echo_methods)
    for (std::size_t size : {0UL, 1UL, 100UL, 5'000UL, 3'000'000UL}) {
      std::string sent(size, 'x');
      std::string received;
      BOOST_TEST(call(method, sent, received).ok());
      BOOST_TEST((sent == received));
    }
}

BOOST_AUTO_TEST_CASE(passes_status_message_and_details_through) {
  for (const auto& method : fail_methods) {
    std::string response;
    const auto status = call(method, "x", response);
    BOOST_TEST(status.error_code() == grpc::StatusCode::NOT_FOUND);
    BOOST_TEST(status.error_message() == "nothing here");
    BOOST_TEST(status.error_details() == "details");
  }
}

BOOST_AUTO_TEST_CASE(accepts_compressed_requests) {
  for (const auto& method : echo_methods) {
    const std::string sent(100'000, 'z');
    std::string received;
    BOOST_TEST(call(method, sent, received, GRPC_COMPRESS_GZIP).ok());
    BOOST_TEST((sent == received));
  }
}

BOOST_AUTO_TEST_CASE(refuses_oversize_requests_in_the_real_servers_words) {
  for (const auto& method : echo_methods)
    for (auto compression : {GRPC_COMPRESS_NONE, GRPC_COMPRESS_GZIP}) {
      std::string received;
      const auto status = call(method, std::string(5'000'000, 'x'), received, compression);
      BOOST_TEST(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
      BOOST_TEST(
          status.error_message()
          == (compression == GRPC_COMPRESS_NONE
                  ? "grpc: received message larger than max (5000000 vs. 4194304)"
                  : "grpc: received message after decompression larger than max 4194304"));
    }
}

BOOST_AUTO_TEST_CASE(tells_the_service_when_a_client_vanishes_in_a_long_poll) {
  for (const auto& method : hang_methods) {
    grpc::ClientContext context;
    auto reader = stub->PrepareUnaryCall(&context, method, buffer_of("x"), &queue);
    reader->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    reader->Finish(&answer, &status, nullptr);
    run_until_hanging(1);
    context.TryCancel();
    run_until_hanging(0);
    finish_last();
    completed = 0;
    BOOST_TEST(status.error_code() == grpc::StatusCode::CANCELLED);
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_inflates_beyond_the_limit_is_refused) {
  for (const auto& method : {echo_methods[0], echo_methods[1]}) {
    std::string received;
    const auto status = call(method, std::string(200'000'000, '\0'), received, GRPC_COMPRESS_GZIP);
    BOOST_TEST(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
    BOOST_TEST(
        status.error_message()
        == "grpc: received message after decompression larger than max 4194304");
  }
}

BOOST_AUTO_TEST_CASE(a_compressed_request_is_known_wherever_the_network_cut_it) {
  using troupe::rpc::bytes;
  const std::string packed{
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x54\x28\x4a\x2d\x2c\x4d\x2d\x2e\x51"
      "\xc8\xcc\x53\x28\xc8\x4c\x4d\x4e\x2d\x06\x00\xa1\xc8\x86\xaa\x13\x00\x00\x00",
      39};
  const auto unpacked = [](const std::vector<std::string_view>& slices) {
    const auto made = inflated(bytes{nullptr, slices}, 1000);
    return made ? made->str() : made.error().error_message();
  };
  const std::string_view all = packed;
  for (std::size_t cut = 0; cut <= all.size(); ++cut)
    BOOST_TEST(
        unpacked({all.substr(0, cut), all.substr(cut)}) == "a request in pieces", "cut at " << cut);
  std::vector<std::string_view> each;
  for (std::size_t i = 0; i != all.size(); ++i)
    each.push_back(all.substr(i, 1));
  BOOST_TEST(unpacked(each) == "a request in pieces");
  // What is no gzip is left as it is.
  for (const std::string_view plain : {"", "\x1f", "\x1e\x8b", "\x1f\x8c"})
    BOOST_TEST(
        unpacked({plain.substr(0, 1), plain.substr(std::min<std::size_t>(1, plain.size()))})
        == plain);
}

BOOST_AUTO_TEST_CASE(the_longest_deadline_of_the_protocol_is_one) {
  gpr_timespec far = gpr_now(GPR_CLOCK_REALTIME);
  far.tv_sec += 99'999'999LL * 3600;
  const auto when = troupe::embedded::to_time(far);
  BOOST_TEST((when > troupe::time_point{std::chrono::hours{24 * 365 * 200}}));
  BOOST_TEST((when < troupe::time_point::max()));
}

BOOST_AUTO_TEST_CASE(a_request_that_does_not_come_ends_at_its_deadline) {
  // By hand: gRPC's own client would end the call itself.
  for (const auto methods : {std::span<const std::string>{echo_methods}, {hang_methods}})
    for (const auto& method : methods)
      BOOST_TEST_CONTEXT(method) {
        raw_client client{front->port()};
        client.begin(1, method, "100m");
        const auto trailers = client.trailers(1);
        BOOST_TEST(
            trailers.find("grpc-status\x01"
                          "4")
            != std::string::npos);
        BOOST_TEST(trailers.find("context deadline exceeded") != std::string::npos);
      }
  BOOST_TEST(service.hanging() == 0U); // it never heard of them
  front->stop(0s);                     // waits for calls that hold something
}

BOOST_AUTO_TEST_CASE(a_request_that_is_no_request_is_not_waited_for_for_ever) {
  auto options = at("127.0.0.1:0");
  options.body_patience = 1s;
  auto impatient = troupe::embedded::grpc_front::listen(service, options);
  BOOST_REQUIRE(impatient.has_value());
  for (const auto& method : echo_methods) {
    raw_client client{(*impatient)->port()};
    client.begin(1, method, "99999999H");
    client.send_request(1, std::string("\2\0\0\0\0", 5)); // no such flag
    BOOST_TEST(
        client.trailers(1).find("grpc-status\x01"
                                "4")
        != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_that_is_none_is_waited_for_no_longer_than_none) {
  // gRPC drops what it cannot read of it and tells nobody.
  auto options = at("127.0.0.1:0");
  options.body_patience = 1s;
  auto impatient = troupe::embedded::grpc_front::listen(service, options);
  BOOST_REQUIRE(impatient.has_value());
  for (const auto& method : echo_methods)
    for (const auto* timeout : {"soon", "-5S", "1", "999999999H"}) {
      raw_client client{(*impatient)->port()};
      client.begin(1, method, timeout);
      BOOST_TEST(
          client.trailers(1).find("grpc-status\x01"
                                  "4")
          != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_says_it_is_compressed_and_is_not_is_read_as_it_is) {
  // gRPC does not tell of the mark in front of a message without an encoding.
  for (const auto& method : echo_methods) {
    raw_client client{front->port()};
    client.begin(1, method, "20S");
    client.send_request(1, std::string("\1\0\0\0\3", 5) + "abc", true);
    const auto trailers = client.trailers(1);
    BOOST_TEST(
        trailers.find("grpc-status\x01"
                      "0")
        != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_before_its_request_came_leaves_nothing_behind) {
  for (const auto methods : {std::span<const std::string>{echo_methods}, {hang_methods}})
    for (const auto& method : methods) {
      raw_client client{front->port()};
      client.begin(1, method, "99999999H");
    }
  std::string received;
  for (const auto& method : echo_methods) // others are served meanwhile
    BOOST_TEST(call(method, "x", received).ok());
  front->stop(0s);
  BOOST_TEST(service.hanging() == 0U);
}

BOOST_AUTO_TEST_CASE(stops_while_requests_have_not_come) {
  raw_client client{front->port()};
  client.begin(1, hang_methods[1], "99999999H");
  raw_client other{front->port()};
  other.begin(1, echo_methods[0], "99999999H");
  std::string received;
  BOOST_TEST(call(echo_methods[0], "x", received).ok());
  front->stop(0s);
  BOOST_TEST(service.hanging() == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_says_nothing_is_closed) {
  auto options = at("127.0.0.1:0");
  options.handshake_patience = 50ms;
  auto impatient = troupe::embedded::grpc_front::listen(service, options);
  BOOST_REQUIRE(impatient.has_value());
  const silent_client says_nothing{(*impatient)->port()};
  BOOST_TEST(says_nothing.is_closed());
}

BOOST_AUTO_TEST_CASE(both_ways_of_a_call_say_who_makes_it) {
  for (const auto& method : who_methods) {
    grpc::ClientContext context;
    context.AddMetadata("x-test", "told");
    auto reader = stub->PrepareUnaryCall(&context, method, buffer_of("x"), &queue);
    reader->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    reader->Finish(&answer, &status, nullptr);
    next();
    const auto text = text_of(answer);
    BOOST_TEST(text.starts_with("ipv4:127.0.0.1:"), text);
    BOOST_TEST(text.ends_with("\ntold\nnobody"), text);
  }
}

BOOST_AUTO_TEST_CASE(both_ways_of_a_call_show_the_certificate_of_the_client) {
  grpc::SslServerCredentialsOptions tls{GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY};
  tls.pem_root_certs = pem("ca.pem");
  tls.pem_key_cert_pairs.push_back({pem("server.key"), pem("server.pem")});
  auto options = at("127.0.0.1:0");
  options.credentials = grpc::SslServerCredentials(tls);
  auto secure = troupe::embedded::grpc_front::listen(service, options);
  BOOST_REQUIRE(secure.has_value());
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("troupe.test");
  grpc::GenericStub caller{grpc::CreateCustomChannel(
      (*secure)->address(),
      grpc::SslCredentials({pem("ca.pem"), pem("client.key"), pem("client.pem")}),
      arguments)};
  for (const auto& method : who_methods) {
    grpc::ClientContext context;
    auto reader = caller.PrepareUnaryCall(&context, method, buffer_of("x"), &queue);
    reader->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    reader->Finish(&answer, &status, nullptr);
    next();
    BOOST_TEST(status.ok(), status.error_message());
    const auto text = text_of(answer);
    BOOST_TEST(text.find("nobody") == std::string::npos, text);
    BOOST_TEST(text.find("troupe client troupe.test") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(answers_more_hot_calls_at_once_than_it_waits_for) {
  constexpr int calls = 300;
  struct running {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer answer;
    grpc::Status status;
  };
  for (int round = 0; round < 2; ++round) {
    std::vector<std::unique_ptr<running>> all;
    for (int i = 0; i < calls; ++i) {
      auto& each = *all.emplace_back(std::make_unique<running>());
      each.reader = stub->PrepareUnaryCall(
          &each.context, echo_methods[1], buffer_of(std::to_string(i)), &queue);
      each.reader->StartCall();
      each.reader->Finish(&each.answer, &each.status, nullptr);
    }
    for (int i = 0; i < calls; ++i)
      next();
    for (int i = 0; i < calls; ++i) {
      BOOST_TEST(all[static_cast<std::size_t>(i)]->status.ok());
      BOOST_TEST(text_of(all[static_cast<std::size_t>(i)]->answer) == std::to_string(i));
    }
  }
}

BOOST_AUTO_TEST_CASE(says_that_a_port_is_in_use) {
  auto second = troupe::embedded::grpc_front::listen(service, {.address = front->address()});
  BOOST_REQUIRE(!second.has_value());
  BOOST_TEST(
      second.error()
      == "cannot listen on '" + front->address()
             + "': the port is in use; choose another one or stop the program that has it");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_an_address) {
  for (const char* address : {"nonsense", "127.0.0.1:", "127.0.0.1:99999", ":x", "127.0.0.1:7a"}) {
    auto failed = troupe::embedded::grpc_front::listen(service, {.address = address});
    BOOST_REQUIRE(!failed.has_value());
    BOOST_TEST(
        failed.error() == "cannot listen on '" + std::string{address} + "': expected ip:port");
  }
}

BOOST_AUTO_TEST_CASE(stops_with_calls_in_flight) {
  struct running {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer answer;
    grpc::Status status;
  };
  std::vector<std::unique_ptr<running>> all;
  for (const auto& method : hang_methods) {
    auto& each = *all.emplace_back(std::make_unique<running>());
    each.reader = stub->PrepareUnaryCall(&each.context, method, buffer_of("x"), &queue);
    each.reader->StartCall();
    each.reader->Finish(&each.answer, &each.status, nullptr);
  }
  run_until_hanging(all.size());
  front->stop(0s);
  BOOST_TEST(service.hanging() == 0U);
  for (auto left = all.size() - static_cast<std::size_t>(completed); left > 0; --left)
    next();
  for (const auto& each : all)
    BOOST_TEST(!each->status.ok());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
