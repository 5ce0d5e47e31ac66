#include <algorithm>

#include "importers/cisco_ios/features.h"
#include "importers/cisco_ios/parser.h"

namespace fwproof::importers::cisco_ios {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

namespace {

constexpr size_t kMaxSameMessage = 20, kMaxMessages = 1000;

// "router#show running-config", "router(config-if)#ip address …": what stands behind the prompt.
std::string_view without_prompt(std::string_view text) {
  const size_t end = text.substr(0, 120).find('#');
  if (end == std::string_view::npos || end == 0) return text;
  for (const char c : text.substr(0, end)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '(' || c == ')';
    if (!plain) return text;
  }
  return text.substr(end + 1);
}

}  // namespace

void Parser::set(LineClass line_class, std::string_view construct) { result_.accounts.at(line_.origin.file).set(line_.origin.line, line_class, construct); }

void Parser::tell(DiagnosticId id, Severity severity, size_t word, std::string message, std::string note) {
  if (++told_[message] > kMaxSameMessage || ++told_all_ > kMaxMessages) return;
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = line_.origin;
  if (word < line_.words.size()) {
    diagnostic.column = line_.words[word].column;
    diagnostic.length = static_cast<uint32_t>(std::min<size_t>(line_.words[word].text.size(), 300));
  }
  diagnostic.message = std::move(message);
  if (section_->encoding != "bytes") {
    size_t size = std::min<size_t>(line_.text.size(), 300);
    while (size > 0 && size < line_.text.size() && (static_cast<unsigned char>(line_.text[size]) & 0xc0) == 0x80) --size;
    diagnostic.line_text = std::string(line_.text.substr(0, size));
  }
  if (!note.empty()) diagnostic.notes.push_back(std::move(note));
  result_.diagnostics.push_back(std::move(diagnostic));
}

void Parser::refuse(DiagnosticId id, size_t word, std::string_view what) {
  const std::string_view found = word < line_.words.size() ? line_.words[word].text.substr(0, 60) : std::string_view();
  if (masked(found)) return opaque("value masked in the export", "the export hides the value '" + std::string(found) + "'");
  set(LineClass::unrecognised, "line that cannot be read");
  tell(id, Severity::warning, word,
       found.empty() ? "the line ends where " + std::string(what) + " is expected" : "cannot read '" + std::string(found) + "'", "expected: " + std::string(what));
}

bool Parser::masked(std::string_view text) const { return hidden(text) || same(text, "MASKED"); }

void Parser::opaque(std::string_view construct, std::string message) {
  set(LineClass::opaque, construct);
  tell(DiagnosticId::match_opaque, Severity::warning, 0, std::move(message));
}

void Parser::gap(std::string text) {
  config_.gaps.push_back({std::move(text), line_.origin});
}

void Parser::skip(std::string_view reason) {
  skip_reason_ = reason;
  enter(Mode::skip);
}

void Parser::read(const Section& section) {
  section_ = &section;
  mode_ = Mode::top;
  banner_end_.clear();
  in_certificate_ = false;
  for (size_t i = 0; i < section.lines.size(); ++i) {
    line_.origin = {section.file, static_cast<uint32_t>(section.first_line + i)};
    read_line(section.lines[i]);
  }
  if (in_certificate_) {
    line_.words.clear();
    tell(DiagnosticId::input_truncated, Severity::warning, 0, "the certificate does not end with 'quit': what stands below it is not read");
    config_.everywhere.push_back({"certificate", "a certificate that does not end", line_.origin, true, true, false, true});
  }
  if (!banner_end_.empty()) {
    line_.words.clear();
    tell(DiagnosticId::input_truncated, Severity::warning, 0, "the banner does not end: what stands below it is not read");
    config_.everywhere.push_back({"banner", "a banner that does not end", line_.origin, true, true, false, true});
  }
}

void Parser::read_line(std::string_view text) {
  split(without_prompt(text), line_);
  for (Word& word : line_.words) word.column += static_cast<uint32_t>(text.size() - line_.text.size());
  line_.text = text;
  if (line_.words.empty() && text.find_first_not_of(" \t\r\f\v") != std::string_view::npos) return set(LineClass::irrelevant, "frame of the export");
  if (line_.words.empty()) {
    result_.accounts.at(line_.origin.file).set_blank(line_.origin.line);
    return;
  }
  if (continues_text(text)) return;
  if (line_.words[0].text[0] == '!') return set(LineClass::irrelevant, "comment");
  read_words();
}

// Texts of several lines: banners, certificates.
bool Parser::continues_text(std::string_view text) {
  if (!banner_end_.empty()) {
    set(LineClass::irrelevant, "banner");
    if (text.find(banner_end_) != std::string_view::npos) banner_end_.clear();
    return true;
  }
  if (!in_certificate_) return false;
  set(LineClass::irrelevant, "keys and certificates");
  if (same(line_.words[0].text, "quit")) in_certificate_ = false;
  return true;
}

void Parser::read_words() {
  const bool indented = line_.indent > 0;
  if (mode_ == Mode::skip) {
    if (line_.indent > section_indent_) {
      Cursor cursor(line_);
      if (cursor.eat("certificate")) return certificate(cursor);
      return set(LineClass::irrelevant, skip_reason_);
    }
    // The commands of a routing protocol in an export that lost its indentation.
    static constexpr std::string_view kOfProtocols[] = {"network", "neighbor", "redistribute", "passive-interface", "auto-summary", "router-id", "area", "maximum-paths", "default-information", "version", "address-family", "exit-address-family"};
    if (skip_reason_ == kProtocolDetails)
      for (const std::string_view word : kOfProtocols)
        if (same(line_.words[same(line_.words[0].text, "no") && line_.words.size() > 1 ? 1 : 0].text, word)) return set(LineClass::irrelevant, skip_reason_);
    mode_ = Mode::top;
  }
  Cursor cursor(line_);
  if (line_.words.size() == 1 && (cursor.eat("end") || cursor.eat("exit"))) {
    mode_ = Mode::top;
    return set(LineClass::irrelevant, "frame of the export");
  }
  if (mode_ != Mode::top && sub(cursor)) return;
  cursor.back(0);
  if (global(cursor)) return;
  if (irrelevant(indented)) return;
  unknown_line();
}

bool Parser::sub(Cursor& cursor) {
  switch (mode_) {
    case Mode::top: case Mode::skip: return false;
    case Mode::interface: return interface_sub(cursor);
    case Mode::list: return list_sub(cursor);
    case Mode::network_group: return network_sub(cursor);
    case Mode::service_group: return service_sub(cursor);
    case Mode::protocol_group: return protocol_sub(cursor);
    case Mode::route_map: return route_map_sub(cursor);
    case Mode::class_map: return class_map_sub(cursor);
    case Mode::policy_map: return policy_map_sub(cursor);
    case Mode::zone_pair: return zone_pair_sub(cursor);
    case Mode::dhcp_pool: return dhcp_sub(cursor);
    case Mode::crypto_map: return crypto_sub(cursor);
    case Mode::nat_pool: return nat_pool_sub(cursor);
    case Mode::line: return line_sub(cursor);
    case Mode::control_plane: return control_plane_sub(cursor);
  }
  return false;
}

bool Parser::global(Cursor& cursor) {
  static constexpr Row kRows[] = {
      {"hostname", &Parser::hostname}, {"version", &Parser::version},
      {"interface", &Parser::interface}, {"int", &Parser::interface},
      {"access-list compiled", nullptr}, {"access-list log-update", nullptr}, {"access-list", &Parser::numbered_list},
      {"ip access-list extended", &Parser::extended_list}, {"ip access-list standard", &Parser::standard_list},
      {"ipv6 access-list log-update", nullptr}, {"ipv6 access-list", &Parser::ipv6_list},
      {"object-group network", &Parser::network_group}, {"object-group service", &Parser::service_group},
      {"object-group protocol", &Parser::protocol_group}, {"object-group ip port", &Parser::port_group},
      {"ip nat inside source", &Parser::nat_inside_source}, {"ip nat outside source", &Parser::nat_outside_source},
      {"ip nat inside destination", &Parser::nat_inside_destination}, {"ip nat pool", &Parser::nat_pool},
      {"ip nat source", &Parser::nat_other}, {"ip nat name", &Parser::nat_other}, {"ip nat scale", &Parser::nat_other},
      {"ip route", &Parser::ip_route}, {"ipv6 route", &Parser::ipv6_route}, {"ip default-gateway", &Parser::default_gateway},
      {"ip default-network", &Parser::routing_protocol}, {"router", &Parser::routing_protocol}, {"ipv6 router", &Parser::routing_protocol},
      {"ip local policy", &Parser::policy_routing}, {"ipv6 local policy", &Parser::policy_routing},
      {"ip routing protocol", nullptr}, {"ip routing", &Parser::ip_routing}, {"ipv6 unicast-routing", &Parser::ipv6_routing},
      {"ip dhcp excluded-address", &Parser::excluded_address}, {"ip dhcp pool", &Parser::dhcp_pool}, {"ipv6 dhcp pool", &Parser::dhcp6_pool},
      {"ip local pool", &Parser::local_pool}, {"service dhcp", &Parser::service_dhcp}, {"route-map", &Parser::route_map},
      {"class-map type inspect", &Parser::inspect_class}, {"policy-map type inspect", &Parser::inspect_policy},
      {"class-map type", nullptr}, {"policy-map type", nullptr}, {"class-map", &Parser::class_map}, {"policy-map", &Parser::policy_map},
      {"zone security", &Parser::zone}, {"zone-pair security", &Parser::zone_pair},
      {"ip inspect name", &Parser::inspect_name}, {"ip port-map", &Parser::port_map},
      {"ip vrf", &Parser::vrf}, {"vrf definition", &Parser::vrf}, {"line", &Parser::line_section},
      {"ip http access-class ipv6", &Parser::http_class6}, {"ip http access-class", &Parser::http_class}, {"control-plane", &Parser::control_plane},
      {"ip wccp version", nullptr}, {"ip wccp", &Parser::redirects}, {"crypto map", &Parser::crypto_map}, {"banner", &Parser::banner},
      {"ip tcp intercept", &Parser::drops}, {"ip access-list resequence", &Parser::renumbers}, {"sdwan", &Parser::redirects}, {"ip nat settings mode", &Parser::translates}, {"vlan access-map", &Parser::drops}, {"vlan filter", &Parser::drops}, {"cts role-based", &Parser::drops}, {"utd", &Parser::drops},
      {"nat64", &Parser::translates}, {"nat66", &Parser::translates}, {"ipv6 nat", &Parser::translates}, {"ipv6 inspect", &Parser::drops},
      {"ip mobile", &Parser::redirects}, {"lisp", &Parser::redirects},
      {"certificate", &Parser::certificate},
  };
  if (cursor.eat("no") || cursor.eat("default")) return negated_global(cursor);
  for (const Row& row : kRows)
    if (cursor.eat_all(row.words)) {
      if (row.handler == nullptr) return false;
      mode_ = Mode::top;
      (this->*row.handler)(cursor);
      return true;
    }
  return false;
}

bool Parser::negated_global(Cursor& cursor) {
  static constexpr Row kRows[] = {
      {"ip access-list extended", &Parser::no_list}, {"ip access-list standard", &Parser::no_list}, {"ipv6 access-list", &Parser::no_list},
      {"access-list", &Parser::no_numbered_list}, {"ip nat inside source", &Parser::no_nat}, {"ip nat outside source", &Parser::no_nat},
      {"ip nat inside destination", &Parser::no_nat}, {"ip nat pool", &Parser::no_nat},
  };
  for (const Row& row : kRows)
    if (cursor.eat_all(row.words)) {
      if (same(row.words, "ip access-list extended") || same(row.words, "ip access-list standard")) cursor.back(3);
      (this->*row.handler)(cursor);
      mode_ = Mode::top;
      return true;
    }
  if (cursor.eat_all("ip routing") && cursor.done()) {
    config_.ip_routing = false;
    config_.no_ip_routing = line_.origin;
    return modelled("routing switched off"), true;
  }
  // Cisco IOS IP Addressing Command Reference, "service dhcp": on by default; the server is off without it, its pools stay in the configuration.
  if (cursor.eat_all("service dhcp")) {
    config_.dhcp_off = !same(line_.words[0].text, "default");
    return modelled("DHCP server switched off"), true;
  }
  if (cursor.eat_all("ipv6 unicast-routing")) {
    config_.ipv6_routing = false;
    return modelled("routing switched off"), true;
  }
  for (const std::string_view gone : {"ip route", "ipv6 route", "route-map", "object-group", "ip dhcp pool", "ip dhcp excluded-address", "interface", "zone security", "zone-pair", "policy-map", "class-map", "crypto map", "ip inspect name", "ip http access-class", "line"})
    if (cursor.eat_all(gone)) {
      opaque("removal", "what '" + cursor.rest() + "' removes is not followed");
      if (gone.starts_with("ip dhcp")) config_.dhcp_open.push_back({model::IntervalSet::all(32), line_.origin});
      config_.everywhere.push_back({"removal", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
      mode_ = Mode::top;
      return true;
    }
  return false;
}

bool Parser::irrelevant(bool indented) {
  static constexpr std::string_view kOff = "switched off";
  const bool negated = same(line_.words[0].text, "no");
  if (mode_ == Mode::interface)
    if (const Feature* feature = interface_feature(line_)) {
      set(LineClass::irrelevant, negated ? kOff : feature->reason);
      return true;
    }
  if (indented && mode_ != Mode::top) return false;
  const Feature* feature = global_feature(line_);
  if (feature == nullptr) return false;
  set(LineClass::irrelevant, negated ? kOff : feature->reason);
  mode_ = Mode::top;
  if (feature->section) skip(feature->reason);
  return true;
}

// What the section of an unknown line stands for is no longer known. False: the section takes no harm.
bool Parser::spoils_section() {
  const UnknownPart unknown{"unknown line", std::string(line_.text.substr(0, 200)), Sharing::per_visit};
  switch (mode_) {
    case Mode::list:
      for (const Entry::Verb verb : {Entry::Verb::permit, Entry::Verb::deny}) {
        Entry entry;
        entry.origin = line_.origin;
        entry.verb = verb;
        entry.sequence = list_->entries.empty() ? 0 : list_->entries.back().sequence;
        entry.unknowns.push_back(unknown);
        list_->entries.push_back(std::move(entry));
      }
      return true;
    case Mode::network_group: return network_group_->unknown_member = true;
    case Mode::service_group: case Mode::protocol_group: return service_group_->unknown_member = true;
    case Mode::route_map:
      if (!route_map_->empty()) route_map_->back().unknowns.push_back(unknown);
      return true;
    case Mode::class_map:
      class_map_->matches.push_back({ClassMatch::Kind::unknown, unknown.text, false, line_.origin});
      return true;
    case Mode::policy_map:
      if (!policy_map_->classes.empty()) policy_map_->classes.back().condition = unknown;
      return true;
    case Mode::zone_pair:
      if (!config_.zone_pairs.empty()) config_.zone_pairs.back().opaque = true;
      return true;
    case Mode::control_plane:
      config_.control_plane.push_back({"control-plane", unknown.text, line_.origin, true, false, false, false});
      return true;
    case Mode::nat_pool: return config_.pools[current_pool_].opaque = true;
    case Mode::crypto_map:
      crypto_map_->dynamic = true;
      return true;
    case Mode::top: case Mode::interface: case Mode::dhcp_pool: case Mode::line: case Mode::skip: return false;
  }
  return false;
}

void Parser::unknown_line() {
  set(LineClass::unrecognised, "line that no importer knows");
  const std::string first(line_.words[0].text.substr(0, 60));
  tell(DiagnosticId::line_unrecognised, Severity::warning, 0, "no command of IOS is known that begins with '" + first + "'");
  const bool bears = begins(first, "ip") || begins(first, "nat") || begins(first, "zone") || begins(first, "access");
  // What is taken back in a section may be any of what stands there.
  if (mode_ != Mode::top && mode_ != Mode::interface && mode_ != Mode::dhcp_pool && mode_ != Mode::line && (same(first, "no") || same(first, "default"))) {
    config_.everywhere.push_back({"removal", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
    return;
  }
  if (line_.indent > 0 && spoils_section()) return;
  if (mode_ == Mode::interface) {
    if (Interface* interface = current_interface(); interface != nullptr && bears)
      interface->opaque.push_back({"interface", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
    else
      config_.unknown_lines.push_back(line_.origin);
    return;
  }
  if (bears && (same(first, "ip") || same(first, "ipv6")))
    config_.everywhere.push_back({"command", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
  else
    config_.unknown_lines.push_back(line_.origin);
  if (line_.indent == 0) mode_ = Mode::top;
}

}  // namespace fwproof::importers::cisco_ios
