// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/http_caller.hpp"

#include <troupe/version.hpp>

namespace troupe::gateway {

std::optional<rpc::tls_identity> http_caller::identity() const {
  const auto& shown = request_->certificate;
  if (!shown)
    return std::nullopt;
  return rpc::tls_identity{shown->common_name, shown->alternative_names, shown->pem};
}

std::string_view http_caller::header(std::string_view name) const {
  if (const auto own = request_->header("grpc-metadata-" + std::string{name}); !own.empty())
    return own;
  for (const std::string_view passed :
       {"authorization",
        "authorization-extras",
        "x-forwarded-for",
        "client-name",
        "client-version"})
    if (name == passed)
      if (const auto value = request_->header(name); !value.empty())
        return value;
  if (name == "client-name")
    return "temporal-server-http";
  if (name == "client-version")
    return temporal_server_version;
  return {};
}

} // namespace troupe::gateway
