// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/private_file.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace troupe::cli;
namespace fs = std::filesystem;

namespace {

struct fixture {
  fs::path folder = fs::temp_directory_path() / ("troupe-private-file-" + std::to_string(getpid()));
  std::string path = (folder / "file").string();
  ~fixture() { fs::remove_all(folder); }

  static std::string text(const std::string& of) {
    std::ostringstream all;
    all << std::ifstream{of, std::ios::binary}.rdbuf();
    return all.str();
  }
};

// What `work` does in a process of its own, which ends without destructors.
template <class Work>
pid_t in_another_process(Work work) {
  const auto child = ::fork();
  if (child == 0) {
    work();
    std::_Exit(0);
  }
  return child;
}

bool ended_well(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(private_file, fixture)

BOOST_AUTO_TEST_CASE(no_write_is_lost_among_programs_that_edit_at_once) {
  constexpr int programs = 8, writes = 25;
  std::vector<pid_t> children;
  for (int i = 0; i < programs; ++i)
    children.push_back(in_another_process([&] {
      for (int write = 0; write < writes; ++write) {
        const private_file_edit edit{path, "file"};
        edit.write(text(path) + 'x');
      }
    }));
  for (const auto child : children)
    BOOST_TEST(ended_well(child));
  BOOST_TEST(text(path).size() == std::size_t{programs} * writes);
}

BOOST_AUTO_TEST_CASE(what_a_killed_program_left_is_in_nobodys_way) {
  const auto child = in_another_process([&] {
    const private_file_edit edit{path, "file"};
    std::ofstream{path + ".new"} << "half of wh"; // and there it is killed, with the lock
    ::kill(::getpid(), SIGKILL);
  });
  BOOST_TEST(!ended_well(child));
  BOOST_TEST(!fs::exists(path));
  private_file_edit{path, "file"}.write("whole");
  BOOST_TEST(text(path) == "whole");
  BOOST_TEST(!fs::exists(path + ".new"));
  BOOST_TEST((fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(a_link_stays_one) {
  fs::create_directories(folder / "elsewhere");
  fs::create_symlink("elsewhere/real", path); // of a file that is not there yet
  private_file_edit{path, "file"}.write("a");
  private_file_edit{path, "file"}.write("b");
  BOOST_TEST(fs::is_symlink(path));
  BOOST_TEST(text((folder / "elsewhere/real").string()) == "b");
}

BOOST_AUTO_TEST_CASE(only_files_are_replaced) {
  const auto says = [](const std::string& words) {
    return [words](const command_error& error) { return error.what() == words; };
  };
  fs::create_directories(folder);
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  BOOST_CHECK_EXCEPTION(
      (private_file_edit{path, "file"}),
      command_error,
      says("failed writing file: not a regular file"));
  BOOST_CHECK_EXCEPTION(
      (private_file_edit{folder.string(), "file"}),
      command_error,
      says("failed writing file: Is a directory"));
}

BOOST_AUTO_TEST_SUITE_END()
