// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace troupe::telemetry {

namespace {

constexpr metric memory{
    .name = "process_resident_memory_bytes",
    .kind = metric_kind::gauge,
    .help = "memory of the process that is not swapped out",
    .is_of_program = true};
constexpr metric cpu{
    .name = "process_cpu_seconds_total",
    .help = "CPU time of the process, its own and the system's for it",
    .is_of_program = true};

double resident_bytes() {
  std::ifstream in{"/proc/self/statm"}; // in pages: all, resident, ...
  double all = 0;
  double resident = 0;
  in >> all >> resident;
  return in ? resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) : 0;
}

double cpu_seconds() {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0)
    return 0;
  const auto seconds = [](const timeval& of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace

std::vector<observed> observe_process(registry& to) {
  std::vector<observed> all;
  all.push_back(to.observe(memory, {}, resident_bytes));
  all.push_back(to.observe(cpu, {}, cpu_seconds));
  return all;
}

} // namespace troupe::telemetry
