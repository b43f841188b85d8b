// SPDX-License-Identifier: Apache-2.0
// The matrix's caller and handler in C++ (../README.md has the contract).
//
//     matrix_peer caller|handler NAME

#include "apps/samples/encryption/aes_codec.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>

#include <boost/describe.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

namespace {

struct call {
  std::string endpoint;
  std::string operation;
  std::string how;
  std::string id;
  std::string text;
  std::size_t size = 0;
  std::string cancel;
  long schedule_to_close = 0;
  long schedule_to_start = 0;
  long start_to_close = 0;
  std::string summary;
  std::string header;
  long linger = 0;
};
BOOST_DESCRIBE_STRUCT(
    call,
    (),
    (endpoint,
     operation,
     how,
     id,
     text,
     size,
     cancel,
     schedule_to_close,
     schedule_to_start,
     start_to_close,
     summary,
     header,
     linger))

struct ask {
  std::string how;
  std::string id;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(ask, (), (how, id, text))

struct answer {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(answer, (), (text))

struct outcome {
  std::string text;
  std::vector<std::string> errors;
};
BOOST_DESCRIBE_STRUCT(outcome, (), (text, errors))

constexpr std::string_view header_name = "x-matrix";
std::string me; // what this peer is called

answer reply(const std::string& text) {
  return {me + ": " + text};
}

/// Encrypts what has the word `secret` in it.
class secret_codec final : public troupe::payload_codec {
public:
  troupe::payloads encode(troupe::payloads plain) const override {
    troupe::payloads all;
    for (auto& each : plain)
      if (each.data.find("secret") == std::string::npos)
        all.push_back(std::move(each));
      else
        all.push_back(std::move(codec_.encode({std::move(each)}).front()));
    return all;
  }
  troupe::payloads decode(troupe::payloads encoded) const override {
    return codec_.decode(std::move(encoded));
  }

private:
  encryption_sample::aes_codec codec_;
};

struct matrix : nexus::service<"Matrix"> {
  static constexpr operation<ask, answer> echo{"echo"};
  static constexpr operation<ask, answer> header{"header"};
  static constexpr operation<ask, answer> fail{"fail"};
  static constexpr operation<ask, answer> slow{"slow"};
  static constexpr operation<ask, answer> message{"message"};
  static constexpr operation<ask, answer> run{"run"};
  static constexpr operation<ask, answer> update{"update"};
  static constexpr operation<ask, answer> act{"activity"};
  static constexpr auto operations =
      std::tuple{echo, header, fail, slow, message, run, update, act};
};

std::string kind_of(const troupe::failure_error& error) {
  if (dynamic_cast<const troupe::nexus_operation_error*>(&error) != nullptr)
    return "nexus";
  if (const auto* of = dynamic_cast<const nexus::handler_error*>(&error))
    return "handler " + of->type_text();
  if (const auto* of = dynamic_cast<const troupe::application_error*>(&error))
    return "application " + of->type();
  if (dynamic_cast<const troupe::canceled_error*>(&error) != nullptr)
    return "canceled";
  if (const auto* of = dynamic_cast<const troupe::timeout_error*>(&error))
    return "timeout " + std::string{to_string(of->type())};
  return std::string{error.kind()};
}

/// Each error of the chain that begins with the operation's: `kind: message`.
std::vector<std::string> chain(const std::exception_ptr& error) {
  std::vector<std::string> lines;
  for (auto at = troupe::to_failure_error(error); at != nullptr; at = at->cause())
    lines.push_back(kind_of(*at) + ": " + at->message());
  return lines;
}

workflow::nexus_cancellation_type cancellation_of(std::string_view word) {
  using type = workflow::nexus_cancellation_type;
  static const std::map<std::string_view, type> words{
      {"", type::wait_completed},
      {"WAIT_COMPLETED", type::wait_completed},
      {"WAIT_REQUESTED", type::wait_requested},
      {"TRY_CANCEL", type::try_cancel},
      {"ABANDON", type::abandon}};
  return words.at(word);
}

std::optional<std::chrono::nanoseconds> limit(long milliseconds) {
  if (milliseconds == 0)
    return {};
  return std::chrono::milliseconds{milliseconds};
}

struct matrix_caller {
  static constexpr std::string_view name = "MatrixCaller";
  troupe::async<outcome> run(workflow::context ctx, call what) {
    const auto client = ctx.nexus_client({.endpoint = what.endpoint, .service = "Matrix"});
    workflow::nexus_operation_options options{
        .schedule_to_close_timeout = limit(what.schedule_to_close),
        .schedule_to_start_timeout = limit(what.schedule_to_start),
        .start_to_close_timeout = limit(what.start_to_close),
        .summary = what.summary,
        .cancellation_type = cancellation_of(what.cancel)};
    if (!what.header.empty())
      options.headers.emplace_back(header_name, what.header);
    const ask input{what.how, what.id, what.size == 0 ? what.text : std::string(what.size, 'x')};

    outcome ended;
    auto started = co_await client.start<answer>(what.operation, input, options).as_result();
    if (started) {
      if (!what.cancel.empty())
        started->cancel();
      auto result = co_await started->result().as_result();
      if (!result)
        ended.errors = chain(result.error());
      else if (result->text.size() < 1'000)
        ended.text = result->text;
      else
        ended.text = std::to_string(result->text.size()) + " characters";
    } else
      ended.errors = chain(started.error());
    if (what.linger != 0)
      co_await ctx.sleep(std::chrono::milliseconds{what.linger});
    co_return ended;
  }
};

struct matrix_run {
  static constexpr std::string_view name = "MatrixRun";
  static constexpr workflow::signal<> finish{"finish"};
  bool finished = false;

  troupe::async<answer> run(workflow::context ctx, ask what) {
    ctx.on_signal<finish>([this] { finished = true; });
    if (what.how == "fail")
      throw troupe::application_error("no money", {.type = "Poor", .non_retryable = true});
    if (what.how == "wait" || what.how == "stay") {
      auto waited = co_await ctx.wait_condition([this] { return finished; }).as_result();
      if (!waited) {
        co_await ctx.shielded().sleep(what.how == "stay" ? 20s : 1s);
        waited.value(); // the cancellation goes on
      }
    }
    co_return reply(what.text);
  }
};

struct matrix_target {
  static constexpr std::string_view name = "MatrixTarget";
  static constexpr workflow::signal<std::string> note{"note"};
  static constexpr workflow::query<std::vector<std::string>()> notes{"notes"};
  static constexpr workflow::update<answer(ask)> approve{"approve"};
  std::vector<std::string> written;

  troupe::async<> run(workflow::context ctx) {
    ctx.on_signal<note>([this](std::string text) { written.push_back(std::move(text)); });
    ctx.on_query<notes>([this] { return written; });
    ctx.on_update<approve>([ctx](ask what) -> troupe::async<answer> {
      co_await ctx.sleep(200ms);
      co_return reply(what.text);
    });
    co_await ctx.wait_condition([] { return false; });
  }
};

constexpr activity::contract<answer(ask)> matrix_activity{"MatrixActivity"};

/// How often each operation was asked for.
class counter {
public:
  int next(const std::string& id) {
    const std::lock_guard lock{mutex_};
    return ++seen_[id];
  }

private:
  std::mutex mutex_;
  std::map<std::string, int> seen_;
};

answer fail(counter& seen, const ask& in) {
  if (in.how == "operation failed")
    throw nexus::operation_error::failed(in.text);
  if (in.how == "operation canceled")
    throw nexus::operation_error::canceled(in.text);
  if (in.how == "application")
    throw troupe::application_error(in.text, {.type = "Poor", .non_retryable = true});
  if (in.how == "retry") {
    const int attempt = seen.next(in.id);
    if (attempt == 1)
      throw nexus::handler_error(nexus::handler_error_type::unavailable, "not yet");
    return reply("attempt " + std::to_string(attempt));
  }
  const auto type = nexus::parse_handler_error_type(in.how).value();
  throw nexus::handler_error(
      type,
      in.text,
      nexus::is_retryable(type) ? nexus::retry_behavior::non_retryable
                                : nexus::retry_behavior::unspecified);
}

nexus::async<answer> slow(nexus::start_context ctx, ask) {
  co_await ctx.sleep(4s);
  co_return reply("late");
}

nexus::async<answer> message(nexus::start_context ctx, ask in) {
  const auto client = ctx.client().async();
  const auto target = client.get_workflow(in.id);
  co_await target.signal<matrix_target::note>(in.text);
  const auto notes = co_await target.query<matrix_target::notes>();
  const auto approved = co_await target.execute_update<matrix_target::approve>(in);
  co_await client.signal_with_start_workflow<matrix_target>(
      {.id = in.text + "-kept", .task_queue = "handlers-" + me},
      troupe::message<matrix_target::note>(in.text));
  const bool noted = std::ranges::find(notes, in.text) != notes.end();
  co_return answer{(noted ? "noted, " : "lost, ") + approved.text};
}

auto matrix_handler(counter& seen) {
  return nexus::handler_for<matrix>(
      nexus::sync<matrix::echo>([](nexus::start_context, ask in) { return reply(in.text); }),
      nexus::sync<matrix::header>([](nexus::start_context ctx, ask) {
        return reply(std::string{ctx.header(header_name).value_or("none")});
      }),
      nexus::sync<matrix::fail>([&seen](nexus::start_context, ask in) { return fail(seen, in); }),
      nexus::sync<matrix::slow>(slow),
      nexus::sync<matrix::message>(message),
      nexus::workflow_run<matrix::run>([](nexus::start_context, ask in) {
        return nexus::start_workflow<matrix_run>(
            {.id = in.id,
             .task_queue = "handlers-" + me,
             .id_conflict_policy = troupe::workflow_id_conflict_policy::use_existing},
            in);
      }),
      nexus::operation_handler<matrix::update>([](nexus::start_context, ask in) {
        return nexus::start_update<matrix_target::approve>({.workflow_id = in.id}, in);
      }),
      nexus::operation_handler<matrix::act>([](nexus::start_context, ask in) {
        return nexus::start_activity<matrix_activity>(
            {.id = in.id, .task_queue = "handlers-" + me, .start_to_close_timeout = 10s}, in);
      }));
}

int run(const std::string& role) {
  auto options = troupe::connection_options_from_environment();
  options.name_space = "matrix-" + role + "s";
  options.identity = role + '-' + me;
  const auto client = troupe::client::connect(options, {.codec = std::make_shared<secret_codec>()});
  troupe::worker worker{client, {.task_queue = role + "s-" + me}};
  if (role == "caller") {
    worker.add<matrix_caller>();
    return worker.run_until_signal();
  }
  counter seen;
  worker.add<matrix_run>().add<matrix_target>();
  worker.add(activity::implement<matrix_activity>(
      [](activity::context, const ask& in) { return reply(in.text); }));
  worker.add(matrix_handler(seen));
  troupe::worker in_fleet{client, {.task_queue = "fleet"}};
  in_fleet.add(matrix_handler(seen)).start();
  return worker.run_until_signal();
}

} // namespace

int main(int count, char** words) try {
  if (count != 3)
    throw std::runtime_error("usage: matrix_peer caller|handler NAME");
  me = words[2];
  return run(words[1]);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
