// SPDX-License-Identifier: Apache-2.0
// Starts a dev server (ours or the real one) and measures it from outside, with bare RPCs: time to
// the first answer, memory and CPU while idle, CPU per RPC, and state transitions per second.

#include "bench/support/grpc_setup.hpp"
#include "bench/support/measure.hpp"

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace wf = temporal::api::workflowservice::v1;
using namespace troupe::bench;

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// The server as a child process; never left behind.
class child {
public:
  explicit child(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const auto& part : command)
      arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ < 0)
      throw std::runtime_error("fork failed");
    if (pid_ == 0) {
      // What it prints would get between the figures.
      if (std::freopen("/dev/null", "w", stdout) == nullptr)
        _exit(126);
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] bool ended() const { return waitpid(pid_, nullptr, WNOHANG) != 0; }
  [[nodiscard]] double rss_mib() const {
    std::ifstream file{"/proc/" + std::to_string(pid_) + "/statm"};
    long size = 0;
    long pages = 0;
    file >> size >> pages;
    return static_cast<double>(pages) * 4 / 1024;
  }
  /// From the scheduler's own account, since the clock ticks of /proc/PID/stat are too coarse.
  [[nodiscard]] double cpu_microseconds() const {
    clockid_t clock{};
    timespec used{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0)
      throw std::runtime_error("the server is gone");
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
  }

private:
  pid_t pid_ = 0;
};

bool listens(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = connect(probe, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  close(probe);
  return connected;
}

/// RPCs in flight over one channel, each slot starting its next one when one is answered.
class caller {
public:
  explicit caller(int port)
      : stub_(grpc::CreateChannel(
            "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials())) {}

  struct request {
    const char* method;
    std::string bytes;
  };
  using source = std::function<request(std::uint64_t number)>;

  /// Runs `count` requests, `in_flight` at a time. Throws at the first that fails.
  void run(std::uint64_t count, int in_flight, const source& next) {
    std::uint64_t started = 0;
    std::uint64_t done = 0;
    std::vector<std::unique_ptr<slot>> slots;
    for (; started < count && started < static_cast<std::uint64_t>(in_flight); ++started) {
      slots.push_back(std::make_unique<slot>());
      start(*slots.back(), next(started));
    }
    void* got = nullptr;
    bool ok = false;
    while (done < count && queue_.Next(&got, &ok)) {
      auto& one = *static_cast<slot*>(got);
      if (!one.status.ok())
        throw std::runtime_error(one.name + ": " + one.status.error_message());
      ++done;
      if (started < count)
        start(one, next(started++));
    }
  }

private:
  struct slot {
    std::string name;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer reply;
    grpc::Status status;
  };

  void start(slot& of, const request& what) {
    of.name = std::string{"/temporal.api.workflowservice.v1.WorkflowService/"} + what.method;
    of.context = std::make_unique<grpc::ClientContext>();
    of.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
    of.context->set_wait_for_ready(true);
    of.reply.Clear();
    const grpc::Slice slice{what.bytes};
    of.reader =
        stub_.PrepareUnaryCall(of.context.get(), of.name, grpc::ByteBuffer{&slice, 1}, &queue_);
    of.reader->StartCall();
    of.reader->Finish(&of.reply, &of.status, &of);
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

/// Each workflow is started, signalled twice and terminated: four RPCs, four transitions of its
/// state, and nobody has to run it.
caller::request transition(const std::string& tag, int in_flight, std::uint64_t number) {
  // Steps of one workflow lie `in_flight` requests apart, so that none overtakes the one before it.
  const auto block = number / (static_cast<std::uint64_t>(in_flight) * 4);
  const auto within = number % (static_cast<std::uint64_t>(in_flight) * 4);
  const auto step = within / static_cast<std::uint64_t>(in_flight);
  const auto id = tag + std::to_string(block) + '-'
                  + std::to_string(within % static_cast<std::uint64_t>(in_flight));
  const auto address = [&](auto& request) {
    request.set_namespace_("default");
    request.mutable_workflow_execution()->set_workflow_id(id);
    request.set_identity("bench");
  };
  if (step == 0) {
    wf::StartWorkflowExecutionRequest start;
    start.set_namespace_("default");
    start.set_workflow_id(id);
    start.mutable_workflow_type()->set_name("nobody-runs-it");
    start.mutable_task_queue()->set_name("bench-nobody-polls");
    start.set_identity("bench");
    start.set_request_id(id);
    return {"StartWorkflowExecution", start.SerializeAsString()};
  }
  if (step < 3) {
    wf::SignalWorkflowExecutionRequest signal;
    address(signal);
    signal.set_signal_name("poke");
    signal.set_request_id(id + std::to_string(step));
    return {"SignalWorkflowExecution", signal.SerializeAsString()};
  }
  wf::TerminateWorkflowExecutionRequest end;
  address(end);
  return {"TerminateWorkflowExecution", end.SerializeAsString()};
}

struct options {
  int port = 0;
  double idle_seconds = 3;
  std::uint64_t rpcs = 20'000;
  std::uint64_t workflows = 2'000;
  int in_flight = 64;
  std::vector<std::string> command;
};

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{
      "Starts a dev server and measures it. The command comes last: server ... -- COMMAND"};
  app.add_option("--port", chosen.port, "where the command will listen")->required();
  app.add_option("--idle-seconds", chosen.idle_seconds);
  app.add_option("--rpcs", chosen.rpcs, "calls of GetSystemInfo; 0: none");
  app.add_option("--workflows", chosen.workflows, "four state transitions each; 0: none");
  app.add_option("--in-flight", chosen.in_flight);
  app.add_option("command", chosen.command, "the server")->required();
  CLI11_PARSE(app, argc, argv);
  prepare_grpc();
  if (listens(chosen.port))
    throw std::runtime_error("port " + std::to_string(chosen.port) + " is in use");

  const caller::source system_info = [](std::uint64_t) {
    return caller::request{"GetSystemInfo", {}};
  };
  const auto began = now_nanoseconds();
  const child server{chosen.command};
  while (!listens(chosen.port)) {
    if (server.ended())
      throw std::runtime_error("the server ended at once");
    if (now_nanoseconds() - began > 30'000'000'000)
      throw std::runtime_error("the server does not listen after 30 s");
    sleep_seconds(0.0005);
  }
  caller calls{chosen.port};
  calls.run(1, 1, system_info);
  const auto start_ms = static_cast<double>(now_nanoseconds() - began) / 1e6;
  sleep_seconds(1);
  auto cpu = server.cpu_microseconds();
  sleep_seconds(chosen.idle_seconds);
  std::printf(
      R"({"program":"server","start_ms":%.1f,"idle_rss_mib":%.1f,"idle_percent":%.3f)",
      start_ms,
      server.rss_mib(),
      (server.cpu_microseconds() - cpu) / 1e4 / chosen.idle_seconds);
  if (chosen.rpcs > 0) {
    calls.run(chosen.rpcs / 10, chosen.in_flight, system_info);
    cpu = server.cpu_microseconds();
    const auto start = now_nanoseconds();
    calls.run(chosen.rpcs, chosen.in_flight, system_info);
    const auto seconds = static_cast<double>(now_nanoseconds() - start) / 1e9;
    std::printf(
        R"(,"rpcs_per_second":%.0f,"cpu_us_per_rpc":%.2f)",
        static_cast<double>(chosen.rpcs) / seconds,
        (server.cpu_microseconds() - cpu) / static_cast<double>(chosen.rpcs));
  }
  if (chosen.workflows > 0) {
    // Whole blocks, so that every workflow ends.
    const auto blocks =
        std::max<std::uint64_t>(1, chosen.workflows / static_cast<std::uint64_t>(chosen.in_flight));
    const auto count = blocks * static_cast<std::uint64_t>(chosen.in_flight) * 4;
    cpu = server.cpu_microseconds();
    const auto start = now_nanoseconds();
    for (std::uint64_t done = 0; done < count; done += static_cast<std::uint64_t>(chosen.in_flight))
      // One step of all workflows of a block at a time: the next step needs the one before.
      calls.run(
          static_cast<std::uint64_t>(chosen.in_flight), chosen.in_flight, [&](std::uint64_t i) {
            return transition("bench-" + std::to_string(began) + '-', chosen.in_flight, done + i);
          });
    const auto seconds = static_cast<double>(now_nanoseconds() - start) / 1e9;
    std::printf(
        R"(,"transitions_per_second":%.0f,"cpu_us_per_transition":%.2f)",
        static_cast<double>(count) / seconds,
        (server.cpu_microseconds() - cpu) / static_cast<double>(count));
  }
  std::printf(
      R"(,"rss_mib_after":%.1f})"
      "\n",
      server.rss_mib());
  std::fflush(stdout);
} catch (const std::exception& error) {
  std::fprintf(stderr, "server: %s\n", error.what());
  return 1;
}
