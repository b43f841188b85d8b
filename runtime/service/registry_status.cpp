// SPDX-License-Identifier: Apache-2.0
#include "runtime/service/registry_status.hpp"

#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>

namespace troupe::embedded {

rpc_status
with_detail(status_code code, std::string text, const google::protobuf::Message& detail) {
  google::rpc::Status packed;
  packed.set_code(static_cast<int>(code));
  packed.set_message(text);
  packed.add_details()->PackFrom(detail);
  return {code, std::move(text), packed.SerializeAsString()};
}

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
