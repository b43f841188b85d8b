// SPDX-License-Identifier: Apache-2.0
// Functions of the C and C++ libraries, each of which tells of its call and goes on to the one that
// it stands in for. Found before that one since the program itself defines them.
#include "runtime/base/deterministic_code.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>

namespace {

constexpr std::string_view clock_instead = "ctx.now()";
constexpr std::string_view sleep_instead = "co_await ctx.sleep(...)";
constexpr std::string_view random_instead = "ctx.random() or ctx.uuid()";
constexpr std::string_view thread_instead = "ctx.spawn(...)";

/// The next definition of a function. Looked up once by each thread that needs it, so that no guard
/// of a static variable is in the way of who calls this early.
template <class Function>
Function* real(const char* name) noexcept {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

/// What a linker asks for, so that this file is part of the program.
extern const char troupe_determinism_hooks;
const char troupe_determinism_hooks = 0;

int clock_gettime(clockid_t which, timespec* now) noexcept {
  troupe::deterministic_code::tell("reads a clock", clock_instead);
  static auto* const next = real<int(clockid_t, timespec*)>("clock_gettime");
  return next(which, now);
}

int gettimeofday(timeval* __restrict now, void* __restrict zone) noexcept {
  troupe::deterministic_code::tell("reads a clock", clock_instead);
  static auto* const next = real<int(timeval*, void*)>("gettimeofday");
  return next(now, zone);
}

time_t time(time_t* now) noexcept {
  troupe::deterministic_code::tell("reads a clock", clock_instead);
  static auto* const next = real<time_t(time_t*)>("time");
  return next(now);
}

int nanosleep(const timespec* wanted, timespec* left) {
  troupe::deterministic_code::tell("sleeps", sleep_instead);
  static auto* const next = real<int(const timespec*, timespec*)>("nanosleep");
  return next(wanted, left);
}

int clock_nanosleep(clockid_t which, int flags, const timespec* wanted, timespec* left) {
  troupe::deterministic_code::tell("sleeps", sleep_instead);
  static auto* const next =
      real<int(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep");
  return next(which, flags, wanted, left);
}

int usleep(useconds_t wanted) {
  troupe::deterministic_code::tell("sleeps", sleep_instead);
  static auto* const next = real<int(useconds_t)>("usleep");
  return next(wanted);
}

unsigned int sleep(unsigned int wanted) {
  troupe::deterministic_code::tell("sleeps", sleep_instead);
  static auto* const next = real<unsigned int(unsigned int)>("sleep");
  return next(wanted);
}

int rand() noexcept {
  troupe::deterministic_code::tell("draws a random number", random_instead);
  static auto* const next = real<int()>("rand");
  return next();
}

ssize_t getrandom(void* to, std::size_t size, unsigned int flags) {
  troupe::deterministic_code::tell("draws a random number", random_instead);
  static auto* const next = real<ssize_t(void*, std::size_t, unsigned int)>("getrandom");
  return next(to, size, flags);
}

int pthread_create(
    pthread_t* __restrict made,
    const pthread_attr_t* __restrict with,
    void* (*run)(void*),
    void* __restrict argument) noexcept {
  troupe::deterministic_code::tell("starts a thread", thread_instead);
  static auto* const next =
      real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  return next(made, with, run, argument);
}

/// `std::random_device::operator()` of libstdc++, which may not ask the system.
unsigned int troupe_random_device(void* self) __asm__("_ZNSt13random_device9_M_getvalEv");
unsigned int troupe_random_device(void* self) {
  troupe::deterministic_code::tell("draws a random number", random_instead);
  static auto* const next = real<unsigned int(void*)>("_ZNSt13random_device9_M_getvalEv");
  return next(self);
}

} // extern "C"
