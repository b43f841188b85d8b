// SPDX-License-Identifier: Apache-2.0
// A frontend that costs as little as a gRPC C++ server can, so that the worker under test is what
// is measured: pre-serialised replies, one thread, one completion queue. Saturating (a poll is
// answered at once) or paced open-loop (tasks fall due at a fixed rate whether or not anybody
// polls; latency counts from when a task was due). Keeps book of every task it gave.

#include "bench/support/grpc_setup.hpp"
#include "bench/support/ledger.hpp"
#include "bench/support/measure.hpp"
#include "bench/support/task_bytes.hpp"
#include "bench/support/workflow_tasks.hpp"

#include <CLI/CLI.hpp>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace troupe::bench;

struct options {
  int port = 7533;
  std::size_t payload_bytes = 100;
  bool as_struct = false;
  bool activities = false;       // serve activity tasks instead of Nexus tasks
  double heartbeat_timeout = 0;  // of those, in seconds; 0: none
  double rate = 0;               // tasks per second; 0 saturates
  std::string workflow_type;     // serve workflow tasks of this type instead of Nexus tasks
  std::uint32_t sticky_runs = 0; // 0: every workflow task is the first of a new run
  std::string task_queue = "bench-tq";
  std::uint64_t max_tasks = 0; // 0: no end
  double give_seconds = 0;     // after the first poll; 0: no end
  double skip_seconds = 0;     // after the first poll: no latencies yet
};

volatile std::sig_atomic_t stop_requested = 0;

class frontend;

struct tag {
  virtual ~tag() = default;
  virtual void complete(bool ok) = 0;
};

// One call of a client: request, read, answer, finish, and again.
class call final : public tag {
public:
  explicit call(frontend& owner) : owner_(owner) { listen(); }
  void complete(bool ok) override;
  void answer(const std::string& message);

private:
  enum class step { accepting, reading, waiting, finishing };
  void listen();

  frontend& owner_;
  step step_ = step::accepting;
  std::unique_ptr<grpc::GenericServerContext> context_;
  std::unique_ptr<grpc::GenericServerAsyncReaderWriter> stream_;
  grpc::ByteBuffer request_;
};

class frontend {
public:
  explicit frontend(options chosen)
      : options_(std::move(chosen)),
        task_(
            options_.activities ? activity_task(options_.payload_bytes, options_.heartbeat_timeout)
                                : nexus_task(options_.payload_bytes, options_.as_struct)),
        workflows_(
            options_.workflow_type.empty() ? "tiny" : options_.workflow_type, options_.task_queue) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(
        "127.0.0.1:" + std::to_string(options_.port), grpc::InsecureServerCredentials());
    builder.RegisterAsyncGenericService(&service);
    builder.SetMaxReceiveMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    queue = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    if (!server_)
      throw std::runtime_error(
          "port " + std::to_string(options_.port) + " is in use; choose another with --port");
    for (int i = 0; i < 256; ++i)
      calls_.push_back(std::make_unique<call>(*this));
  }

  ~frontend() {
    server_->Shutdown(std::chrono::system_clock::now());
    queue->Shutdown();
    void* got = nullptr;
    bool ok = false;
    while (queue->Next(&got, &ok)) {
    }
  }

  void run() {
    void* got = nullptr;
    bool ok = false;
    while (stop_requested == 0) {
      const auto deadline = std::chrono::system_clock::now() + wait_time();
      if (queue->AsyncNext(&got, &ok, deadline) == grpc::CompletionQueue::GOT_EVENT)
        static_cast<tag*>(got)->complete(ok);
      serve();
    }
    print();
  }

  void on_request(call& from, const std::string& method, const grpc::ByteBuffer& request) {
    const auto name = method.substr(method.rfind('/') + 1);
    last_heard_ = now_nanoseconds();
    if (options_.workflow_type.empty()
        && name == (options_.activities ? "PollActivityTaskQueue" : "PollNexusTaskQueue"))
      on_poll(from, polls_);
    else if (name == "PollWorkflowTaskQueue" && !options_.workflow_type.empty())
      on_workflow_poll(from, flat(request));
    else if (name.starts_with("Poll"))
      held_.push_back(&from); // nothing of this kind is ever due
    else if (
        name == "RespondNexusTaskCompleted" || name == "RespondWorkflowTaskCompleted"
        || name == "RespondActivityTaskCompleted")
      on_answer(from, flat(request), name == "RespondNexusTaskCompleted" ? 3 : 1);
    else {
      if (name.starts_with("Respond"))
        ledger_.fail();
      if (name == "RecordActivityTaskHeartbeat")
        ++heartbeats_;
      from.answer({});
    }
    serve();
  }

  grpc::AsyncGenericService service;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;

private:
  /// A sticky queue: who polls it, and which runs have a task for it.
  struct sticky_queue {
    std::deque<call*> polls;
    std::deque<std::uint32_t> ready;
  };

  static std::string flat(const grpc::ByteBuffer& from) {
    std::vector<grpc::Slice> slices;
    std::string all;
    if (from.Dump(&slices).ok())
      for (const auto& slice : slices)
        all.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return all;
  }

  void on_poll(call& from, std::deque<call*>& waiting) {
    if (begun_ == 0) {
      begun_ = due_ = now_nanoseconds();
      ledger_.count_from(begun_ + static_cast<std::int64_t>(options_.skip_seconds * 1e9));
    }
    waiting.push_back(&from);
  }

  void on_workflow_poll(call& from, const std::string& request) {
    const auto polled = find_field(request, 2);
    if (find_field(polled, 3).empty()) // a normal name is set for sticky queues only
      on_poll(from, polls_);
    else
      on_poll(from, sticky_[std::string{find_field(polled, 1)}].polls);
  }

  void on_answer(call& from, const std::string& answer, unsigned token_field) {
    const auto token = task_token::read(find_field(answer, token_field));
    if (ledger_.answer(token) && options_.sticky_runs > 0) {
      const auto sticky = find_field(find_field(find_field(answer, 4), 1), 1);
      if (sticky.empty())
        ledger_.fail(); // it would never be asked again
      else
        sticky_[std::string{sticky}].ready.push_back(token.run);
    }
    from.answer({});
  }

  [[nodiscard]] std::chrono::nanoseconds wait_time() const {
    if (options_.rate <= 0 || polls_.empty())
      return std::chrono::milliseconds{100};
    return std::chrono::nanoseconds{
        std::clamp<std::int64_t>(due_ - now_nanoseconds(), 0, 100'000'000)};
  }

  [[nodiscard]] bool may_give(std::int64_t now) const {
    return (options_.max_tasks == 0 || ledger_.given() < options_.max_tasks)
           && (options_.rate <= 0 || due_ <= now)
           && (options_.give_seconds <= 0
               || now - begun_ < static_cast<std::int64_t>(options_.give_seconds * 1e9));
  }

  /// Gives tasks as long as there are any and somebody polls for them.
  void serve() {
    for (;;) {
      const auto now = now_nanoseconds();
      if (!may_give(now))
        return;
      const bool no_new_runs =
          options_.sticky_runs > 0 && last_event_.size() >= options_.sticky_runs;
      if (!polls_.empty() && !no_new_runs)
        give_first(now);
      else if (!give_sticky(now))
        return;
      if (options_.rate > 0)
        due_ += static_cast<std::int64_t>(1e9 / options_.rate);
    }
  }

  void give_first(std::int64_t now) {
    auto* poll = polls_.front();
    polls_.pop_front();
    const auto run = runs_++;
    const auto token = ledger_.give(options_.rate > 0 ? due_ : now, run);
    if (options_.sticky_runs > 0)
      last_event_.push_back(workflow_tasks::first_events);
    poll->answer(options_.workflow_type.empty() ? task_.with(token) : workflows_.first(token));
  }

  bool give_sticky(std::int64_t now) {
    for (auto& [name, line] : sticky_) {
      if (line.polls.empty() || line.ready.empty())
        continue;
      auto* poll = line.polls.front();
      line.polls.pop_front();
      const auto run = line.ready.front();
      line.ready.pop_front();
      const auto token = ledger_.give(options_.rate > 0 ? due_ : now, run);
      poll->answer(workflows_.sticky(token, last_event_[run]));
      last_event_[run] += workflow_tasks::sticky_events;
      return true;
    }
    return false;
  }

  /// Tasks that were due while somebody was there to hear of it, and that nobody took.
  [[nodiscard]] std::uint64_t overdue() const {
    if (options_.rate <= 0 || last_heard_ <= due_)
      return 0;
    return static_cast<std::uint64_t>(
        static_cast<double>(last_heard_ - due_) / 1e9 * options_.rate);
  }

  /// `,"p50_us":...`, or nothing if no latency was counted.
  static std::string quantiles(const char* prefix, latencies& of) {
    if (of.count() == 0)
      return {};
    char text[160];
    std::snprintf(
        text,
        sizeof text,
        R"(,"%sp50_us":%.1f,"%sp99_us":%.1f,"%sp999_us":%.1f)",
        prefix,
        of.quantile(0.5),
        prefix,
        of.quantile(0.99),
        prefix,
        of.quantile(0.999));
    return text;
  }

  void print() {
    auto& due = ledger_.since_due();
    std::string figures =
        quantiles("", due) + quantiles("accepted_", ledger_.since_given()) + R"(,"quantiles_us":[)";
    for (const auto q : {0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999}) {
      if (due.count() == 0)
        break;
      char point[64];
      std::snprintf(point, sizeof point, "%s[%g,%.1f]", q == 0 ? "" : ",", q, due.quantile(q));
      figures += point;
    }
    std::printf(
        R"({"given":%llu,"answered":%llu,"failed":%llu,"heartbeats":%llu,"overdue":%llu,"latencies":%zu%s]})"
        "\n",
        static_cast<unsigned long long>(ledger_.given()),
        static_cast<unsigned long long>(ledger_.answered()),
        static_cast<unsigned long long>(ledger_.failures()),
        static_cast<unsigned long long>(heartbeats_),
        static_cast<unsigned long long>(overdue()),
        due.count(),
        figures.c_str());
    std::fflush(stdout);
  }

  options options_;
  reply_template task_; // a Nexus or activity task
  workflow_tasks workflows_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::unique_ptr<call>> calls_;
  std::deque<call*> polls_;
  std::map<std::string, sticky_queue> sticky_;
  std::deque<call*> held_;
  std::vector<std::int64_t> last_event_; // by run, when runs go on
  std::uint64_t heartbeats_ = 0;
  std::uint32_t runs_ = 0;
  std::int64_t begun_ = 0; // the first poll
  std::int64_t last_heard_ = 0;
  std::int64_t due_ = 0;
  ledger ledger_;

  friend class call;
};

void call::listen() {
  step_ = step::accepting;
  context_ = std::make_unique<grpc::GenericServerContext>();
  stream_ = std::make_unique<grpc::GenericServerAsyncReaderWriter>(context_.get());
  owner_.service.RequestCall(
      context_.get(), stream_.get(), owner_.queue.get(), owner_.queue.get(), this);
}

void call::complete(bool ok) {
  switch (step_) {
  case step::accepting:
    if (!ok)
      return; // the server is shutting down
    // Every call in use needs another that listens, or held polls would use them up.
    owner_.calls_.push_back(std::make_unique<call>(owner_));
    step_ = step::reading;
    stream_->Read(&request_, this);
    return;
  case step::reading:
    step_ = step::waiting;
    if (ok)
      owner_.on_request(*this, context_->method(), request_);
    else
      answer({});
    return;
  case step::waiting: return;
  case step::finishing: break;
  }
  request_.Clear();
  std::erase_if(owner_.calls_, [this](const auto& each) { return each.get() == this; });
}

void call::answer(const std::string& message) {
  step_ = step::finishing;
  const grpc::Slice slice{message};
  const grpc::ByteBuffer reply{&slice, 1};
  stream_->WriteAndFinish(reply, grpc::WriteOptions{}, grpc::Status::OK, this);
}

} // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Serves benchmark tasks to any Temporal worker"};
  app.add_option("--port", chosen.port, "listens on 127.0.0.1:PORT");
  app.add_option(
      "--payload-bytes", chosen.payload_bytes, "size of the JSON payload of a Nexus task");
  app.add_flag("--struct", chosen.as_struct, "the payload is a JSON object, not a string");
  app.add_flag("--activities", chosen.activities, "serves activity tasks");
  app.add_option("--heartbeat-timeout", chosen.heartbeat_timeout, "of those, in seconds; 0: none");
  app.add_option(
      "--rate", chosen.rate, "tasks per second, open loop; 0 answers every poll at once");
  app.add_option(
      "--workflow-type", chosen.workflow_type, "serves first tasks of new runs of this type");
  app.add_option(
      "--sticky-runs", chosen.sticky_runs, "only so many runs, which then get sticky tasks");
  app.add_option("--task-queue", chosen.task_queue, "the queue named in workflow tasks");
  app.add_option("--max-tasks", chosen.max_tasks, "stops giving tasks after so many");
  app.add_option("--give-seconds", chosen.give_seconds, "stops giving tasks after so long");
  app.add_option(
      "--skip-seconds",
      chosen.skip_seconds,
      "no latencies of tasks due so soon after the first poll");
  CLI11_PARSE(app, argc, argv);
  prepare_grpc();
  std::signal(SIGTERM, [](int) { stop_requested = 1; });
  std::signal(SIGINT, [](int) { stop_requested = 1; });
  try {
    frontend{chosen}.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stub_frontend: %s\n", error.what());
    return 1;
  }
}
