// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/standalone/standalone_requests.hpp"

#include <memory>
#include <string>
#include <utility>

/// Reads of activities and operations without a workflow that may wait.
namespace troupe::embedded {

inline read_result refused(rpc_status status) {
  return {{std::move(status), nullptr}, false, {}};
}

/// What a long poll has seen last.
inline std::string token_of(const run& on) {
  return on.id + '/' + std::to_string(on.state.transitions);
}

/// Describes the run that is asked for by `fill(run, response)`; with a token it waits until
/// something has changed since.
template <class Response, class Request, class Fill>
read_result
describe_by(const record& rec, const Request& request, std::size_t max_id_bytes, Fill fill) {
  const auto& words = words_of(request);
  const auto& token = request.long_poll_token();
  if (!token.empty() && request.run_id().empty())
    return refused(invalid_argument(words.token_needs_run));
  if (auto status = check_standalone_id(words, id_in(request), request.run_id(), max_id_bytes);
      !status.ok())
    return refused(std::move(status));
  const run* const on = rec.find(request.run_id());
  if (!on)
    return refused(standalone_not_found(words, id_in(request)));
  auto response = std::make_shared<Response>();
  if (!token.empty()) {
    if (token.find('/') == std::string::npos)
      return refused(invalid_argument("invalid long poll token"));
    if (!token.starts_with(on->id + '/'))
      return refused(invalid_argument("long poll token does not match execution"));
    if (token == token_of(*on))
      return {{{}, response}, true, on->id}; // nothing, if it stays so
  }
  response->set_run_id(on->id);
  fill(*on, *response);
  response->set_long_poll_token(token_of(*on));
  return {{{}, std::move(response)}, false, on->id};
}

/// Waits until `is_reached(run)`, and then answers by `fill(run, response)`.
template <class Response, class Request, class IsReached, class Fill>
read_result poll_by(
    const record& rec,
    const Request& request,
    std::size_t max_id_bytes,
    IsReached is_reached,
    Fill fill) {
  const auto& words = words_of(request);
  if (auto status = check_standalone_id(words, id_in(request), request.run_id(), max_id_bytes);
      !status.ok())
    return refused(std::move(status));
  const run* const on = rec.find(request.run_id());
  if (!on)
    return refused(standalone_not_found(words, id_in(request)));
  auto response = std::make_shared<Response>();
  if (!is_reached(*on))
    return {{{}, std::move(response)}, true, on->id};
  response->set_run_id(on->id);
  fill(*on, *response);
  return {{{}, std::move(response)}, false, on->id};
}

} // namespace troupe::embedded
