// The encoding that papers on firewalls and Z3 use, for comparison: one first-match formula over all rules, 104 bits of packet
// (Jayaraman et al., "Automated Analysis and Debugging of Network Connectivity Policies", 2014, section 3). Reads the dumps that
// bench/policies.h writes, INPUT chain only.
//
//   bench_textbook_z3 dump.txt row PORT       packets of the specification's row are all let in: prints "holds"
//   bench_textbook_z3 dump.txt closed ROWS    nothing else reaches the host
//   bench_textbook_z3 dump.txt equal other    both policies let in the same
#include <z3++.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

struct Net {
  uint32_t value = 0, mask = 0;
};
struct Rule {
  Net from, to;
  unsigned protocol = 0;   // 0: any
  unsigned low = 0, high = 65535;
  bool accept = false;
};

Net net_of(const std::string& text) {
  std::istringstream in(text);
  uint32_t value = 0;
  char dot = 0;
  for (unsigned part = 0, i = 0; i < 4 && in >> part; ++i, in.peek() == '.' ? in >> dot : in) value = value << 8 | part;
  unsigned length = 32;
  if (in.peek() == '/') in >> dot >> length;
  const uint32_t mask = length == 0 ? 0 : ~uint32_t{0} << (32 - length);
  return {value & mask, mask};
}

std::vector<Rule> read(const std::string& path) {
  std::vector<Rule> rules;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("-A INPUT ", 0) != 0 || line.find("--ctstate") != std::string::npos) continue;
    std::istringstream words(line);
    Rule rule;
    for (std::string word, value; words >> word;) {
      if (word == "-s") words >> value, rule.from = net_of(value);
      if (word == "-d") words >> value, rule.to = net_of(value);
      if (word == "-p") words >> value, rule.protocol = value == "tcp" ? 6 : 17;
      if (word == "-j") words >> value, rule.accept = value == "ACCEPT";
      if (word == "--dport") {
        words >> value;
        rule.low = static_cast<unsigned>(std::stoul(value));
        rule.high = value.find(':') == std::string::npos ? rule.low : static_cast<unsigned>(std::stoul(value.substr(value.find(':') + 1)));
      }
    }
    rules.push_back(rule);
  }
  return rules;
}

struct Packet {
  z3::expr src, dst, protocol, port;
};

z3::expr inside(z3::context& z3, const z3::expr& address, const Net& net) {
  return net.mask == 0 ? z3.bool_val(true) : (address & z3.bv_val(net.mask, 32)) == z3.bv_val(net.value, 32);
}

z3::expr matches(z3::context& z3, const Packet& packet, const Rule& rule) {
  z3::expr all = inside(z3, packet.src, rule.from) && inside(z3, packet.dst, rule.to);
  if (rule.protocol != 0) all = all && packet.protocol == z3.bv_val(rule.protocol, 8);
  if (rule.low != 0 || rule.high != 65535) all = all && z3::uge(packet.port, z3.bv_val(rule.low, 16)) && z3::ule(packet.port, z3.bv_val(rule.high, 16));
  return all;
}

// First match, from the last rule backwards: match ? verdict : rest.
z3::expr accepted(z3::context& z3, const Packet& packet, const std::vector<Rule>& rules) {
  z3::expr rest = z3.bool_val(false);
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) rest = z3::ite(matches(z3, packet, *rule), z3.bool_val(rule->accept), rest);
  return rest;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 4;
  z3::context z3;
  z3::solver solver(z3, "QF_BV");
  const Packet packet{z3.bv_const("src", 32), z3.bv_const("dst", 32), z3.bv_const("protocol", 8), z3.bv_const("port", 16)};
  const std::string question = argv[2];
  const z3::expr let_in = accepted(z3, packet, read(argv[1]));
  const z3::expr from_admin = inside(z3, packet.src, net_of("192.0.2.0/24")), to_host = packet.dst == z3.bv_val(0x0a010203u, 32), tcp = packet.protocol == z3.bv_val(6, 8);
  if (question == "row") {
    solver.add(from_admin && to_host && tcp && packet.port == z3.bv_val(static_cast<unsigned>(std::stoul(argv[3])), 16) && !let_in);
  } else if (question == "closed") {
    const unsigned rows = static_cast<unsigned>(std::stoul(argv[3]));
    solver.add(to_host && let_in && !(from_admin && tcp && z3::uge(packet.port, z3.bv_val(8000u, 16)) && z3::ult(packet.port, z3.bv_val(8000u + rows, 16))));
  } else {
    solver.add(let_in != accepted(z3, packet, read(argv[3])));
  }
  std::cout << (solver.check() == z3::unsat ? "holds" : "violated") << std::endl;
  ::_exit(0);   // taking a formula apart that is 10,000 deep would take Z3 a minute, which is nobody's answer time
}
