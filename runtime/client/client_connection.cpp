// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"

#include "runtime/client/call_job.hpp"
#include "runtime/rpc/client_loop.hpp"
#include "runtime/rpc/connection/connect_hint.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/polled_queue.hpp"
#include "runtime/rpc/unary.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <future>

namespace troupe {

namespace {

std::shared_ptr<const client_settings> make_settings(
    const connection_options& options,
    data_converter converter,
    std::chrono::milliseconds long_poll_timeout = client_settings{}.long_poll_timeout) {
  auto settings = std::make_shared<client_settings>();
  settings->long_poll_timeout = long_poll_timeout;
  settings->name_space = options.name_space;
  settings->identity = options.identity;
  settings->rpc_timeout = options.rpc_timeout;
  settings->converter = std::move(converter);
  settings->tracer = options.tracer;
  settings->interceptors = options.interceptors;
  for (const auto& each : options.interceptors)
    if (each == nullptr)
      throw connection_error("connection_options::interceptors: one of them is null");
  return settings;
}

} // namespace

client_connection::client_connection(
    std::shared_ptr<const rpc::connector> to, data_converter converter)
    : connector_(std::move(to)), settings_(make_settings(options(), std::move(converter))),
      loop_(std::make_unique<rpc::client_loop>()), runs_on_(loop_.get()), wait_(*runs_on_),
      metrics_(std::make_shared<telemetry::registry>()),
      meter_(metrics_->add_meter({{"namespace", options().name_space}})), counts_(*meter_),
      transport_(connector_->connect(*runs_on_, &loop_->queue())),
      retrying_(std::make_unique<rpc::retrying_transport>(
          *transport_, *runs_on_, rpc::retry_policy{}, rpc::system_random(), &counts_)) {}

client_connection::client_connection(
    std::shared_ptr<const rpc::connector> to,
    data_converter converter,
    executor& runs_on,
    rpc::pump_function pump,
    std::chrono::milliseconds long_poll_timeout)
    : connector_(std::move(to)),
      settings_(make_settings(options(), std::move(converter), long_poll_timeout)),
      runs_on_(&runs_on), wait_(*runs_on_, std::move(pump)),
      metrics_(std::make_shared<telemetry::registry>()),
      meter_(metrics_->add_meter({{"namespace", options().name_space}})), counts_(*meter_),
      transport_(connector_->connect(*runs_on_, nullptr)),
      retrying_(std::make_unique<rpc::retrying_transport>(
          *transport_, *runs_on_, rpc::retry_policy{}, rpc::system_random(), &counts_)) {}

client_connection::~client_connection() {
  // Transports belong to the executor's thread.
  if (runs_on_->runs_here()) {
    retrying_.reset();
    transport_.reset();
    // Behind the ends of the calls that were under way: they use the loop.
    if (loop_) {
      auto& loop = *loop_;
      loop.post([last = std::move(loop_)] {});
    }
    return;
  }
  // If the executor refuses work, the promise goes with the function, and that ends the wait as
  // well.
  std::promise<void> gone;
  auto is_gone = gone.get_future();
  runs_on_->post([this, promise = std::move(gone)]() mutable {
    retrying_.reset();
    transport_.reset();
    promise.set_value();
  });
  is_gone.wait();
}

void client_connection::check() {
  namespace wire = temporal::api::workflowservice::v1;
  detail::refuse_to_block_a_shard();
  const auto& target = options().target;
  try {
    // One attempt: who connects wants to know at once that nobody is there.
    rpc::call_blocking<wire::GetSystemInfoResponse>(
        *retrying_,
        wait_,
        rpc::methods::workflow_service::get_system_info,
        wire::GetSystemInfoRequest{},
        options().connect_timeout,
        rpc::call_kind::once);
  } catch (const rpc_error& failed) {
    const std::string said = failed.what();
    const auto hint = rpc::connect_hint({failed.code(), said, {}}, options());
    switch (failed.code()) {
    case status_code::unimplemented:
      if (hint.empty())
        return; // an old service; it has no optional capabilities
      throw connection_error(
          "what answers at " + target + " does not work as a Temporal service: " + said + "; "
          + hint);
    case status_code::unavailable:
    case status_code::deadline_exceeded:
      throw connection_error(
          "cannot reach a Temporal service at " + target + " ("
          + (rpc::uses_tls(options()) ? "with TLS" : "without TLS") + "): " + said
          + (hint.empty() ? "" : "; " + hint));
    case status_code::unauthenticated:
    case status_code::permission_denied:
      throw connection_error(
          "the service at " + target + " does not let us in: " + said
          + "; check the API key, the client certificate and the namespace");
    default:
      throw connection_error(
          "what answers at " + target + " does not work as a Temporal service: "
          + std::string{to_string(failed.code())} + ": " + said);
    }
  }
}

rpc::reply client_connection::call_now(rpc::call what) {
  return wait_.wait<rpc::reply>([this, what = std::move(what)](auto done) mutable {
    retrying_->start(std::move(what), [done](rpc_status status, rpc::bytes message) mutable {
      done(result<rpc::reply>{rpc::reply{std::move(status), std::move(message)}});
    });
  });
}

client local_client(
    std::shared_ptr<rpc::local_service> service,
    connection_options options,
    data_converter converter) {
  return client{std::make_shared<client_connection>(
      rpc::direct_connector(std::move(service), std::move(options)), std::move(converter))};
}

client
local_client(rpc::local_service& service, connection_options options, data_converter converter) {
  return local_client(rpc::not_owned(service), std::move(options), std::move(converter));
}

client local_client(
    rpc::local_service& service,
    executor& runs_on,
    rpc::pump_function pump,
    connection_options options,
    data_converter converter,
    std::chrono::milliseconds long_poll_timeout) {
  return client{std::make_shared<client_connection>(
      rpc::direct_connector(rpc::not_owned(service), std::move(options)),
      std::move(converter),
      runs_on,
      std::move(pump),
      long_poll_timeout)};
}

} // namespace troupe
