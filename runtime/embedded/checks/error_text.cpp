// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/error_text.hpp"

#include "runtime/base/text/utf8.hpp"

#include <google/rpc/status.pb.h>

namespace troupe::embedded {

rpc_status fit_to_send(rpc_status status) {
  const bool fits = status.message.size() <= longest_error_text && is_utf8(status.message);
  if (fits && status.details.size() <= largest_error_details)
    return status;
  status.message = excerpt(status.message, longest_error_text);
  if (status.details.empty())
    return status;
  google::rpc::Status whole;
  if (!whole.ParseFromString(status.details)) {
    status.details.clear();
    return status;
  }
  whole.set_message(status.message);
  if (whole.ByteSizeLong() > largest_error_details)
    whole.clear_details();
  status.details = whole.SerializeAsString();
  return status;
}

} // namespace troupe::embedded
