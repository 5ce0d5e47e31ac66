#include "tests/unit/mikrotik/support.h"

#include <gtest/gtest.h>

#include <sstream>

#include "importers/text/number.h"

namespace fwproof::tests {

using namespace model;

const Policy& Imported::policy(Family family) const {
  for (const Policy& policy : result.policies)
    if (policy.covers(family)) return policy;
  throw std::runtime_error("no policy of that family");
}

importers::Section section_of(std::string_view text, uint32_t file) {
  importers::Section section;
  section.file = file;
  section.encoding = "UTF-8";
  section.path = "test.rsc";
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    section.lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return section;
}

Imported import_texts(std::vector<std::string> texts) {
  Imported imported;
  imported.texts = std::move(texts);
  std::vector<importers::Section> sections;
  for (uint32_t i = 0; i < imported.texts.size(); ++i) sections.push_back(section_of(imported.texts[i], i));
  imported.result = importers::mikrotik::importer().import(sections, imported.facts);
  for (Policy& policy : imported.result.policies) {
    EXPECT_TRUE(find_flaws(policy).empty());
    NameBindings names;
    for (const auto& interface : imported.facts.host.interfaces)
      for (const Prefix& prefix : interface.addresses)
        names["local"].inside = names["local"].inside.united(AddressSet::of(prefix.address));
    names["local"].complete = true;
    names["address-of-out"] = {AddressSet::of(*parse_address(policy.v4 ? "203.0.113.1" : "2001:db8:ffff::1")), true};
    bind_names(policy, names);
  }
  return imported;
}

namespace {

void set_end(Packet& packet, std::string_view text, Field address, Field port) {
  std::string_view host = text, number;
  if (text.starts_with('[')) {
    host = text.substr(1, text.find(']') - 1);
    number = text.substr(text.find(']') + 1);
  } else if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    number = text.substr(colon);
  }
  const auto parsed = parse_address(host);
  if (!parsed) throw std::runtime_error("address of a test packet");
  packet.family = parsed->family;
  packet.set(address, parsed->value);
  packet.set(port, number.size() > 1 ? importers::text::parse_decimal(number.substr(1), 65535).value_or(0) : 0);
}

void set_word(const Policy& policy, Packet& packet, std::string_view key, std::string_view value) {
  if (key == "in") packet.set(Field::in, policy.interfaces.atom_of(value));
  if (key == "out") packet.set(Field::out, policy.interfaces.atom_of(value));
  if (key == "state")
    packet.set(Field::state, value == "established" ? state_established : value == "related" ? state_related : value == "invalid" ? state_invalid : value == "untracked" ? state_untracked : state_new);
  if (key == "nat") packet.set(Field::ct_status, value == "dst" ? ct_dnat : ct_snat);
  if (key == "flags") packet.set(Field::tcp_flags, *importers::text::parse_decimal(value, 255));
  if (key == "type") packet.set(Field::icmp_type, *importers::text::parse_decimal(value, 255));
  if (key == "code") packet.set(Field::icmp_code, *importers::text::parse_decimal(value, 255));
}

}  // namespace

Packet packet(const Policy& policy, std::string_view text) {
  Packet packet;
  std::istringstream words{std::string(text)};
  std::string protocol, src, arrow, dst, word;
  words >> protocol >> src >> arrow >> dst;
  set_end(packet, src, Field::src, Field::src_port);
  set_end(packet, dst, Field::dst, Field::dst_port);
  packet.set(Field::protocol, protocol == "tcp" ? 6 : protocol == "udp" ? 17 : protocol == "icmp" ? 1 : protocol == "icmpv6" ? 58 : 47);
  packet.set(Field::state, state_new);
  packet.set(Field::ct_status, 0);
  packet.set(Field::ct_dir, 0);
  packet.set(Field::connmark, 0);
  packet.set(Field::mark, 0);
  packet.set(Field::fragment, 0);
  packet.set(Field::tcp_flags, protocol == "tcp" ? unsigned{tcp_syn} : 0u);
  packet.set(Field::icmp_type, protocol == "icmp" ? 8 : 0);
  packet.set(Field::icmp_code, 0);
  packet.set(Field::in, 0);
  packet.set(Field::out, 0);
  packet.set(Field::mac, 0);
  while (words >> word) set_word(policy, packet, word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
  return packet;
}

std::string fate(const Imported& imported, Hook hook, std::string_view text) {
  const bool v6 = text.find('[') != std::string_view::npos;
  const Policy& policy = imported.policy(v6 ? Family::v6 : Family::v4);
  const Packet sent = packet(policy, text);
  const Outcome outcome = evaluate(policy, hook, sent);
  std::string result(to_text(outcome.verdict));
  if (outcome.verdict == Verdict::depends) return result;
  const Chain& chain = policy.chains[outcome.decided_by.chain];
  const bool end = outcome.decided_by.rule == RuleRef::kAtEnd;
  result += "@" + std::to_string(end ? chain.at_end_origin.line : chain.rules[outcome.decided_by.rule].origin.line);
  const Packet& out = outcome.out;
  if (out.get(Field::dst) != sent.get(Field::dst) || !out.has(Field::dst_port) || out.get(Field::dst_port) != sent.get(Field::dst_port))
    result += " > " + to_text(Address{sent.family, out.get(Field::dst)}) + ":" +
              (out.has(Field::dst_port) ? std::to_string(static_cast<unsigned>(out.get(Field::dst_port))) : std::string("?"));
  if (!out.has(Field::src)) result += " < ?";
  else if (out.get(Field::src) != sent.get(Field::src)) result += " < " + to_text(Address{sent.family, out.get(Field::src)});
  return result;
}

std::string diagnostic_ids(const Imported& imported) {
  std::string text;
  for (const Diagnostic& d : imported.result.diagnostics)
    text += (text.empty() ? "" : " ") + std::string(id_text(d.id)) + "@" + std::to_string(d.origin.line);
  return text;
}

std::string classes(const Imported& imported) {
  std::string text;
  const Account& account = imported.result.accounts.at(0);
  for (const LineClass wanted : {LineClass::approximated, LineClass::opaque, LineClass::unrecognised}) {
    std::string lines;
    for (size_t line = 1; line <= section_of(imported.texts[0], 0).lines.size(); ++line)
      if (section_of(imported.texts[0], 0).lines[line - 1].find_first_not_of(" \t\r") != std::string_view::npos && account.line_class(line) == wanted)
        lines += " " + std::to_string(line);
    if (!lines.empty()) text += (text.empty() ? "" : "; ") + std::string(to_text(wanted)) + lines;
  }
  return text;
}

std::string facts_text(const Imported& imported) {
  std::string text;
  const HostFacts& host = imported.facts.host;
  for (const auto& i : host.interfaces) {
    text += i.name;
    for (const Prefix& address : i.addresses) text += " " + to_text(address);
    text += std::string(i.dynamic ? " dynamic" : "") + (i.up ? "" : " down") + (i.vrf.empty() ? "" : " vrf " + i.vrf) + "; ";
  }
  for (const auto& r : host.routes)
    text += to_text(r.to) + (r.discard ? " discard" : "") + (r.via ? " via " + to_text(*r.via) : "") + (r.dev.empty() ? "" : " dev " + r.dev) +
            (r.metric > 1 ? " metric " + std::to_string(r.metric) : "") + (r.vrf.empty() ? "" : " vrf " + r.vrf) + "; ";
  for (const auto& p : host.dhcp_pools) {
    text += "pool " + p.interface;
    for (const std::string& prefix : prefix_texts(p.addresses)) text += " " + prefix;
    for (const std::string& prefix : prefix_texts(p.reserved)) text += " reserved " + prefix;
    text += "; ";
  }
  for (const auto& gap : host.routing_gaps) text += "gap " + gap.text + "; ";
  return text + (host.complete_addresses ? "complete" : "incomplete");
}

}  // namespace fwproof::tests
