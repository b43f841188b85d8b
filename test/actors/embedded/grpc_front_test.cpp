// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_bytes.hpp"
#include "actors/embedded/front/grpc_front.hpp"
#include "runtime/rpc/caller.hpp"
#include "runtime/rpc/methods.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/descriptor.pb.h>
#include <grpc/health/v1/health.pb.h>
#include <grpc/reflection/v1/reflection.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/server_credentials.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <span>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::rpc::bytes;

/// Methods that the front serves in its general way, and in the way of the hot ones.
namespace hot = troupe::rpc::methods::workflow_service;
const std::string echo_methods[]{"/test/Echo", std::string{hot::respond_nexus_task_completed}};
const std::string fail_methods[]{"/test/Fail", std::string{hot::respond_workflow_task_completed}};
const std::string hang_methods[]{
    "/test/Hang",
    std::string{hot::poll_workflow_task_queue},
    std::string{hot::poll_nexus_task_queue}};

/// Answers who called: in the general way and in the hot one.
const std::string who_methods[]{"/test/Who", "/test/HotWho"};

/// The options of a front that knows these hot methods.
grpc_front_options at(std::string address) {
  grpc_front_options options{.address = std::move(address)};
  options.hot = {
      {echo_methods[1], false},
      {fail_methods[1], false},
      {hang_methods[1], true},
      {hang_methods[2], true},
      {who_methods[1], false}};
  return options;
}

bool is_one_of(std::span<const std::string> methods, const std::string& method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

/// Answers by method: the echo ones the request, the fail ones an error with details, the others
/// nothing until they are cancelled.
class fake_service final : public troupe::rpc::local_service {
public:
  cancel_function handle(request what, troupe::rpc::reply_handler on_reply) override {
    if (is_one_of(echo_methods, what.method)) {
      on_reply({}, what.message);
      return {};
    }
    if (is_one_of(fail_methods, what.method)) {
      on_reply({troupe::status_code::not_found, "nothing here", "details"}, {});
      return {};
    }
    if (is_one_of(who_methods, what.method)) {
      const auto identity = what.from->identity();
      std::string text = what.from->peer() + '\n';
      text += what.from->header("x-test");
      text += '\n' + (identity ? identity->common_name : "nobody");
      for (const auto& name : identity ? identity->alternative_names : std::vector<std::string>{})
        text += ' ' + name;
      on_reply({}, bytes{std::move(text)});
      return {};
    }
    std::lock_guard guard{mutex_};
    const auto id = ++last_;
    hanging_.emplace(id, std::move(on_reply));
    return [this, id] { end(id); };
  }

  std::size_t hanging() {
    std::lock_guard guard{mutex_};
    return hanging_.size();
  }

private:
  void end(int id) {
    std::unique_lock lock{mutex_};
    auto node = hanging_.extract(id);
    lock.unlock();
    if (!node.empty())
      node.mapped()({troupe::status_code::cancelled, "gone", {}}, {});
  }

  std::mutex mutex_;
  std::map<int, troupe::rpc::reply_handler> hanging_;
  int last_ = 0;
};

grpc::ByteBuffer buffer_of(const std::string& text) {
  grpc::Slice slice{text};
  return {&slice, 1};
}

std::string text_of(grpc::ByteBuffer& buffer) {
  grpc::Slice all;
  return buffer.DumpToSingleSlice(&all).ok()
             ? std::string{reinterpret_cast<const char*>(all.begin()), all.size()}
             : std::string{};
}

std::string pem(const std::string& name) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/runtime/rpc/pem/" + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// HTTP/2 by hand: one call, whose request never comes.
class raw_client {
public:
  explicit raw_client(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    const timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    send_frame(settings, 0, 0, "");
  }
  ~raw_client() { ::close(fd_); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  void send_headers(const std::string& path, const std::string& timeout) {
    std::string block;
    for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
             {":method", "POST"},
             {":scheme", "http"},
             {":path", path},
             {":authority", "localhost"},
             {"te", "trailers"},
             {"content-type", "application/grpc"},
             {"grpc-timeout", timeout}}) {
      block += '\0'; // a literal that is not indexed
      block += static_cast<char>(name.size()) + name;
      block += static_cast<char>(value.size()) + value;
    }
    constexpr char end_of_headers = 4;
    send_frame(headers, end_of_headers, 1, block);
  }

  /// Reads until the stream's trailers come: gives them, or nothing if it is only reset.
  std::string trailers() {
    constexpr int end_of_stream = 1;
    for (;;) {
      const auto head = receive(9);
      if (head.size() != 9)
        return {};
      const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(head[at]); };
      const auto size = static_cast<std::size_t>(byte(0)) << 16 | byte(1) << 8 | byte(2);
      auto body = receive(size);
      if (byte(8) != 1)
        continue;
      if (byte(3) == reset)
        return {};
      if (byte(3) == headers && (byte(4) & end_of_stream))
        return body;
    }
  }

private:
  static constexpr char headers = 1;
  static constexpr char reset = 3;
  static constexpr char settings = 4;

  void send(const std::string& bytes) {
    BOOST_REQUIRE(::send(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }
  void send_frame(char type, char flags, char stream, const std::string& payload) {
    std::string frame{'\0', '\0', static_cast<char>(payload.size()), type, flags, 0, 0, 0, stream};
    send(frame + payload);
  }
  std::string receive(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const auto got = ::recv(fd_, bytes.data() + have, size - have, 0);
      if (got <= 0)
        return {};
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  int fd_;
};

struct fixture {
  fake_service service;
  std::unique_ptr<grpc_front> front;
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::GenericStub> stub;
  int completed = 0;

  fixture() {
    auto listening = troupe::embedded::grpc_front::listen(service, at("127.0.0.1:0"));
    BOOST_REQUIRE(listening.has_value());
    front = std::move(*listening);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt("grpc.use_local_subchannel_pool", 1);
    stub = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(front->address(), grpc::InsecureChannelCredentials(), arguments));
  }

  ~fixture() {
    queue.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
    }
  }

  bool next() {
    void* tag = nullptr;
    bool ok = false;
    BOOST_REQUIRE(queue.Next(&tag, &ok));
    return ok;
  }

  /// Drives the client's connection until so many calls hang in the service; completions are
  /// counted.
  void run_until_hanging(std::size_t count) {
    while (service.hanging() != count) {
      void* tag = nullptr;
      bool ok = false;
      const auto status = queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + 2ms);
      completed += status == grpc::CompletionQueue::GOT_EVENT ? 1 : 0;
    }
  }

  /// The completion of the one operation in flight, if it has not come yet.
  void finish_last() {
    if (completed == 0)
      next();
  }

  grpc::Status call(
      const std::string& method,
      const std::string& request,
      std::string& response,
      grpc_compression_algorithm compression = GRPC_COMPRESS_NONE) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 30s);
    context.set_compression_algorithm(compression);
    auto reader = stub->PrepareUnaryCall(&context, method, buffer_of(request), &queue);
    reader->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    reader->Finish(&answer, &status, nullptr);
    next();
    response = text_of(answer);
    return status;
  }

  grpc::reflection::v1::ServerReflectionResponse reflect(
      const std::string& service_name,
      const grpc::reflection::v1::ServerReflectionRequest& question) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 30s);
    auto stream = stub->PrepareCall(&context, "/" + service_name + "/ServerReflectionInfo", &queue);
    stream->StartCall(nullptr);
    next();
    grpc::reflection::v1::ServerReflectionResponse answer;
    // Twice on one stream, as the tools do.
    for (int i = 0; i < 2; ++i) {
      stream->Write(buffer_of(question.SerializeAsString()), nullptr);
      next();
      grpc::ByteBuffer raw;
      stream->Read(&raw, nullptr);
      BOOST_TEST(next());
      BOOST_TEST(answer.ParseFromString(text_of(raw)));
    }
    stream->WritesDone(nullptr);
    next();
    grpc::Status status;
    stream->Finish(&status, nullptr);
    next();
    BOOST_TEST(status.ok());
    return answer;
  }
};

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
        client.send_headers(method, "100m");
        const auto trailers = client.trailers();
        BOOST_TEST(
            trailers.find("grpc-status\x01"
                          "4")
            != std::string::npos);
        BOOST_TEST(trailers.find("context deadline exceeded") != std::string::npos);
      }
  BOOST_TEST(service.hanging() == 0U); // it never heard of them
  front->stop(0s);                     // waits for calls that hold something
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_before_its_request_came_leaves_nothing_behind) {
  for (const auto methods : {std::span<const std::string>{echo_methods}, {hang_methods}})
    for (const auto& method : methods) {
      raw_client client{front->port()};
      client.send_headers(method, "99999999H");
    }
  std::string received;
  for (const auto& method : echo_methods) // others are served meanwhile
    BOOST_TEST(call(method, "x", received).ok());
  front->stop(0s);
  BOOST_TEST(service.hanging() == 0U);
}

BOOST_AUTO_TEST_CASE(stops_while_requests_have_not_come) {
  raw_client client{front->port()};
  client.send_headers(hang_methods[1], "99999999H");
  raw_client other{front->port()};
  other.send_headers(echo_methods[0], "99999999H");
  std::string received;
  BOOST_TEST(call(echo_methods[0], "x", received).ok());
  front->stop(0s);
  BOOST_TEST(service.hanging() == 0U);
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
