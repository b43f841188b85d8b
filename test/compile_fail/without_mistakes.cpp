// SPDX-License-Identifier: Apache-2.0
// All the programs without their mistakes, in one go: none of them may fail for another reason than
// its mistake.
#include <troupe/nexus/handler.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>

// clang-format off
namespace handler_for_unlisted_operation {
#include "test/compile_fail/handler_for_unlisted_operation.cpp"
}
namespace handler_that_awaits_a_workflow {
#include "test/compile_fail/handler_that_awaits_a_workflow.cpp"
}
namespace handler_that_is_a_workflow_coroutine {
#include "test/compile_fail/handler_that_is_a_workflow_coroutine.cpp"
}
namespace handler_with_wrong_input {
#include "test/compile_fail/handler_with_wrong_input.cpp"
}
namespace handler_with_wrong_output {
#include "test/compile_fail/handler_with_wrong_output.cpp"
}
namespace json_name_of_no_member {
#include "test/compile_fail/json_name_of_no_member.cpp"
}
namespace json_name_twice {
#include "test/compile_fail/json_name_twice.cpp"
}
namespace json_naming_by_text {
#include "test/compile_fail/json_naming_by_text.cpp"
}
namespace json_required_of_no_member {
#include "test/compile_fail/json_required_of_no_member.cpp"
}
namespace operation_name_reserved {
#include "test/compile_fail/operation_name_reserved.cpp"
}
namespace operation_name_twice {
#include "test/compile_fail/operation_name_twice.cpp"
}
namespace operation_with_two_handlers {
#include "test/compile_fail/operation_with_two_handlers.cpp"
}
namespace operation_without_handler {
#include "test/compile_fail/operation_without_handler.cpp"
}
namespace undescribed_type {
#include "test/compile_fail/undescribed_type.cpp"
}
namespace workflow_with_wrong_arguments {
#include "test/compile_fail/workflow_with_wrong_arguments.cpp"
}
namespace workflow_with_wrong_result {
#include "test/compile_fail/workflow_with_wrong_result.cpp"
}
// clang-format on
