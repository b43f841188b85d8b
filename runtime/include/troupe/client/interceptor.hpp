// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/basic_workflow_handle.hpp>
#include <troupe/client/batch.hpp>
#include <troupe/client/standalone_activity.hpp>
#include <troupe/client/standalone_operation.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/client/workflow_changes.hpp>
#include <troupe/headers.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/unique_function.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What all calls that pass an interceptor have. Arguments are as they travel, with the codec.
struct client_call {
  /// Of the activity or Nexus operation whose context's client makes the call; empty elsewhere.
  troupe::headers around = {};

  /// `then` is called once when the call has ended, with its error or null, on the thread that
  /// serves the call: it must neither block nor throw. Not called if the call is never made.
  void when_ended(unique_function<void(const std::exception_ptr&)> then) {
    ended_.push_back(std::move(then));
  }
  /// For the library.
  [[nodiscard]] std::vector<unique_function<void(const std::exception_ptr&)>> take_ended() {
    return std::exchange(ended_, {});
  }

private:
  std::vector<unique_function<void(const std::exception_ptr&)>> ended_;
};

/// A workflow is started, perhaps with a signal or an update.
struct start_workflow_input : client_call {
  std::string type;               ///< the name of its code
  start_workflow_options options; ///< the id is set
  payloads arguments;             ///< encoded, the codec not applied
  troupe::headers headers;        ///< of the workflow, and of the signal that comes with it
};
/// A workflow is signalled.
struct signal_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string name;        ///< as the caller named it
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};
/// A workflow is queried.
struct query_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string name;        ///< as the caller named it
  query_options options;   ///< as the caller gave them
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};
/// A workflow is updated.
struct update_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string name;        ///< as the caller named it
  update_options options;  ///< the id is set
  payloads arguments;      ///< encoded, the codec not applied
  troupe::headers headers; ///< what travels beside the arguments
};
/// An update's outcome is waited for by its handle.
struct update_result_input : client_call {
  std::string update_id;                ///< which one
  std::string workflow_id;              ///< whose it is
  std::string run_id;                   ///< empty: not known
  std::chrono::milliseconds timeout{0}; ///< 0: for ever
};
/// A workflow is asked to cancel.
struct cancel_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string reason;      ///< said to the workflow; often empty
};
/// A workflow is ended for good.
struct terminate_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string reason;      ///< said to the workflow; often empty
  payloads details;
};
/// A workflow is deleted with its history.
struct remove_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
};
/// The end of a workflow is waited for by its handle.
struct workflow_result_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< the first one that is waited for; empty: the current one
  result_options options;  ///< as the caller gave them
};
/// A workflow is looked at.
struct describe_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
};
/// A page of a workflow's history is read.
struct workflow_history_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  history_options options; ///< as the caller gave them
  std::string page_token;  ///< empty: the first page
};
/// A page of a list of workflows is read.
struct list_workflows_input : client_call {
  std::string query;      ///< the filter; empty: all
  int page_size = 0;      ///< 0: the service's choice
  std::string page_token; ///< empty: the first page
};
/// Workflows are counted.
struct count_workflows_input : client_call {
  std::string query; ///< the filter, perhaps with groups; empty: all
};
/// A workflow is reset.
struct reset_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  reset_options options;   ///< as the caller gave them
};
/// Options of a running workflow are changed.
struct change_workflow_options_input : client_call {
  std::string workflow_id;        ///< whose it is
  std::string run_id;             ///< empty: the current one
  workflow_options_change change; ///< as the caller gave it
};
/// A workflow is paused, or goes on.
struct pause_workflow_input : client_call {
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string reason;      ///< for people; often empty
};

/// An attempt of an activity as it is told of from elsewhere: by its token, or by its ids.
struct activity_attempt_call : client_call {
  std::string task_token;  ///< empty: by the ids
  std::string workflow_id; ///< whose it is; empty: of an activity without a workflow
  std::string run_id;      ///< empty: the current one
  std::string activity_id; ///< within the workflow
};
/// An activity is completed from elsewhere.
struct complete_async_activity_input : activity_attempt_call {
  payloads result; ///< encoded, the codec not applied
};
/// An activity is failed from elsewhere.
struct fail_async_activity_input : activity_attempt_call {
  std::exception_ptr error; ///< what it fails with
};
/// An activity is reported as cancelled from elsewhere.
struct report_async_cancellation_input : activity_attempt_call {
  payloads details; ///< encoded, the codec not applied
};
/// A heartbeat of an activity from elsewhere.
struct heartbeat_async_activity_input : activity_attempt_call {
  payloads details; ///< encoded, the codec not applied
};

/// An activity is started that belongs to no workflow.
struct start_activity_input : client_call {
  std::string type;               ///< the name of its code
  start_activity_options options; ///< the id is set
  payloads arguments;             ///< encoded, the codec not applied
  troupe::headers headers;        ///< what travels beside the arguments
};
/// Its end is waited for by its handle.
struct activity_result_input : client_call {
  std::string activity_id;              ///< which one
  std::string run_id;                   ///< empty: the latest one
  std::chrono::milliseconds timeout{0}; ///< 0: for ever
};
/// It is looked at.
struct describe_activity_input : client_call {
  std::string activity_id; ///< which one
  std::string run_id;      ///< empty: the latest one
};
/// It is asked to cancel.
struct cancel_activity_input : client_call {
  std::string activity_id; ///< which one
  std::string run_id;      ///< empty: the latest one
  std::string reason;      ///< for people; often empty
};
/// It is ended for good.
struct terminate_activity_input : client_call {
  std::string activity_id; ///< which one
  std::string run_id;      ///< empty: the latest one
  std::string reason;      ///< for people; often empty
};
/// A page of a list of them is read.
struct list_activities_input : client_call {
  std::string query;      ///< the filter; empty: all
  int page_size = 0;      ///< 0: the service's choice
  std::string page_token; ///< empty: the first page
};
/// They are counted.
struct count_activities_input : client_call {
  std::string query; ///< the filter, perhaps with groups; empty: all
};

/// A Nexus operation is started that belongs to no workflow.
struct start_operation_input : client_call {
  std::string endpoint;            ///< by which it is called
  std::string service;             ///< of the contract
  std::string operation;           ///< the name of its code
  start_operation_options options; ///< the id is set; its headers are what travels beside the input
  payload input;                   ///< as it travels
};
/// Its end is waited for by its handle.
struct operation_result_input : client_call {
  std::string operation_id;             ///< which one
  std::string run_id;                   ///< empty: the latest one
  std::chrono::milliseconds timeout{0}; ///< 0: for ever
};
/// It is looked at.
struct describe_operation_input : client_call {
  std::string operation_id; ///< which one
  std::string run_id;       ///< empty: the latest one
};
/// It is asked to cancel.
struct cancel_operation_input : client_call {
  std::string operation_id; ///< which one
  std::string run_id;       ///< empty: the latest one
  std::string reason;       ///< for people; often empty
};
/// It is ended for good.
struct terminate_operation_input : client_call {
  std::string operation_id; ///< which one
  std::string run_id;       ///< empty: the latest one
  std::string reason;       ///< for people; often empty
};
/// A page of a list of them is read.
struct list_operations_input : client_call {
  std::string query;      ///< the filter; empty: all
  int page_size = 0;      ///< 0: the service's choice
  std::string page_token; ///< empty: the first page
};
/// They are counted.
struct count_operations_input : client_call {
  std::string query; ///< the filter, perhaps with groups; empty: all
};

/// A batch operation is started.
struct start_batch_input : client_call {
  batch_options options;     ///< the id is set
  batch_operation operation; ///< arguments encoded, the codec not applied
};

/// Sees what a client asks for, before it is made up: in `connection_options::interceptors`, called
/// in their order. Each member may read and change everything in what it is given; what it throws,
/// the call throws. Thread-safe: a client is used by several threads.
///
/// One that is a `worker_interceptor` as well also serves the workers that are made with the
/// client.
class client_interceptor {
public:
  virtual ~client_interceptor() = default;

  /// Also of `execute_workflow`, whose call ends with the workflow, of
  /// `signal_with_start_workflow`, which has one set of headers for both, and of
  /// `update_with_start_workflow`, whose update passes `update_workflow` after it.
  virtual void start_workflow(start_workflow_input&) const {}
  virtual void signal_workflow(signal_workflow_input&) const {}       ///< `handle.signal`
  virtual void query_workflow(query_workflow_input&) const {}         ///< `handle.query`
  virtual void update_workflow(update_workflow_input&) const {}       ///< `handle.update`
  virtual void update_result(update_result_input&) const {}           ///< `update.result`
  virtual void cancel_workflow(cancel_workflow_input&) const {}       ///< `handle.cancel`
  virtual void terminate_workflow(terminate_workflow_input&) const {} ///< `handle.terminate`
  virtual void remove_workflow(remove_workflow_input&) const {}       ///< `handle.remove`
  virtual void workflow_result(workflow_result_input&) const {}       ///< `handle.result`
  virtual void describe_workflow(describe_workflow_input&) const {}   ///< `handle.describe`
  /// `handle.history`, each page of which is a call, and `handle.fetch_history`, which is one.
  virtual void workflow_history(workflow_history_input&) const {}
  virtual void list_workflows(list_workflows_input&) const {}   ///< each page is a call
  virtual void count_workflows(count_workflows_input&) const {} ///< with groups, too
  virtual void reset_workflow(reset_workflow_input&) const {}   ///< `handle.reset`
  /// `handle.change_options`.
  virtual void change_workflow_options(change_workflow_options_input&) const {}
  virtual void pause_workflow(pause_workflow_input&) const {}   ///< `handle.pause`
  virtual void unpause_workflow(pause_workflow_input&) const {} ///< `handle.unpause`

  /// `activity_handle::complete`.
  virtual void complete_async_activity(complete_async_activity_input&) const {}
  /// `activity_handle::fail`.
  virtual void fail_async_activity(fail_async_activity_input&) const {}
  /// `activity_handle::report_cancellation`.
  virtual void report_async_cancellation(report_async_cancellation_input&) const {}
  /// `activity_handle::heartbeat`.
  virtual void heartbeat_async_activity(heartbeat_async_activity_input&) const {}

  /// Also of `execute_activity`, whose call ends with the activity.
  virtual void start_activity(start_activity_input&) const {}
  virtual void activity_result(activity_result_input&) const {}       ///< `handle.result`
  virtual void describe_activity(describe_activity_input&) const {}   ///< `handle.describe`
  virtual void cancel_activity(cancel_activity_input&) const {}       ///< `handle.cancel`
  virtual void terminate_activity(terminate_activity_input&) const {} ///< `handle.terminate`
  virtual void list_activities(list_activities_input&) const {}       ///< each page is a call
  virtual void count_activities(count_activities_input&) const {}     ///< with groups, too

  /// Of a Nexus operation without a workflow; also of `execute`, whose call ends with it.
  virtual void start_operation(start_operation_input&) const {}
  virtual void operation_result(operation_result_input&) const {}       ///< `handle.result`
  virtual void describe_operation(describe_operation_input&) const {}   ///< `handle.describe`
  virtual void cancel_operation(cancel_operation_input&) const {}       ///< `handle.cancel`
  virtual void terminate_operation(terminate_operation_input&) const {} ///< `handle.terminate`
  virtual void list_operations(list_operations_input&) const {}         ///< each page is a call
  virtual void count_operations(count_operations_input&) const {}       ///< with groups, too

  virtual void start_batch(start_batch_input&) const {} ///< `client.start_batch`
};

} // namespace troupe
