// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::embedded::front_test {

/// A socket that is connected to a port of this machine, and waits no longer than 20 s for
/// anything.
inline int connected_to(int port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::connect(made, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  const timeval patience{20, 0};
  ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return made;
}

/// Connects, says at most what it is told to, and that is all.
class silent_client {
public:
  explicit silent_client(int port, std::string_view says = {}) : fd_(connected_to(port)) {
    BOOST_REQUIRE(
        ::send(fd_, says.data(), says.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(says.size()));
  }
  ~silent_client() { ::close(fd_); }
  silent_client(const silent_client&) = delete;
  silent_client& operator=(const silent_client&) = delete;

  /// Waits until the server has closed it; what that says before is passed over.
  [[nodiscard]] bool is_closed() const {
    char bytes[4096];
    ssize_t got = 0;
    while ((got = ::recv(fd_, bytes, sizeof bytes, 0)) > 0) {
    }
    return got == 0;
  }

private:
  int fd_;
};

/// HTTP/2 by hand. Streams have odd numbers, each a larger one than the last.
class raw_client {
public:
  /// A frame as it came.
  struct frame {
    int type = -1; ///< -1: the connection is over
    int flags = 0;
    std::uint32_t stream = 0;
    std::string body = {};
  };

  static constexpr int data = 0;
  static constexpr int headers = 1;
  static constexpr int reset = 3;
  static constexpr int settings = 4;
  static constexpr int ping = 6;
  static constexpr int away = 7;

  static constexpr int end_of_stream = 1;
  static constexpr int end_of_headers = 4;

  explicit raw_client(int port) : fd_(connected_to(port)) { BOOST_REQUIRE(send(hello())); }
  ~raw_client() { ::close(fd_); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// What a client says first.
  static std::string hello() {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + framed(settings, 0, 0, "");
  }
  static std::string framed(int type, int flags, std::uint32_t stream, const std::string& payload) {
    const auto byte = [](std::size_t of) { return static_cast<char>(of & 0xff); };
    const auto size = payload.size();
    return std::string{
               byte(size >> 16),
               byte(size >> 8),
               byte(size),
               static_cast<char>(type),
               static_cast<char>(flags),
               byte(stream >> 24),
               byte(stream >> 16),
               byte(stream >> 8),
               byte(stream)}
           + payload;
  }
  /// The headers of a call.
  static std::string
  call(std::uint32_t stream, const std::string& path, const std::string& timeout) {
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
    return framed(headers, end_of_headers, stream, block);
  }

  /// False if the server takes no more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void begin(std::uint32_t stream, const std::string& path, const std::string& timeout) {
    BOOST_REQUIRE(send(call(stream, path, timeout)));
  }
  void send_request(std::uint32_t stream, const std::string& message, bool is_all = false) {
    BOOST_REQUIRE(send(framed(data, is_all ? end_of_stream : 0, stream, message)));
  }

  /// The next one that comes.
  frame next() {
    const auto head = receive(9);
    if (head.size() != 9)
      return {};
    const auto byte = [&](std::size_t at) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(head[at]));
    };
    frame came{
        .type = static_cast<int>(byte(3)),
        .flags = static_cast<int>(byte(4)),
        .stream = byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8)};
    came.body = receive(byte(0) << 16 | byte(1) << 8 | byte(2));
    return came;
  }

  /// Reads until the stream's trailers come: gives them, or nothing if it is only reset.
  std::string trailers(std::uint32_t stream) {
    for (;;) {
      auto came = next();
      if (came.type < 0 || (came.type == reset && came.stream == stream))
        return {};
      if (came.type == headers && (came.flags & end_of_stream) && came.stream == stream)
        return std::move(came.body);
    }
  }

private:
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

} // namespace troupe::embedded::front_test
