// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/file.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace troupe;

namespace {

struct fixture {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("troupe-file-" + std::to_string(getpid()));
  ~fixture() { std::filesystem::remove(path); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file, fixture)

BOOST_AUTO_TEST_CASE(reads_every_byte) {
  const std::string text("a\0\r\n\xFF", 5);
  std::ofstream{path, std::ios::binary} << text;
  const auto file = read_file(path.string(), 5);
  BOOST_TEST(file.bytes == text);
  BOOST_TEST(file.why_not == "");
}

BOOST_AUTO_TEST_CASE(reads_a_pipe_to_its_end) {
  BOOST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const std::string text(200'000, 'x');
  std::thread writer{[&] { std::ofstream{path, std::ios::binary} << text; }};
  const auto file = read_file(path.string(), 1U << 20U);
  writer.join();
  BOOST_TEST((file.bytes == text));
}

BOOST_AUTO_TEST_CASE(says_why_there_is_nothing) {
  const auto missing = read_file(path.string(), 10);
  BOOST_TEST(missing.is_missing);
  BOOST_TEST(missing.why_not == "No such file or directory");
  const auto folder = read_file("/", 10);
  BOOST_TEST(!folder.is_missing);
  BOOST_TEST(folder.why_not == "Is a directory");
  BOOST_TEST(read_file(std::string{"/dev/null\0x", 11}, 10).why_not == "its name holds a NUL");
}

BOOST_AUTO_TEST_CASE(stops_at_its_limit) {
  const auto endless = read_file("/dev/zero", 100'000);
  BOOST_TEST(endless.why_not == "it is larger than 100000 bytes");
  BOOST_TEST(endless.bytes == "");
}

BOOST_AUTO_TEST_SUITE_END()
