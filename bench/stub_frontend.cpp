// SPDX-License-Identifier: Apache-2.0
// A frontend that costs as little as a gRPC C++ server can, so that the worker under test is what
// is measured: pre-serialised replies, one thread, one completion queue. Saturating (a poll is
// answered at once) or paced open-loop (tasks fall due at a fixed rate whether or not anybody
// polls; latency counts from when a task was due).

#include "bench/support/measure.hpp"
#include "bench/support/task_bytes.hpp"

#include <CLI/CLI.hpp>
#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <csignal>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>

namespace {

using namespace troupe::bench;

struct options {
  int port = 7533;
  std::size_t payload_bytes = 100;
  bool as_struct = false;
  double rate = 0;           // tasks per second; 0 saturates
  std::string workflow_type; // serve workflow tasks of this type instead of Nexus tasks
  std::string task_queue = "bench-tq";
  std::uint64_t max_tasks = 0; // 0: no end
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
      : options_(std::move(chosen)), nexus_(nexus_task(options_.payload_bytes, options_.as_struct)),
        workflow_(first_workflow_task(
            options_.workflow_type.empty() ? "tiny" : options_.workflow_type,
            options_.task_queue)) {
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
    due_ = now_nanoseconds();
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
      serve_due();
    }
    print();
  }

  void on_request(call& from, const std::string& method, const grpc::ByteBuffer& request) {
    const auto name = method.substr(method.rfind('/') + 1);
    if (name == "PollNexusTaskQueue" && options_.workflow_type.empty()) {
      polls_.push_back(&from);
    } else if (
        name == "PollWorkflowTaskQueue" && !options_.workflow_type.empty() && !is_sticky(request)) {
      polls_.push_back(&from);
    } else if (name.starts_with("Poll")) {
      held_.push_back(&from); // nothing of this kind is ever due
    } else if (name == "RespondNexusTaskCompleted" || name == "RespondWorkflowTaskCompleted") {
      on_answer(request, name == "RespondNexusTaskCompleted" ? 3 : 1);
      from.answer({});
    } else {
      if (name.starts_with("Respond"))
        ++failures_;
      from.answer({});
    }
    serve_due();
  }

  grpc::AsyncGenericService service;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;

private:
  static std::string flat(const grpc::ByteBuffer& from) {
    std::vector<grpc::Slice> slices;
    std::string all;
    if (from.Dump(&slices).ok())
      for (const auto& slice : slices)
        all.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return all;
  }

  static bool is_sticky(const grpc::ByteBuffer& request) {
    const auto all = flat(request);
    const auto queue_field = find_field(all, 2);
    return !find_field(queue_field, 3).empty(); // normal_name is set for sticky queues only
  }

  [[nodiscard]] std::chrono::nanoseconds wait_time() const {
    if (options_.rate <= 0 || polls_.empty())
      return std::chrono::milliseconds{100};
    return std::chrono::nanoseconds{
        std::clamp<std::int64_t>(due_ - now_nanoseconds(), 0, 100'000'000)};
  }

  void serve_due() {
    while (!polls_.empty() && (options_.max_tasks == 0 || number_ < options_.max_tasks)) {
      const auto now = now_nanoseconds();
      if (options_.rate > 0 && due_ > now)
        return;
      const task_token token{++number_, options_.rate > 0 ? due_ : now};
      if (options_.rate > 0)
        due_ += static_cast<std::int64_t>(1e9 / options_.rate);
      auto* poll = polls_.front();
      polls_.pop_front();
      if (options_.workflow_type.empty()) {
        poll->answer(nexus_.with(token));
      } else {
        auto reply = workflow_.with(token);
        char run_id[37];
        std::snprintf(
            run_id,
            sizeof run_id,
            "%08llx-0000-4000-8000-%012llx",
            static_cast<unsigned long long>(number_ >> 20),
            static_cast<unsigned long long>(number_));
        for (const auto at : workflow_.run_id_at)
          reply.replace(at, 36, run_id, 36);
        poll->answer(reply);
      }
    }
  }

  void on_answer(const grpc::ByteBuffer& request, unsigned token_field) {
    const auto all = flat(request);
    const auto token = task_token::read(find_field(all, token_field));
    if (token.number == 0 || token.number > number_) {
      ++failures_;
      return;
    }
    ++answered_;
    latency_.add(now_nanoseconds() - token.due);
  }

  void print() {
    std::printf(
        R"({"given":%llu,"answered":%llu,"failed":%llu,"p50_us":%.1f,"p99_us":%.1f})"
        "\n",
        static_cast<unsigned long long>(number_),
        static_cast<unsigned long long>(answered_),
        static_cast<unsigned long long>(failures_),
        latency_.quantile(0.5),
        latency_.quantile(0.99));
    std::fflush(stdout);
  }

  options options_;
  reply_template nexus_;
  workflow_task_template workflow_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::unique_ptr<call>> calls_;
  std::deque<call*> polls_;
  std::deque<call*> held_;
  std::int64_t due_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t failures_ = 0;
  latencies latency_;

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
  app.add_option(
      "--rate", chosen.rate, "tasks per second, open loop; 0 answers every poll at once");
  app.add_option(
      "--workflow-type", chosen.workflow_type, "serves first tasks of new runs of this type");
  app.add_option("--task-queue", chosen.task_queue, "the queue named in workflow tasks");
  app.add_option("--max-tasks", chosen.max_tasks, "stops giving tasks after so many");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGTERM, [](int) { stop_requested = 1; });
  std::signal(SIGINT, [](int) { stop_requested = 1; });
  try {
    frontend{chosen}.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stub_frontend: %s\n", error.what());
    return 1;
  }
}
