// SPDX-License-Identifier: Apache-2.0
// One request must not hold the service's shard: while it does, nobody else is served. For each
// method and each field of its request, up to four messages deep, sends one that is as large there
// as the service takes, and measures what its dearest turn costs in time of the processor.
//
//   heavy_requests [MILLISECONDS [METHOD]]    says what costs more than that (300), and fails then

#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/front/reflection.hpp"
#include "actors/embedded/host/service_host.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/embedded/checks/message_parts.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::embedded;
using namespace std::chrono_literals;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
namespace wire = temporal::api::workflowservice::v1;

/// Bytes that a field is filled with: what the front lets in, less some for the rest.
constexpr std::size_t most_bytes = 4 * 1024 * 1024 - 16 * 1024;
/// So many parts at first, and then as many as are read at all.
constexpr int most_parts = 190'000;
constexpr int deepest = 4;

std::chrono::nanoseconds processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

/// A shard drained by hand that keeps its dearest turn.
class measured_shard final : public actors::shard {
public:
  explicit measured_shard(caf::actor_system& system) : shard(system) {}

  void run_until_idle() {
    for (bool again = true; again;) {
      again = turn([this] { return run_due_timers(); });
      again |= turn([this] { return drain(1); });
      if (!again)
        again = turn([this] { return run_deferred(); });
    }
  }

  void stop() {
    ask_actors_to_leave();
    run_until_idle();
    close();
  }

  std::chrono::nanoseconds take_dearest() { return std::exchange(dearest_, {}); }

  bool leave_behind(const actors::foreign_look& /*seen*/) override { return false; }

  [[nodiscard]] time_point now() const override { return now_; }
  [[nodiscard]] bool runs_here() const override { return true; }

private:
  template <class Work>
  bool turn(Work work) {
    const auto before = processor_time();
    const bool ran = work();
    dearest_ = std::max(dearest_, processor_time() - before);
    return ran;
  }

  void wake() override {}
  [[nodiscard]] bool owns_this_thread() const override {
    return std::this_thread::get_id() == thread_;
  }
  [[nodiscard]] actors::timer_heap::instant ticks() const override {
    return now_.time_since_epoch().count();
  }

  time_point now_{1'700'000'000s};
  std::thread::id thread_ = std::this_thread::get_id();
  std::chrono::nanoseconds dearest_{};
};

struct answer {
  bool has_come = false;
  rpc_status status;
  std::string body;
};

/// A service with one workflow, on whose queue nobody waits.
class world {
public:
  world() {
    host_ = std::make_unique<service_host>(
        system_,
        shard_,
        service_settings{},
        std::make_unique<random_ids>(7),
        std::make_shared<memory_store>());
    shard_.run_until_idle();
  }
  ~world() {
    host_->stop();
    shard_.stop();
  }
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  std::shared_ptr<answer> send(const std::string& method, std::string body) {
    auto made = std::make_shared<answer>();
    rpc::local_service::request request;
    request.method = method;
    request.message = rpc::bytes{std::move(body)};
    request.deadline = shard_.now() + 20s;
    auto cancel =
        host_->handle(std::move(request), [made](rpc_status status, const rpc::bytes& message) {
          made->has_come = true;
          made->status = std::move(status);
          made->body = message.str();
        });
    shard_.run_until_idle();
    if (!made->has_come && cancel)
      cancel();
    return made;
  }

  /// Starts the workflow and takes its task.
  std::string task_token() {
    wire::StartWorkflowExecutionRequest start;
    start.set_namespace_("default");
    start.set_workflow_id("w");
    start.set_request_id("r");
    start.mutable_workflow_type()->set_name("T");
    start.mutable_task_queue()->set_name("q");
    (void)send(
        "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution",
        start.SerializeAsString());
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("q");
    const auto got = send(
        "/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue",
        poll.SerializeAsString());
    wire::PollWorkflowTaskQueueResponse task;
    return task.ParseFromString(got->body) ? task.task_token() : "";
  }

  std::chrono::nanoseconds take_dearest() { return shard_.take_dearest(); }

private:
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    config.set("scheduler.max-threads", std::size_t{1});
    return config;
  }

  caf::actor_system_config config_;
  caf::actor_system system_{configured(config_)};
  measured_shard shard_{system_};
  std::unique_ptr<service_host> host_;
};

/// Puts words that get a request past the first checks into the fields that are not set.
void complete(Message& of, const std::string& token, int depth = 0) {
  static const std::map<std::string_view, std::string> words{
      {"namespace", "default"},
      {"workflow_id", "w"},
      {"request_id", "r2"},
      {"signal_name", "s"},
      {"identity", "i"},
      {"reason", "r"},
      {"name", "q"},
      {"page_size", ""},
      {"query_type", "__stack_trace"}};
  const auto* with = of.GetReflection();
  for (int i = 0; i < of.GetDescriptor()->field_count(); ++i) {
    const auto* field = of.GetDescriptor()->field(i);
    if (field->is_repeated() || field->real_containing_oneof() != nullptr)
      continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !with->HasField(of, field)) {
      if (field->name() == "task_token")
        with->SetString(&of, field, token);
      else if (const auto found = words.find(field->name()); found != words.end())
        with->SetString(&of, field, found->second);
    }
    const auto& name = field->name();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth < 2
        && (with->HasField(of, field) || name == "workflow_execution" || name == "execution"
            || name == "task_queue" || name == "workflow_type" || name == "query"
            || name == "spec"))
      complete(*with->MutableMessage(&of, field), token, depth + 1);
  }
}

/// A command that says what its attributes are.
void name_command(Message& command, const FieldDescriptor& attributes) {
  const auto* type = command.GetDescriptor()->FindFieldByName("command_type");
  if (type == nullptr)
    return;
  std::string name = "COMMAND_TYPE_" + attributes.name();
  name.resize(name.size() - std::string_view{"_command_attributes"}.size());
  for (auto& c : name)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (const auto* value = type->enum_type()->FindValueByName(name))
    command.GetReflection()->SetEnum(&command, type, value);
}

using path = std::vector<const FieldDescriptor*>;

std::string text_of(const path& to) {
  std::string text;
  for (const auto* field : to)
    text += '.' + field->name();
  return text;
}

std::string repeated(const std::string& unit, const std::string& between, int times) {
  std::string all = unit;
  for (int i = 1; i < times; ++i)
    all += between + unit;
  return all;
}

/// Filters of lists that are as dear as the service lets them be; longer text is refused unread.
const std::vector<std::string>& dear_filters() {
  static const std::vector<std::string> all{
      "WorkflowId IN (" + repeated("'a b'", ",", 8'000) + ")",
      "WorkflowId IN (" + repeated("'" + std::string(250, 'x') + "'", ",", 1'000) + ")",
      repeated("WorkflowType STARTS_WITH 'x'", " OR ", 990),
      repeated(
          "StartTime BETWEEN '2020-01-01T00:00:00Z' AND '2030-01-01T00:00:00.5Z'", " AND ", 990),
      repeated("NOT (ExecutionStatus = 'Running' AND WorkflowId != 'w')", " OR ", 990),
      repeated("(", "", 190) + "ExecutionDuration > '1h2m3s'" + repeated(")", "", 190),
      "WorkflowId = '" + std::string(250'000, '\'') + "'",
      repeated("CloseTime IS NULL", " AND ", 990) + " ORDER BY "
          + repeated("StartTime", ",", 5'000),
      "GROUP BY " + repeated("ExecutionStatus", ",", 8'000)};
  return all;
}

/// Fills the last field of the path; `way` says how, and false that there are no more ways. Lists
/// get so many `parts`.
bool fill(Message& of, const path& to, int way, int parts) {
  Message* at = &of;
  for (std::size_t i = 0; i + 1 < to.size(); ++i) {
    const auto* with = at->GetReflection();
    auto* const inner =
        to[i]->is_repeated() ? with->AddMessage(at, to[i]) : with->MutableMessage(at, to[i]);
    if (to[i]->real_containing_oneof() != nullptr)
      name_command(*at, *to[i]);
    at = inner;
  }
  const auto* last = to.back();
  const auto* with = at->GetReflection();
  const bool is_text = last->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (last->is_map()) {
    if (way > 0)
      return false;
    const auto* key = last->message_type()->map_key();
    if (key->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
      return false;
    for (int i = 0; i < parts / 3; ++i) {
      auto* entry = with->AddMessage(at, last);
      entry->GetReflection()->SetString(entry, key, "k" + std::to_string(i));
    }
    return true;
  }
  if (last->is_repeated() && last->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (way > 0)
      return false;
    for (int i = 0; i < parts; ++i)
      with->AddMessage(at, last);
    return true;
  }
  if (last->is_repeated() && is_text) {
    if (way > 0)
      return false;
    for (int i = 0; i < parts; ++i)
      with->AddString(at, last, "t" + std::to_string(i));
    return true;
  }
  if (last->is_repeated() && last->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    if (way > 0)
      return false;
    for (int i = 0; i < parts * 8; ++i) // numbers are cheaper than messages
      with->AddEnumValue(at, last, 1 + i % 3);
    return true;
  }
  if (!is_text)
    return false;
  if (last->name() == "query" && to.size() == 1) {
    if (way >= static_cast<int>(dear_filters().size()))
      return false;
    with->SetString(at, last, dear_filters()[static_cast<std::size_t>(way)]);
    return true;
  }
  static const std::vector<std::string> units{
      "x", "[", "a=1 AND ", "(", "\xc3\xa9", "%41", " ", "1,"};
  // What lies deep is text that only travels.
  if (way >= (to.size() > 2 ? 1 : static_cast<int>(units.size())))
    return false;
  const auto& unit = units[static_cast<std::size_t>(way)];
  std::string text;
  text.reserve(most_bytes);
  while (text.size() + unit.size() <= most_bytes)
    text += unit;
  with->SetString(at, last, text);
  return true;
}

/// All paths to fields that can be large.
void collect(const google::protobuf::Descriptor& type, path& here, std::vector<path>& all) {
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    here.push_back(field);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated() || field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
      all.push_back(here);
    if (is_message && !field->is_map() && static_cast<int>(here.size()) < deepest
        && std::ranges::count(here, field) == 1)
      collect(*field->message_type(), here, all);
    here.pop_back();
  }
}

const google::protobuf::Descriptor* request_of(std::string_view method) {
  std::string name{method.substr(1)};
  std::ranges::replace(name, '/', '.');
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  return found == nullptr ? nullptr : found->input_type();
}

/// A request with as much in one field as is let in; null if there are no more ways to fill it.
std::unique_ptr<Message> filled(const Message& prototype, const path& to, int way) {
  for (int parts = most_parts; parts > 1; parts = parts * 4 / 5) {
    std::unique_ptr<Message> request{prototype.New()};
    if (!fill(*request, to, way, parts))
      return nullptr;
    if (has_few_parts(request->SerializeAsString(), *request->GetDescriptor()))
      return request;
  }
  return nullptr;
}

struct finding {
  std::chrono::nanoseconds cost;
  std::string what;
};

void measure(std::string_view method, std::vector<finding>& found) {
  const auto* type = request_of(method);
  if (type == nullptr)
    return;
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  const bool starts = type->FindFieldByName("workflow_id_conflict_policy") != nullptr;
  const bool wants_token = type->FindFieldByName("task_token") != nullptr;
  std::vector<path> all;
  path here;
  collect(*type, here, all);
  auto where = std::make_unique<world>();
  int used = 0;
  for (const auto& to : all)
    for (int way = 0;; ++way) {
      const auto request = filled(*factory->GetPrototype(type), to, way);
      if (!request)
        break;
      if (wants_token || starts
          || used++ % 64 == 63) // what was kept must not be paid for by the next one
        where = std::make_unique<world>();
      const auto token = starts ? "" : where->task_token();
      complete(*request, token);
      auto body = request->SerializeAsString();
      if (body.size() > 4 * 1024 * 1024)
        continue;
      (void)where->take_dearest();
      const auto got = where->send(std::string{method}, std::move(body));
      found.push_back(
          {where->take_dearest(),
           std::string{method.substr(method.rfind('/') + 1)} + text_of(to) + " way "
               + std::to_string(way) + ": " + std::to_string(static_cast<int>(got->status.code))
               + ' ' + got->status.message.substr(0, 60)});
    }
}

} // namespace

int main(int argc, char** argv) {
  const std::chrono::milliseconds budget{argc > 1 ? std::atoi(argv[1]) : 300};
  const std::string only = argc > 2 ? argv[2] : "";
  log::configure(log::level::off, log::format::text);
  google::protobuf::SetLogHandler(nullptr);
  std::string ignored; // reflection keeps the descriptors of the services in the program
  (void)answer_reflection({}, {}, ignored);
  std::vector<finding> found;
  for (const auto& part : method_table())
    for (const auto& row : part)
      if (only.empty() || row.name.ends_with("/" + only))
        measure(row.name, found);
  std::ranges::sort(found, std::ranges::greater{}, &finding::cost);
  const auto milliseconds = [](std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>{time}.count();
  };
  std::printf("%zu requests; the dearest turns:\n", found.size());
  bool holds = !found.empty();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool is_over = found[i].cost > budget;
    holds = holds && !is_over;
    if (i < 20 || is_over)
      std::printf(
          "%s%8.1f ms  %s\n",
          is_over ? "OVER " : "     ",
          milliseconds(found[i].cost),
          found[i].what.c_str());
  }
  return holds ? 0 : 1;
}
