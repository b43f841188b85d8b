// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/role.hpp"
#include "runtime/rpc/caller.hpp"

#include <troupe/rpc_status.hpp>

#include <string_view>

namespace troupe::embedded {

/// What a caller must be allowed to do so that a method is served to it.
using access::role;

/// Decides who may do what: the one place that every call passes before anything is looked up or
/// changed for it.
class authorizer {
public:
  struct question {
    std::string_view method; ///< full, leading slash
    role needs = role::admin;
    /// What the call is about: as its request names it, or its task token. Empty: no namespace.
    /// There may be none of that name.
    std::string_view name_space;
    const rpc::caller& who;
  };

  virtual ~authorizer() = default;

  /// An ok status, or what the caller hears (which must not tell what exists). On the service's
  /// thread; must not wait.
  [[nodiscard]] virtual rpc_status may(const question& asked) = 0;
  /// Callers show it what they are known by in their headers: nobody else's business.
  [[nodiscard]] virtual bool reads_credentials() const { return false; }
};

/// Lets everybody do everything.
class open_door final : public authorizer {
public:
  rpc_status may(const question&) override { return {}; }
};

} // namespace troupe::embedded
