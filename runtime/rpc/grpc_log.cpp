// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/grpc_log.hpp"

#include <troupe/log.hpp>

#include <grpc/support/log.h>

#include <cstdlib>

namespace troupe::rpc {

void adopt_grpc_log() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) // NOLINT(concurrency-mt-unsafe)
    gpr_set_log_function(
        [](gpr_log_func_args* args) { log::debug(args->message, {{"from", "grpc"}}); });
}

} // namespace troupe::rpc
