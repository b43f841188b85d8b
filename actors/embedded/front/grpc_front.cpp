// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_front.hpp"

#include "actors/embedded/front/connection_listener.hpp"
#include "actors/embedded/front/grpc_call.hpp"

#include <absl/synchronization/mutex.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>

#include <thread>
#include <utility>

namespace troupe::embedded {

namespace {

/// Calls of a method that wait to be accepted at once. The next one waits as soon as one has come,
/// so a burst needs no more of them; and Debian's gRPC, which is built with its assertions, looks
/// through all that a queue waits for at each completion.
constexpr int accepts_open = 2;

/// What requests that are on their way may take together, whatever length they announce. One that
/// gets there is reset; what ends below is refused by our own limit, in the real server's words.
constexpr std::size_t receive_quota = 256 * 1024 * 1024;

} // namespace

struct grpc_front::implementation {
  implementation(
      rpc::local_service& service,
      const grpc_front_options& options,
      std::unique_ptr<connection_listener> on)
      : credentials(options.credentials), context(service, options.hot), listener(std::move(on)) {}

  void run() {
    void* completed = nullptr;
    bool ok = false;
    while (own_queue->Next(&completed, &ok))
      static_cast<rpc::completion_tag*>(completed)->complete(ok);
  }

  /// Configures, starts, and opens the first calls; what is wrong, or nothing.
  std::string start(const grpc_front_options& options, grpc::ServerBuilder& builder) {
    context.request_limit = options.request_limit;
    context.body_patience = options.body_patience;
    context.most_awaited = options.most_awaited;
    context.service_names = {
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "temporal.api.operatorservice.v1.OperatorService",
        "temporal.api.workflowservice.v1.WorkflowService"};
    // Debian's Abseil is built with the deadlock detector of debug builds: a global lock in every
    // mutex.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    builder.RegisterAsyncGenericService(&context.generic);
    builder.RegisterService(&context.hot);
    // Not `AddListeningPort`: see the listener.
    auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        options.credentials ? options.credentials : grpc::InsecureServerCredentials());
    // gRPC looks at a message's size only once it has all of it, and then says other words.
    builder.SetMaxReceiveMessageSize(-1);
    builder.SetMaxSendMessageSize(-1);
    // SDKs ping every 10 to 30 s, with and without calls; gRPC's own defaults would answer
    // too_many_pings.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(
        GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive_interval.count()));
    builder.AddChannelArgument(
        GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(options.keepalive_timeout.count()));
    // The service keeps to deadlines itself and clients to theirs; gRPC's would be one more timer
    // for each call.
    builder.AddChannelArgument(GRPC_ARG_ENABLE_DEADLINE_CHECKS, 0);
    builder.AddChannelArgument(
        GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, static_cast<int>(options.handshake_patience.count()));
    // None of the filters that are off then is wanted: limits and deadlines are ours.
    builder.AddChannelArgument(GRPC_ARG_MINIMAL_STACK, 1);
    // Decompression is ours too: gRPC's makes as much of a request as its sender likes.
    builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
    // What all connections together may hold in requests that are still on their way. gRPC reads a
    // message of any announced length; this is where it ends.
    grpc::ResourceQuota quota{"troupe"};
    builder.SetResourceQuota(quota.Resize(receive_quota));
    server = builder.BuildAndStart();
    if (!server)
      return "cannot listen on '" + options.address + "'";
    context.server = server->c_server();
    for (int i = 0; i < accepts_open; ++i) {
      grpc_call::wait(context);
      for (int method = 0; method < context.hot.count(); ++method)
        hot_call::wait(context, method);
    }
    listener->start(std::move(acceptor));
    return {};
  }

  std::shared_ptr<grpc::ServerCredentials> credentials; ///< handshakes ask them
  grpc_front_context context;
  std::unique_ptr<grpc::ServerCompletionQueue>
      own_queue; ///< null if somebody else serves the queue
  std::unique_ptr<grpc::Server> server;
  std::thread thread;
  std::unique_ptr<connection_listener> listener;
  bool is_stopped = false;
};

grpc_front::grpc_front(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {}

result<std::unique_ptr<grpc_front>, std::string>
grpc_front::listen(rpc::local_service& service, grpc_front_options options) {
  auto listener = connection_listener::open(options.address);
  if (!listener)
    return unexpected{std::move(listener.error())};
  auto impl = std::make_unique<implementation>(service, options, std::move(*listener));
  grpc::ServerBuilder builder;
  impl->own_queue = builder.AddCompletionQueue();
  impl->context.queue = impl->own_queue.get();
  if (auto reason = impl->start(options, builder); !reason.empty()) {
    impl->own_queue->Shutdown();
    impl->run();
    return unexpected{std::move(reason)};
  }
  impl->thread = std::thread{[raw = impl.get()] { raw->run(); }};
  return std::unique_ptr<grpc_front>{new grpc_front(std::move(impl))};
}

result<std::unique_ptr<grpc_front>, std::string> grpc_front::listen_on(
    rpc::local_service& service,
    grpc_front_options options,
    std::unique_ptr<grpc::ServerBuilder>& builder,
    grpc::ServerCompletionQueue* queue) {
  auto listener = connection_listener::open(options.address);
  if (!listener)
    return unexpected{std::move(listener.error())};
  auto impl = std::make_unique<implementation>(service, options, std::move(*listener));
  impl->context.queue = queue;
  // A builder can be used once, whether that works or not.
  const auto used = std::exchange(builder, nullptr);
  if (auto reason = impl->start(options, *used); !reason.empty())
    return unexpected{std::move(reason)};
  return std::unique_ptr<grpc_front>{new grpc_front(std::move(impl))};
}

grpc_front::~grpc_front() {
  stop(duration::zero());
}

const std::string& grpc_front::address() const noexcept {
  return impl_->listener->address();
}
int grpc_front::port() const noexcept {
  return impl_->listener->port();
}

void grpc_front::stop(duration grace) {
  if (std::exchange(impl_->is_stopped, true))
    return;
  impl_->context.stopping.store(true, std::memory_order_release);
  impl_->context.bodies.stop();
  impl_->listener->stop();
  impl_->server->Shutdown(
      std::chrono::system_clock::now()
      + std::chrono::duration_cast<std::chrono::microseconds>(grace));
  // Answers that the service still owes must not start an operation on a queue that was shut down.
  for (int live = impl_->context.live_calls; live != 0; live = impl_->context.live_calls)
    impl_->context.live_calls.wait(live);
  if (!impl_->own_queue)
    return;
  impl_->own_queue->Shutdown();
  impl_->thread.join();
}

} // namespace troupe::embedded
