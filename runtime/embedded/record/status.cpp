// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/status.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/error_text.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace troupe::embedded {

rpc_status hidden_error(std::string_view what) {
  std::uint32_t hash = 0x811c9dc5; // FNV-1a
  for (const char each : what)
    hash = (hash ^ static_cast<unsigned char>(each)) * 0x01000193;
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", hash);
  return plain_status(
      status_code::unknown,
      "something went wrong, please retry (" + std::string{digits.data()} + ")");
}

rpc_status absent(std::string text) {
  return with_detail(
      status_code::not_found, std::move(text), temporal::api::errordetails::v1::NotFoundFailure{});
}

rpc_status namespace_absent(const std::string& given) {
  const auto name = excerpt(given, longest_error_text); // before it is copied all over
  temporal::api::errordetails::v1::NamespaceNotFoundFailure detail;
  detail.set_namespace_(name);
  return with_detail(status_code::not_found, "Namespace " + name + " is not found.", detail);
}

} // namespace troupe::embedded
