// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/log/log.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <string_view>

namespace troupe::http {

/// Runs a context until it has nothing to do. What one of its handlers throws ends neither the
/// thread nor the process: it is logged, and the others go on.
inline void run(boost::asio::io_context& context, std::string_view of) {
  for (;;)
    try {
      context.run();
      return;
    } catch (const std::exception& failed) {
      log::error(
          "a handler of HTTP threw, which it must not", {{"of", of}, {"error", failed.what()}});
    }
}

} // namespace troupe::http
