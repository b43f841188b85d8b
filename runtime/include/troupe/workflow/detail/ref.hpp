// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

namespace troupe::workflow::detail {

/// Shared ownership within one workflow run, which lives on one thread: the count is not atomic.
class ref_counted {
public:
  ref_counted() = default;
  ref_counted(const ref_counted&) = delete;
  ref_counted& operator=(const ref_counted&) = delete;

  void retain() const noexcept { ++refs_; }
  void release() const noexcept {
    if (--refs_ == 0)
      delete this;
  }

protected:
  virtual ~ref_counted() = default;

private:
  mutable std::uint32_t refs_ = 0;
};

/// Owning pointer to a `ref_counted` object.
template <class T>
class ref {
public:
  ref() noexcept = default;
  explicit ref(T* object) noexcept : object_(object) { keep(); }
  ref(const ref& other) noexcept : object_(other.object_) { keep(); }
  ref(ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
    requires(!std::is_same_v<U, T> && std::is_convertible_v<U*, T*>)
  ref(const ref<U>& other) noexcept : object_(other.get()) {
    keep();
  }
  ref& operator=(ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ref() {
    if (object_ != nullptr)
      object_->release();
  }

  [[nodiscard]] T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const ref& left, const ref& right) noexcept {
    return left.object_ == right.object_;
  }

private:
  void keep() const noexcept {
    if (object_ != nullptr)
      object_->retain();
  }

  T* object_ = nullptr;
};

template <class T, class... Args>
ref<T> make_ref(Args&&... args) {
  return ref<T>{new T(std::forward<Args>(args)...)};
}

/// A place in an intrusive list; leaves the list when destroyed. A list is a node that is nobody's
/// element.
struct list_node {
  list_node() noexcept = default;
  list_node(const list_node&) = delete;
  list_node& operator=(const list_node&) = delete;
  ~list_node() { unlink(); }

  void unlink() noexcept {
    prev->next = next;
    next->prev = prev;
    prev = next = this;
  }
  void push_back(list_node& node) noexcept {
    node.unlink();
    node.prev = prev;
    node.next = this;
    prev->next = &node;
    prev = &node;
  }
  [[nodiscard]] bool linked() const noexcept { return next != this; }

  list_node* prev = this;
  list_node* next = this;
};

} // namespace troupe::workflow::detail
