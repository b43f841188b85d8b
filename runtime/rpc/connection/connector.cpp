// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/connector.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/rpc/direct_transport.hpp"
#include "runtime/rpc/grpc_channel.hpp"
#include "runtime/rpc/grpc_transport.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

namespace troupe::rpc {

namespace {

/// Each call carries the key that is good now.
class keyed_transport final : public transport {
public:
  keyed_transport(std::unique_ptr<transport> over, std::function<std::string()> source)
      : over_(std::move(over)), source_(std::move(source)) {}

  call_id start(call what, reply_handler on_reply) override {
    const bool has_one = std::ranges::any_of(
        what.headers, [](const auto& each) { return each.first == "authorization"; });
    if (!has_one)
      add_key(what);
    return over_->start(std::move(what), std::move(on_reply));
  }
  void cancel(call_id id) override { over_->cancel(id); }

private:
  void add_key(call& to) {
    try {
      auto key = source_();
      // gRPC would log the header that it refuses, key and all.
      if (!std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; }))
        throw std::invalid_argument("it holds a line break, or what is no character of a header");
      if (!key.empty())
        to.headers.emplace_back("authorization", "Bearer " + std::move(key));
    } catch (const std::exception& failed) {
      log::error("there is no API key for a call", {{"error", failed.what()}});
    } catch (...) {
      log::error("there is no API key for a call", {{"error", "not a std::exception"}});
    }
  }

  std::unique_ptr<transport> over_;
  std::function<std::string()> source_;
};

bool has_own_authorization(const connection_options& options) {
  return std::ranges::any_of(
      options.headers, [](const auto& each) { return each.first == "authorization"; });
}

class over_grpc final : public connector {
public:
  explicit over_grpc(connection_options options) : options_(resolve(std::move(options))) {}

  [[nodiscard]] const connection_options& options() const noexcept override { return options_; }
  [[nodiscard]] bool needs_queue() const noexcept override { return true; }

  [[nodiscard]] std::unique_ptr<transport>
  connect(executor& /*runs_on*/, polled_queue* queue) const override {
    return one_channel{*this, queue}.connect();
  }
  [[nodiscard]] std::shared_ptr<shared_connection>
  share(executor& /*runs_on*/, polled_queue* queue) const override {
    return std::make_shared<one_channel>(*this, queue);
  }

private:
  class one_channel final : public shared_connection {
  public:
    one_channel(const over_grpc& of, polled_queue* queue) : of_(of), queue_(queue) {
      if (queue == nullptr)
        throw std::logic_error("a gRPC transport needs a completion queue that is polled");
      channel_ = make_channel(of.options_);
    }
    [[nodiscard]] std::unique_ptr<transport> connect() const override {
      const auto& options = of_.options_;
      auto made = std::make_unique<grpc_transport>(options, *queue_, channel_);
      if (!options.api_key_source || has_own_authorization(options))
        return made;
      return std::make_unique<keyed_transport>(std::move(made), options.api_key_source);
    }

  private:
    const over_grpc& of_;
    polled_queue* const queue_;
    std::shared_ptr<grpc_channel> channel_;
  };

  connection_options options_;
};

class in_process final : public connector {
public:
  in_process(std::shared_ptr<local_service> service, connection_options options)
      : service_(std::move(service)), options_(resolve(std::move(options))) {}

  [[nodiscard]] const connection_options& options() const noexcept override { return options_; }
  [[nodiscard]] bool needs_queue() const noexcept override { return false; }

  [[nodiscard]] std::unique_ptr<transport>
  connect(executor& runs_on, polled_queue* /*queue*/) const override {
    return std::make_unique<direct_transport>(service_, runs_on, options_);
  }
  /// There is none: each call is a function's.
  [[nodiscard]] std::shared_ptr<shared_connection>
  share(executor& runs_on, polled_queue* queue) const override {
    struct none final : shared_connection {
      none(const in_process& with, executor& on, polled_queue* through)
          : of(with), runs_on(on), queue(through) {}
      [[nodiscard]] std::unique_ptr<transport> connect() const override {
        return of.connect(runs_on, queue);
      }
      const in_process& of;
      executor& runs_on;
      polled_queue* queue;
    };
    return std::make_shared<none>(*this, runs_on, queue);
  }

private:
  std::shared_ptr<local_service> service_;
  connection_options options_;
};

} // namespace

std::shared_ptr<const connector> grpc_connector(connection_options options) {
  return std::make_shared<over_grpc>(std::move(options));
}

std::shared_ptr<const connector>
direct_connector(std::shared_ptr<local_service> service, connection_options options) {
  return std::make_shared<in_process>(std::move(service), std::move(options));
}

} // namespace troupe::rpc
