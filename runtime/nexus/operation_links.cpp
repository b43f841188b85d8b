// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/operation_links.hpp"

#include "runtime/protocol/links.hpp"

#include <temporal/api/common/v1/message.pb.h>

#include <string>
#include <utility>

namespace troupe::nexus {

void operation_links::write_to(
    google::protobuf::RepeatedPtrField<temporal::api::common::v1::Link>& to) const {
  for (const auto& each : task_.links)
    if (temporal::api::common::v1::Link read; protocol::from_nexus_link(each.url, each.type, read))
      to.Add(std::move(read));
}

void operation_links::keep(const temporal::api::common::v1::Link& to) {
  // A call that is made again leads to the same.
  if (auto made = protocol::to_nexus_link(to))
    outbound_.add_new({std::move(made->url), std::string{made->type}}, most_of_calls);
}

} // namespace troupe::nexus
