# Unity builds: the dev, asan and tsan presets compile several sources of a target at once (CMAKE_UNITY_BUILD), which halves a
# build from nothing, as nearly all of a source's time goes into the same headers and templates. The release preset compiles
# each alone, so a source that leans on its neighbours fails there; `-DCMAKE_UNITY_BUILD=OFF` does so anywhere.
#
# About TROUPE_UNITY_SOURCES sources make a unit. Which one a source is in comes from its name, so that a new source changes one unit
# and not all that follow it in a list.

set(TROUPE_UNITY_SOURCES 6 CACHE STRING "How many sources a unit has, about, where CMAKE_UNITY_BUILD is on")

# Compiled alone, as a neighbour has the same file-local names or macros. The one place to touch where two sources collide: no
# name has to change for it.
set(troupe_compiled_alone
  actors/embedded/call/nexus_calls.cpp
  actors/embedded/call/off_calls.cpp
  actors/embedded/call/registry_calls.cpp
  actors/embedded/call/static_calls.cpp
  actors/embedded/call/task_queue_calls.cpp
  actors/embedded/front/grpc_hot_call.cpp
  actors/embedded/host/service_host.cpp
  actors/embedded/host/start_from_store.cpp
  actors/embedded/store/record_rows.cpp
  apps/troupe/operator/search_attribute_commands.cpp
  apps/troupe/task_queue/task_queue_commands.cpp
  apps/troupe/workflow/workflow_pause.cpp
  apps/troupe/workflow/workflow_update.cpp
  bench/support/workflow_tasks.cpp
  runtime/client/eager_starts.cpp
  runtime/embedded/record/deadlines.cpp
  runtime/embedded/standalone/standalone_ends.cpp
  runtime/embedded/standalone/standalone_requests.cpp
  runtime/embedded/standalone/standalone_rules.cpp
  runtime/embedded/update/update_callbacks.cpp
  runtime/http/client.cpp
  runtime/http/outgoing_connection.cpp
  runtime/nexus/workflow_run.cpp
  runtime/nexus_peer/served_calls.cpp
  runtime/workflow/messages/protocol_messages.cpp
  test/actors/embedded/capabilities_test.cpp
  test/actors/embedded/endpoint_access_test.cpp
  test/actors/embedded/identities_test.cpp
  test/actors/embedded/metered_service_test.cpp
  test/actors/embedded/namespace_deletion_test.cpp
  test/actors/embedded/nexus_calls_test.cpp
  test/actors/embedded/nexus_dispatcher_test.cpp
  test/actors/embedded/outside_test.cpp
  test/actors/embedded/queue_config_test.cpp
  test/actors/embedded/records_test.cpp
  test/actors/embedded/service_host_test.cpp
  test/actors/embedded/slices_test.cpp
  test/actors/embedded/standalone_activities_test.cpp
  test/actors/embedded/standalone_operation_calls_test.cpp
  test/actors/embedded/standalone_operations_test.cpp
  test/actors/embedded/store_writing_test.cpp
  test/actors/embedded/system_endpoint_test.cpp
  test/actors/embedded/task_queue_test.cpp
  test/actors/embedded/updates_test.cpp
  test/actors/shard/threaded_shard_test.cpp
  test/actors/shard/watchdog_test.cpp
  test/actors/testing/interceptors_test.cpp
  test/actors/testing/mocks_test.cpp
  test/actors/testing/nexus_backings_test.cpp
  test/actors/testing/replacing_interceptors_test.cpp
  test/actors/testing/serialization_contexts_test.cpp
  test/actors/testing/signal_with_start_test.cpp
  test/actors/testing/spinning_code_test.cpp
  test/actors/testing/standalone_activities_test.cpp
  test/actors/testing/standalone_operations_test.cpp
  test/actors/testing/successions_test.cpp
  test/actors/testing/unpolled_queues_test.cpp
  test/actors/worker/actor_services_test.cpp
  test/actors/worker/faults_test.cpp
  test/actors/worker/inspections_test.cpp
  test/actors/worker/left_behind_test.cpp
  test/actors/worker/nexus/handler_client_test.cpp
  test/actors/worker/nexus/nexus_tasks_test.cpp
  test/actors/worker/payload_sizes_test.cpp
  test/actors/worker/poll/polling_test.cpp
  test/actors/worker/public_actors_test.cpp
  test/actors/worker/public_worker_test.cpp
  test/actors/worker/run_until_signal_test.cpp
  test/actors/worker/slots/slots_of_workers_test.cpp
  test/actors/worker/task_kinds_test.cpp
  test/actors/worker/tuned_workers_test.cpp
  test/actors/worker/worker_ports_test.cpp
  test/actors/worker/worker_traces_test.cpp
  test/actors/worker/workflow/answer_texts_test.cpp
  test/apps/env_file_test.cpp
  test/apps/private_file_test.cpp
  test/apps/samples/cron_test.cpp
  test/apps/samples/first_workflow_test.cpp
  test/apps/samples/mutex_test.cpp
  test/apps/samples/saga_test.cpp
  test/apps/trace_tree_test.cpp
  test/golden/go_scenarios_test.cpp
  test/golden/message_scenarios_test.cpp
  test/golden/scenario.cpp
  test/golden/scenarios_test.cpp
  test/golden/workflow_scenarios_test.cpp
  test/integration/http_api_test.cpp
  test/runtime/access/gatekeeper_test.cpp
  test/runtime/access/web_tokens_test.cpp
  test/runtime/activity/attempt_test.cpp
  test/runtime/client/client_test.cpp
  test/runtime/client/descriptions_test.cpp
  test/runtime/client/handler_environment_test.cpp
  test/runtime/client/rpc_options_of_calls_test.cpp
  test/runtime/client/workflow_calls_test.cpp
  test/runtime/embedded/checks_test.cpp
  test/runtime/embedded/fair_order_test.cpp
  test/runtime/embedded/golden/history_player_operations.cpp
  test/runtime/embedded/golden/kept_record.cpp
  test/runtime/embedded/reset_points_test.cpp
  test/runtime/embedded/update/update_answers_test.cpp
  test/runtime/gateway/nexus_test.cpp
  test/runtime/gateway/openapi_test.cpp
  test/runtime/gateway/routes_test.cpp
  test/runtime/gateway/site_test.cpp
  test/runtime/http/client_test.cpp
  test/runtime/http/server_test.cpp
  test/runtime/http/tls_test.cpp
  test/runtime/nexus/other_backings_test.cpp
  test/runtime/nexus/workflow_run_test.cpp
  test/runtime/nexus_http/serving_test.cpp
  test/runtime/otlp/span_pusher_test.cpp
  test/runtime/payload/json_naming_test.cpp
  test/runtime/payload/proto_message_test.cpp
  test/runtime/rpc/direct_transport_test.cpp
  test/runtime/rpc/environment_test.cpp
  test/runtime/rpc/pem_test.cpp
  test/runtime/rpc/retry_test.cpp
  test/runtime/telemetry/prometheus_text_test.cpp
  test/runtime/workflow/nexus_operation_machine_test.cpp
  test/runtime/workflow/semaphore_test.cpp
  test/support/golden_children.cpp
  test/support/golden_messages.cpp
  test/support/golden_workflows.cpp
  test/support/history_normaliser.cpp
)

function(troupe_unity_of_target target)
  get_target_property(unity ${target} UNITY_BUILD)
  get_target_property(type ${target} TYPE)
  if(NOT unity OR NOT type MATCHES "LIBRARY$|EXECUTABLE" OR type STREQUAL "INTERFACE_LIBRARY")
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(LENGTH sources count)
  set(units 1)
  while(units LESS 16 AND count GREATER 1)
    math(EXPR per_unit "${count} / ${units}")
    if(per_unit LESS_EQUAL TROUPE_UNITY_SOURCES)
      break()
    endif()
    math(EXPR units "${units} * 2")
  endwhile()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder} NORMALIZE OUTPUT_VARIABLE path)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE name)
    if(NOT name IN_LIST troupe_compiled_alone)
      string(MD5 digits ${name})
      string(SUBSTRING ${digits} 0 1 digit)
      math(EXPR unit "0x${digit} % ${units}")
      set_property(SOURCE ${path} DIRECTORY ${folder} PROPERTY UNITY_GROUP ${unit})
    endif()
  endforeach()
endfunction()

function(troupe_unity_of_folder folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    troupe_unity_of_target(${target})
  endforeach()
  get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    troupe_unity_of_folder(${below})
  endforeach()
endfunction()

if(CMAKE_UNITY_BUILD AND PROJECT_IS_TOP_LEVEL)
  foreach(source IN LISTS troupe_compiled_alone)
    if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${source})
      message(FATAL_ERROR "cmake/unity.cmake names ${source}, which is not there")
    endif()
  endforeach()
  troupe_unity_of_folder(${PROJECT_SOURCE_DIR})
endif()
