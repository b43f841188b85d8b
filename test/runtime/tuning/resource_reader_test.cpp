// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/resource_reader.hpp"
#include "test/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

using namespace std::chrono_literals;

namespace {

/// A machine of four CPUs and 1000 KiB, of which 400 are free, as its files tell it.
struct planted {
  planted() {
    write("/proc/meminfo", "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  400 kB\n");
    write_stat(0, 0);
  }

  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file{folder.path("") + path};
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
  }
  void write_stat(int busy, int idle) {
    write(
        "/proc/stat",
        "cpu  " + std::to_string(busy) + " 0 0 " + std::to_string(idle)
            + " 0 0 0 0 0 0\ncpu0 1\ncpu1 1\ncpu2 1\ncpu3 1\nintr 12\n");
  }
  /// In KiB.
  void write_memory_v2(const std::string& group, const std::string& limit, int used, int cached) {
    write(group + "/memory.max", limit + "\n");
    write(group + "/memory.current", std::to_string(used * 1024) + "\n");
    write(
        group + "/memory.stat",
        "anon 5\ninactive_file " + std::to_string(cached * 1024) + "\nactive_file 7\n");
  }
  void write_cpu_v2(const std::string& group, const std::string& max, long long microseconds) {
    write(group + "/cpu.max", max + "\n");
    write(group + "/cpu.stat", "usage_usec " + std::to_string(microseconds) + "\nuser_usec 1\n");
  }
  static std::string kib(int count) { return std::to_string(count * 1024); }

  troupe::tuning::resource_usage read() {
    const auto usage = reader.read();
    BOOST_REQUIRE_MESSAGE(usage.has_value(), reader.problem());
    return *usage;
  }

  troupe::test::temporary_folder folder;
  std::chrono::nanoseconds now{1h};
  troupe::tuning::resource_reader reader{folder.path(""), [this] { return now; }};
};

constexpr auto close_enough = 1e-9;

} // namespace

BOOST_FIXTURE_TEST_SUITE(resource_reader, planted, *boost::unit_test::tolerance(close_enough))

BOOST_AUTO_TEST_CASE(without_a_control_group_the_machine_says_what_is_in_use) {
  BOOST_TEST(read().memory == 0.6);
  BOOST_TEST(read().cpu == 0.0); // nothing to compare with yet
  write_stat(300, 100);
  BOOST_TEST(read().cpu == 0.75);
  BOOST_TEST(read().cpu == 0.75); // nothing new
  write_stat(300, 200);
  BOOST_TEST(read().cpu == 0.0);
}

BOOST_AUTO_TEST_CASE(limits_of_a_control_group_of_version_two_count_instead) {
  write("/proc/self/cgroup", "0::/slice/unit\n");
  const std::string group = "/sys/fs/cgroup/slice/unit";
  write_memory_v2(group, kib(500), 300, 50);
  write_cpu_v2(group, "200000 100000", 0);
  BOOST_TEST(read().memory == 0.5);
  now += 1s;
  write_cpu_v2(group, "200000 100000", 1'500'000);
  write_stat(400, 0); // of no matter
  BOOST_TEST(read().cpu == 0.75);
}

BOOST_AUTO_TEST_CASE(of_several_limits_the_tightest_counts) {
  write("/proc/self/cgroup", "0::/slice/unit\n");
  write_memory_v2("/sys/fs/cgroup/slice/unit", kib(800), 80, 0);
  write_memory_v2("/sys/fs/cgroup/slice", kib(400), 300, 0);
  write_cpu_v2("/sys/fs/cgroup/slice/unit", "300000 100000", 0);
  write_cpu_v2("/sys/fs/cgroup/slice", "100000 100000", 0);
  BOOST_TEST(read().memory == 0.75);
  now += 1s;
  write_cpu_v2("/sys/fs/cgroup/slice/unit", "300000 100000", 100'000);
  write_cpu_v2("/sys/fs/cgroup/slice", "100000 100000", 400'000);
  BOOST_TEST(read().cpu == 0.4);
}

BOOST_AUTO_TEST_CASE(
    a_group_without_limits_or_with_more_than_the_machine_leaves_it_to_the_machine) {
  write("/proc/self/cgroup", "0::/\n");
  for (const auto& limit : {std::string{"max"}, kib(5000)}) {
    write_memory_v2("/sys/fs/cgroup", limit, 10, 0);
    BOOST_TEST(read().memory == 0.6);
  }
  write_cpu_v2("/sys/fs/cgroup", "max 100000", 0);
  read();
  write_stat(50, 50);
  BOOST_TEST(read().cpu == 0.5);
  write_cpu_v2("/sys/fs/cgroup", "900000 100000", 0); // nine of four CPUs
  write_stat(150, 50);
  BOOST_TEST(read().cpu == 1.0);
}

BOOST_AUTO_TEST_CASE(a_path_that_is_not_of_this_container_is_looked_for_at_the_root) {
  write("/proc/self/cgroup", "0::/kubepods/pod1/abc\n");
  write_memory_v2("/sys/fs/cgroup", kib(100), 90, 0);
  BOOST_TEST(read().memory == 0.9);
}

BOOST_AUTO_TEST_CASE(limits_of_control_groups_of_version_one_count_as_well) {
  write(
      "/proc/self/cgroup",
      "12:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/\n");
  const std::string memory = "/sys/fs/cgroup/memory/docker/abc";
  write(memory + "/memory.limit_in_bytes", kib(200) + "\n");
  write(memory + "/memory.usage_in_bytes", kib(150) + "\n");
  write(memory + "/memory.stat", "inactive_file 1\ntotal_inactive_file " + kib(50) + "\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory/memory.usage_in_bytes", kib(900) + "\n");
  const std::string cpu = "/sys/fs/cgroup/cpu,cpuacct/docker/abc";
  write(cpu + "/cpu.cfs_quota_us", "50000\n");
  write(cpu + "/cpu.cfs_period_us", "100000\n");
  write(cpu + "/cpuacct.usage", "0\n");
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  BOOST_TEST(read().memory == 0.5);
  now += 2s;
  write(cpu + "/cpuacct.usage", "250000000\n");
  BOOST_TEST(read().cpu == 0.25);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named) {
  write("/proc/meminfo", "nothing of the sort\n");
  BOOST_TEST(!reader.read().has_value());
  BOOST_TEST(reader.problem().find("MemAvailable") != std::string::npos, reader.problem());
  write("/proc/meminfo", "MemTotal:  1000 kB\nMemAvailable:  400 kB\n");
  write("/proc/stat", "");
  BOOST_TEST(!reader.read().has_value());
  BOOST_TEST(reader.problem().find("/proc/stat") != std::string::npos, reader.problem());
}

BOOST_AUTO_TEST_CASE(this_machine_can_be_read) {
  troupe::tuning::resource_reader real;
  const auto usage = real.read();
  BOOST_REQUIRE_MESSAGE(usage.has_value(), real.problem());
  BOOST_TEST(usage->memory > 0);
  BOOST_TEST(usage->memory <= 1);
}

BOOST_AUTO_TEST_SUITE_END()
