// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_front.hpp"

#include "actors/embedded/front/grpc_call.hpp"

#include <absl/synchronization/mutex.h>
#include <arpa/inet.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace troupe::embedded {

namespace {

/// Calls that wait to be accepted at once: a burst is taken up without a round through the loop for
/// each.
constexpr int accepts_open = 32;

/// What requests that are on their way may take together, whatever length they announce. One that
/// gets there is reset; what ends below is refused by our own limit, in the real server's words.
constexpr std::size_t receive_quota = 256 * 1024 * 1024;

bool split(const std::string& address, std::string& host, std::string& port) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size())
    return false;
  host = address.substr(0, colon);
  port = address.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return !host.empty() && port.find_first_not_of("0123456789") == std::string::npos
         && port.size() <= 5 && std::stoi(port) <= 65535;
}

/// gRPC says only "no address added"; binding once ourselves tells why. Empty if the address is
/// free.
std::string why_not(const std::string& address) {
  std::string host;
  std::string port;
  if (!split(address, host, port))
    return "cannot listen on '" + address + "': expected ip:port";
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); failed != 0)
    return "cannot listen on '" + address + "': " + ::gai_strerror(failed);
  std::string reason;
  const int fd = ::socket(found->ai_family, SOCK_STREAM, 0);
  if (fd >= 0) {
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, 1) != 0)
      reason = errno == EADDRINUSE
                   ? "the port is in use; choose another one or stop the program that has it"
                   : std::strerror(errno);
    ::close(fd);
  }
  ::freeaddrinfo(found);
  return reason.empty() ? reason : "cannot listen on '" + address + "': " + reason;
}

} // namespace

struct grpc_front::implementation {
  implementation(rpc::local_service& service, const grpc_front_options& options)
      : context(service, options.hot) {}

  void run() {
    void* completed = nullptr;
    bool ok = false;
    while (own_queue->Next(&completed, &ok))
      static_cast<rpc::completion_tag*>(completed)->complete(ok);
  }

  /// Configures, starts, and opens the first calls; what is wrong, or nothing.
  std::string start(const grpc_front_options& options, grpc::ServerBuilder& builder) {
    context.request_limit = options.request_limit;
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
    builder.AddListeningPort(
        options.address,
        options.credentials ? options.credentials : grpc::InsecureServerCredentials(),
        &port);
    // gRPC looks at a message's size only once it has all of it, and then says other words.
    builder.SetMaxReceiveMessageSize(-1);
    builder.SetMaxSendMessageSize(-1);
    // SDKs ping every 10 to 30 s, with and without calls; gRPC's own defaults would answer
    // too_many_pings.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // Two servers on one port would share its connections at random.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // The service keeps to deadlines itself and clients to theirs; gRPC's would be one more timer
    // for each call.
    builder.AddChannelArgument(GRPC_ARG_ENABLE_DEADLINE_CHECKS, 0);
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
    if (!server || port == 0)
      return "cannot listen on '" + options.address + "'";
    context.server = server->c_server();
    address = options.address.substr(0, options.address.rfind(':') + 1) + std::to_string(port);
    for (int i = 0; i < accepts_open; ++i) {
      grpc_call::wait(context);
      for (int method = 0; method < context.hot.count(); ++method)
        hot_call::wait(context, method);
    }
    return {};
  }

  grpc_front_context context;
  std::unique_ptr<grpc::ServerCompletionQueue>
      own_queue; ///< null if somebody else serves the queue
  std::unique_ptr<grpc::Server> server;
  std::thread thread;
  std::string address;
  int port = 0;
  bool is_stopped = false;
};

grpc_front::grpc_front(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {}

result<std::unique_ptr<grpc_front>, std::string>
grpc_front::listen(rpc::local_service& service, grpc_front_options options) {
  if (auto reason = why_not(options.address); !reason.empty())
    return unexpected{std::move(reason)};
  auto impl = std::make_unique<implementation>(service, options);
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
  if (auto reason = why_not(options.address); !reason.empty())
    return unexpected{std::move(reason)};
  auto impl = std::make_unique<implementation>(service, options);
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
  return impl_->address;
}
int grpc_front::port() const noexcept {
  return impl_->port;
}

void grpc_front::stop(duration grace) {
  if (std::exchange(impl_->is_stopped, true))
    return;
  impl_->context.stopping.store(true, std::memory_order_release);
  impl_->context.bodies.stop();
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
