// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <stdexcept>
#include <tuple>

namespace troupe::workflow {

/// The workflow's code and its history do not fit together. Made by the library; named by programs
/// only among `failure_types`, as by then the code is not asked any more.
class nondeterminism_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

namespace detail {

template <class Tuple>
struct any_of_types;
template <class... E>
struct any_of_types<std::tuple<E...>> {
  template <class One>
  static bool is(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const One&) {
      return true;
    } catch (...) {
      return false;
    }
  }
  static bool test(const std::exception_ptr& error) { return (is<E>(error) || ...); }
};

} // namespace detail

/// Errors that fail a workflow although they are no `failure_error`. A plain value; thread-safe to
/// read.
class failure_types {
public:
  /// None.
  failure_types() = default;
  /// Errors of these classes, and of those that are derived from them.
  template <class... E>
  [[nodiscard]] static failure_types of() {
    failure_types made;
    made.test_ = &detail::any_of_types<std::tuple<E...>>::test;
    return made;
  }

  /// Is it one of them?
  [[nodiscard]] bool include(const std::exception_ptr& error) const {
    return test_ != nullptr && test_(error);
  }

private:
  bool (*test_)(const std::exception_ptr&) = nullptr; ///< null: none
};

} // namespace troupe::workflow
