// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/program.hpp"

#include <troupe/activity/contract.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <cstdint>
#include <exception>
#include <string>

namespace kitchen_sink {

namespace activities {

/// Fails so many attempts, then gives one more.
inline constexpr troupe::activity::contract<std::int64_t(std::int64_t, int)> add_one{"add_one"};
/// Fails for good with a number.
inline constexpr troupe::activity::contract<void(std::int64_t)> give_up{"give_up"};
/// Says how far it is, and never comes to an end by itself.
inline constexpr troupe::activity::contract<void()> run_late{"run_late"};
/// The same, and leaves it to the next attempt if its worker stops.
inline constexpr troupe::activity::contract<void()> run_on{"run_on"};
/// Comes to an end after so many ms.
inline constexpr troupe::activity::contract<std::int64_t(std::int64_t)> take_time{"take_time"};
/// Asks the workflow that runs it for what it keeps under that key.
inline constexpr troupe::activity::contract<std::int64_t(int)> ask_back{"ask_back"};
/// Somebody else completes it.
inline constexpr troupe::activity::contract<std::int64_t()> leave_open{"leave_open"};
/// Completes such a one of its workflow, whose id that is.
inline constexpr troupe::activity::contract<void(std::string, std::int64_t)> complete_other{
    "complete_other"};

// The same for an activity that waits to be tried again:
inline constexpr troupe::activity::contract<void(std::string)> pause_other{"pause_other"};
inline constexpr troupe::activity::contract<void(std::string)> unpause_other{"unpause_other"};
inline constexpr troupe::activity::contract<void(std::string)> reset_other{"reset_other"};
/// It is tried again after a second from now on.
inline constexpr troupe::activity::contract<void(std::string)> hurry_other{"hurry_other"};

} // namespace activities

/// The error that carries a number, which programs know again.
troupe::application_error error_of(std::int64_t carried, bool is_retryable = false);
/// What an error of that kind carries; any other goes on.
std::int64_t carried_by(const std::exception_ptr& error);
/// Throws an error that no program expects.
void require(bool holds, const char* what);

void add_activities_to(troupe::worker& to);

} // namespace kitchen_sink
