// SPDX-License-Identifier: Apache-2.0
#include "runtime/service/registry_status.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>

namespace troupe::embedded {

rpc_status absent(std::string text) {
  return with_detail(
      status_code::not_found, std::move(text), temporal::api::errordetails::v1::NotFoundFailure{});
}

rpc_status namespace_absent(const std::string& name) {
  temporal::api::errordetails::v1::NamespaceNotFoundFailure detail;
  detail.set_namespace_(name);
  return with_detail(status_code::not_found, "Namespace " + name + " is not found.", detail);
}

} // namespace troupe::embedded
