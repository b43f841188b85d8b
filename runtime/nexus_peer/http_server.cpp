// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/server.hpp"
#include "runtime/nexus_peer/served_calls.hpp"

#include <troupe/nexus/http_server.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace troupe::nexus {

struct http_server::implementation {
  http_server_options options;
  std::shared_ptr<service_registry> services = std::make_shared<service_registry>();
  std::function<void(const completion&)> take;
  std::unique_ptr<served_calls> calls;
  std::unique_ptr<http::server> listener; ///< last: its thread uses the rest

  void must_not_run() const {
    if (listener)
      throw std::logic_error("the Nexus server has started already");
  }
};

http_server::http_server() : http_server(http_server_options{}) {}

http_server::http_server(http_server_options options) : impl_(std::make_unique<implementation>()) {
  auto& path = options.path;
  while (path.ends_with('/'))
    path.pop_back();
  if (!path.empty() && !path.starts_with('/'))
    path.insert(0, "/");
  impl_->options = std::move(options);
}

http_server::~http_server() {
  stop();
}

http_server& http_server::add(service_handler service) {
  impl_->must_not_run();
  impl_->services->add(std::move(service));
  return *this;
}

http_server& http_server::on_completion(std::function<void(const completion&)> take) {
  impl_->must_not_run();
  impl_->take = std::move(take);
  return *this;
}

void http_server::start() {
  impl_->must_not_run();
  const auto& options = impl_->options;
  const auto where = http::parse_address(options.address);
  if (!where)
    throw http_server_error("the address \"" + options.address + "\" is not of the form ip:port");
  auto environment = std::make_shared<dispatch_environment>();
  environment->services = impl_->services;
  environment->converter = options.converter;
  environment->identity = "http";
  environment->interceptors = options.interceptors;
  impl_->calls = std::make_unique<served_calls>(std::move(environment), options, impl_->take);
  http::server_limits limits;
  limits.connections = std::max<std::size_t>(limits.connections, options.max_requests + 64);
  try {
    impl_->listener = std::make_unique<http::server>(*where, *impl_->calls, limits);
  } catch (const http::listen_error& error) {
    throw http_server_error(error.what());
  }
}

std::string http_server::url() const {
  if (!impl_->listener)
    throw std::logic_error("the Nexus server has not started");
  return "http://" + http::to_string(impl_->listener->where()) + impl_->options.path;
}

std::string http_server::completion_url() const {
  return url() + "/callback";
}

void http_server::stop(std::chrono::milliseconds grace) {
  if (!impl_->listener)
    return;
  impl_->listener->stop(grace);
  impl_->calls->end();
  impl_->listener.reset();
  impl_->calls.reset();
}

} // namespace troupe::nexus
