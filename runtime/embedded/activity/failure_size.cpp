// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/activity/failure_size.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace troupe::embedded {
namespace {

using failure = temporal::api::failure::v1::Failure;

/// So much of the text as there is room for, which gets smaller by it.
std::string take(std::string_view text, std::size_t& room) {
  const auto taken = cut_utf8(text, room);
  room -= taken.size();
  return std::string{taken};
}

/// What the fields around a text cost at most; the real server counts with the same numbers.
constexpr std::size_t field_cost = 4;

void pay(std::size_t cost, std::size_t& room) {
  room -= std::min(cost, room);
}

/// From the outermost inwards: whoever is nearer gets more.
void copy_what_fits(const failure& from, std::size_t room, failure& to) {
  auto* into = &to;
  const auto* part = &from;
  for (int depth = 1; depth < max_failure_depth; ++depth) {
    if (!part->source().empty()) {
      into->set_source(part->source());
      pay(field_cost + part->source().size(), room);
    }
    if (part->has_application_failure_info()) {
      const auto& info = part->application_failure_info();
      into->mutable_application_failure_info()->set_type(info.type());
      into->mutable_application_failure_info()->set_non_retryable(info.non_retryable());
      pay(2 * field_cost + info.type().size(), room);
    } else if (part->has_server_failure_info()) {
      into->mutable_server_failure_info()->set_non_retryable(
          part->server_failure_info().non_retryable());
      pay(field_cost, room);
    }
    pay(field_cost, room);
    into->set_message(take(part->message(), room));
    if (!part->stack_trace().empty()) {
      pay(field_cost, room);
      into->set_stack_trace(take(part->stack_trace(), room));
    }
    if (!part->has_cause() || room <= 2 * field_cost)
      return;
    pay(2 * field_cost, room);
    part = &part->cause();
    into = into->mutable_cause();
  }
}

} // namespace

failure cut_failure(const failure& from, std::size_t most, bool is_non_retryable) {
  auto cut = server_failure("Failure exceeds size limit.", is_non_retryable);
  copy_what_fits(from, most, *cut.mutable_cause());
  return cut;
}

failure server_failure(const char* message, bool is_non_retryable) {
  failure made;
  made.set_message(message);
  made.mutable_server_failure_info()->set_non_retryable(is_non_retryable);
  return made;
}

} // namespace troupe::embedded
