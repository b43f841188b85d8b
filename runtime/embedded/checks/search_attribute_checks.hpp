// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/surroundings.hpp"

#include <troupe/rpc_status.hpp>

#include <string_view>

namespace temporal::api::common::v1 {
class SearchAttributes;
}

namespace troupe::embedded {

/// What is wrong with search attributes: commands answer each kind in another way.
struct attribute_problem {
  enum class kind { none, unknown_name, value, size };
  kind is = kind::none;
  rpc_status status;

  [[nodiscard]] bool ok() const { return is == kind::none; }
};

/// Known names, values of the right type, the size of each. Sets the `type` metadata of values that
/// have none. Entries that stand for no value are kept (an upsert deletes by them).
attribute_problem check_search_attributes(
    const surroundings& around,
    std::string_view name_space,
    temporal::api::common::v1::SearchAttributes& attributes);

/// How large all search attributes of a run may be together, measured as the store keeps them.
attribute_problem check_attributes_size(
    const surroundings& around,
    std::string_view name_space,
    const temporal::api::common::v1::SearchAttributes& attributes);

} // namespace troupe::embedded
