// A configuration as text to policies and facts, and packets through them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "importers/cisco_ios/importer.h"
#include "model/evaluate.h"

namespace fwproof::tests::ios {

using model::Family;
using model::Field;
using model::Hook;
using model::LineClass;
using model::Verdict;

inline importers::Section section_of(std::string_view text) {
  importers::Section section;
  section.encoding = "UTF-8";
  section.path = "router.cfg";
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    section.lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return section;
}

struct Packet {
  std::string_view src = "192.0.2.9", dst = "198.51.100.1";
  unsigned protocol = 6;
  unsigned src_port = 40000, dst_port = 80;
  std::string_view in = "GigabitEthernet0/1", out = "GigabitEthernet0/0";
  unsigned state = model::state_new, reply = 0, flags = model::tcp_syn;
  unsigned icmp_type = 0, icmp_code = 0, fragment = 0, ct_status = 0;
};

// What came of importing one text. `text` must outlive it.
class Imported {
 public:
  explicit Imported(std::string_view text) : section_(section_of(text)) {
    result = importers::cisco_ios::importer().import({&section_, 1}, facts);
    for (model::Policy& policy : result.policies) {
      EXPECT_TRUE(model::find_flaws(policy).empty());
      model::bind_names(policy, {});
    }
  }

  const model::Policy& policy(Family family = Family::v4) const {
    for (const model::Policy& policy : result.policies)
      if (policy.covers(family)) return policy;
    ADD_FAILURE() << "no policy of the family";
    static const model::Policy none;
    return none;
  }

  model::Outcome run(const Packet& p, Hook hook = Hook::forward, const model::EvaluateOptions& options = {}) const {
    const auto src = model::parse_address(p.src), dst = model::parse_address(p.dst);
    model::Packet packet;
    packet.family = src->family;
    const model::Policy& policy = this->policy(packet.family);
    packet.set(Field::src, src->value);
    packet.set(Field::dst, dst->value);
    packet.set(Field::protocol, p.protocol);
    const bool ports = model::has_ports(p.protocol);
    packet.set(Field::src_port, ports ? p.src_port : 0);
    packet.set(Field::dst_port, ports ? p.dst_port : 0);
    packet.set(Field::icmp_type, p.icmp_type);
    packet.set(Field::icmp_code, p.icmp_code);
    packet.set(Field::tcp_flags, p.protocol == 6 ? p.flags : 0);
    packet.set(Field::fragment, p.fragment);
    packet.set(Field::state, p.state);
    packet.set(Field::ct_dir, p.reply);
    packet.set(Field::ct_status, p.ct_status);
    packet.set(Field::in, policy.interfaces.atom_of(p.in));
    packet.set(Field::out, policy.interfaces.atom_of(p.out));
    return model::evaluate(policy, hook, packet, options);
  }

  Verdict verdict(const Packet& p, Hook hook = Hook::forward) const { return run(p, hook).verdict; }

  LineClass line_class(size_t line) const { return result.accounts.at(0).line_class(line); }
  std::string construct(size_t line) const { return std::string(result.accounts.at(0).construct(line)); }
  size_t count(LineClass line_class) const { return result.accounts.at(0).count(line_class); }
  std::string diagnostics() const {
    std::string all;
    for (const model::Diagnostic& d : result.diagnostics) all += (all.empty() ? "" : " ") + std::string(model::id_text(d.id)) + ":" + std::to_string(d.origin.line);
    return all;
  }

  importers::Facts facts;
  importers::ImportResult result;

 private:
  importers::Section section_;
};

// The address of a packet as it leaves, as text.
inline std::string left_as(const model::Outcome& outcome, Field field) {
  if (!outcome.out.has(field)) return "unknown";
  return model::to_text(model::Address{outcome.out.family, outcome.out.get(field)});
}

inline std::string with_list(std::string_view entries, std::string_view kind = "extended") {
  return "version 15.2\nhostname r\ninterface GigabitEthernet0/1\n ip address 192.0.2.1 255.255.255.0\n ip access-group T in\ninterface GigabitEthernet0/0\n ip address 198.51.100.254 "
         "255.255.255.0\nip access-list " +
         std::string(kind) + " T\n" + std::string(entries);
}

}  // namespace fwproof::tests::ios

namespace fwproof::model {
inline void PrintTo(Verdict verdict, std::ostream* out) { *out << to_text(verdict); }
}  // namespace fwproof::model
