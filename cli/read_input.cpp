#include "cli/read_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

std::string read_file(const std::string& path, uint64_t most, std::string& bytes) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return std::strerror(errno);
  struct stat status {};
  std::string problem;
  if (::fstat(descriptor, &status) != 0)
    problem = std::strerror(errno);
  else if (S_ISDIR(status.st_mode))
    problem = "it is a folder";
  else if (!S_ISREG(status.st_mode))
    problem = "it is not a regular file";
  else if (static_cast<uint64_t>(status.st_size) > most)
    problem = too_large(most);
  else
    problem = read_all(descriptor, static_cast<uint64_t>(status.st_size), most, bytes);
  ::close(descriptor);
  return problem;
}

}  // namespace

ReadInput read_input(model::Sources& sources, const std::string& path, const std::string& shown, uint64_t most) {
  ReadInput result;
  result.file = static_cast<uint32_t>(sources.files.size());
  model::SourceFile& file = sources.files.emplace_back();
  file.path = shown;
  result.problem = path == "-" ? read_all(STDIN_FILENO, 65536, most, file.bytes) : read_file(path, most, file.bytes);
  if (!result.problem.empty()) file.bytes = {};
  return result;
}

}  // namespace fwproof::cli
