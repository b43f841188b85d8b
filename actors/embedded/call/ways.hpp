// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "runtime/embedded/checks/field_limits.hpp"
#include "runtime/embedded/matching/matching.hpp"
#include "runtime/embedded/matching/matching_token.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/enums/v1/task_queue.pb.h>

#include <array>

/// The ways of calls to their owners, and `row`, which makes a row of the method table out of a way
/// and a function.
///
/// A way says, for each type of request: the namespace it is about (`name_space`, before anything
/// is looked up), what must be found before it goes on (`find`), and whose business it is (`go`).
namespace troupe::embedded::ways {

// -- parts ---------------------------------------------------------------------------------------

/// Resolves the request's namespace; answers and returns false if the call may not go on.
bool find_namespace(
    directory& here, const call_ptr& from, std::string_view name, bool must_be_registered = false);

/// The namespace of a call that carries a task token is the token's, which the request's must not
/// contradict. Answers and returns false if the call may not go on.
bool find_token_namespace(
    directory& here, const call_ptr& from, std::string_view named, std::string_view token_id);

/// Answers and returns false if the request, which names this namespace, has no token.
bool has_token(
    directory& here, const call_ptr& from, std::string_view named, std::string_view token);
/// Answers a call whose token is none of those that its method takes. One of another task is a
/// token of ours: what it stands for is not found, in the method's `words`.
void refuse_token(
    directory& here,
    const call_ptr& from,
    std::string_view named,
    std::string_view token,
    const char* words);

/// To the record of this key, whatever its runs are.
void to_record(directory& here, const call_ptr& from, const std::string& key);
/// To the record of this activity, which belongs to no workflow.
void to_activity(directory& here, const call_ptr& from, const std::string& activity_id);
/// To the record of this workflow, which must be there.
void to_execution(directory& here, const call_ptr& from, const std::string& workflow_id);
/// The same of one that the call may create.
void to_new_execution(directory& here, const call_ptr& from, const std::string& workflow_id);

template <class Request>
const auto& execution_of(const Request& request) {
  if constexpr (requires { request.workflow_execution(); })
    return request.workflow_execution();
  else
    return request.execution();
}

/// What most ways begin with.
struct in_namespace {
  template <class Request>
  static std::string_view name_space(const directory&, const call& from) {
    return from.as<Request>().namespace_();
  }
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    return find_namespace(here, from, from->as<Request>().namespace_());
  }
};

// -- workflows -----------------------------------------------------------------------------------

/// The execution that the request's `workflow_id` names; the call may create it.
struct by_workflow_id : in_namespace {
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    return find_namespace(here, from, from->as<Request>().namespace_(), true);
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    to_new_execution(here, from, from->as<Request>().workflow_id());
  }
};

/// The execution that the request names, which must be there.
struct by_execution : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    to_execution(here, from, execution_of(from->as<Request>()).workflow_id());
  }
};

/// The execution whose task the token names: how such a token is read, and what is said to one of
/// another task.
template <auto Decode, const char* Absent>
struct by_task_token {
  template <class Request>
  static std::string_view name_space(const directory& here, const call& from) {
    const auto& request = from.as<Request>();
    if (!request.namespace_().empty())
      return request.namespace_();
    const auto token = Decode(request.task_token(), here.settings.token_key);
    const auto* found = token ? here.namespaces.find_by_id(token->namespace_id) : nullptr;
    return found == nullptr ? std::string_view{} : found->name;
  }
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    const auto& request = from->as<Request>();
    if (!has_token(here, from, request.namespace_(), request.task_token()))
      return false;
    auto token = Decode(request.task_token(), here.settings.token_key);
    if (!token) {
      refuse_token(here, from, request.namespace_(), request.task_token(), Absent);
      return false;
    }
    from->token = std::move(*token);
    return find_token_namespace(here, from, request.namespace_(), from->token.namespace_id);
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    to_record(here, from, from->token.workflow_id);
  }
};

inline constexpr char workflow_task_absent[] = "Workflow task not found.";
inline constexpr char activity_absent[] =
    "invalid activityID or activity already timed out or invoking workflow is completed";
using by_workflow_token = by_task_token<decode_workflow_token, workflow_task_absent>;
using by_activity_token = by_task_token<decode_activity_token, activity_absent>;

/// The execution that the request names, whose activity it names as well.
struct by_activity_id : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    const auto& request = from->as<Request>();
    if (request.activity_id().empty())
      from->answer(bad_argument("ActivityId is not set on request."));
    else if (request.workflow_id().empty()) // an activity of no workflow
      to_activity(here, from, request.activity_id());
    else
      to_execution(here, from, request.workflow_id());
  }
};

/// The index of the request's namespace.
struct by_visibility : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    actors::tell(here.visibility(from->name_space->id), serve_call{from});
  }
};

// -- task queues ---------------------------------------------------------------------------------

/// Answers and returns false if the poll has no time to wait, which is told before all else.
bool can_wait(directory& here, const call_ptr& from);
/// Refuses polls that are too large to be kept; hands the others to the queue.
void open(directory& here, const call_ptr& from, const std::string& queue, queue_kind kind);

/// The queue that a long poll waits at: of `Kind`, or the workflow or sticky one that the request
/// names.
template <queue_kind... Kind>
struct by_poll : in_namespace {
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    return in_namespace::find<Request>(here, from) && can_wait(here, from);
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    const auto& request = from->as<Request>();
    if constexpr (sizeof...(Kind) == 1)
      open(here, from, request.task_queue().name(), Kind...);
    else
      open(
          here,
          from,
          request.task_queue().name(),
          request.task_queue().kind() == temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY
              ? queue_kind::sticky
              : queue_kind::workflow);
  }
};

/// The queue that gave out the task of the token.
template <matching_token::kind Kind>
struct by_matching_token {
  template <class Request>
  static std::string_view name_space(const directory& here, const call& from) {
    const auto& request = from.as<Request>();
    if (!request.namespace_().empty())
      return request.namespace_();
    const auto token = decode_matching_token(Kind, request.task_token(), here.settings.token_key);
    const auto* found = token ? here.namespaces.find_by_id(token->namespace_id) : nullptr;
    return found == nullptr ? std::string_view{} : found->name;
  }
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    const auto& request = from->as<Request>();
    if (!has_token(here, from, request.namespace_(), request.task_token()))
      return false;
    auto token = decode_matching_token(Kind, request.task_token(), here.settings.token_key);
    if (!token) {
      refuse_token(here, from, request.namespace_(), request.task_token(), nobody_waits);
      return false;
    }
    if (!find_token_namespace(here, from, request.namespace_(), token->namespace_id))
      return false;
    from->task_id = std::move(token->task_id);
    from->task_queue = std::move(token->task_queue);
    return true;
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    constexpr std::array kinds{queue_kind::nexus, queue_kind::workflow, queue_kind::sticky};
    for (auto kind : kinds) {
      if ((Kind == matching_token::kind::nexus) != (kind == queue_kind::nexus))
        continue;
      if (const auto queue = here.find_queue(from->name_space->id, from->task_queue, kind)) {
        actors::tell(queue, serve_call{from});
        return;
      }
    }
    from->answer(absent(nobody_waits));
  }

private:
  static constexpr const char* nobody_waits = Kind == matching_token::kind::nexus
                                                  ? "Nexus task not found or already expired"
                                                  : "query task not found, or already expired";
};

// -- the rest ------------------------------------------------------------------------------------

/// The registries. The request may name a namespace that is not there (yet).
struct by_registry {
  template <class Request>
  static std::string_view name_space(const directory& here, const call& from) {
    const auto& request = from.as<Request>();
    const std::string* id = nullptr;
    if constexpr (requires { request.namespace_id(); })
      id = &request.namespace_id();
    else if constexpr (requires {
                         request.namespace_();
                         request.id();
                       })
      id = &request.id();
    if (id != nullptr && !id->empty()) {
      const auto* found = here.namespaces.find_by_id(*id);
      return found == nullptr ? std::string_view{} : found->name;
    }
    if constexpr (requires { request.namespace_(); })
      return request.namespace_();
    else
      return {};
  }
  template <class Request>
  static bool find(directory&, const call_ptr&) {
    return true;
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    actors::tell(here.registry(), serve_call{from});
  }
};

/// The registries, about a namespace that must be there.
struct by_registry_in_namespace : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    actors::tell(here.registry(), serve_call{from});
  }
};

/// What needs no actor, about a namespace.
struct here_in_namespace : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    serve(here, from);
  }
};

/// What needs no actor and no namespace.
struct here {
  template <class Request>
  static std::string_view name_space(const directory&, const call&) {
    return {};
  }
  template <class Request>
  static bool find(directory&, const call_ptr&) {
    return true;
  }
  template <class Request>
  static void go(directory& in, const call_ptr& from) {
    serve(in, from);
  }
};

} // namespace troupe::embedded::ways

namespace troupe::embedded {

namespace detail {

template <auto Does>
struct typed;

template <class Owner, class Request, void (*Does)(Owner&, const call_ptr&, const Request&)>
struct typed<Does> {
  static google::protobuf::Message* make(google::protobuf::Arena& arena) {
    return google::protobuf::Arena::CreateMessage<Request>(&arena);
  }
  static rpc_status check(const service_settings& settings, const call& from) {
    return check_fields(from.as<Request>(), settings);
  }
  static void run(Owner& owner, const call_ptr& from) { Does(owner, from, from->as<Request>()); }

  using request = Request;
  static constexpr call_function<Owner> does = run;
};

} // namespace detail

/// The row of a method: its calls take the way `Way` to the owner, who runs `Does(owner, call,
/// request)`. The type of the request is that of the function's parameter.
template <class Way, auto Does>
constexpr method_row row(std::string_view name, role needs, traffic how_often = traffic::some) {
  using typed = detail::typed<Does>;
  using request = typename typed::request;
  return {
      name,
      needs,
      how_often,
      typed::make,
      Way::template name_space<request>,
      Way::template find<request>,
      typed::check,
      Way::template go<request>,
      typed::does};
}

} // namespace troupe::embedded
