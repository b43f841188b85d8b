// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/guarded_door.hpp"
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/front/grpc_front.hpp"
#include "actors/embedded/front/http_front.hpp"
#include "actors/embedded/front/tls_credentials.hpp"
#include "actors/embedded/host/doors.hpp"
#include "actors/embedded/host/http_outbound.hpp"
#include "actors/embedded/host/metered_service.hpp"
#include "actors/embedded/host/preparation.hpp"
#include "actors/embedded/host/service_access.hpp"
#include "actors/embedded/host/service_host.hpp"
#include "actors/embedded/host/settings.hpp"
#include "actors/shard/threaded_shard.hpp"
#include "runtime/base/log/protobuf_log.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/rpc/grpc_log.hpp"
#include "runtime/rpc/local_door.hpp"

#include <troupe/service.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <grpcpp/server_builder.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe {

namespace {

caf::actor_system_config& configured(caf::actor_system_config& config) {
  // The service's actors run on its shard; nothing of it needs the pool.
  config.set("scheduler.max-threads", std::size_t{1});
  config.set("scheduler.policy", caf::atom("sharing"));
  return config;
}

/// The methods that fronts take in the fast way.
std::vector<embedded::hot_method> hot_methods() {
  std::vector<embedded::hot_method> found;
  for (const auto& part : embedded::method_table())
    for (const auto& row : part)
      if (row.how_often != embedded::traffic::some)
        found.push_back({std::string{row.name}, row.how_often == embedded::traffic::hot_poll});
  return found;
}

} // namespace

struct service::implementation {
  implementation(
      caf::actor_system* users, const service_options& options, bool counts_calls = false) {
    // Else a line to stderr for each bad request.
    adopt_protobuf_log();
    rpc::adopt_grpc_log();
    auto settings = embedded::read_settings(options.dynamic_config);
    if (!settings)
      throw service_error{settings.error()};
    allowed_hosts = settings->http_allowed_hosts;
    takes_keys = !options.callers.api_key_file.empty() || !options.callers.jwt_key_set.empty();
    doors = std::make_unique<embedded::doors>(options);
    if (users == nullptr) {
      config = std::make_unique<caf::actor_system_config>();
      own_system = std::make_unique<caf::actor_system>(configured(*config));
      users = own_system.get();
    }
    // The first listener lives on the shard's own queue. It must exist before the shard does, so
    // its builder waits.
    builder = std::make_unique<grpc::ServerBuilder>();
    auto made = builder->AddCompletionQueue();
    queue = made.get();
    home = std::make_unique<actors::threaded_shard>(*users, "troupe-service", std::move(made));
    host = std::make_unique<embedded::service_host>(*users, *home, std::move(*settings));
    if (doors->keeper())
      host->here().door = std::make_unique<embedded::guarded_door>(doors->keeper());
    run([&] {
      host->here().outbound =
          std::make_unique<embedded::http_outbound>(*home, options.tls.outgoing_ca);
    });
    try {
      count_calls(options.metrics_address, counts_calls);
      door = std::make_shared<rpc::local_door>(front());
      prepare(options);
    } catch (...) {
      stop(std::chrono::milliseconds{0}); // or its shard would go on while it is taken apart
      throw;
    }
  }

  void count_calls(const std::string& address, bool in_any_case) {
    if (address.empty() && !in_any_case)
      return;
    metered = std::make_unique<embedded::metered_service>(*host);
    if (!address.empty()) {
      const auto where = http::parse_address(address);
      if (!where)
        throw service_error{"the metrics address \"" + address + "\" is not of the form ip:port"};
      try {
        metered->listen(*where, doors->tls());
      } catch (const http::listen_error& error) {
        throw service_error{std::string{"the metrics of the service: "} + error.what()};
      }
    }
    if (const auto of = doors->certificates())
      shown.push_back(metered->show_expiry([of] { return of->expires(); }));
    run([this] {
      host->here().count_opened_breaker = [to = metered.get()](const auto&... what) {
        to->count_opened_breaker(what...);
      };
      host->here().show_open_breakers = [to = metered.get()](const auto&... what) {
        to->show_open_breakers(what...);
      };
    });
  }

  /// The metrics, for whoever may `read` what is the service's own.
  [[nodiscard]] http::response metrics_for(const http::incoming& request) const {
    if (const auto& keeper = doors->keeper()) {
      const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
      const auto known = keeper->find(
          request.header("authorization"),
          [&] { return request.certificate ? request.certificate->pem : std::string{}; },
          now);
      if (!known || known->in({}) < access::role::read)
        return gateway::answer_with(embedded::unauthorized(), {});
    }
    return metered->text();
  }

  /// What is called from outside.
  [[nodiscard]] rpc::local_service& front() const {
    return metered ? static_cast<rpc::local_service&>(*metered) : *host;
  }

  ~implementation() {
    stop(std::chrono::milliseconds{0});
    if (door)
      door->close();
  }

  /// What the service begins with: no call has come yet.
  void prepare(const service_options& options) {
    for (auto& change : embedded::preparation_of(options))
      prepare(std::move(change));
  }

  /// Makes the change on the shard and waits until it is durable; throws why it is not.
  void prepare(std::function<void(embedded::directory&)> change) {
    std::promise<void> done;
    home->post([&] {
      host->prepare(std::move(change), [&done](result<void> outcome) {
        if (outcome)
          done.set_value();
        else
          done.set_exception(outcome.error());
      });
    });
    done.get_future().get();
  }

  /// Runs `work` on the shard and waits for it; rethrows what it throws.
  template <class F>
  void run(F work) {
    std::promise<void> done;
    home->post([&] {
      try {
        work();
        done.set_value();
      } catch (...) {
        done.set_exception(std::current_exception());
      }
    });
    done.get_future().get();
  }

  /// `make_page` gives what is served before the API, if anything is.
  template <class F>
  std::string listen_http(const std::string& address, F make_page) {
    const auto where = http::parse_address(address);
    if (!where)
      throw service_error{"the HTTP address \"" + address + "\" is not of the form ip:port"};
    std::lock_guard guard{mutex};
    if (stopped)
      throw service_error{"the service is shut down"};
    try {
      auto opened = std::make_unique<embedded::http_front>(
          front(), *where, make_page, allowed_hosts, doors->tls());
      std::vector<telemetry::observed> observed;
      if (metered)
        observed =
            metered->show(opened->address(), [front = opened.get()] { return front->counts(); });
      http_fronts.push_back(std::move(opened));
      std::ranges::move(observed, std::back_inserter(shown));
    } catch (const std::runtime_error& error) {
      throw service_error{error.what()};
    }
    return http_fronts.back()->address();
  }

  /// Handlers outside tell this listener how operations ended, unless the settings name another.
  /// One on all addresses names none that they could call.
  void take_callbacks_at(const std::string& address) {
    if (const auto at = http::parse_address(address); at && (at->ip == "0.0.0.0" || at->ip == "::"))
      return;
    std::lock_guard guard{mutex};
    if (stopped)
      return;
    run([&] {
      auto& to = host->here().settings.nexus_callback_template;
      if (to.empty())
        to = (doors->tls() ? "https://" : "http://") + address
             + "/namespaces/{{.NamespaceName}}/nexus/callback";
    });
  }

  void stop(std::chrono::milliseconds grace) {
    std::lock_guard guard{mutex};
    if (std::exchange(stopped, true))
      return;
    run([this] { host->release_long_polls(); });
    for (auto& front : fronts)
      front->stop(grace);
    for (auto& front : http_fronts)
      front->stop(grace);
    run([this] { host->stop(); });
    home->stop();
    fronts.clear();
    shown.clear();
    http_fronts.clear();
  }

  std::unique_ptr<embedded::doors> doors;
  std::shared_ptr<rpc::local_door> door;  ///< of clients in this process, which may outlive it
  std::vector<std::string> allowed_hosts; ///< over HTTP
  bool takes_keys = false;                ///< or tokens
  std::unique_ptr<caf::actor_system_config> config;
  std::unique_ptr<caf::actor_system> own_system;
  std::unique_ptr<grpc::ServerBuilder> builder; ///< of the first listener; null once it listens
  grpc::ServerCompletionQueue* queue = nullptr; ///< the shard's
  std::unique_ptr<actors::threaded_shard> home;
  std::unique_ptr<embedded::service_host> host;
  std::unique_ptr<embedded::metered_service> metered; ///< null: nobody wants its numbers
  std::mutex mutex;                                   ///< guards what follows
  std::vector<std::unique_ptr<embedded::grpc_front>> fronts;
  std::vector<std::unique_ptr<embedded::http_front>> http_fronts;
  std::vector<telemetry::observed> shown; ///< of the HTTP fronts and the certificate
  bool stopped = false;
};

service::service(service_options options)
    : impl_(std::make_unique<implementation>(nullptr, options)) {}
service::service(ready, std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {}
service::~service() = default;
service::service(service&&) noexcept = default;
service& service::operator=(service&&) noexcept = default;

service embedded::service_access::in(caf::actor_system& system, service_options options) {
  return service{service::ready{}, std::make_unique<service::implementation>(&system, options)};
}

service embedded::service_access::counted(service_options options) {
  return service{
      service::ready{}, std::make_unique<service::implementation>(nullptr, options, true)};
}

client service::connect(std::string name_space) {
  return connect(std::move(name_space), data_converter{});
}

client service::connect(
    std::string name_space,
    data_converter converter,
    std::vector<std::shared_ptr<const client_interceptor>> interceptors) {
  bool is_known = false;
  {
    std::lock_guard guard{impl_->mutex};
    if (impl_->stopped)
      throw rpc_error{embedded::plain_status(status_code::unavailable, "the service is shut down")};
    impl_->run([&] { is_known = impl_->host->here().namespaces.find(name_space) != nullptr; });
  }
  if (!is_known)
    throw rpc_error{embedded::namespace_absent(name_space)};
  return local_client(
      impl_->door,
      {.name_space = std::move(name_space), .interceptors = std::move(interceptors)},
      std::move(converter));
}

std::string service::listen(const std::string& address) {
  std::lock_guard guard{impl_->mutex};
  if (impl_->stopped)
    throw service_error{"the service is shut down"};
  auto& first = impl_->builder;
  embedded::grpc_front_options options{.address = address, .hot = hot_methods()};
  if (auto tls = impl_->doors->tls())
    options.credentials = embedded::tls_credentials(std::move(tls));
  auto front =
      first
          ? embedded::grpc_front::listen_on(impl_->front(), std::move(options), first, impl_->queue)
          : embedded::grpc_front::listen(impl_->front(), std::move(options));
  if (!front)
    throw service_error{front.error()};
  impl_->fronts.push_back(std::move(*front));
  return impl_->fronts.back()->address();
}

std::string service::listen_http(const std::string& address) {
  auto listens_at = impl_->listen_http(address, [](gateway::api&) { return nullptr; });
  impl_->take_callbacks_at(listens_at);
  return listens_at;
}

std::string embedded::service_access::listen_ui(
    service& on,
    const std::string& address,
    gateway::site_files files,
    gateway::site_options options) {
  auto& impl = *on.impl_;
  options.takes_keys = impl.takes_keys;
  if (impl.metered)
    options.metrics = [&impl](const http::incoming& request) { return impl.metrics_for(request); };
  return impl.listen_http(address, [&](gateway::api& api) {
    return std::make_unique<gateway::site>(std::move(files), std::move(options), api);
  });
}

void service::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

std::vector<service::setting> service::known_settings() {
  return embedded::known_settings();
}

std::string service::metrics_address() const {
  return impl_->metered ? impl_->metered->address() : std::string{};
}

rpc::local_service& service::local() {
  return impl_->front();
}

} // namespace troupe
