// SPDX-License-Identifier: Apache-2.0
// What every gRPC server is asked besides its services: health, reflection, pings.
#include "test/actors/embedded/grpc_front_fixture.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <grpc/health/v1/health.pb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using namespace troupe::embedded::front_test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(grpc_front_standard, fixture)

BOOST_AUTO_TEST_CASE(answers_health_checks) {
  grpc::health::v1::HealthCheckRequest request;
  grpc::health::v1::HealthCheckResponse response;
  std::string answer;
  for (const char* name : {"", "temporal.api.workflowservice.v1.WorkflowService"}) {
    request.set_service(name);
    BOOST_TEST(call("/grpc.health.v1.Health/Check", request.SerializeAsString(), answer).ok());
    BOOST_TEST(response.ParseFromString(answer));
    BOOST_TEST(response.status() == grpc::health::v1::HealthCheckResponse::SERVING);
  }
  request.set_service("no.such.Service");
  const auto status = call("/grpc.health.v1.Health/Check", request.SerializeAsString(), answer);
  BOOST_TEST(status.error_code() == grpc::StatusCode::NOT_FOUND);
}

BOOST_AUTO_TEST_CASE(tolerates_a_hundred_pings_without_a_call) {
  // By hand, since client libraries keep to their own minimum between pings.
  constexpr int pings = 100;
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  BOOST_REQUIRE(fd >= 0);
  const timeval patience{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(front->port()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const auto frame = [](char type, const std::string& body) {
    std::string out{'\0', '\0', static_cast<char>(body.size()), type};
    return out + std::string(5, '\0') + body;
  };
  std::string sent = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, "");
  for (int i = 0; i < pings; ++i)
    sent += frame(6, std::string(8, static_cast<char>(i)));
  BOOST_REQUIRE(::send(fd, sent.data(), sent.size(), 0) == static_cast<ssize_t>(sent.size()));
  std::string received;
  int answered = 0;
  bool is_sent_away = false;
  while (answered < pings && !is_sent_away) {
    char chunk[4096];
    const auto size = ::recv(fd, chunk, sizeof chunk, 0);
    if (size <= 0)
      break;
    received.append(chunk, static_cast<std::size_t>(size));
    while (received.size() >= 9) {
      const auto length = static_cast<std::size_t>(
          (static_cast<unsigned char>(received[1]) << 8) | static_cast<unsigned char>(received[2]));
      if (received.size() < 9 + length)
        break;
      answered += received[3] == 6 ? 1 : 0;
      is_sent_away = is_sent_away || received[3] == 7;
      received.erase(0, 9 + length);
    }
  }
  ::close(fd);
  BOOST_TEST(answered == pings);
  BOOST_TEST(!is_sent_away);
}

BOOST_AUTO_TEST_CASE(holds_a_health_watch_until_the_client_leaves) {
  grpc::ClientContext context;
  auto stream = stub->PrepareCall(&context, "/grpc.health.v1.Health/Watch", &queue);
  stream->StartCall(nullptr);
  next();
  stream->WriteLast(buffer_of(""), {}, nullptr);
  next();
  grpc::ByteBuffer raw;
  stream->Read(&raw, nullptr);
  BOOST_TEST(next());
  grpc::health::v1::HealthCheckResponse response;
  BOOST_TEST(response.ParseFromString(text_of(raw)));
  BOOST_TEST(response.status() == grpc::health::v1::HealthCheckResponse::SERVING);
  context.TryCancel();
  grpc::Status status;
  stream->Finish(&status, nullptr);
  next();
  BOOST_TEST(status.error_code() == grpc::StatusCode::CANCELLED);
}

BOOST_AUTO_TEST_CASE(answers_reflection_in_both_versions) {
  for (const char* name :
       {"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}) {
    grpc::reflection::v1::ServerReflectionRequest question;
    question.set_list_services("*");
    const auto listed = reflect(name, question);
    BOOST_TEST(listed.list_services_response().service_size() == 5);
    question.set_file_containing_symbol("temporal.api.workflowservice.v1.WorkflowService");
    const auto files = reflect(name, question);
    BOOST_REQUIRE(files.file_descriptor_response().file_descriptor_proto_size() > 10);
    google::protobuf::FileDescriptorProto file;
    BOOST_TEST(file.ParseFromString(files.file_descriptor_response().file_descriptor_proto(0)));
    BOOST_TEST(file.name() == "temporal/api/workflowservice/v1/service.proto");
    question.set_file_containing_symbol("no.such.Symbol");
    BOOST_TEST(reflect(name, question).error_response().error_code() == 5);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
