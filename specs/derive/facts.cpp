#include "specs/derive/facts.h"

#include <algorithm>
#include <array>

#include "model/packet.h"

namespace fwproof::specs::derive {
namespace {

constexpr unsigned kTcp = 6;
constexpr unsigned kUdp = 17;

// IANA, Service Name and Transport Protocol Port Number Registry; names as documents have them (RFC 8314 for "smtps").
constexpr NamedService kServices[] = {
    {"ftp", 21, kTcp},      {"ssh", 22, kTcp},      {"sftp", 22, kTcp},     {"telnet", 23, kTcp},   {"smtp", 25, kTcp},       {"dns", 53, kUdp},
    {"dns", 53, kTcp},      {"dhcp", 67, kUdp},     {"tftp", 69, kUdp},     {"http", 80, kTcp},     {"kerberos", 88, kTcp},   {"kerberos", 88, kUdp},
    {"pop3", 110, kTcp},    {"ntp", 123, kUdp},     {"imap", 143, kTcp},    {"imap4", 143, kTcp},   {"snmp", 161, kUdp},      {"bgp", 179, kTcp},
    {"ldap", 389, kTcp},    {"https", 443, kTcp},   {"smb", 445, kTcp},     {"cifs", 445, kTcp},    {"smtps", 465, kTcp},     {"syslog", 514, kUdp},
    {"submission", 587, kTcp}, {"ldaps", 636, kTcp}, {"imaps", 993, kTcp},  {"pop3s", 995, kTcp},   {"rdp", 3389, kTcp},      {"mysql", 3306, kTcp},
    {"postgresql", 5432, kTcp}, {"winrm", 5985, kTcp}, {"ike", 500, kUdp},  {"radius", 1812, kUdp}};
// The same registry: services of UDP that are not served over TCP in practice.
constexpr uint32_t kUdpPorts[] = {67, 68, 69, 123, 137, 138, 161, 162, 500, 514, 546, 547, 1812, 1813, 4500, 4789, 5353};

struct Way {
  std::vector<std::string> from;
  std::vector<std::string> to;
};
struct Ways {
  std::vector<Way> ways;
  std::vector<Reading> readings;
};

std::string names(const std::vector<std::string>& roles) {
  std::string text;
  for (size_t i = 0; i < roles.size(); ++i) text += (i == 0 ? "" : i + 1 == roles.size() ? " and " : ", ") + (is_anyone(roles[i]) ? std::string(kAny) : roles[i]);
  return text;
}
std::string from_to(const Way& way) { return "from " + names(way.from) + " to " + names(way.to); }

Way reversed(const Way& way) { return {way.to, way.from}; }

// Neither a source nor a target is written beside the ports, and the heading names neither.
Ways ways_of_host(const std::vector<std::string>& peers, Direction direction, const std::string& host, bool target_open) {
  const bool known = !peers.empty();
  const std::string also = target_open ? " and target" : "";
  const Way in{known ? peers : std::vector<std::string>{kAny}, {host}};
  const Way out = reversed(in);
  if (direction == Direction::in) return {{in}, known ? std::vector<Reading>{} : std::vector{open_reading("source" + also, target_open ? from_to(in) : "from ANY", "known computers only")}};
  if (direction == Direction::out) return {{out}, known ? std::vector<Reading>{} : std::vector{open_reading("target", "to ANY", "known computers only")}};
  if (direction == Direction::both) return {{in, out}, known ? std::vector<Reading>{} : std::vector{open_reading("source and target", from_to(in) + ", and back", "known computers only")}};
  return {{in}, {open_reading(known ? "direction" : target_open ? "direction, source and target" : "direction and source", from_to(in), "both ways")}};
}

Ways one_side(const Facts& facts, const Scene& scene, Direction direction, const std::string& host) {
  if (!facts.from.empty()) {
    const Way way{facts.from, {scene.to.empty() ? host : scene.to}};
    const bool other = !scene.from.empty() && !scene.to.empty() && facts.from != std::vector{scene.from};   // than the heading's
    if (other) return {{way}, {open_reading("source and target", from_to(way), from_to({{scene.from}, {scene.to}}))}};
    const bool target_open = scene.to.empty() && scene.host.empty() && direction == Direction::unknown;   // whose ports they are
    if (target_open) return {{way}, {open_reading("target", names(way.to), facts.listener.empty() ? "another host, which the row does not name" : facts.listener)}};
    if (direction != Direction::out) return {{way}, {}};
    if (scene.host.empty()) return {{{facts.from, {kAny}}}, {open_reading("target", "to ANY", "known computers only")}};   // the source is what sends
    return {{reversed(way)}, {open_reading("direction", from_to(reversed(way)), from_to(way))}};
  }
  if (!scene.from.empty()) return {{{{scene.from}, facts.to}}, {}};
  if (direction == Direction::in) return {{{{kAny}, facts.to}}, {open_reading("source", "from ANY", "known computers only")}};
  const Way way{{host}, facts.to};
  if (direction == Direction::out || !scene.host.empty()) return {{way}, {}};
  return {{way}, {open_reading("source", "from " + names(way.from), "from ANY")}};
}

Ways ways_of(const Facts& facts, const Scene& scene) {
  const Direction direction = facts.direction == Direction::unknown ? scene.direction : facts.direction;
  const std::string host = scene.host.empty() ? kServer : scene.host;
  if (!facts.from.empty() && !facts.to.empty()) {
    Ways ways{{{facts.from, facts.to}}, {}};
    if (facts.direction == Direction::both && facts.from != facts.to) ways.ways.push_back({facts.to, facts.from});
    return ways;
  }
  if (!facts.from.empty() || !facts.to.empty()) return one_side(facts, scene, direction, host);
  if (!scene.from.empty()) {
    Ways ways{{{{scene.from}, {scene.to}}}, {}};
    const bool told = facts.direction == Direction::in || facts.direction == Direction::out;   // of one of the two, and the text does not say of which
    if (scene.names_are_open) ways.readings.push_back(open_reading("source and target", from_to(ways.ways[0]), "the heading is about something else"));
    else if (scene.host_is_open) ways.readings.push_back(open_reading("source and target", from_to(ways.ways[0]), "both ways"));
    else if (told || !facts.in_table) ways.readings.push_back(open_reading("direction", from_to(ways.ways[0]), from_to(reversed(ways.ways[0]))));
    else if (scene.way_is_open) ways.readings.push_back(open_reading("direction", "both ways", "one of them"));
    if (facts.direction == Direction::both && !scene.both_ways) ways.readings.push_back(open_reading("direction", "both ways", from_to(ways.ways[0])));
    if ((scene.both_ways || facts.direction == Direction::both) && scene.from != scene.to) ways.ways.push_back({{scene.to}, {scene.from}});
    return ways;
  }
  const std::vector<std::string> peers = facts.peers.empty() && !scene.peer.empty() && direction != Direction::unknown ? std::vector{scene.peer} : facts.peers;
  const bool listens = scene.host.empty() && !facts.listener.empty();
  const bool target_open = scene.host_is_open || (facts.in_table && scene.host.empty() && (!listens || direction == Direction::unknown));
  return ways_of_host(peers, direction, listens ? facts.listener : host, target_open);
}

struct OfProtocol {
  unsigned protocol;
  std::vector<std::pair<uint32_t, uint32_t>> ports;
};

void add_ports(std::vector<OfProtocol>& result, unsigned protocol, const Ports* ports) {
  auto at = std::find_if(result.begin(), result.end(), [&](const OfProtocol& of) { return of.protocol == protocol; });
  if (at == result.end()) at = result.insert(result.end(), OfProtocol{protocol, {}});
  if (!ports || !model::has_ports(protocol)) return;
  const std::pair range(ports->lo, ports->hi);
  if (std::find(at->ports.begin(), at->ports.end(), range) == at->ports.end()) at->ports.push_back(range);
}

bool is_udp_only(const Ports& ports) { return ports.lo == ports.hi && is_udp_port(ports.lo); }

// Protocols beside the number, else of the column, else of the text around it, else TCP with a reading.
std::vector<OfProtocol> by_protocol(const Facts& facts, const Setting& setting, std::vector<Reading>& readings) {
  std::vector<OfProtocol> result;
  bool open = false, udp = false;
  const std::vector<unsigned>& around = !facts.protocols.empty() ? facts.protocols : setting.protocols;
  for (const Ports& ports : facts.ports.ports) {
    const bool guess = ports.protocols.empty() && around.empty() && !facts.every_protocol;
    std::vector<unsigned> protocols = !ports.protocols.empty() ? ports.protocols : around;
    if (facts.every_protocol && ports.protocols.empty()) protocols = {kTcp, kUdp};
    if (guess) protocols = {is_udp_only(ports) ? kUdp : kTcp};
    open = open || guess;
    udp = udp || (guess && is_udp_only(ports));
    for (const unsigned protocol : protocols) add_ports(result, protocol, &ports);
  }
  for (const unsigned protocol : facts.ports.ports.empty() ? around : std::vector<unsigned>{})
    if (!model::has_ports(protocol)) add_ports(result, protocol, nullptr);
  if (open) readings.push_back(udp ? open_reading("protocol", "udp", "tcp, or both") : open_reading("protocol", "tcp", "udp, or both"));
  if (facts.every_protocol) readings.push_back(open_reading("protocol", "tcp and udp", "every protocol"));
  std::erase_if(result, [](const OfProtocol& of) { return model::has_ports(of.protocol) && of.ports.empty(); });
  return result;
}

}  // namespace

bool is_udp_port(uint32_t port) { return std::find(std::begin(kUdpPorts), std::end(kUdpPorts), port) != std::end(kUdpPorts); }

std::vector<NamedService> services_named(const Passage& cell) {
  std::vector<NamedService> found;
  for (size_t token = 0; token < cell.size(); ++token)
    for (const NamedService& service : kServices)
      if (cell.tokens[token].kind == TokenKind::word && cell.word(token) == service.name) found.push_back(service);
  return found;
}

void hear(Facts& facts, std::string_view text, Stands stands, std::string_view where) { facts.said = within(facts.said, standing_of(text, stands, where)); }

const char* denial_of(const Facts& facts, const Setting& setting) { return within(setting.around, facts.said).denied; }

namespace {

bool is_optional(const Facts& facts, const Standing& standing) { return facts.optional || (!facts.need_is_stated && standing.optional.value_or(false)); }

// Whether it is demanded: words that turn it round, a condition, and of what stands in running text the text itself.
void add_doubts(const Facts& facts, const Standing& standing, std::vector<Reading>& readings) {
  const bool optional = is_optional(facts, standing), conditional = !optional && !facts.condition.empty();
  if (conditional) readings.push_back(open_reading("condition", "required always", facts.condition));
  if (standing.doubt) readings.push_back(*standing.doubt);
  else if (standing.need && !optional && !conditional && !facts.need_is_stated) readings.push_back(*standing.need);
  if (!facts.in_table && readings.empty()) readings.push_back(open_reading("requirement", "the text demands it", "it only mentions it"));
}

}  // namespace

std::vector<Draft> drafts_of(const Facts& facts, const Setting& setting) {
  const Standing standing = within(setting.around, facts.said);
  if (facts.ports.ports.size() > kMaxPortsOfRow || standing.denied) return {};
  Ways ways = ways_of(facts, setting.scene);
  std::vector<Reading> readings = facts.readings;
  readings.insert(readings.begin(), ways.readings.begin(), ways.readings.end());
  const std::vector<OfProtocol> protocols = by_protocol(facts, setting, readings);
  if (facts.ports.alternatives) readings.push_back(open_reading("ports", "all of them", "one of them, by choice"));
  add_doubts(facts, standing, readings);
  std::vector<Draft> drafts;
  for (Way& way : ways.ways) {
    for (const OfProtocol& of : protocols) {
      Draft draft;
      draft.line = facts.line;
      draft.ports = of.ports;
      draft.src_ports = facts.src_ports;
      draft.protocol = of.protocol;
      draft.from = way.from;
      draft.to = way.to;
      draft.optional = is_optional(facts, standing);
      draft.dynamic_rpc = facts.dynamic_rpc;
      draft.program = facts.program;
      draft.description = facts.description;
      draft.readings = readings;
      drafts.push_back(std::move(draft));
    }
  }
  return drafts;
}

}  // namespace fwproof::specs::derive
