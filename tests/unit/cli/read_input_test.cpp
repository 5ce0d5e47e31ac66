// Inputs that are no regular files.
#include "cli/read_input.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <thread>

namespace fwproof::cli {
namespace {

struct Read {
  std::string problem, bytes;
};

Read read(const std::string& path, Pipes pipes, uint64_t most = kLargestInput) {
  model::Sources sources;
  const ReadInput input = read_input(sources, path, path, most, pipes);
  return {input.problem, sources.files.at(input.file).bytes};
}

// As `<(…)` of a shell: a pipe that the program has open already.
class OpenPipe {
 public:
  OpenPipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~OpenPipe() {
    ::close(ends_[0]);
    end();
  }
  std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }
  void write(const std::string& text) { EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size())); }
  void end() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(ReadInput, ReadsAPipeToItsEnd) {
  OpenPipe pipe;
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) pipe.write(std::string(1000, 'x'));
    pipe.end();
  });
  const Read got = read(pipe.path(), Pipes::read);
  writer.join();
  EXPECT_EQ(got.problem, "");
  EXPECT_EQ(got.bytes.size(), 300'000u);
}

TEST(ReadInput, APipeWhoseWriterIsGoneIsEmpty) {
  OpenPipe pipe;
  pipe.end();
  const Read got = read(pipe.path(), Pipes::read);
  EXPECT_EQ(got.problem + got.bytes, "");
}

TEST(ReadInput, APipeHasALimitToo) {
  OpenPipe pipe;
  pipe.write(std::string(2000, 'x'));
  pipe.end();
  EXPECT_NE(read(pipe.path(), Pipes::read, 1000).problem.find("larger than"), std::string::npos);
}

TEST(ReadInput, WhatIsNoFileOfTheUsersIsRefusedAtOnce) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "fwproof_read_input";
  std::filesystem::create_directories(folder);
  const std::string fifo = (folder / "fifo").string();
  std::filesystem::remove(fifo);
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(read(fifo, Pipes::refused).problem, "it is not a regular file");   // nobody writes to it
  EXPECT_EQ(read("/dev/null", Pipes::read).problem, "it is not a regular file");
  EXPECT_EQ(read(folder.string(), Pipes::read).problem, "it is a folder");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace fwproof::cli
