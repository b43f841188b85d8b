// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_peer/served_calls.hpp"

#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/wire/wire_reader.hpp"
#include "runtime/http/post.hpp"
#include "runtime/nexus/error_mapping.hpp"
#include "runtime/nexus_http/completing.hpp"
#include "runtime/nexus_http/serving.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <boost/asio/post.hpp>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::nexus {

namespace {

namespace wire = temporal::api::workflowservice::v1;

/// Where completions come, below the server's path. Operations have a slash more.
constexpr std::string_view completion_path = "/callback";
constexpr std::size_t longest_cited_url = 200;

unique_function<void()> at_once(http::answer_function& answer, http::response what) {
  answer([what = std::move(what)]() mutable { return std::move(what); });
  return {};
}

/// The task that a worker would get: a request with the time that is left.
nexus_task task_of(
    std::shared_ptr<const http::incoming> request,
    nexus_http::request_parts parts,
    duration left,
    time_point now) {
  struct source {
    std::shared_ptr<const http::incoming> request;
    nexus_http::request_parts parts;
    std::string left;
  };
  const auto from = std::make_shared<source>(
      std::move(request), std::move(parts), nexus_http::write_duration(left));
  nexus_task task;
  task.token = "http";
  auto& read = from->parts;
  task.service = read.what.service;
  task.operation = read.what.operation;
  task.scheduled_at = now;
  // What is inside stays as rich as it can be; who reads only the older form sees the cause.
  task.temporal_failures = true;
  task.headers = std::move(read.headers);
  constexpr std::string_view timeout = nexus_http::request_timeout_header;
  const auto said = std::ranges::find(task.headers, timeout, &header_entry::first);
  if (said != task.headers.end())
    said->second = from->left;
  else
    task.headers.emplace_back(timeout, from->left);
  if (read.what.is_cancel) {
    task.kind = nexus_task::request::cancel;
    task.operation_token = *read.what.token;
  } else {
    task.kind = nexus_task::request::start;
    task.request_id = read.request_id;
    task.callback_url = read.callback;
    task.callback_headers = std::move(read.callback_headers);
    for (auto& each : read.links)
      task.links.push_back({std::move(each.url), std::move(each.type)});
    if (read.input) {
      for (const auto& [name, value] : read.input->metadata())
        task.input_metadata.emplace_back(name, value);
      task.input.data = read.input->data();
    } else {
      task.input_metadata.emplace_back("encoding", "json/plain");
      task.input.data = read.body;
    }
    for (const auto& [name, value] : task.input_metadata)
      if (name == "encoding")
        task.input.encoding = value;
      else if (name == "messageType")
        task.input.message_type = value;
  }
  limit_entries(task);
  task.storage = rpc::bytes{from, std::string_view{}};
  return task;
}

template <class Message>
Message parsed(const rpc::bytes& bytes) {
  Message message;
  std::string scratch;
  const auto flat = bytes.flatten(scratch);
  message.ParseFromArray(flat.data(), static_cast<int>(flat.size())); // we wrote it
  return message;
}

http::response answer_of(const operation_call& call, bool reads_new_failures) {
  const auto answer = call.answer();
  if (!call.is_failure()) {
    std::string scratch;
    std::string_view response;
    wire_reader in{answer.request.flatten(scratch)};
    while (in.next())
      if (in.field() == wire::RespondNexusTaskCompletedRequest::kResponseFieldNumber)
        response = in.text();
    return nexus_http::write_answer(response, reads_new_failures);
  }
  const auto request = parsed<wire::RespondNexusTaskFailedRequest>(answer.request);
  return request.has_failure() ? nexus_http::write_answer(request.failure(), reads_new_failures)
                               : nexus_http::write_answer(request.error(), reads_new_failures);
}

http::response refusal_of(const handler_error& error) {
  std::optional<bool> is_retryable;
  if (error.retry() != retry_behavior::unspecified)
    is_retryable = error.retry() == retry_behavior::retryable;
  return nexus_http::refusal(error.type_text(), error.message(), is_retryable);
}

completion completion_of(
    const http::incoming& request, nexus_http::completion from, const data_converter& converter) {
  completion made;
  made.token = std::move(from.operation_token);
  for (const auto& [name, value] : request.headers)
    made.headers.emplace(name, value);
  for (auto& each : from.links)
    made.links.push_back({std::move(each.url), std::move(each.type)});
  if (from.result)
    made.result = from_proto(*from.result);
  if (from.failure)
    made.error = std::make_exception_ptr(operation_error{
        from.state == "canceled" ? operation_state::canceled : operation_state::failed,
        from.failure->message(),
        failure_error_from(*from.failure, converter)});
  return made;
}

} // namespace

/// A request from its arrival to its answer.
struct served_calls::served {
  std::shared_ptr<operation_call> call;
  http::answer_function answer;
  executor::timer_id deadline = 0;
  bool reads_new_failures = false;
  bool is_in_pool = false; ///< its function waits there, or runs
  bool is_over = false;
};

served_calls::served_calls(
    std::shared_ptr<const dispatch_environment> environment,
    const http_server_options& options,
    std::function<void(const completion&)> take)
    : environment_(std::move(environment)), path_(options.path),
      max_requests_(options.max_requests), patience_(options.request_timeout),
      take_(std::move(take)), pool_(options.threads == 0 ? 1 : options.threads) {}

void served_calls::end() {
  pool_.join();
  if (!loop_)
    return;
  const executor_scope here{*loop_};
  for (const auto& weak : std::exchange(coroutines_, {}))
    if (const auto one = weak.lock())
      one->call = nullptr; // which holds what holds it
}

void served_calls::keep_until_end(const std::shared_ptr<served>& one) {
  if (coroutines_.size() >= sweep_at_) {
    std::erase_if(coroutines_, [](const auto& each) { return each.expired(); });
    sweep_at_ = std::max<std::size_t>(256, coroutines_.size() * 2);
  }
  coroutines_.push_back(one);
}

unique_function<void()>
served_calls::serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) {
  std::string_view path = request->path;
  if (!path.starts_with(path_))
    return at_once(answer, nexus_http::refusal("NOT_FOUND", "not found"));
  path.remove_prefix(path_.size());
  if (!path.starts_with('/'))
    return at_once(answer, nexus_http::refusal("NOT_FOUND", "not found"));
  if (under_way_ >= max_requests_)
    return at_once(
        answer, nexus_http::refusal("RESOURCE_EXHAUSTED", "too many requests are under way"));
  if (path == completion_path && take_)
    return complete(std::move(request), std::move(answer));
  auto target = nexus_http::parse_target(*request, nexus_http::split_path(path));
  if (!target)
    return at_once(answer, std::move(target.error()));
  const auto now = loop_->now();
  auto read = nexus_http::read_parts(*request, std::move(*target));
  if (!read)
    return at_once(answer, std::move(read.error()));
  if (!read->callback.empty() && !http::parse_http_url(read->callback))
    return at_once(
        answer,
        nexus_http::refusal(
            "BAD_REQUEST",
            "the callback cannot be called: "
                + quote_as_go(excerpt(to_valid_utf8(read->callback), longest_cited_url))
                + " is no http://host:port/path"));
  const auto left = read->timeout.value_or(patience_);
  auto one = std::make_shared<served>();
  one->answer = std::move(answer);
  one->reads_new_failures = read->reads_new_failures;
  auto task = task_of(std::move(request), std::move(*read), left, now);
  const executor_scope here{*loop_};
  one->call = accept_task(environment_, std::move(task), *loop_, now, loop_);
  ++under_way_;
  go_on(one);
  if (one->is_over)
    return {};
  one->deadline = loop_->schedule(left, [this, one] {
    one->deadline = 0;
    give_up(
        one,
        cancel_reason::timed_out,
        nexus_http::refusal("REQUEST_TIMEOUT", "the handler did not answer in time"));
  });
  return [this, one] {
    give_up(
        one,
        cancel_reason::worker_shutdown,
        nexus_http::refusal("UNAVAILABLE", "the request was given up"));
  };
}

void served_calls::go_on(const std::shared_ptr<served>& one) {
  using step = operation_call::step;
  for (;;) {
    if (one->is_over) {
      one->call = nullptr; // it has ended, and holds what holds it
      return;
    }
    switch (one->call->next()) {
    case step::run_on_pool: return run_function(one);
    case step::run_on_shard: {
      // Often it ends at once; else it goes on from the loop.
      struct state {
        bool is_finished = false;
        bool has_returned = false;
      };
      auto reached = std::make_shared<state>();
      one->call->run_on_shard([this, one, reached] {
        reached->is_finished = true;
        if (reached->has_returned)
          loop_->post([this, one] { go_on(one); });
      });
      reached->has_returned = true;
      if (!reached->is_finished)
        return keep_until_end(one);
      break;
    }
    case step::call_service:
      one->call->on_reply(
          {status_code::unimplemented,
           "the operation needs a Temporal service, which this server has not",
           {}},
          {});
      break;
    case step::answer: finish(one, answer_of(*one->call, one->reads_new_failures)); break;
    }
  }
}

void served_calls::run_function(const std::shared_ptr<served>& one) {
  one->is_in_pool = true;
  boost::asio::post(pool_, [this, one] {
    one->call->run_on_pool();
    loop_->post([this, one] {
      one->is_in_pool = false;
      if (one->is_over)
        --under_way_;
      else
        one->call->pool_finished();
      go_on(one);
    });
  });
}

void served_calls::finish(const std::shared_ptr<served>& one, http::response what) {
  if (std::exchange(one->is_over, true))
    return;
  // A function that is late still takes its place, or they would pile up.
  if (!one->is_in_pool)
    --under_way_;
  if (one->deadline != 0)
    loop_->cancel(std::exchange(one->deadline, 0));
  one->answer([what = std::move(what)]() mutable { return std::move(what); });
}

void served_calls::give_up(
    const std::shared_ptr<served>& one, cancel_reason why, http::response what) {
  if (one->is_over)
    return;
  one->call->cancel(why);
  finish(one, std::move(what));
}

unique_function<void()> served_calls::complete(
    std::shared_ptr<const http::incoming> request, http::answer_function answer) {
  if (request->method != "POST")
    return at_once(
        answer, nexus_http::refusal("BAD_REQUEST", "invalid request method: expected POST"));
  auto read = nexus_http::read_completion(*request);
  if (!read)
    return at_once(answer, std::move(read.error()));
  ++under_way_;
  boost::asio::post(
      pool_,
      [this,
       request = std::move(request),
       what = std::move(*read),
       to = std::move(answer)]() mutable {
        http::response said{.content_type = {}};
        try { // also what a codec throws
          take_(completion_of(*request, std::move(what), environment_->converter));
        } catch (...) {
          const auto outcome = classify(std::current_exception());
          const auto* const refused = std::get_if<handler_error>(&outcome);
          said = refused != nullptr
                     ? refusal_of(*refused)
                     : nexus_http::refusal(
                           "INTERNAL", "an operation error is no answer to a completion");
        }
        to([said = std::move(said)]() mutable { return std::move(said); });
        loop_->post([this] { --under_way_; });
      });
  return {};
}

} // namespace troupe::nexus
