// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_query.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

#include <string>
#include <utility>

namespace {

using troupe::embedded::attribute_type;

troupe::embedded::namespace_entry make_namespace() {
  troupe::embedded::namespace_entry made;
  for (const auto& [name, type] :
       {std::pair{"Color", attribute_type::keyword},
        std::pair{"Words", attribute_type::text},
        std::pair{"Number", attribute_type::integer},
        std::pair{"Real", attribute_type::real},
        std::pair{"Flag", attribute_type::boolean},
        std::pair{"When", attribute_type::datetime},
        std::pair{"Many", attribute_type::keyword_list}})
    made.custom_attributes[name] = {std::string{"column-"} + name, type};
  return made;
}

/// A row with a value in each attribute; in `row_without` there is none.
temporal::api::workflow::v1::WorkflowExecutionInfo make_row() {
  temporal::api::workflow::v1::WorkflowExecutionInfo row;
  row.mutable_execution()->set_workflow_id("w");
  row.mutable_execution()->set_run_id("r");
  row.mutable_type()->set_name("T");
  row.mutable_start_time()->set_seconds(1'800'000'000);
  auto& fields = *row.mutable_search_attributes()->mutable_indexed_fields();
  fields["Color"].set_data("\"red\"");
  fields["Words"].set_data("\"some words\"");
  fields["Number"].set_data("5");
  fields["Real"].set_data("0.5");
  fields["Flag"].set_data("true");
  fields["When"].set_data("\"2026-01-01T00:00:00Z\"");
  fields["Many"].set_data("[\"a\",\"b\"]");
  return row;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using troupe::embedded::visibility_query;
  static const auto name_space = make_namespace();
  static const auto row = make_row();
  static const temporal::api::workflow::v1::WorkflowExecutionInfo row_without;
  for (const auto why : {visibility_query::purpose::list, visibility_query::purpose::count}) {
    const auto query =
        visibility_query::compile(troupe::fuzz::as_text(data, size), name_space, why);
    if (!query)
      continue;
    std::size_t work = 0;
    (void)query->matches(row, work);
    (void)query->matches(row_without, work);
  }
  return 0;
}
