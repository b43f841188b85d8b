// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <troupe/rpc_status.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace troupe::cli {

/// The namespace that the flags, the environment and the profile name. Throws `command_error`.
[[nodiscard]] std::string namespace_of(const global_flags& flags);

/// Who runs this: for identities and reasons.
[[nodiscard]] std::string user_name(const std::string& if_unknown = "<unknown-user>");

/// A connection to the service that the flags, the environment and the profile name. Blocking.
class connection {
public:
  explicit connection(const global_flags& flags);
  ~connection();

  /// One call. The status is the service's; a service out of reach throws `command_error`.
  rpc_status try_call(
      std::string_view method,
      const google::protobuf::Message& request,
      google::protobuf::Message& response,
      std::chrono::milliseconds timeout = std::chrono::seconds{10});

  /// A call that waits for news and is made again after `deadline_exceeded`: nothing happened
  /// meanwhile. So ends one that does not reach a service which has answered before, for up to a
  /// minute: it may come back.
  rpc_status try_poll(
      std::string_view method,
      const google::protobuf::Message& request,
      google::protobuf::Message& response,
      std::chrono::milliseconds timeout);

  /// One call that has to succeed; else throws `command_error` with "`what`: " and the service's
  /// words.
  void call(
      const std::string& what,
      std::string_view method,
      const google::protobuf::Message& request,
      google::protobuf::Message& response,
      std::chrono::milliseconds timeout = std::chrono::seconds{10});

  [[nodiscard]] const std::string& name_space() const;
  [[nodiscard]] const std::string& identity() const;

private:
  struct state;

  rpc_status
  ask(std::string_view method,
      const google::protobuf::Message& request,
      google::protobuf::Message& response,
      std::chrono::milliseconds timeout);
  [[noreturn]] void fail_as_unreachable(const rpc_status& status) const;
  std::unique_ptr<state> state_;
};

} // namespace troupe::cli
