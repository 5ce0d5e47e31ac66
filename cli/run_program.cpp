#include "cli/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace fwproof::cli {
namespace {

constexpr size_t kErrorBytes = 4096;
constexpr int kNoProgram = 127;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  int get() const { return number_; }

 private:
  int number_;
};

struct Pipe {
  Descriptor read, write;
};

bool open_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe.read = Descriptor(ends[0]);
  pipe.write = Descriptor(ends[1]);
  return true;
}

void set_limit(__rlimit_resource what, rlim_t value) {
  const rlimit limit{value, value};
  ::setrlimit(what, &limit);
}

// In the child, between fork and exec: system calls only.
[[noreturn]] void become(char* const* words, const Pipe& in, const Pipe& out, const Pipe& errors, rlim_t seconds) {
  static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8", home[] = "HOME=/nonexistent";
  static char* environment[] = {path, locale, home, nullptr};
  ::setpgid(0, 0);
  ::dup2(in.read.get(), STDIN_FILENO);
  ::dup2(out.write.get(), STDOUT_FILENO);
  ::dup2(errors.write.get(), STDERR_FILENO);
  ::signal(SIGPIPE, SIG_DFL);
  set_limit(RLIMIT_CPU, seconds);
  set_limit(RLIMIT_FSIZE, 0);
  set_limit(RLIMIT_CORE, 0);
  ::unshare(CLONE_NEWUSER | CLONE_NEWNET);  // may be refused; the converters have no reason to use the network anyway
  ::execve(words[0], words, environment);
  ::_exit(kNoProgram);
}

// Reads what is there; false at the end.
bool take(const Descriptor& from, std::string& to, size_t keep) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  const size_t room = to.size() < keep ? keep - to.size() : 0;
  to.append(buffer.data(), std::min(room, static_cast<size_t>(got)));
  return true;
}

// Writes what the program takes; false when all is written or it takes no more.
bool give(const Descriptor& to, std::string_view& rest) {
  const ssize_t put = ::write(to.get(), rest.data(), std::min<size_t>(rest.size(), 65536));
  if (put < 0) return errno == EINTR || errno == EAGAIN;
  rest.remove_prefix(static_cast<size_t>(put));
  return !rest.empty();
}

// Feeds and reads until both outputs end; says which limit was reached.
std::string converse(Descriptor in, Descriptor out, Descriptor errors, std::string_view input, const ProgramLimits& limits, ProgramResult& result) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(limits.time_ms);
  if (input.empty()) in.close();
  while (out.get() >= 0 || errors.get() >= 0) {
    std::array<pollfd, 3> waits = {{{out.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}, {in.get(), POLLOUT, 0}}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return "it took longer than " + std::to_string(limits.time_ms / 1000) + " s";
    if (::poll(waits.data(), waits.size(), static_cast<int>(left)) < 0 && errno != EINTR) return std::strerror(errno);
    if (waits[0].revents != 0 && !take(out, result.output, limits.output_bytes + 1)) out.close();
    if (waits[1].revents != 0 && !take(errors, result.errors, kErrorBytes)) errors.close();
    if (waits[2].revents != 0 && !give(in, input)) in.close();
    if (result.output.size() > limits.output_bytes) return "it wrote more than " + std::to_string(limits.output_bytes >> 20) + " MiB";
  }
  return "";
}

std::string ended(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return std::strerror(errno);
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status)) + " ended it";
  if (WEXITSTATUS(status) == kNoProgram) return "it could not be started";
  return WEXITSTATUS(status) == 0 ? "" : "it ended with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::optional<std::string> find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    const std::string program = std::string(folder) + "/" + std::string(name);
    if (folder.starts_with("/") && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

ProgramResult run_program(const std::vector<std::string>& words, std::string_view input, const ProgramLimits& limits) {
  ProgramResult result;
  Pipe in, out, errors;
  if (!open_pipe(in) || !open_pipe(out) || !open_pipe(errors)) return {"", "", std::strerror(errno)};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  // A program that stops reading must not end us.
  struct sigaction ignore {}, before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  const pid_t child = ::fork();
  if (child == 0) become(arguments.data(), in, out, errors, static_cast<rlim_t>(limits.time_ms / 1000 + 1));
  if (child > 0) {
    ::setpgid(child, child);
    in.read.close();
    out.write.close();
    errors.write.close();
    ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
    result.problem = converse(std::move(in.write), std::move(out.read), std::move(errors.read), input, limits, result);
    if (!result.problem.empty()) ::kill(-child, SIGKILL);
    const std::string end = ended(child);
    if (result.problem.empty()) result.problem = end;
  } else {
    result.problem = std::strerror(errno);
  }
  ::sigaction(SIGPIPE, &before, nullptr);
  return result;
}

}  // namespace fwproof::cli
