// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/front/reflection.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/effect.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/wire.hpp"
#include "test/actors/embedded/stored_service.hpp"
#include "test/support/record_invariants.hpp"

#include <google/protobuf/descriptor.h>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/service.pb.h>
#include <temporal/api/workflowservice/v1/service.pb.h>

#include <algorithm>
#include <random>
#include <set>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Fills messages at random, but with words that the service knows, so that requests get past the
/// first checks.
class filler {
public:
  explicit filler(std::uint64_t seed) : random_(seed) {}

  void fill(Message& to, int depth = 0) {
    const auto* type = to.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* field = type->field(i);
      if (field->name() == "namespace" && depth == 0) {
        to.GetReflection()->SetString(&to, field, below(20) == 0 ? word() : "default");
        continue;
      }
      if (below(3) == 0)
        continue;
      const int count = field->is_repeated() ? static_cast<int>(below(3)) : 1;
      for (int n = 0; n < count; ++n)
        set(to, field, depth);
    }
    if (type == temporal::api::command::v1::Command::descriptor() && below(4) != 0)
      name_command(static_cast<temporal::api::command::v1::Command&>(to));
  }

  void learn(std::string token) {
    if (token.empty())
      return;
    last_token_ = token;
    if (tokens_.size() < 64)
      tokens_.push_back(std::move(token));
  }

  /// An answer to the task that was given out last: many commands, most of them good.
  void fill_huge(temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& to) {
    using namespace temporal::api::enums::v1;
    to.set_namespace_("default");
    to.set_task_token(last_token_);
    to.set_force_create_new_workflow_task(below(2) == 0);
    to.set_return_new_workflow_task(below(2) == 0);
    for (auto left = 20 + below(100); left > 0; --left) {
      auto& command = *to.add_commands();
      const auto id = "t" + std::to_string(below(10'000));
      switch (below(40)) {
      case 0:
        command.set_command_type(COMMAND_TYPE_CANCEL_TIMER);
        command.mutable_cancel_timer_command_attributes()->set_timer_id(id);
        break;
      case 1: {
        command.set_command_type(COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
        auto& child = *command.mutable_start_child_workflow_execution_command_attributes();
        child.set_workflow_id("w" + std::to_string(below(4)));
        child.mutable_workflow_type()->set_name("w");
        child.mutable_task_queue()->set_name("q");
        break;
      }
      case 2: {
        command.set_command_type(COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
        auto& activity = *command.mutable_schedule_activity_task_command_attributes();
        activity.set_activity_id(id);
        activity.mutable_activity_type()->set_name("w");
        activity.mutable_task_queue()->set_name("q");
        activity.mutable_schedule_to_close_timeout()->set_seconds(1 + static_cast<int>(below(9)));
        break;
      }
      default: {
        command.set_command_type(COMMAND_TYPE_START_TIMER);
        auto& timer = *command.mutable_start_timer_command_attributes();
        timer.set_timer_id(id);
        timer.mutable_start_to_fire_timeout()->set_seconds(1 + static_cast<int>(below(9)));
        break;
      }
      }
    }
    if (below(4) == 0)
      fill(*to.add_commands(), 1);
  }

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

private:
  /// The type that its attributes are of, so that it gets past the first look.
  static void name_command(temporal::api::command::v1::Command& of) {
    const auto* field = of.GetDescriptor()->FindFieldByNumber(of.attributes_case());
    if (field == nullptr)
      return;
    // start_timer_command_attributes -> COMMAND_TYPE_START_TIMER
    std::string name = "COMMAND_TYPE_";
    for (const char each :
         field->name().substr(0, field->name().size() - sizeof("_command_attributes") + 1))
      name += each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
    temporal::api::enums::v1::CommandType type{};
    if (temporal::api::enums::v1::CommandType_Parse(name, &type))
      of.set_command_type(type);
  }

  std::string word() {
    static const std::string words[] = {
        "w",
        "w2",
        "q",
        "sticky",
        "default",
        "endpoint",
        "",
        "s",
        "json/plain",
        "encoding",
        "temporal://system",
        "\xc3\xa9",
        "00000000-0000-4000-8000-000000000001",
        "WorkflowId = 'w'",
        "temporal-callback-token",
        std::string(1200, 'x')};
    return words[below(std::size(words))];
  }

  template <class Set, class Add>
  void put(const FieldDescriptor* field, Set set_one, Add add_one) {
    field->is_repeated() ? add_one() : set_one();
  }

  void set(Message& to, const FieldDescriptor* field, int depth) {
    const auto* with = to.GetReflection();
    const auto number = below(4) == 0 ? static_cast<std::int64_t>(random_())
                                      : static_cast<std::int64_t>(below(12)) - 2;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (depth < 5)
        fill(
            field->is_repeated() ? *with->AddMessage(&to, field)
                                 : *with->MutableMessage(&to, field),
            depth + 1);
      break;
    case FieldDescriptor::CPPTYPE_STRING: {
      auto text = field->name() == "task_token" && !tokens_.empty() && below(8) != 0
                      ? tokens_[below(tokens_.size())]
                      : word();
      put(
          field,
          [&] { with->SetString(&to, field, text); },
          [&] { with->AddString(&to, field, text); });
      break;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto value = static_cast<int>(below(20));
      put(
          field,
          [&] { with->SetEnumValue(&to, field, value); },
          [&] { with->AddEnumValue(&to, field, value); });
      break;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      put(
          field,
          [&] { with->SetBool(&to, field, number > 2); },
          [&] { with->AddBool(&to, field, number > 2); });
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      put(
          field,
          [&] { with->SetInt64(&to, field, number); },
          [&] { with->AddInt64(&to, field, number); });
      break;
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto small = static_cast<std::int32_t>(number);
      put(
          field,
          [&] { with->SetInt32(&to, field, small); },
          [&] { with->AddInt32(&to, field, small); });
      break;
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto real = static_cast<double>(number);
      put(
          field,
          [&] { with->SetDouble(&to, field, real); },
          [&] { with->AddDouble(&to, field, real); });
      break;
    }
    default: break;
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> tokens_;
  std::string last_token_;
};

/// A service on a store, so that each decision can be looked at as it was written.
struct fixture : stored_service {
  fixture(std::uint64_t seed, std::size_t slice_units)
      : stored_service(
            std::make_shared<troupe::test::scripted_store::disk>(),
            seed,
            with_slices_of(slice_units)) {}

  static service_settings with_slices_of(std::size_t units) {
    service_settings settings;
    settings.slice_units = units;
    return settings;
  }

  /// Reads every record anew from what was written since the last time, and looks at it.
  void check_records() {
    for (const auto& owner : where->take_written()) {
      std::vector<row> rows;
      for (const auto& range : ranges_of(owner.first, owner.second))
        for (auto at = disk->rows.lower_bound({range.where, range.prefix});
             at != disk->rows.end() && at->first.where == range.where
             && at->first.key.starts_with(range.prefix);
             ++at)
          rows.push_back({at->first, at->second});
      const auto read = read_record(rows);
      BOOST_TEST(read.problem == "");
      if (!read.rec)
        continue;
      for (const auto& problem : troupe::test::broken_invariants(*read.rec))
        BOOST_ERROR(problem);
      // Each effect that it waits for has a key of its own.
      std::set<std::string> keys;
      const auto derived = resume(*read.rec, host->here().around());
      for (const auto& effect : derived.effects) {
        const auto key = key_of(effect);
        BOOST_TEST(!key.empty());
        BOOST_TEST(keys.insert(key).second, key << " is there twice");
      }
    }
  }

  std::vector<const google::protobuf::MethodDescriptor*> methods() {
    // Reflection keeps the descriptors of the services in the program.
    std::string ignored;
    BOOST_TEST(answer_reflection({}, {}, ignored));
    std::vector<const google::protobuf::MethodDescriptor*> out;
    const auto& pool = *google::protobuf::DescriptorPool::generated_pool();
    for (const char* name :
         {"temporal.api.workflowservice.v1.WorkflowService",
          "temporal.api.operatorservice.v1.OperatorService"}) {
      const auto* service = pool.FindServiceByName(name);
      BOOST_REQUIRE(service != nullptr);
      for (int i = 0; i < service->method_count(); ++i) {
        const auto full = "/" + std::string{name} + "/" + service->method(i)->name();
        if (find_method(full) != nullptr)
          out.push_back(service->method(i));
      }
    }
    return out;
  }
};

const google::protobuf::MethodDescriptor*
answer_method(const std::vector<const google::protobuf::MethodDescriptor*>& known) {
  return *std::ranges::find(
      known, "RespondWorkflowTaskCompleted", &google::protobuf::MethodDescriptor::name);
}

BOOST_AUTO_TEST_SUITE(any_input)

/// Sends so many requests of this seed, up to so many at once; gives how many went well.
int send_requests(std::uint64_t seed, int count, std::size_t slice_units, std::uint64_t at_once) {
  fixture world{seed, slice_units};
  auto& shard = world.shard;
  const auto known = world.methods();
  BOOST_REQUIRE(known.size() > 40);
  troupe::log::configure(troupe::log::level::off, troupe::log::format::text);
  // What it says of malformed text goes to stderr otherwise.
  auto* logged = google::protobuf::SetLogHandler(nullptr);
  filler random{seed};
  std::vector<std::pair<std::string, service_fixture::sent>> all;
  for (int round = 0; round < count; ++round) {
    const auto* method = known[random.below(known.size())];
    std::unique_ptr<Message> request{google::protobuf::MessageFactory::generated_factory()
                                         ->GetPrototype(method->input_type())
                                         ->New()};
    random.fill(*request);
    if (at_once > 1 && random.below(6) == 0) {
      method = answer_method(known);
      auto huge = std::make_unique<
          temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest>();
      random.fill_huge(*huge);
      request = std::move(huge);
    }
    auto bytes = request->SerializeAsString();
    if (!bytes.empty() && random.below(50) == 0)
      bytes[random.below(bytes.size())] ^= static_cast<char>(1 + random.below(255));
    auto full = "/" + method->service()->full_name() + "/" + method->name();
    auto made =
        world.send_bytes(full, std::move(bytes), std::chrono::seconds{2 + random.below(20)});
    all.emplace_back(std::move(full), made);
    if (at_once > 1 && random.below(at_once) != 0) {
      if (random.below(10) == 0)
        made->cancel();
      continue; // the next one comes at the same time
    }
    shard.run_until_idle();
    if (random.below(10) == 0)
      made->cancel();
    if (random.below(5) == 0)
      shard.advance(std::chrono::milliseconds{random.below(3000)});
    if (made->is_answered && made->status.ok() && method->name().starts_with("Poll")) {
      std::unique_ptr<Message> answer{google::protobuf::MessageFactory::generated_factory()
                                          ->GetPrototype(method->output_type())
                                          ->New()};
      BOOST_TEST(answer->ParseFromString(made->body));
      const auto* field = answer->GetDescriptor()->FindFieldByName("task_token");
      random.learn(answer->GetReflection()->GetString(*answer, field));
    }
    world.check_records();
  }
  shard.advance(2min);
  world.check_records();
  int succeeded = 0;
  for (const auto& [method, made] : all) {
    BOOST_TEST_CONTEXT(method) {
      BOOST_TEST(made->is_answered);
    }
    succeeded += made->status.ok() ? 1 : 0;
  }
  troupe::log::configure(troupe::log::level::warn, troupe::log::format::text);
  google::protobuf::SetLogHandler(logged);
  return succeeded;
}

BOOST_AUTO_TEST_CASE(every_request_is_answered_and_no_record_breaks_whatever_it_holds) {
  int succeeded = 0;
  for (std::uint64_t seed = 20'261'123; seed < 20'261'123 + 16; ++seed)
    BOOST_TEST_CONTEXT("seed " << seed)
  succeeded += send_requests(seed, 500, service_settings{}.slice_units, 1);
  BOOST_TEST(succeeded > 600); // the words are good enough to get somewhere
}

BOOST_AUTO_TEST_CASE(nor_does_one_where_everything_is_done_in_slices) {
  int succeeded = 0;
  for (std::uint64_t seed = 20'261'129; seed < 20'261'129 + 8; ++seed)
    for (const std::size_t units : {std::size_t{1}, std::size_t{20}})
      BOOST_TEST_CONTEXT("seed " << seed << ", slices of " << units)
  succeeded += send_requests(seed, 400, units, 4);
  BOOST_TEST(succeeded > 300);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
