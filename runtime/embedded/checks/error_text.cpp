// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/error_text.hpp"

#include "runtime/base/text/utf8.hpp"

#include <google/rpc/status.pb.h>

#include <string_view>

namespace troupe::embedded {

namespace {

/// The longest beginning that takes no more than `most` bytes in a header.
std::size_t fitting_bytes(std::string_view text, std::size_t most) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    taken += byte >= 0x20 && byte < 0x7f && byte != '%' ? 1 : 3;
    if (taken > most)
      return i;
  }
  return text.size();
}

} // namespace

rpc_status fit_to_send(rpc_status status) {
  const auto most = fitting_bytes(status.message, longest_error_text);
  const bool fits = most == status.message.size() && is_utf8(status.message);
  if (fits && status.details.size() <= largest_error_details)
    return status;
  status.message = excerpt(status.message, most);
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
