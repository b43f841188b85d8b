// SPDX-License-Identifier: Apache-2.0
#include "test/golden/mortal_service.hpp"

#include <utility>

namespace troupe::test {

struct mortal_service::life {
  life(caf::actor_system& system, std::shared_ptr<actors::manual_clock> clock)
      : home(system, std::move(clock)) {}

  ~life() {
    host->stop();
    home.stop();
  }

  actors::manual_shard home;
  std::shared_ptr<scripted_store> store; ///< null if it keeps everything in memory
  std::unique_ptr<embedded::service_host> host;
  std::shared_ptr<bool> is_dead = std::make_shared<bool>(false);
};

namespace {

/// New ids in each life; but what is left to chance falls the same again when something is decided
/// a second time, or the recorded backoffs would not be met.
class ids_of_a_life final : public embedded::id_source {
public:
  ids_of_a_life(std::uint64_t seed, std::shared_ptr<embedded::random_ids> chance)
      : ids_(seed), chance_(std::move(chance)) {}

  std::string uuid() override { return ids_.uuid(); }
  std::string time_ordered_uuid(time_point now) override { return ids_.time_ordered_uuid(now); }
  double uniform() override { return chance_->uniform(); }

private:
  embedded::random_ids ids_;
  std::shared_ptr<embedded::random_ids> chance_;
};

embedded::service_settings unloading(embedded::service_settings settings) {
  settings.record_idle_time = std::chrono::milliseconds{50};
  return settings;
}

} // namespace

mortal_service::mortal_service(
    caf::actor_system& system,
    std::shared_ptr<actors::manual_clock> clock,
    embedded::service_settings settings,
    dies when)
    : system_(system), clock_(std::move(clock)),
      settings_(
          when == dies::never_but_unloads ? unloading(std::move(settings)) : std::move(settings)),
      when_(when), present_(begin()), midwife_(system, clock_) {}

mortal_service::~mortal_service() {
  stop();
}

std::unique_ptr<mortal_service::life> mortal_service::begin() {
  auto made = std::make_unique<life>(system_, clock_);
  std::shared_ptr<embedded::store> where = std::make_shared<embedded::memory_store>();
  if (when_ != dies::never) {
    made->store = std::make_shared<scripted_store>(made->home, disk_);
    if (when_ == dies::after_commits)
      made->store->after = [this] {
        if (may_die_)
          die();
      };
    else if (when_ == dies::before_commits)
      made->store->before = [this] {
        if (may_die_ && !std::exchange(was_spared_, !was_spared_)) {
          *chance_ = chance_at_last_commit_;
          die();
        } else {
          chance_at_last_commit_ = *chance_;
        }
      };
    where = made->store;
  }
  made->host = std::make_unique<embedded::service_host>(
      system_,
      made->home,
      settings_,
      when_ == dies::never
          ? std::unique_ptr<embedded::id_source>{std::make_unique<embedded::random_ids>(8)}
          : std::make_unique<ids_of_a_life>(8 + graves_, chance_),
      std::move(where));
  return made;
}

embedded::directory& mortal_service::here() {
  return present_->host->here();
}

void mortal_service::prepare(const std::function<void(embedded::directory&)>& change) {
  present_->host->prepare(change, [](const result<void>& outcome) {
    if (!outcome)
      std::rethrow_exception(outcome.error());
  });
}

rpc::local_service::cancel_function
mortal_service::handle(request what, rpc::reply_handler on_reply) {
  const auto id = ++last_id_;
  open_[id] = {
      std::move(what.method),
      what.message.str(),
      what.deadline,
      std::move(what.headers),
      std::move(on_reply),
      {}};
  send(id);
  return [this, id] {
    if (auto found = open_.find(id); found != open_.end() && found->second.cancel)
      found->second.cancel();
  };
}

void mortal_service::send(std::uint64_t id) {
  if (*present_->is_dead)
    return; // the next life gets it
  const auto& asked = open_[id];
  request what;
  what.method = asked.method;
  what.message = rpc::bytes{asked.body};
  what.deadline = asked.deadline;
  what.headers = asked.headers;
  auto cancel = present_->host->handle(
      std::move(what),
      [this, id, is_dead = present_->is_dead](rpc_status status, rpc::bytes answer) {
        if (*is_dead)
          return;
        auto done = open_.extract(id);
        done.mapped().on_reply(std::move(status), std::move(answer));
      });
  if (auto found = open_.find(id); found != open_.end())
    found->second.cancel = std::move(cancel);
}

void mortal_service::die() {
  *present_->is_dead = true;
  present_->store->crash();
  midwife_.post([this] { revive(); });
}

void mortal_service::revive() {
  ++graves_;
  dead_.push_back(std::exchange(present_, nullptr));
  present_ = begin();
  std::vector<std::uint64_t> unanswered;
  for (const auto& [id, asked] : open_)
    unanswered.push_back(id);
  for (auto id : unanswered)
    if (open_.contains(id))
      send(id);
}

void mortal_service::bury() {
  dead_.clear();
}

void mortal_service::stop() {
  if (!present_)
    return;
  *present_->is_dead = true;
  bury();
  present_.reset();
  midwife_.stop();
}

} // namespace troupe::test
