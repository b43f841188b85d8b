// SPDX-License-Identifier: Apache-2.0
#include "actors/bridge/served_actor.hpp"

#include "runtime/nexus/operation_state.hpp"

#include <caf/actor_system.hpp>
#include <caf/detail/functor_attachable.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <chrono>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace troupe::nexus::detail {

namespace {

/// A function that an actor calls when it ends, until `detach` takes it off again: an actor may
/// outlive many workers that it serves. Derived, as versions of CAF call it in different ways.
template <class Function>
class exit_watch final : public caf::detail::functor_attachable<Function> {
public:
  exit_watch(const void* owner, Function then)
      : caf::detail::functor_attachable<Function>(std::move(then)), owner_(owner) {}

  bool matches(const caf::attachable::token& what) override {
    return what.subtype == served_actor::watch_token && (what.ptr == nullptr || what.ptr == owner_);
  }

private:
  const void* owner_;
};

std::string words(cancel_reason why) {
  return why == cancel_reason::worker_shutdown ? "the worker shuts down"
                                               : std::string{to_string(why)};
}

} // namespace

std::shared_ptr<served_actor>
served_actor::make(caf::strong_actor_ptr whom, const served_actor_options& options) {
  if (!whom)
    throw std::invalid_argument{
        "an operation cannot be served by an empty actor handle: spawn the actor before"};
  if (options.max_outstanding == 0)
    throw std::invalid_argument{"served_actor_options::max_outstanding is at least 1"};
  auto made = std::make_shared<served_actor>(std::move(whom), options);
  // Runs at once if it has ended already.
  const auto then = [of = std::weak_ptr{made}](const caf::error& why) {
    if (const auto served = of.lock())
      served->on_exit(why);
  };
  made->whom_->get()->attach(
      caf::attachable_ptr{new exit_watch<std::remove_const_t<decltype(then)>>{made.get(), then}});
  return made;
}

served_actor::served_actor(caf::strong_actor_ptr whom, const served_actor_options& options)
    : whom_(std::move(whom)), options_(options) {
  const auto companion = system().spawn<caf::actor_companion, caf::hidden>();
  from_ = caf::actor_cast<caf::strong_actor_ptr>(companion);
  asks_ = static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(companion));
  asks_->on_enqueue([this](caf::mailbox_element_ptr answer) { on_answer(*answer); });
}

served_actor::~served_actor() {
  whom_->get()->detach({watch_token, this});
  // Waits until no answer is just coming in. Workaround: CAF 0.17.6 declares `disconnect` for this
  // and does not define it.
  asks_->on_enqueue({});
  asks_->cleanup(caf::make_error(caf::exit_reason::normal), nullptr);
}

void served_actor::ask(
    std::shared_ptr<actor_question> what, executor& home, std::coroutine_handle<> frame) {
  auto request = std::make_shared<asked_request>();
  request->home = &home;
  request->frame = frame;
  request->what = what;
  what->place = request;
  {
    const std::lock_guard guard{mutex_};
    if (ended_) {
      what->error = ended_;
      return settle(request);
    }
    if (!has_room() || !waiting_.empty()) {
      if (options_.when_full == full_actor::holds_slots) {
        waiting_.push_back(std::move(request));
        return;
      }
      what->error = actor_error(
          handler_error_type::resource_exhausted,
          "the actor that serves this operation has " + std::to_string(options_.max_outstanding)
              + " requests that it has not answered");
      return settle(request);
    }
    mark_sent(request);
  }
  send(request);
}

void served_actor::leave(actor_question& what) noexcept {
  const auto request = std::exchange(what.place, nullptr);
  if (!request)
    return;
  std::vector<request_ptr> to_send;
  {
    const std::lock_guard guard{mutex_};
    request->home = nullptr;
    request->frame = {};
    switch (request->at) {
    case asked_request::state::waits:
      std::erase(waiting_, request);
      request->at = asked_request::state::over;
      break;
    case asked_request::state::is_sent:
    case asked_request::state::in_mailbox:
      ++abandoned_;
      forget_oldest_abandoned();
      take_waiting(to_send);
      break;
    case asked_request::state::over: break;
    }
  }
  send_all(to_send);
}

void served_actor::tell(const actor_question& what, cancel_reason why) {
  if (!(why == cancel_reason::timed_out ? what.tells_deadline : what.tells_cancel))
    return;
  {
    const std::lock_guard guard{mutex_};
    const auto& request = what.place;
    if (!request)
      return;
    if (request->at == asked_request::state::is_sent)
      request->to_tell = why; // or it could come before the request
    if (request->at != asked_request::state::in_mailbox)
      return;
  }
  send_notice(what, why);
}

/// On the thread of the actor, or of whoever tells that it is gone.
void served_actor::on_answer(caf::mailbox_element& answer) {
  if (!answer.mid.is_response())
    return; // nobody knows the companion to send it anything else
  std::vector<request_ptr> to_send;
  request_ptr answered;
  {
    const std::lock_guard guard{mutex_};
    const auto found = sent_.find(answer.mid.request_id().integer_value());
    if (found == sent_.end())
      return;
    answered = std::move(found->second);
    sent_.erase(found);
    answered->at = asked_request::state::over;
    if (answered->home == nullptr)
      --abandoned_;
    else {
      auto& what = *answered->what;
      auto& content = answer.content();
      if (content.match_elements<caf::error>())
        what.error = content.get_as<caf::error>(0);
      else if (!what.take(content))
        what.error = caf::make_error(
            caf::sec::unexpected_response,
            "the actor answered with something else than the operation's output: "
                + content.stringify());
      settle(answered);
    }
    take_waiting(to_send);
  }
  send_all(to_send);
}

void served_actor::on_exit(const caf::error& why) {
  const std::lock_guard guard{mutex_};
  ended_ = actor_error(
      handler_error_type::unavailable,
      why ? "the actor that serves this operation has ended: " + system().render(why)
          : std::string{"the actor that serves this operation has ended"});
  for (auto& [id, each] : std::exchange(sent_, {})) {
    each->at = asked_request::state::over;
    if (each->home == nullptr)
      continue;
    each->what->error = ended_;
    settle(each);
  }
  abandoned_ = 0;
  for (auto& each : std::exchange(waiting_, {})) {
    each->at = asked_request::state::over;
    each->what->error = ended_;
    settle(each);
  }
}

/// Those that nobody waits for any more count, since they fill the mailbox all the same. But an
/// actor that has only such ones may have forgotten them: it is tried with one.
bool served_actor::has_room() const noexcept {
  return sent_.size() < options_.max_outstanding || sent_.size() == abandoned_;
}

void served_actor::take_waiting(std::vector<request_ptr>& to_send) {
  while (!waiting_.empty() && has_room()) {
    mark_sent(waiting_.front());
    to_send.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void served_actor::mark_sent(const request_ptr& which) {
  which->id = ++last_id_;
  which->at = asked_request::state::is_sent;
  sent_.emplace(which->id, which);
}

void served_actor::send(const request_ptr& which) {
  // The coroutine may leave meanwhile; the question lives on with the request.
  whom_->enqueue(which->what->request(from_, caf::make_message_id(which->id)), nullptr);
  auto to_tell = cancel_reason::none;
  {
    const std::lock_guard guard{mutex_};
    if (which->at == asked_request::state::is_sent) {
      which->at = asked_request::state::in_mailbox;
      to_tell = which->to_tell;
    }
  }
  if (to_tell != cancel_reason::none)
    send_notice(*which->what, to_tell);
}

void served_actor::send_all(const std::vector<request_ptr>& which) {
  for (const auto& each : which)
    send(each);
}

void served_actor::send_notice(const actor_question& about, cancel_reason why) {
  const caf::message_id no_request{};
  whom_->enqueue(
      why == cancel_reason::timed_out
          ? caf::make_mailbox_element(from_, no_request, {}, operation_deadline{about.request_id})
          : caf::make_mailbox_element(
                from_, no_request, {}, cancel_requested{about.request_id, {}, words(why)}),
      nullptr);
}

/// So that an actor which forgets its requests costs no memory.
void served_actor::forget_oldest_abandoned() {
  if (abandoned_ <= options_.max_outstanding)
    return;
  for (auto at = sent_.begin(); at != sent_.end(); ++at)
    if (at->second->home == nullptr) {
      at->second->at = asked_request::state::over;
      sent_.erase(at);
      --abandoned_;
      return;
    }
}

/// Under the mutex, so that the home is there.
void served_actor::settle(const request_ptr& which) {
  which->at = asked_request::state::over;
  which->home->post([which] {
    if (which->frame)
      std::exchange(which->frame, {}).resume();
  });
}

std::shared_ptr<served_actor>
serve_actor(caf::strong_actor_ptr whom, const served_actor_options& options) {
  return served_actor::make(std::move(whom), options);
}

void ask(
    served_actor& whom,
    std::shared_ptr<actor_question> what,
    executor& home,
    std::coroutine_handle<> frame) {
  whom.ask(std::move(what), home, frame);
}

void leave(served_actor& whom, actor_question& what) noexcept {
  whom.leave(what);
}

void tell(served_actor& whom, const actor_question& what, cancel_reason why) {
  whom.tell(what, why);
}

void throw_actor_error(served_actor& whom, const caf::error& error) {
  std::visit([](const auto& means) { throw means; }, meaning_of(whom.system(), error));
  std::terminate(); // every alternative was thrown
}

executor& home_of(const operation_context& context) noexcept {
  return *context_access::state(context).where;
}

void fill(operation_request& to, const start_context& from) {
  to.request_id = from.request_id();
  to.endpoint = from.endpoint();
  for (const auto& [name, value] : from.headers())
    to.headers.emplace_back(name, value);
  if (const auto deadline = from.deadline())
    to.deadline = *deadline;
  to.callback_url = from.callback_url();
  for (const auto& [name, value] : from.callback_headers())
    to.callback_headers.emplace_back(name, value);
}

} // namespace troupe::nexus::detail
