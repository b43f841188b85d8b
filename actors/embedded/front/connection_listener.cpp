// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/connection_listener.hpp"

#include "runtime/base/log/log.hpp"

#include <grpcpp/server_builder.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace troupe::embedded {

namespace {

/// So many of one address, then the others and the end are looked at.
constexpr int accepted_at_once = 64;
/// Nothing says that a descriptor is free again.
constexpr std::chrono::milliseconds pause_when_full{100};
/// Where connections come and go at the limit it is reached all the time.
constexpr std::chrono::seconds between_lines{10};

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

void set_port(addrinfo& of, int port) {
  const auto wire = htons(static_cast<std::uint16_t>(port));
  if (of.ai_family == AF_INET)
    reinterpret_cast<sockaddr_in*>(of.ai_addr)->sin_port = wire;
  else if (of.ai_family == AF_INET6)
    reinterpret_cast<sockaddr_in6*>(of.ai_addr)->sin6_port = wire;
}

int port_of(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
    return 0;
  return ntohs(
      bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                  : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

/// A socket that listens there, or -1 and `errno`.
int listening_socket(const addrinfo& on) {
  const int made =
      ::socket(on.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, on.ai_protocol);
  if (made < 0)
    return -1;
  const int yes = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  // What is accepted has it from here.
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::bind(made, on.ai_addr, on.ai_addrlen) == 0 && ::listen(made, SOMAXCONN) == 0)
    return made;
  const int why = errno;
  ::close(made);
  errno = why;
  return -1;
}

} // namespace

result<std::unique_ptr<connection_listener>, std::string>
connection_listener::open(const std::string& address) {
  std::unique_ptr<connection_listener> made{new connection_listener};
  if (auto reason = made->take(address); !reason.empty())
    return unexpected{"cannot listen on '" + address + "': " + std::move(reason)};
  return made;
}

std::string connection_listener::take(const std::string& address) {
  std::string host;
  std::string port;
  if (!split(address, host, port))
    return "expected ip:port";
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first); failed != 0)
    return ::gai_strerror(failed);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> guard{first, ::freeaddrinfo};
  for (auto* each = first; each != nullptr; each = each->ai_next) {
    if (port_ != 0)
      set_port(*each, port_); // all on the one that the first one got
    const int socket = listening_socket(*each);
    if (socket >= 0) {
      sockets_.push_back(socket);
      port_ = port_of(socket);
    } else if (each == first) {
      return errno == EADDRINUSE
                 ? "the port is in use; choose another one or stop the program that has it"
                 : std::strerror(errno);
    }
  }
  address_ = address.substr(0, address.rfind(':') + 1) + std::to_string(port_);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  return wake_ < 0 ? std::strerror(errno) : "";
}

connection_listener::~connection_listener() {
  stop();
  if (wake_ >= 0)
    ::close(wake_);
}

void connection_listener::start(std::unique_ptr<receiver> to) {
  to_ = std::move(to);
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "troupe-accept");
    run();
  }};
}

void connection_listener::stop() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    while (::write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  for (const int each : std::exchange(sockets_, {}))
    ::close(each);
}

void connection_listener::run() {
  std::vector<pollfd> watched{{wake_, POLLIN, 0}};
  for (const int each : sockets_)
    watched.push_back({each, POLLIN, 0});
  int missing = 0; // why no more could be accepted
  for (;;) {
    // While no descriptor is free, the sockets would be ready all the time.
    const auto changed = missing != 0
                             ? ::poll(watched.data(), 1, static_cast<int>(pause_when_full.count()))
                             : ::poll(watched.data(), watched.size(), -1);
    if (changed < 0)
      continue; // interrupted
    if (watched.front().revents != 0)
      return;
    const bool all = std::exchange(missing, 0) != 0;
    for (std::size_t i = 1; i < watched.size(); ++i)
      if (all || watched[i].revents != 0)
        if (const int error = accept_some(watched[i].fd); error != 0)
          missing = error;
    tell(missing);
  }
}

int connection_listener::accept_some(int from) {
  for (int i = 0; i < accepted_at_once; ++i) {
    const int fd = ::accept4(from, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      receiver::NewConnectionParameters accepted;
      accepted.listener_fd = from;
      accepted.fd = fd;
      to_->HandleNewConnection(&accepted);
      continue;
    }
    switch (errno) {
    case EAGAIN: return 0;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return errno;
    default: break; // the client is gone already
    }
  }
  return 0;
}

void connection_listener::tell(int missing) {
  if (missing == 0) {
    if (std::exchange(is_told_, false))
      log::warn("connections are accepted again", {{"address", address_}});
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (is_told_ || now < quiet_until_)
    return;
  is_told_ = true;
  quiet_until_ = now + between_lines;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  log::error(
      "connections wait until others are closed: raise the limit of open files (ulimit -n) and "
      "start the service again",
      {{"address", address_}, {"error", std::strerror(missing)}, {"limit", limit.rlim_cur}});
}

} // namespace troupe::embedded
