// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/basic_workflow_handle.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/headers.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/unique_function.hpp>

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

/// Sees what a client asks for, before it is made up: in `connection_options::interceptors`, called
/// in their order. Each member may read and change everything in what it is given; what it throws,
/// the call throws. Thread-safe: a client is used by several threads.
///
/// One that is a `worker_interceptor` as well also serves the workers that are made with the
/// client.
class client_interceptor {
public:
  virtual ~client_interceptor() = default;

  /// Also of `signal_with_start_workflow`, which has one set of headers for both, and of
  /// `update_with_start_workflow`, whose update passes `update_workflow` after it.
  virtual void start_workflow(start_workflow_input&) const {}
  virtual void signal_workflow(signal_workflow_input&) const {}       ///< `handle.signal`
  virtual void query_workflow(query_workflow_input&) const {}         ///< `handle.query`
  virtual void update_workflow(update_workflow_input&) const {}       ///< `handle.update`
  virtual void cancel_workflow(cancel_workflow_input&) const {}       ///< `handle.cancel`
  virtual void terminate_workflow(terminate_workflow_input&) const {} ///< `handle.terminate`
};

} // namespace troupe
