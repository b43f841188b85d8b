// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/store/record_rows.hpp"

#include "runtime/embedded/record/wire.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

#include <variant>

namespace troupe::embedded {

row_key visibility_key(const std::string& namespace_id, const std::string& run_id) {
  row_key made{table::visibility, {}};
  add_key_part(made.key, namespace_id);
  add_key_part(made.key, run_id);
  return made;
}

commit_batch
rows_of_commit(const execution_key& whose, const record& after, const transaction& what) {
  auto batch = rows_of(after, what);
  for (const auto& each : what.effects)
    if (const auto* put = std::get_if<visibility_put>(&each))
      batch.rows.push_back(
          {visibility_key(whose.namespace_id, put->run_id), put->info->SerializeAsString()});
    else if (const auto* removed = std::get_if<visibility_remove>(&each))
      batch.rows.push_back({visibility_key(whose.namespace_id, removed->run_id), std::nullopt});
  return batch;
}

} // namespace troupe::embedded
