// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"
#include "runtime/rpc/unary.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace troupe::test {

/// A service that answers each method from a list, in order, and keeps what it was asked.
class scripted_service final : public rpc::local_service {
public:
  cancel_function handle(request what, rpc::reply_handler on_reply) override {
    const auto method = what.method.substr(what.method.rfind('/') + 1);
    asked[method].push_back(what.message.str());
    auto& list = answers_[method];
    if (list.empty()) {
      on_reply({status_code::unimplemented, "unknown method " + method, {}}, {});
    } else {
      auto next = std::move(list.front());
      list.pop_front();
      on_reply(std::move(next.first), rpc::bytes{std::move(next.second)});
    }
    return {};
  }

  void answer(const std::string& method, const google::protobuf::MessageLite& with) {
    answers_[method].emplace_back(rpc_status{}, with.SerializeAsString());
  }
  void fail(const std::string& method, rpc_status status) {
    answers_[method].emplace_back(std::move(status), std::string{});
  }

  template <class Request>
  Request request(const std::string& method, std::size_t index = 0) {
    Request parsed;
    parsed.ParseFromString(asked.at(method).at(index));
    return parsed;
  }

  std::map<std::string, std::vector<std::string>> asked;

private:
  std::map<std::string, std::deque<std::pair<rpc_status, std::string>>> answers_;
};

} // namespace troupe::test
