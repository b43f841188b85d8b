// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/authorizer.hpp"
#include "runtime/access/gatekeeper.hpp"

#include <memory>

namespace troupe::embedded {

/// Lets those in whom a gatekeeper knows, as far as their roles go. What is about no namespace
/// needs a role in the service itself. Who calls from inside the process owns it, and may do
/// everything.
class guarded_door final : public authorizer {
public:
  explicit guarded_door(std::shared_ptr<access::gatekeeper> keeper) : keeper_(std::move(keeper)) {}

  rpc_status may(const question& asked) override;
  [[nodiscard]] bool reads_credentials() const override { return true; }

private:
  std::shared_ptr<access::gatekeeper> keeper_;
};

/// What somebody hears who may not: the same whether it is there or not.
rpc_status unauthorized();

} // namespace troupe::embedded
