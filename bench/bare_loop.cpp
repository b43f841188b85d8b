// SPDX-License-Identifier: Apache-2.0
// The least that a gRPC C++ client can do for a task: poll, respond, with the same RPCs and the
// same bytes as a worker, on one completion queue and one thread. Typed (parses and builds protobuf
// messages) is the unit of every worker figure; raw moves bytes only.

#include "bench/support/measure.hpp"
#include "bench/support/task_bytes.hpp"

#include <CLI/CLI.hpp>
#include <absl/synchronization/mutex.h>
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

class loop {
public:
  explicit loop(options chosen)
      : options_(std::move(chosen)), workflow_(options_.kind == "workflow"),
        poll_method_(method(workflow_ ? "PollWorkflowTaskQueue" : "PollNexusTaskQueue")),
        respond_method_(
            method(workflow_ ? "RespondWorkflowTaskCompleted" : "RespondNexusTaskCompleted")),
        stub_(grpc::CreateChannel(options_.target, grpc::InsecureChannelCredentials())) {
    if (workflow_) {
      wf::PollWorkflowTaskQueueRequest poll;
      poll.set_namespace_(options_.name_space);
      poll.mutable_task_queue()->set_name(options_.task_queue);
      poll.set_identity("bare-loop");
      poll_bytes_ = poll.SerializeAsString();
    } else {
      wf::PollNexusTaskQueueRequest poll;
      poll.set_namespace_(options_.name_space);
      poll.mutable_task_queue()->set_name(options_.task_queue);
      poll.set_identity("bare-loop");
      poll_bytes_ = poll.SerializeAsString();
    }
  }

  int run() {
    for (int i = 0; i < options_.in_flight; ++i) {
      slots_.push_back(std::make_unique<slot>());
      poll(*slots_.back());
    }
    const auto start = now_nanoseconds();
    const auto begin_at = start + static_cast<std::int64_t>(options_.warm_up * 1e9);
    const auto end_at = begin_at + static_cast<std::int64_t>(options_.seconds * 1e9);
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
        R"({"program":"bare_loop","kind":"%s","encoding":"%s","in_flight":%d,"tasks":%llu,)"
        R"("tasks_per_second":%.0f,"cpu_us_per_task":%.2f,"p50_us":%.1f,"p99_us":%.1f,"errors":%llu})"
        "\n",
        options_.kind.c_str(),
        options_.raw ? "raw" : "typed",
        options_.in_flight,
        static_cast<unsigned long long>(figures.tasks),
        figures.tasks_per_second,
        figures.cpu_per_task,
        latency_.quantile(0.5),
        latency_.quantile(0.99),
        static_cast<unsigned long long>(errors_));
    std::fflush(stdout);
    // The calls in flight are long polls; the process ends with them.
    std::_Exit(errors_ == 0 ? 0 : 1);
  }

private:
  struct slot {
    bool polling = false;
    std::int64_t started = 0;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer reply;
    grpc::Status status;
  };

  void send(slot& of, const std::string& name, const grpc::ByteBuffer& request) {
    of.context = std::make_unique<grpc::ClientContext>();
    of.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{70});
    of.context->AddMetadata("temporal-namespace", options_.name_space);
    of.context->AddMetadata("client-name", "bare-loop");
    of.reply.Clear();
    of.reader = stub_.PrepareUnaryCall(of.context.get(), name, request, &queue_);
    of.reader->StartCall();
    of.reader->Finish(&of.reply, &of.status, &of);
  }

  void poll(slot& of) {
    of.polling = true;
    of.started = now_nanoseconds();
    if (options_.raw) {
      send(of, poll_method_, to_buffer(poll_bytes_));
    } else if (workflow_) {
      wf::PollWorkflowTaskQueueRequest request;
      request.ParseFromString(poll_bytes_);
      send(of, poll_method_, to_buffer(request));
    } else {
      wf::PollNexusTaskQueueRequest request;
      request.ParseFromString(poll_bytes_);
      send(of, poll_method_, to_buffer(request));
    }
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
    if (options_.raw)
      send(of, respond_method_, raw_answer(flat(of.reply)));
    else if (workflow_)
      send(of, respond_method_, typed_workflow_answer(of.reply));
    else
      send(of, respond_method_, typed_nexus_answer(of.reply));
  }

  grpc::ByteBuffer raw_answer(const std::string& task) const {
    // The same fields as the typed answer, cut out of the task's bytes.
    std::string out;
    const auto field = [](std::string& to, unsigned number, std::string_view bytes) {
      to += static_cast<char>(number << 3 | 2);
      for (auto rest = bytes.size();; rest >>= 7) {
        if (rest < 0x80) {
          to += static_cast<char>(rest);
          break;
        }
        to += static_cast<char>((rest & 0x7F) | 0x80);
      }
      to += bytes;
    };
    if (workflow_) {
      field(out, 1, find_field(task, 1));
      field(out, 3, "bare-loop");
      field(out, 9, options_.name_space);
      return to_buffer(out);
    }
    std::string sync;
    field(sync, 1, find_field(find_field(find_field(task, 2), 3), 5));
    std::string start;
    field(start, 1, sync);
    std::string response;
    field(response, 1, start);
    field(out, 1, options_.name_space);
    field(out, 2, "bare-loop");
    field(out, 3, find_field(task, 1));
    field(out, 4, response);
    return to_buffer(out);
  }

  grpc::ByteBuffer typed_nexus_answer(const grpc::ByteBuffer& reply) {
    wf::PollNexusTaskQueueResponse task;
    grpc::ByteBuffer copy = reply;
    if (!grpc::SerializationTraits<wf::PollNexusTaskQueueResponse>::Deserialize(&copy, &task).ok())
      ++errors_;
    wf::RespondNexusTaskCompletedRequest answer;
    answer.set_namespace_(options_.name_space);
    answer.set_identity("bare-loop");
    answer.set_task_token(task.task_token());
    *answer.mutable_response()
         ->mutable_start_operation()
         ->mutable_sync_success()
         ->mutable_payload() = task.request().start_operation().payload();
    return to_buffer(answer);
  }

  grpc::ByteBuffer typed_workflow_answer(const grpc::ByteBuffer& reply) {
    wf::PollWorkflowTaskQueueResponse task;
    grpc::ByteBuffer copy = reply;
    if (!grpc::SerializationTraits<wf::PollWorkflowTaskQueueResponse>::Deserialize(&copy, &task)
             .ok())
      ++errors_;
    wf::RespondWorkflowTaskCompletedRequest answer;
    answer.set_namespace_(options_.name_space);
    answer.set_identity("bare-loop");
    answer.set_task_token(task.task_token());
    auto& command = *answer.add_commands();
    command.set_command_type(temporal::api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    command.mutable_complete_workflow_execution_command_attributes();
    return to_buffer(answer);
  }

  options options_;
  bool workflow_;
  std::string poll_method_;
  std::string respond_method_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::string poll_bytes_;
  std::vector<std::unique_ptr<slot>> slots_;
  interval measured_;
  latencies latency_;
  std::uint64_t done_ = 0;
  std::uint64_t errors_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"The bare gRPC loop: what a task costs without any worker"};
  app.add_option("--target", chosen.target, "HOST:PORT of the frontend");
  app.add_option("--namespace", chosen.name_space);
  app.add_option("--task-queue", chosen.task_queue);
  app.add_option("--kind", chosen.kind, "nexus or workflow")
      ->check(CLI::IsMember({"nexus", "workflow"}));
  app.add_flag("--raw", chosen.raw, "bytes only, no protobuf messages");
  app.add_option("--in-flight", chosen.in_flight, "polls and answers in flight");
  app.add_option("--seconds", chosen.seconds, "measured time, after one second of warm-up");
  app.add_option("--warm-up", chosen.warm_up, "seconds before measuring");
  app.add_option("--max-tasks", chosen.max_tasks, "ends after so many tasks");
  CLI11_PARSE(app, argc, argv);
  // As the worker does: Debian's Abseil comes with a global lock in every mutex.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return loop{chosen}.run();
}
