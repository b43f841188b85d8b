// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/batch/batch_rows.hpp"

namespace troupe::embedded {

std::string batch_owner(const std::string& namespace_id) {
  return "batches/" + namespace_id;
}

row_key batch_key(const std::string& namespace_id, const std::string& job_id) {
  row_key made{table::batch, {}};
  add_key_part(made.key, namespace_id);
  add_key_part(made.key, job_id);
  return made;
}

row_change row_of(const std::string& namespace_id, const batch_operation& what) {
  return {batch_key(namespace_id, what.request().job_id()), what.SerializeAsString()};
}

} // namespace troupe::embedded
