// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/rpc/grpc_test_server.hpp"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <vector>

namespace troupe::test {

namespace {

grpc::ByteBuffer buffer_of(const std::string& text) {
  const grpc::Slice slice{text};
  return {&slice, 1};
}

struct counters {
  std::mutex mutex;
  std::condition_variable changed;
  int hanging = 0;
  int abandoned = 0;

  void add(int counters::* which) {
    {
      std::lock_guard lock{mutex};
      ++(this->*which);
    }
    changed.notify_all();
  }
  void wait_for(int counters::* which) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return this->*which > 0; });
  }
};

class reactor final : public grpc::ServerGenericBidiReactor {
public:
  reactor(grpc::GenericCallbackServerContext& context, counters& seen)
      : context_(context), seen_(seen) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    const auto& method = context_.method();
    if (!ok) {
      Finish({grpc::StatusCode::INTERNAL, "no request"});
    } else if (method == "/t/echo") {
      answer(request_);
    } else if (method == "/t/gzip") {
      context_.set_compression_algorithm(GRPC_COMPRESS_GZIP);
      answer(request_);
    } else if (method == "/t/fail") {
      Finish(
          {grpc::StatusCode::NOT_FOUND,
           "there is no such thing",
           std::string{"raw \0 details", 13}});
    } else if (method == "/t/headers") {
      std::vector<std::string> lines;
      for (const auto& [key, value] : context_.client_metadata())
        lines.push_back(
            std::string{key.data(), key.size()} + "=" + std::string{value.data(), value.size()});
      std::sort(lines.begin(), lines.end());
      std::string text;
      for (const auto& line : lines)
        text += line + "\n";
      answer(buffer_of(text));
    } else if (method == "/t/hang") {
      seen_.add(&counters::hanging);
    } else {
      Finish({grpc::StatusCode::UNIMPLEMENTED, "unknown method " + method});
    }
  }

  void OnCancel() override {
    seen_.add(&counters::abandoned);
    if (context_.method() == "/t/hang")
      Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

private:
  void answer(grpc::ByteBuffer reply) {
    reply_ = std::move(reply);
    StartWriteAndFinish(&reply_, {}, grpc::Status::OK);
  }

  grpc::GenericCallbackServerContext& context_;
  counters& seen_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer reply_;
};

} // namespace

struct grpc_test_server::impl : grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor*
  CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new reactor{*context, seen};
  }

  counters seen;
  std::unique_ptr<grpc::Server> server;
};

grpc_test_server::grpc_test_server(int port, std::shared_ptr<grpc::ServerCredentials> with)
    : impl_(std::make_unique<impl>()) {
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Clients may ping as they like.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  builder.AddListeningPort(
      "127.0.0.1:" + std::to_string(port), with ? with : grpc::InsecureServerCredentials(), &port_);
  builder.RegisterCallbackGenericService(impl_.get());
  impl_->server = builder.BuildAndStart();
  if (!impl_->server || port_ == 0)
    throw std::runtime_error("the test server cannot listen");
}

grpc_test_server::~grpc_test_server() {
  impl_->server->Shutdown(std::chrono::system_clock::now());
  impl_->server->Wait();
}

void grpc_test_server::wait_for_abandoned_call() {
  impl_->seen.wait_for(&counters::abandoned);
}

void grpc_test_server::wait_for_hanging_call() {
  impl_->seen.wait_for(&counters::hanging);
}

blocking_caller::blocking_caller(connection_options options) {
  transport.emplace(rpc::resolve(std::move(options)), loop.queue());
}

blocking_caller::~blocking_caller() {
  on_loop([this] { transport.reset(); });
}

reply blocking_caller::call(
    std::string_view method, std::string request, std::chrono::milliseconds timeout) {
  return rpc::waiter{loop}.wait<reply>([&](auto done) {
    transport->start(
        {method, rpc::bytes{std::move(request)}, timeout, {{"per-call", "yes"}}},
        [done](rpc_status status, rpc::bytes message) mutable {
          done(result<reply>{reply{std::move(status), message.str()}});
        });
  });
}

void blocking_caller::on_loop(unique_function<void()> work) {
  rpc::waiter{loop}.wait<void>([&](auto done) {
    work();
    done(result<void>{});
  });
}

} // namespace troupe::test
