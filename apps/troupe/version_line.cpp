// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/version_line.hpp"

#include <troupe/version.hpp>

#include <build_commit.hpp>

#include <string_view>

namespace troupe::cli {
namespace {

#ifdef __clang__
constexpr std::string_view compiler =
    "Clang " TROUPE_DETAIL_DOTTED(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
constexpr std::string_view compiler =
    "GCC " TROUPE_DETAIL_DOTTED(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
constexpr std::string_view commit = TROUPE_BUILD_COMMIT;

} // namespace

std::string version_line() {
  std::string line = "troupe version ";
  line.append(version_text).append(" (Temporal API ").append(temporal_api_version);
  line.append(", as server ").append(temporal_server_version).append("; ");
  if (!commit.empty())
    line.append("commit ").append(commit).append(", ");
  return line.append(compiler).append(")");
}

} // namespace troupe::cli
