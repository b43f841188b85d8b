// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/nexus/outbound.hpp"
#include "actors/shard/shard.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace troupe::embedded {

/// Over a client whose thread begins with the first request, to servers whose certificates an
/// authority in that file has signed (empty: one that the system trusts). The shard must outlive
/// it.
class http_outbound final : public outbound {
public:
  http_outbound(actors::shard& home, std::string ca_file)
      : home_(home), ca_file_(std::move(ca_file)) {}

  void send(http::outgoing what, reader read) override {
    if (!client_)
      client_ = std::make_unique<http::client>();
    what.to.ca_file = ca_file_;
    client_->send(std::move(what), [this, read = std::move(read)](http::received came) mutable {
      try {
        home_.post(read(std::move(came)));
      } catch (const std::exception& failed) { // who waits must hear of it
        http::received unread;
        unread.problem = std::string{"the answer could not be read: "} + failed.what();
        home_.post(read(std::move(unread)));
      }
    });
  }

private:
  actors::shard& home_;
  std::string ca_file_;
  std::unique_ptr<http::client> client_;
};

} // namespace troupe::embedded
