// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/worker_core.hpp"

#include "runtime/base/text/uuid.hpp"
#include "runtime/rpc/retry.hpp"

#include <caf/actor_system.hpp>

#include <random>

namespace troupe::actors {

namespace {

constexpr telemetry::metric worker_start{
    .name = "worker_start", .help = "workers that were started"};

std::string random_id(std::function<double()>& random) {
  const auto bits = [&random] {
    const auto half = [&random] { return static_cast<std::uint64_t>(random() * 0x1p32); };
    const auto high = half() << 32;
    return high | half();
  };
  const auto high = bits();
  return uuid_v4(high, bits());
}

} // namespace

worker_core::worker_core(
    caf::actor_system& system,
    std::shared_ptr<worker_context> context,
    const std::vector<shard*>& shards,
    const transport_factory& transports,
    std::function<double()> random)
    : system_(system), context_(std::move(context)) {
  if (!random)
    random = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
      return std::uniform_real_distribution<double>{0, 1}(engine);
    };
  auto& settings = context_->settings;
  if (settings.instance_key.empty())
    settings.instance_key = random_id(random);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    auto made = std::make_unique<shard_context>(*shards[i]);
    made->unique_name = settings.identity + "-" + random_id(random);
    made->meter = context_->metrics->add_meter(
        {{"namespace", settings.name_space}, {"task_queue", settings.task_queue}});
    made->counts = std::make_unique<rpc::call_metrics>(*made->meter);
    made->failures = std::make_unique<log::repeated_failures>(
        *shards[i],
        std::vector<log::field>{
            {"namespace", settings.name_space}, {"task_queue", settings.task_queue}},
        settings.failures);
    // One generator per shard: they draw on different threads.
    auto own = std::make_shared<std::mt19937_64>(static_cast<std::uint64_t>(random() * 0x1p53));
    auto draw = [own] { return std::uniform_real_distribution<double>{0, 1}(*own); };
    made->jitter = [draw] { return 2 * draw() - 1; };
    made->transport = transports(*shards[i], i);
    made->calls = std::make_unique<rpc::retrying_transport>(
        *made->transport,
        *shards[i],
        rpc::retry_policy{},
        rpc::random_source{draw},
        made->counts.get());
    context_->shards.push_back(std::move(made));
  }
}

worker_core::~worker_core() = default;

void worker_core::start(const std::function<void()>& can_be_stopped) {
  context_->shards.front()->meter->counter(worker_start).add();
  root_ = system_.spawn<worker_root_actor>(
      context_->shards.front()->home,
      context_,
      [this](worker_phase phase, const std::string& error) {
        {
          std::lock_guard guard{mutex_};
          phase_ = phase;
          error_ = error;
        }
        if (on_phase_)
          on_phase_(phase, error);
      });
  if (can_be_stopped)
    can_be_stopped();
  tell(root_, start_worker{});
}

void worker_core::stop() {
  if (root_)
    tell(root_, stop_worker{});
}

void worker_core::release() {
  for (auto& each : context_->shards)
    each->home.post([context = context_, one = each.get()] {
      one->calls = nullptr;
      one->transport = nullptr;
      one->failures = nullptr;
    });
}

std::vector<inspected_part>
worker_core::inspect(const snapshot_options& what, const std::function<void()>& meanwhile) const {
  inspection asked{context_, what};
  if (meanwhile)
    meanwhile();
  return asked.wait(std::chrono::seconds{1});
}

worker_phase worker_core::phase() const {
  std::lock_guard guard{mutex_};
  return phase_;
}

std::string worker_core::error() const {
  std::lock_guard guard{mutex_};
  return error_;
}

} // namespace troupe::actors
