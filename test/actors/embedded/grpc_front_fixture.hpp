// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/front/grpc_front.hpp"
#include "runtime/rpc/caller.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/transport.hpp"

#include <boost/test/unit_test.hpp>
#include <grpc/reflection/v1/reflection.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

/// A front on a free port before a service that answers by method, and a client of it.
namespace troupe::embedded::front_test {

using namespace std::chrono_literals;
using troupe::rpc::bytes;

/// Methods that the front serves in its general way, and in the way of the hot ones.
namespace hot = troupe::rpc::methods::workflow_service;
inline const std::string echo_methods[]{
    "/test/Echo", std::string{hot::respond_nexus_task_completed}};
inline const std::string fail_methods[]{
    "/test/Fail", std::string{hot::respond_workflow_task_completed}};
inline const std::string hang_methods[]{
    "/test/Hang",
    std::string{hot::poll_workflow_task_queue},
    std::string{hot::poll_nexus_task_queue}};

/// Answers who called: in the general way and in the hot one.
inline const std::string who_methods[]{"/test/Who", "/test/HotWho"};

/// The options of a front that knows these hot methods.
inline grpc_front_options at(std::string address) {
  grpc_front_options options{.address = std::move(address)};
  options.hot = {
      {echo_methods[1], false},
      {fail_methods[1], false},
      {hang_methods[1], true},
      {hang_methods[2], true},
      {who_methods[1], false}};
  return options;
}

/// A certificate or key of the tests.
inline std::string pem(const std::string& name) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/runtime/rpc/pem/" + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline bool is_one_of(std::span<const std::string> methods, const std::string& method) {
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

inline grpc::ByteBuffer buffer_of(const std::string& text) {
  grpc::Slice slice{text};
  return {&slice, 1};
}

inline std::string text_of(grpc::ByteBuffer& buffer) {
  grpc::Slice all;
  return buffer.DumpToSingleSlice(&all).ok()
             ? std::string{reinterpret_cast<const char*>(all.begin()), all.size()}
             : std::string{};
}

struct fixture {
  fake_service service;
  std::unique_ptr<grpc_front> front;
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::GenericStub> stub;
  int completed = 0;

  explicit fixture(
      const grpc_front_options& options = at("127.0.0.1:0"),
      const std::shared_ptr<grpc::ChannelCredentials>& as = grpc::InsecureChannelCredentials()) {
    auto listening = troupe::embedded::grpc_front::listen(service, options);
    BOOST_REQUIRE(listening.has_value());
    front = std::move(*listening);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt("grpc.use_local_subchannel_pool", 1);
    arguments.SetSslTargetNameOverride("troupe.test");
    stub = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(front->address(), as, arguments));
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

} // namespace troupe::embedded::front_test
