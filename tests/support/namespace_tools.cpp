#include "tests/support/namespace_tools.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace fwproof::testing {

void must(bool fine, const std::string& what) {
  if (!fine) throw std::runtime_error(what + ": " + std::strerror(errno));
}

std::optional<std::string> output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return std::nullopt;
  std::string output;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  if (pclose(pipe) != 0) return std::nullopt;
  return output;
}

void shell(const std::string& command) {
  if (!output_of(command + " 2>&1")) throw std::runtime_error("failed: " + command);
}

int namespace_at_hand() {
  const int fd = open("/proc/thread-self/ns/net", O_RDONLY);
  must(fd >= 0, "open namespace");
  return fd;
}

bool feed(const std::string& command, const std::string& input) {
  FILE* pipe = popen(command.c_str(), "w");
  if (!pipe) return false;
  fwrite(input.data(), 1, input.size(), pipe);
  return pclose(pipe) == 0;
}

std::vector<int> listeners_at(uint16_t first, uint16_t last, int family) {
  std::vector<int> listeners;
  for (uint16_t port = first; port <= last; ++port) {
    const int fd = listeners.emplace_back(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    const bool bound = family == AF_INET ? bind(fd, reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0 : bind(fd, reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0;
    must(bound && listen(fd, 1024) == 0, "listen");
  }
  return listeners;
}

}  // namespace fwproof::testing
