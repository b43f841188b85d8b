// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/authorizer.hpp"
#include "actors/embedded/call/call.hpp"

#include <string_view>
#include <variant>

namespace troupe::embedded {

class batch_actor;
class directory;
class execution_actor;
class registry_actor;
class task_queue_actor;
class visibility_actor;

/// How a front should take the calls of a method.
enum class traffic : char {
  some,
  hot,      ///< workers make them all the time
  hot_poll, ///< and they wait: the front says when the client is gone
};

/// What the owner of a call does with it.
template <class Owner>
using call_function = void (*)(Owner&, const call_ptr&);

/// One method: everything that the service knows of it. Rows are made by `row` (ways.hpp).
struct method_row {
  std::string_view name; ///< full, leading slash
  role needs = role::admin;
  traffic how_often = traffic::some;

  google::protobuf::Message* (*make_request)(google::protobuf::Arena&) = nullptr;
  /// The namespace that the call is about, for the authorizer.
  std::string_view (*name_space)(const directory&, const call&) = nullptr;
  /// Finds the namespace and reads the token; answers and returns false if the call ends here.
  bool (*find)(directory&, const call_ptr&) = nullptr;
  /// Refuses fields over their limits.
  rpc_status (*check)(const service_settings&, const call&) = nullptr;
  /// Hands the call to its owner.
  void (*go)(directory&, const call_ptr&) = nullptr;
  /// What the owner does: it calls `serve` with itself.
  std::variant<
      call_function<directory>,
      call_function<execution_actor>,
      call_function<task_queue_actor>,
      call_function<registry_actor>,
      call_function<visibility_actor>,
      call_function<batch_actor>>
      does;
};

/// What an actor does with a call that reached it: its row says.
template <class Owner>
void serve(Owner& owner, const call_ptr& from) {
  std::get<call_function<Owner>>(from->row->does)(owner, from);
}

} // namespace troupe::embedded
