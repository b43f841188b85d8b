// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/connector.hpp"

#include "runtime/rpc/direct_transport.hpp"
#include "runtime/rpc/grpc_transport.hpp"

#include <stdexcept>

namespace troupe::rpc {

namespace {

class over_grpc final : public connector {
public:
  explicit over_grpc(connection_options options) : options_(resolve(std::move(options))) {}

  [[nodiscard]] const connection_options& options() const noexcept override { return options_; }
  [[nodiscard]] bool needs_queue() const noexcept override { return true; }

  [[nodiscard]] std::unique_ptr<transport>
  connect(executor& /*runs_on*/, polled_queue* queue) const override {
    if (queue == nullptr)
      throw std::logic_error("a gRPC transport needs a completion queue that is polled");
    return std::make_unique<grpc_transport>(options_, *queue);
  }

private:
  connection_options options_;
};

class in_process final : public connector {
public:
  in_process(local_service& service, connection_options options)
      : service_(&service), options_(resolve(std::move(options))) {}

  [[nodiscard]] const connection_options& options() const noexcept override { return options_; }
  [[nodiscard]] bool needs_queue() const noexcept override { return false; }

  [[nodiscard]] std::unique_ptr<transport>
  connect(executor& runs_on, polled_queue* /*queue*/) const override {
    return std::make_unique<direct_transport>(*service_, runs_on, options_);
  }

private:
  local_service* service_;
  connection_options options_;
};

} // namespace

std::shared_ptr<const connector> grpc_connector(connection_options options) {
  return std::make_shared<over_grpc>(std::move(options));
}

std::shared_ptr<const connector>
direct_connector(local_service& service, connection_options options) {
  return std::make_shared<in_process>(service, std::move(options));
}

} // namespace troupe::rpc
