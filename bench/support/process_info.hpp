// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <link.h>

#include <string>
#include <string_view>

namespace troupe::bench {

/// How this program was linked, as far as it moves the figures: `static gRPC` or `shared gRPC`, and
/// the allocator if it is not glibc's.
inline std::string linkage() {
  struct found {
    bool grpc = false;
    std::string allocator = "glibc malloc";
  } seen;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* to) {
        auto& out = *static_cast<found*>(to);
        const std::string_view name{info->dlpi_name};
        if (name.find("/libgrpc.so") != std::string_view::npos)
          out.grpc = true;
        for (const auto* allocator : {"jemalloc", "mimalloc", "tcmalloc"})
          if (name.find(allocator) != std::string_view::npos)
            out.allocator = allocator;
        return 0;
      },
      &seen);
  return (seen.grpc ? "shared gRPC, " : "static gRPC, ") + seen.allocator;
}

} // namespace troupe::bench
