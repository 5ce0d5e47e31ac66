#include "cli/read_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fwproof::cli {
namespace {

std::string too_large(uint64_t most) {
  return "larger than " + (most >> 30 == 0 ? std::to_string(most >> 20) + " MiB" : std::to_string(most >> 30) + " GiB");
}

// Reads to the end; a message when that fails.
std::string read_all(int descriptor, uint64_t expected, uint64_t most, std::string& bytes) {
  bytes.resize(expected + 1);
  size_t used = 0;
  while (true) {
    if (used == bytes.size()) bytes.resize(used + used / 2 + 65536);
    const ssize_t got = ::read(descriptor, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::strerror(errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > most) return too_large(most);
  }
  bytes.resize(used);
  return {};
}

// Waits for a writer, or what the writer left, and lets reads wait from then on.
std::string wait_for_writer(int pipe) {
  pollfd end{pipe, POLLIN, 0};
  while (::poll(&end, 1, -1) < 0)
    if (errno != EINTR) return std::strerror(errno);
  const int flags = ::fcntl(pipe, F_GETFL);
  return flags < 0 || ::fcntl(pipe, F_SETFL, flags & ~O_NONBLOCK) < 0 ? std::strerror(errno) : "";
}

// The file, opened for reading; a message when that fails.
std::string open_file(const std::string& path, Pipes pipes, int& descriptor, uint64_t& size) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return std::strerror(errno);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return std::strerror(errno);
  if (S_ISDIR(status.st_mode)) return "it is a folder";
  if (S_ISFIFO(status.st_mode) && pipes == Pipes::read) return wait_for_writer(descriptor);
  if (!S_ISREG(status.st_mode)) return "it is not a regular file";
  size = static_cast<uint64_t>(status.st_size);
  return {};
}

std::string read_file(const std::string& path, uint64_t most, Pipes pipes, std::string& bytes) {
  int descriptor = -1;
  uint64_t size = 0;
  std::string problem = open_file(path, pipes, descriptor, size);
  if (problem.empty()) problem = size > most ? too_large(most) : read_all(descriptor, size, most, bytes);
  if (descriptor >= 0) ::close(descriptor);
  return problem;
}

}  // namespace

ReadInput read_input(model::Sources& sources, const std::string& path, const std::string& shown, uint64_t most, Pipes pipes) {
  ReadInput result;
  result.file = static_cast<uint32_t>(sources.files.size());
  model::SourceFile& file = sources.files.emplace_back();
  file.path = shown;
  result.problem = path == "-" ? read_all(STDIN_FILENO, 65536, most, file.bytes) : read_file(path, most, pipes, file.bytes);
  if (!result.problem.empty()) file.bytes = {};
  return result;
}

InputPieces::InputPieces(const std::string& path) : descriptor_(STDIN_FILENO), own_(path != "-") {
  uint64_t size = 0;
  if (own_) problem_ = open_file(path, Pipes::read, descriptor_, size);
}

InputPieces::~InputPieces() {
  if (own_ && descriptor_ >= 0) ::close(descriptor_);
}

bool InputPieces::read_more(std::string& bytes, size_t most) {
  if (!problem_.empty()) return false;
  const size_t before = bytes.size();
  bytes.resize(before + most);
  ssize_t got;
  do got = ::read(descriptor_, bytes.data() + before, most);
  while (got < 0 && errno == EINTR);
  if (got < 0) problem_ = std::strerror(errno);
  bytes.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

}  // namespace fwproof::cli
