// SPDX-License-Identifier: Apache-2.0
#include "test/golden/golden_world.hpp"

#include "actors/worker/activity/activity_tasks.hpp"
#include "actors/worker/nexus/nexus_tasks.hpp"
#include "actors/worker/slots/fixed_slot_supplier.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"
#include "runtime/activity/environment.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/rpc/direct_transport.hpp"
#include "runtime/workflow/instance.hpp"
#include "test/golden/comparison.hpp"
#include "test/golden/played_activities.hpp"
#include "test/support/golden_service.hpp"
#include "test/support/golden_workflows.hpp"
#include "test/support/history_normaliser.hpp"

#include <troupe/nexus/handler_base.hpp>

#include <caf/atom.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace common = temporal::api::common::v1;

constexpr const char* caller_namespace = "caller-ns";
constexpr const char* handler_namespace = "handler-ns";
constexpr const char* client_identity = "golden-client";

/// Runs plain function handlers as work of the shard: what they do takes no virtual time.
class inline_pool final : public actors::work_pool {
public:
  explicit inline_pool(actors::shard& where) : where_(where) {}
  void submit(std::vector<actors::pool_work> batch) override {
    for (auto& each : batch)
      where_.post([work = std::move(each)]() mutable {
        work.run();
        work.done();
      });
  }

private:
  actors::shard& where_;
};

/// Calls take their time on the way to the service; none arrives once the line is cut.
class slow_transport final : public rpc::transport {
public:
  slow_transport(
      std::unique_ptr<rpc::transport> next,
      executor& where,
      const std::map<std::string, duration, std::less<>>& latencies,
      const bool& is_cut)
      : next_(std::move(next)), where_(where), latencies_(latencies), is_cut_(is_cut) {}

  call_id start(rpc::call what, rpc::reply_handler on_reply) override {
    const auto id = ++last_id_;
    const auto method = what.method.substr(what.method.rfind('/') + 1);
    const auto latency = latencies_.find(method);
    auto send = [this, id, call = std::move(what), reply = std::move(on_reply)]() mutable {
      if (!is_cut_)
        sent_[id] = next_->start(std::move(call), std::move(reply));
    };
    if (latency == latencies_.end())
      send();
    else
      where_.schedule(latency->second, std::move(send));
    return id;
  }

  void cancel(call_id id) override {
    if (const auto found = sent_.find(id); found != sent_.end())
      next_->cancel(found->second);
  }

private:
  std::unique_ptr<rpc::transport> next_;
  executor& where_;
  const std::map<std::string, duration, std::less<>>& latencies_;
  const bool& is_cut_;
  call_id last_id_ = 0;
  std::map<call_id, call_id> sent_;
};

std::string set_json(const std::string& json, common::Payloads& to) {
  if (json.empty())
    return {};
  auto& one = *to.add_payloads();
  (*one.mutable_metadata())["encoding"] = "json/plain";
  one.set_data(json);
  return json;
}

/// The run that the last event says comes after this one; empty if it says none.
std::string next_run(const golden_world::history& of) {
  if (of.events().empty())
    return {};
  const auto& last = *of.events().rbegin();
  if (last.has_workflow_execution_continued_as_new_event_attributes())
    return last.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_completed_event_attributes())
    return last.workflow_execution_completed_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_failed_event_attributes())
    return last.workflow_execution_failed_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_timed_out_event_attributes())
    return last.workflow_execution_timed_out_event_attributes().new_execution_run_id();
  return {};
}

} // namespace

struct golden_world::worker {
  worker(golden_world& world, worker_setup setup)
      : setup_(std::move(setup)), shard_(world.system_, world.clock_),
        context_(std::make_shared<actors::worker_context>()) {
    auto& settings = context_->settings;
    settings.name_space = setup_.name_space;
    settings.task_queue = setup_.task_queue;
    settings.identity = setup_.identity;
    const actors::poller_limits pollers{2, 2, 2};
    const auto slots = [] { return std::make_shared<actors::fixed_slot_supplier>(100); };
    context_->pool = std::make_shared<inline_pool>(shard_);
    actors::workflow_definitions definitions;
    for (auto& each : golden_workflows())
      definitions[each->name] = each;
    if (setup_.serves_nexus) {
      auto services = std::make_shared<nexus::service_registry>();
      services->add(golden_service());
      context_->kinds.push_back(actors::nexus_tasks(
          {std::make_shared<nexus::dispatch_environment>(nexus::dispatch_environment{
               services, {}, settings.name_space, settings.task_queue, settings.identity, nullptr}),
           slots(),
           pollers}));
    }
    std::shared_ptr<const activity::environment> activities;
    if (setup_.runs_activities) {
      activities = std::make_shared<activity::environment>(activity::environment{
          .activities = played_activities(),
          .name_space = settings.name_space,
          .task_queue = settings.task_queue,
          .identity = settings.identity});
      context_->kinds.push_back(actors::activity_tasks(
          {.environment = activities, .slots = slots(), .pollers = pollers}));
    }
    context_->kinds.push_back(actors::workflow_tasks(
        {.environment = std::make_shared<workflow::environment>(workflow::environment{
             {}, settings.name_space, settings.task_queue, settings.identity}),
         .definitions = std::move(definitions),
         .slots = slots(),
         .pollers = pollers,
         .max_cached_workflows = setup_.max_cached_workflows,
         .activities = std::move(activities)}));
    core_ = std::make_unique<actors::worker_core>(
        world.system_,
        context_,
        std::vector<actors::shard*>{&shard_},
        [&](actors::shard& where, std::size_t) {
          return std::make_unique<slow_transport>(
              std::make_unique<rpc::direct_transport>(world.service_, where),
              where,
              setup_.latencies,
              is_cut_);
        },
        [state = ++world.begun_[setup_.identity]]() mutable {
          state = state * 6364136223846793005ULL + 1442695040888963407ULL;
          return static_cast<double>(state >> 11) * 0x1p-53;
        });
    core_->start();
    shard_.run_until_idle();
  }

  ~worker() {
    is_cut_ = true;
    shard_.stop();
    for (auto& each : context_->shards) {
      each->calls = nullptr;
      each->transport = nullptr;
    }
  }

  worker_setup setup_;
  bool is_cut_ = false;
  actors::manual_shard shard_;
  std::shared_ptr<actors::worker_context> context_;
  std::unique_ptr<actors::worker_core> core_;
};

caf::actor_system_config& golden_world::configured(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{1});
  return config;
}

embedded::service_settings golden_world::settings() {
  embedded::service_settings made;
  made.suggest_continue_as_new_events = 50;
  made.signal_links = false; // of a newer server than the recorded one
  return made;
}

golden_world::golden_world(pace workers, mortal_service::dies when)
    : service_(system_, clock_, settings(), when) {
  service_.prepare([](embedded::directory& here) {
    here.namespaces.ensure(caller_namespace);
    here.namespaces.ensure(handler_namespace);
  });
  clock_->run_until_idle();
  service_.prepare([](embedded::directory& here) {
    here.namespaces.add_attributes(
        caller_namespace,
        {{"CustomKeywordField", embedded::attribute_type::keyword},
         {"CustomIntField", embedded::attribute_type::integer},
         {"CustomBoolField", embedded::attribute_type::boolean},
         {"CustomDoubleField", embedded::attribute_type::real},
         {"CustomStringField", embedded::attribute_type::text},
         {"CustomDatetimeField", embedded::attribute_type::datetime}});
  });
  clock_->run_until_idle();
  const std::pair<const char*, const char*> endpoints[] = {
      {"golden-endpoint", "handler-tq"},
      {"golden-endpoint-breaker", "handler-tq"},
      {"golden-endpoint-idle", "nobody-tq"},
      {"golden-endpoint-temp", "nobody-tq"},
  };
  for (const auto& [name, queue] : endpoints) {
    temporal::api::nexus::v1::EndpointSpec spec;
    spec.set_name(name);
    spec.mutable_target()->mutable_worker()->set_namespace_(handler_namespace);
    spec.mutable_target()->mutable_worker()->set_task_queue(queue);
    service_.prepare([&](embedded::directory& here) {
      temporal::api::nexus::v1::Endpoint created;
      if (const auto status = here.endpoints.create(spec, here.now(), created); !status.ok())
        throw std::runtime_error{status.message};
    });
    clock_->run_until_idle();
  }
  service_.let_die();
  auto pace_of = [](duration task, duration answer) {
    std::map<std::string, duration, std::less<>> latencies;
    if (task > duration{})
      latencies["RespondWorkflowTaskCompleted"] = task;
    if (answer > duration{})
      latencies["RespondNexusTaskCompleted"] = answer;
    return latencies;
  };
  const auto callers = pace_of(workers.caller_task, {});
  start_worker({caller_namespace, "caller-tq", "golden-caller-worker", false, callers});
  start_worker({caller_namespace, "basic-tq", "golden-worker", false, callers, true});
  start_worker(
      {handler_namespace,
       "handler-tq",
       "golden-handler-worker",
       true,
       pace_of(workers.handler_task, workers.handler_answer)});
}

golden_world::~golden_world() {
  workers_.clear();
  service_.stop();
}

void golden_world::start_worker(worker_setup setup) {
  workers_.push_back(std::make_unique<worker>(*this, std::move(setup)));
}

void golden_world::erase_worker(const std::string& identity, bool graceful) {
  const auto found = std::ranges::find_if(
      workers_, [&](const auto& each) { return each->setup_.identity == identity; });
  if (found == workers_.end())
    throw std::runtime_error{"no worker " + identity};
  if (graceful) {
    (*found)->core_->stop();
    clock_->run_until_idle();
  }
  workers_.erase(found);
  clock_->run_until_idle();
}

void golden_world::kill_worker(const std::string& identity) {
  erase_worker(identity, false);
}

void golden_world::stop_worker(const std::string& identity) {
  erase_worker(identity, true);
}

void golden_world::delete_endpoint(const std::string& name) {
  const auto* found = service_.here().endpoints.find_by_name(name);
  if (found == nullptr)
    throw std::runtime_error{"no endpoint " + name};
  temporal::api::operatorservice::v1::DeleteNexusEndpointRequest request;
  request.set_id(found->id());
  request.set_version(found->version());
  call("/temporal.api.operatorservice.v1.OperatorService/DeleteNexusEndpoint", request);
}

std::string
golden_world::call(const std::string& method, const google::protobuf::Message& request) {
  struct outcome {
    bool is_answered = false;
    rpc_status status;
    std::string body;
  };
  auto got = std::make_shared<outcome>();
  rpc::local_service::request what;
  what.method = method.starts_with('/')
                    ? method
                    : "/temporal.api.workflowservice.v1.WorkflowService/" + method;
  what.message = rpc::bytes{request.SerializeAsString()};
  what.deadline = clock_->now() + 30s;
  auto cancel =
      service_.handle(std::move(what), [got](rpc_status status, const rpc::bytes& answer) {
        *got = {true, std::move(status), answer.str()};
      });
  clock_->run_until_idle();
  service_.bury();
  if (!got->is_answered)
    throw std::runtime_error{method + " was not answered"};
  if (!got->status.ok())
    throw std::runtime_error{method + ": " + got->status.message};
  return got->body;
}

void golden_world::start_as(
    const history& recorded, temporal::api::enums::v1::WorkflowIdConflictPolicy conflict_policy) {
  const auto& event = recorded.events(0);
  const auto& from = event.workflow_execution_started_event_attributes();
  wire::StartWorkflowExecutionRequest request;
  request.set_namespace_(caller_namespace);
  request.set_workflow_id(from.workflow_id());
  request.set_identity(client_identity);
  request.set_request_id(service_.here().ids->uuid());
  *request.mutable_workflow_type() = from.workflow_type();
  *request.mutable_task_queue() = from.task_queue();
  if (from.has_input())
    *request.mutable_input() = from.input();
  if (from.has_header())
    *request.mutable_header() = from.header();
  if (from.has_workflow_execution_timeout())
    *request.mutable_workflow_execution_timeout() = from.workflow_execution_timeout();
  // Written into the event from the execution timeout where none was asked for.
  if (from.has_workflow_run_timeout()
      && (from.workflow_execution_timeout().seconds() == 0
          || from.workflow_run_timeout().seconds() != from.workflow_execution_timeout().seconds()))
    *request.mutable_workflow_run_timeout() = from.workflow_run_timeout();
  *request.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  if (from.has_retry_policy())
    *request.mutable_retry_policy() = from.retry_policy();
  request.set_cron_schedule(from.cron_schedule());
  if (from.cron_schedule().empty() && from.first_workflow_task_backoff().seconds() > 0)
    *request.mutable_workflow_start_delay() = from.first_workflow_task_backoff();
  if (from.has_memo())
    *request.mutable_memo() = from.memo();
  if (from.has_search_attributes())
    *request.mutable_search_attributes() = from.search_attributes();
  if (from.has_priority())
    *request.mutable_priority() = from.priority();
  if (event.has_user_metadata())
    *request.mutable_user_metadata() = event.user_metadata();
  request.set_workflow_id_conflict_policy(conflict_policy);
  wire::StartWorkflowExecutionResponse response;
  response.ParseFromString(call("StartWorkflowExecution", request));
  started_[from.workflow_id()].push_back(response.run_id());
}

void golden_world::signal_with_start_as(
    const history& recorded, const std::string& name, const std::string& json) {
  const auto& from = recorded.events(0).workflow_execution_started_event_attributes();
  wire::SignalWithStartWorkflowExecutionRequest request;
  request.set_namespace_(caller_namespace);
  request.set_workflow_id(from.workflow_id());
  request.set_identity(client_identity);
  request.set_request_id(service_.here().ids->uuid());
  *request.mutable_workflow_type() = from.workflow_type();
  *request.mutable_task_queue() = from.task_queue();
  if (from.has_input())
    *request.mutable_input() = from.input();
  *request.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  request.set_signal_name(name);
  set_json(json, *request.mutable_signal_input());
  wire::SignalWithStartWorkflowExecutionResponse response;
  response.ParseFromString(call("SignalWithStartWorkflowExecution", request));
  started_[from.workflow_id()].push_back(response.run_id());
}

void golden_world::reset(
    const std::string& id, std::int64_t finish_event_id, const std::string& reason) {
  wire::ResetWorkflowExecutionRequest request;
  request.set_namespace_(namespace_of(id));
  request.mutable_workflow_execution()->set_workflow_id(id);
  request.set_workflow_task_finish_event_id(finish_event_id);
  request.set_reason(reason);
  request.set_request_id(service_.here().ids->uuid());
  request.set_identity(client_identity);
  wire::ResetWorkflowExecutionResponse response;
  response.ParseFromString(call("ResetWorkflowExecution", request));
  started_[id].push_back(response.run_id());
}

void golden_world::start_handler(const std::string& id, const std::string& mode) {
  wire::StartWorkflowExecutionRequest request;
  request.set_namespace_(handler_namespace);
  request.set_workflow_id(id);
  request.set_identity(client_identity);
  request.set_request_id(service_.here().ids->uuid());
  request.mutable_workflow_type()->set_name("HandlerWorkflow");
  request.mutable_task_queue()->set_name("handler-tq");
  set_json('"' + mode + '"', *request.mutable_input());
  call("StartWorkflowExecution", request);
}

void golden_world::signal(const std::string& id, const std::string& name, const std::string& json) {
  wire::SignalWorkflowExecutionRequest request;
  request.set_namespace_(namespace_of(id));
  request.mutable_workflow_execution()->set_workflow_id(id);
  request.set_signal_name(name);
  request.set_identity(client_identity);
  request.set_request_id(service_.here().ids->uuid());
  set_json(json, *request.mutable_input());
  call("SignalWorkflowExecution", request);
}

std::string golden_world::query(const std::string& id, const std::string& type) {
  wire::QueryWorkflowRequest request;
  request.set_namespace_(caller_namespace);
  request.mutable_execution()->set_workflow_id(id);
  request.mutable_query()->set_query_type(type);
  wire::QueryWorkflowResponse response;
  response.ParseFromString(call("QueryWorkflow", request));
  return response.query_result().payloads_size() == 1 ? response.query_result().payloads(0).data()
                                                      : std::string{};
}

void golden_world::request_cancel(
    const std::string& id, const std::string& reason, const std::string& request_id) {
  wire::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(namespace_of(id));
  request.mutable_workflow_execution()->set_workflow_id(id);
  request.set_reason(reason);
  request.set_identity(client_identity);
  request.set_request_id(request_id.empty() ? service_.here().ids->uuid() : request_id);
  call("RequestCancelWorkflowExecution", request);
}

void golden_world::terminate(
    const std::string& id, const std::string& reason, const std::string& json_details) {
  wire::TerminateWorkflowExecutionRequest request;
  request.set_namespace_(namespace_of(id));
  request.mutable_workflow_execution()->set_workflow_id(id);
  request.set_reason(reason);
  request.set_identity(client_identity);
  for (std::size_t at = 0; at < json_details.size();) {
    // One line per payload.
    const auto end = std::min(json_details.find('\n', at), json_details.size());
    set_json(json_details.substr(at, end - at), *request.mutable_details());
    at = end + 1;
  }
  call("TerminateWorkflowExecution", request);
}

void golden_world::advance(duration by) {
  clock_->advance(by);
}

void golden_world::until(const std::string& id, std::string_view event_type, int times) {
  const auto limit = clock_->now() + 10min;
  auto reached = [&] {
    const auto so_far = read(id);
    return std::ranges::count_if(
               so_far.events(), [&](const auto& each) { return type_name(each) == event_type; })
           >= times;
  };
  clock_->run_until_idle();
  while (!reached())
    if (clock_->now() > limit || !clock_->advance_to_next_timer())
      throw std::runtime_error{id + " never had " + std::string{event_type}};
}

bool golden_world::until_events(const std::string& id, const std::string& run_id, int count) {
  const auto limit = clock_->now() + 10min;
  clock_->run_until_idle();
  while (read(id, run_id).events_size() < count)
    if (clock_->now() > limit || !clock_->advance_to_next_timer())
      return false;
  return true;
}

std::string golden_world::namespace_of(const std::string& id) {
  for (const char* name : {caller_namespace, handler_namespace}) {
    wire::DescribeWorkflowExecutionRequest request;
    request.set_namespace_(name);
    request.mutable_execution()->set_workflow_id(id);
    try {
      call("DescribeWorkflowExecution", request);
      return name;
    } catch (const std::runtime_error&) {
      continue; // not there: perhaps in the other one
    }
  }
  throw std::runtime_error{"no workflow " + id};
}

golden_world::history golden_world::read(const std::string& id, const std::string& run_id) {
  wire::GetWorkflowExecutionHistoryRequest request;
  try {
    request.set_namespace_(namespace_of(id));
  } catch (const std::runtime_error&) {
    return {};
  }
  request.mutable_execution()->set_workflow_id(id);
  request.mutable_execution()->set_run_id(run_id);
  wire::GetWorkflowExecutionHistoryResponse page;
  history all;
  do {
    page.ParseFromString(call("GetWorkflowExecutionHistory", request));
    all.MergeFrom(page.history());
    request.set_next_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return all;
}

std::vector<std::string> golden_world::runs(const std::string& id) {
  auto first_ones = started_.contains(id) ? started_.at(id) : std::vector<std::string>{};
  if (first_ones.empty())
    if (const auto current = read(id); !current.events().empty())
      first_ones.push_back(
          current.events(0).workflow_execution_started_event_attributes().first_execution_run_id());
  std::vector<std::string> all;
  for (auto run_id : first_ones)
    for (; !run_id.empty(); run_id = next_run(read(id, run_id)))
      all.push_back(run_id);
  return all;
}

void check_recorded(
    golden_world& world,
    history_comparison& ids,
    const golden_world::history& recorded,
    const std::string& name,
    std::size_t which) {
  const auto& id = recorded.events(0).workflow_execution_started_event_attributes().workflow_id();
  const auto runs = world.runs(id);
  if (which >= runs.size()) {
    BOOST_ERROR(name << ": " << id << " was never started");
    return;
  }
  world.until_events(id, runs[which], recorded.events_size());
  world.advance(std::chrono::minutes{1});
  const auto report = compare(ids, recorded, world.read(id, runs[which]));
  BOOST_CHECK_MESSAGE(report.empty(), name << ": " << report);
}

} // namespace troupe::test
