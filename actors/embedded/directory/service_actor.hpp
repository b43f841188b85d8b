// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/pinned_actor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/embedded/record/status.hpp"

#include <exception>
#include <string>
#include <utility>

namespace troupe::embedded {

/// What the client of a call hears that ran into a bug of ours: as hidden as the real server's.
inline rpc_status fault_of(std::string_view what) {
  auto status = hidden_error(what);
  status.code = status_code::internal;
  return status;
}

/// Base of the actors of the embedded service: no exception ends one, as its mailbox and what it
/// remembers would go with it.
template <class Handle>
class service_actor : public actors::pinned_actor<typename Handle::base> {
public:
  using actors::pinned_actor<typename Handle::base>::pinned_actor;

protected:
  /// Runs `work`. What it lets out is logged, and `failed` is told the status for whoever waits.
  template <class Work, class Failed>
  void guard(Work&& work, Failed&& failed) {
    try {
      work();
    } catch (const std::exception& error) {
      failed(report(error.what()));
    } catch (...) {
      failed(report("not a std::exception"));
    }
  }

private:
  [[gnu::noinline]] rpc_status report(const char* what) {
    log::error(
        "an actor of the service met an exception and goes on",
        {{"actor", this->name()}, {"error", what}});
    return fault_of(what);
  }
};

} // namespace troupe::embedded
