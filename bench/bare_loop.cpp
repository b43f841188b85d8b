// SPDX-License-Identifier: Apache-2.0
// The least that a gRPC C++ client can do for a task: poll, respond, with the same RPCs and the
// same bytes as a worker, on one completion queue and one thread. Typed (parses and builds protobuf
// messages) is the unit of every worker figure; raw moves bytes only.

#include "bench/support/bare_messages.hpp"
#include "bench/support/grpc_setup.hpp"
#include "bench/support/measure.hpp"
#include "bench/support/process_info.hpp"

#include <CLI/CLI.hpp>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace wf = temporal::api::workflowservice::v1;
using namespace troupe::bench;

struct options {
  std::string target = "127.0.0.1:7533";
  std::string name_space = "default";
  std::string task_queue = "bench-tq";
  std::string kind = "nexus";
  std::uint64_t sticky_runs = 0;
  bool raw = false;
  int in_flight = 64;
  double seconds = 3;
  double warm_up = 1;
  std::uint64_t max_tasks = 0;
};

std::string method(std::string_view name) {
  return "/temporal.api.workflowservice.v1.WorkflowService/" + std::string{name};
}

grpc::ByteBuffer to_buffer(const std::string& bytes) {
  const grpc::Slice slice{bytes};
  return grpc::ByteBuffer{&slice, 1};
}

grpc::ByteBuffer to_buffer(const google::protobuf::Message& message) {
  grpc::Slice slice{message.ByteSizeLong()};
  message.SerializeToArray(
      const_cast<std::uint8_t*>(slice.begin()), static_cast<int>(slice.size()));
  return grpc::ByteBuffer{&slice, 1};
}

std::string flat(const grpc::ByteBuffer& from) {
  std::vector<grpc::Slice> slices;
  std::string all;
  if (from.Dump(&slices).ok())
    for (const auto& slice : slices)
      all.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return all;
}

template <class Message>
Message parsed(const grpc::ByteBuffer& from) {
  Message message;
  grpc::ByteBuffer copy = from;
  if (!grpc::SerializationTraits<Message>::Deserialize(&copy, &message).ok())
    throw std::runtime_error("a task that is no protobuf message");
  return message;
}

class loop {
public:
  explicit loop(options chosen)
      : options_(std::move(chosen)), activity_(options_.kind == "activity"),
        workflow_(!activity_ && options_.kind != "nexus"),
        poll_method_(method("Poll" + task_name() + "Queue")),
        respond_method_(method("Respond" + task_name() + "Completed")),
        messages_(options_.name_space, options_.task_queue),
        nexus_poll_(messages_.nexus_poll().SerializeAsString()),
        activity_poll_(messages_.activity_poll().SerializeAsString()),
        new_run_poll_(messages_.workflow_poll(false).SerializeAsString()),
        sticky_poll_(messages_.workflow_poll(true).SerializeAsString()),
        new_runs_left_(options_.sticky_runs),
        stub_(grpc::CreateChannel(options_.target, grpc::InsecureChannelCredentials())) {}

  int run() {
    for (int i = 0; i < options_.in_flight; ++i) {
      slots_.push_back(std::make_unique<slot>());
      poll(*slots_.back());
    }
    const auto start = now_nanoseconds();
    const auto begin_at = start + static_cast<std::int64_t>(options_.warm_up * 1e9);
    const auto end_at = begin_at + static_cast<std::int64_t>(options_.seconds * 1e9);
    measured_.begin(0); // for a run that ends before the warm-up does
    bool measuring = false;
    void* got = nullptr;
    bool ok = false;
    while (queue_.Next(&got, &ok)) {
      on_completion(*static_cast<slot*>(got));
      const auto now = now_nanoseconds();
      if (!measuring && now >= begin_at) {
        measured_.begin(done_);
        latency_ = {};
        measuring = true;
      }
      if (now >= end_at || (options_.max_tasks != 0 && done_ >= options_.max_tasks))
        break;
    }
    const auto figures = measured_.end(done_);
    std::printf(
        R"({"program":"bare_loop","kind":"%s","encoding":"%s","in_flight":%d,"linkage":"%s","tasks":%llu,)"
        R"("tasks_per_second":%.0f,"cpu_us_per_task":%.2f,"p50_us":%.1f,"p99_us":%.1f,"errors":%llu})"
        "\n",
        options_.kind.c_str(),
        options_.raw ? "raw" : "typed",
        options_.in_flight,
        linkage().c_str(),
        static_cast<unsigned long long>(figures.tasks),
        figures.tasks_per_second,
        figures.cpu_per_task,
        latency_.quantile(0.5),
        latency_.quantile(0.99),
        static_cast<unsigned long long>(errors_));
    std::fflush(stdout);
    // The calls in flight are long polls; the process ends with them.
    std::_Exit(errors_ == 0 && done_ > 0 ? 0 : 1);
  }

private:
  [[nodiscard]] std::string task_name() const {
    return activity_ ? "ActivityTask" : workflow_ ? "WorkflowTask" : "NexusTask";
  }

  struct slot {
    bool polling = false;
    bool new_run = false;
    std::int64_t started = 0;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer reply;
    grpc::Status status;
  };

  void send(slot& of, const std::string& name, const grpc::ByteBuffer& request) {
    of.context = std::make_unique<grpc::ClientContext>();
    of.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{70});
    of.context->AddMetadata("client-name", "bench-bare");
    of.context->AddMetadata("client-version", "0.1.0");
    of.context->AddMetadata("temporal-namespace", options_.name_space);
    of.reply.Clear();
    of.reader = stub_.PrepareUnaryCall(of.context.get(), name, request, &queue_);
    of.reader->StartCall();
    of.reader->Finish(&of.reply, &of.status, &of);
  }

  void poll(slot& of) {
    of.polling = true;
    of.started = now_nanoseconds();
    of.new_run = options_.kind == "workflow";
    if (options_.kind == "sticky" && new_runs_left_ > 0) {
      of.new_run = true;
      --new_runs_left_;
    }
    if (options_.raw)
      send(of, poll_method_, to_buffer(raw_poll(of)));
    else if (workflow_)
      send(of, poll_method_, to_buffer(messages_.workflow_poll(!of.new_run)));
    else if (activity_)
      send(of, poll_method_, to_buffer(messages_.activity_poll()));
    else
      send(of, poll_method_, to_buffer(messages_.nexus_poll()));
  }

  [[nodiscard]] const std::string& raw_poll(const slot& of) const {
    if (workflow_)
      return of.new_run ? new_run_poll_ : sticky_poll_;
    return activity_ ? activity_poll_ : nexus_poll_;
  }

  void on_completion(slot& of) {
    if (!of.status.ok()) {
      ++errors_;
      poll(of);
      return;
    }
    if (!of.polling) {
      ++done_;
      latency_.add(now_nanoseconds() - of.started);
      poll(of);
      return;
    }
    of.polling = false;
    send(of, respond_method_, answer(of));
  }

  [[nodiscard]] grpc::ByteBuffer answer(const slot& to) const {
    const bool completes = options_.kind == "workflow";
    if (activity_)
      return options_.raw ? to_buffer(messages_.raw_activity_answer(flat(to.reply)))
                          : to_buffer(messages_.activity_answer(
                                parsed<wf::PollActivityTaskQueueResponse>(to.reply)));
    if (options_.raw)
      return to_buffer(
          workflow_ ? messages_.raw_workflow_answer(flat(to.reply), completes, to.new_run)
                    : messages_.raw_nexus_answer(flat(to.reply)));
    if (workflow_)
      return to_buffer(messages_.workflow_answer(
          parsed<wf::PollWorkflowTaskQueueResponse>(to.reply).task_token(), completes, to.new_run));
    return to_buffer(messages_.nexus_answer(parsed<wf::PollNexusTaskQueueResponse>(to.reply)));
  }

  options options_;
  bool activity_;
  bool workflow_; // of either kind
  std::string poll_method_;
  std::string respond_method_;
  bare_messages messages_;
  std::string nexus_poll_;
  std::string activity_poll_;
  std::string new_run_poll_;
  std::string sticky_poll_;
  std::uint64_t new_runs_left_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<slot>> slots_;
  interval measured_;
  latencies latency_;
  std::uint64_t done_ = 0;
  std::uint64_t errors_ = 0;
};

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"The bare gRPC loop: what a task costs without any worker"};
  app.add_option("--target", chosen.target, "HOST:PORT of the frontend");
  app.add_option("--namespace", chosen.name_space);
  app.add_option("--task-queue", chosen.task_queue);
  app.add_option(
         "--kind",
         chosen.kind,
         "nexus, activity, workflow (new runs that complete) or sticky (runs go on)")
      ->check(CLI::IsMember({"nexus", "activity", "workflow", "sticky"}));
  app.add_option(
      "--sticky-runs", chosen.sticky_runs, "runs that the frontend starts, for --kind sticky");
  app.add_flag("--raw", chosen.raw, "bytes only, no protobuf messages");
  app.add_option("--in-flight", chosen.in_flight, "polls and answers in flight");
  app.add_option("--seconds", chosen.seconds, "measured time, after the warm-up");
  app.add_option("--warm-up", chosen.warm_up, "seconds before measuring");
  app.add_option("--max-tasks", chosen.max_tasks, "ends after so many tasks");
  CLI11_PARSE(app, argc, argv);
  if (chosen.kind == "sticky" && chosen.sticky_runs == 0)
    throw std::invalid_argument("--kind sticky needs --sticky-runs, the same as the frontend's");
  prepare_grpc();
  return loop{chosen}.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "bare_loop: %s\n", error.what());
  return 1;
}
