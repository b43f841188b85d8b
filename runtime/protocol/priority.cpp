// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/priority.hpp"

namespace troupe::protocol {

void write_priority(const priority& from, temporal::api::common::v1::Priority& to) {
  to.set_priority_key(from.key);
  to.set_fairness_key(from.fairness_key);
  to.set_fairness_weight(from.fairness_weight);
}

priority read_priority(const temporal::api::common::v1::Priority& from) {
  return {from.priority_key(), from.fairness_key(), from.fairness_weight()};
}

} // namespace troupe::protocol
