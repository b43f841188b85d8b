// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/pages.hpp>

#include <string>
#include <utility>

namespace troupe {

class untyped_workflow_handle;
template <class R>
class workflow_handle;
template <class R>
class async_workflow_handle;
template <class R, class Of>
class standalone_handle;
template <class R, class Of>
class async_standalone_handle;
template <class R>
class update_handle;
template <class R>
class async_update_handle;
template <class WorkflowResult, class UpdateResult>
struct updated_workflow;
template <class WorkflowResult, class UpdateResult>
struct async_updated_workflow;

namespace detail {

struct standalone_activities;
struct standalone_operations;

/// Members of a client or handle that block and give what they promise.
struct blocking_style {
  template <class T>
  using returned = T;
  template <class T>
  using pages = page_range<T>;
  using untyped_workflow = untyped_workflow_handle;
  template <class R>
  using workflow = workflow_handle<R>;
  template <class R>
  using activity = standalone_handle<R, standalone_activities>;
  template <class R>
  using operation = standalone_handle<R, standalone_operations>;
  template <class R>
  using update = update_handle<R>;
  template <class WorkflowResult, class UpdateResult>
  using updated = updated_workflow<WorkflowResult, UpdateResult>;

  template <class T>
  static T give(call<T> made) {
    return made.get();
  }
  template <class T>
  static page_range<T> give(async_pages<T> made) {
    return page_range<T>{
        [from = std::move(made)](const std::string& token) { return from.page(token).get(); }};
  }
};

/// Members that give a call to be awaited, and handles whose members do so, too.
struct awaitable_style {
  template <class T>
  using returned = call<T>;
  template <class T>
  using pages = async_pages<T>;
  using untyped_workflow = async_workflow_handle<payloads>;
  template <class R>
  using workflow = async_workflow_handle<R>;
  template <class R>
  using activity = async_standalone_handle<R, standalone_activities>;
  template <class R>
  using operation = async_standalone_handle<R, standalone_operations>;
  template <class R>
  using update = async_update_handle<R>;
  template <class WorkflowResult, class UpdateResult>
  using updated = async_updated_workflow<WorkflowResult, UpdateResult>;

  template <class T>
  static call<T> give(call<T> made) {
    return made;
  }
  template <class T>
  static async_pages<T> give(async_pages<T> made) {
    return made;
  }
};

} // namespace detail
} // namespace troupe
