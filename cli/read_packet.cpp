#include "cli/read_packet.h"

#include <array>
#include <sstream>

#include "cli/plain_json.h"
#include "cli/surroundings.h"
#include "specs/json_tree.h"

namespace fwproof::cli {
namespace {

using model::Field;
using model::Packet;

struct Named {
  std::string_view name;
  unsigned value;
};
constexpr Named kProtocols[] = {{"icmp", 1}, {"igmp", 2}, {"tcp", 6}, {"udp", 17}, {"dccp", 33}, {"gre", 47}, {"esp", 50}, {"ah", 51},
                                {"icmpv6", 58}, {"icmp6", 58}, {"ipv6-icmp", 58}, {"ospf", 89}, {"vrrp", 112}, {"sctp", 132}, {"udplite", 136}};
constexpr Named kStates[] = {{"new", 0}, {"established", 1}, {"related", 2}, {"invalid", 3}, {"untracked", 4}};
constexpr Named kProfiles[] = {{"domain", 0}, {"private", 1}, {"public", 2}};
constexpr Named kRpcPorts[] = {{"no", 0}, {"default-range", 1}, {"any-range", 2}};
constexpr Named kFlags[] = {{"FIN", 1}, {"SYN", 2}, {"RST", 4}, {"PSH", 8}, {"ACK", 16}, {"URG", 32}, {"ECE", 64}, {"CWR", 128}, {"none", 0}};
constexpr Named kStatus[] = {{"SNAT", 1}, {"DNAT", 2}, {"none", 0}};
constexpr Named kDirections[] = {{"original", 0}, {"reply", 1}};

// Decimal or 0x hexadecimal, at most 10 digits.
std::optional<uint64_t> number(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  if (text.empty() || text.size() > 10) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::nullopt;
    value = value * (hex ? 16 : 10) + static_cast<uint64_t>(digit);
  }
  return value;
}

template <size_t N>
std::optional<uint64_t> word(const Named (&names)[N], std::string_view text) {
  for (const Named& row : names)
    if (row.name == text) return row.value;
  return number(text);
}

// "SYN,ACK"
template <size_t N>
std::optional<uint64_t> bits(const Named (&names)[N], std::string_view text) {
  uint64_t value = 0;
  while (true) {
    const size_t comma = text.find(',');
    const auto one = word(names, text.substr(0, comma));
    if (!one) return std::nullopt;
    value |= *one;
    if (comma == std::string_view::npos) return value;
    text.remove_prefix(comma + 1);
  }
}

std::optional<uint64_t> mac(std::string_view text) {
  uint64_t value = 0;
  if (text.size() != 17) return std::nullopt;
  for (size_t i = 0; i < 17; i += 3) {
    const auto byte = number("0x" + std::string(text.substr(i, 2)));
    if (!byte || (i < 15 && text[i + 2] != ':' && text[i + 2] != '-')) return std::nullopt;
    value = value << 8 | *byte;
  }
  return value;
}

std::optional<uint64_t> plain_value(Field field, std::string_view text) {
  switch (field) {
    case Field::protocol: return word(kProtocols, text);
    case Field::state: return word(kStates, text);
    case Field::profile: return word(kProfiles, text);
    case Field::rpc_port: return word(kRpcPorts, text);
    case Field::tcp_flags: return bits(kFlags, text);
    case Field::ct_status: return bits(kStatus, text);
    case Field::ct_dir: return word(kDirections, text);
    case Field::mac: return mac(text);
    case Field::fragment: return text == "true" ? 1 : text == "false" ? 0 : number(text);
    case Field::src_port:
    case Field::dst_port:
    case Field::icmp_type:
    case Field::icmp_code:
    case Field::mark:
    case Field::connmark: return number(text);
    case Field::src:
    case Field::dst:
    case Field::in:
    case Field::out:
    case Field::program:
    case Field::service: break;
  }
  return std::nullopt;
}

bool is_name(Field field) { return field == Field::in || field == Field::out || field == Field::program || field == Field::service; }

class Builder {
 public:
  // One key and its value as text; false when something is wrong, which problem then says.
  bool set(std::string_view key, std::string_view value) {
    if (key == "hook") return set_hook(value);
    for (size_t i = 0; i < model::kFields; ++i) {
      const auto field = static_cast<Field>(i);
      if (model::field_text(field) == key) return set_field(field, value);
    }
    std::vector<std::string> known = {"hook"};
    for (size_t i = 0; i < model::kFields; ++i) known.emplace_back(model::field_text(static_cast<Field>(i)));
    return wrong("a packet has no '" + std::string(key) + "'" + did_you_mean(std::string(key), known));
  }

  bool wrong(std::string message) {
    if (request_.problem.empty()) request_.problem = std::move(message);
    return false;
  }

  PacketRequest take() {
    Packet& packet = request_.packet;
    if (!request_.problem.empty()) return std::move(request_);
    for (const Field field : {Field::src, Field::dst, Field::protocol})
      if (!packet.has(field)) wrong("the packet has no " + std::string(model::field_text(field)));
    if (!request_.problem.empty()) return std::move(request_);
    default_flags();
    if (!packet.has(Field::fragment)) packet.set(Field::fragment, 0);
    if (!packet.has(Field::state)) packet.set(Field::state, model::state_new);
    return std::move(request_);
  }

 private:
  // Fields that the protocol does not have are 0; a new TCP connection starts with SYN, later segments carry ACK.
  void default_flags() {
    Packet& packet = request_.packet;
    const model::u128 protocol = packet.get(Field::protocol);
    const auto absent = [&](Field field, bool has) {
      if (!has && !packet.has(field)) packet.set(field, 0);
    };
    absent(Field::src_port, model::has_ports(protocol));
    absent(Field::dst_port, model::has_ports(protocol));
    absent(Field::icmp_type, protocol == model::proto_icmp || protocol == model::proto_icmpv6);
    absent(Field::icmp_code, protocol == model::proto_icmp || protocol == model::proto_icmpv6);
    absent(Field::tcp_flags, protocol == model::proto_tcp);
    if (packet.has(Field::tcp_flags)) return;
    const bool starts = !packet.has(Field::state) || packet.get(Field::state) == model::state_new;
    packet.set(Field::tcp_flags, starts ? model::tcp_syn : model::tcp_ack);
  }

  bool set_hook(std::string_view text) {
    for (const model::Hook hook : {model::Hook::input, model::Hook::output, model::Hook::forward})
      if (model::to_text(hook) == text) {
        request_.hook = hook;
        return true;
      }
    return wrong("hook is input, output or forward, not '" + std::string(text) + "'");
  }

  bool set_field(Field field, std::string_view text) {
    if (field == Field::src || field == Field::dst) return set_address(field, text);
    if (is_name(field)) {
      request_.names[field] = std::string(text);
      return true;
    }
    const auto value = plain_value(field, text);
    if (!value || *value > model::max_value(model::field_bits(field, request_.packet.family)))
      return wrong("'" + std::string(text) + "' is not a " + std::string(model::field_text(field)));
    request_.packet.set(field, *value);
    return true;
  }

  bool set_address(Field field, std::string_view text) {
    const auto address = model::parse_address(text);
    if (!address) return wrong("cannot read '" + std::string(text) + "' as an address");
    const Field other = field == Field::src ? Field::dst : Field::src;
    if (request_.packet.has(other) && request_.packet.family != address->family) return wrong("source and destination are not of one address family");
    request_.packet.family = address->family;
    request_.packet.set(field, address->value);
    return true;
  }

  PacketRequest request_;
};

// "192.0.2.5:40000", "[2001:db8::1]:443", "192.0.2.5"
bool set_endpoint(Builder& builder, std::string_view text, std::string_view address_key, std::string_view port_key) {
  std::string_view address = text, port;
  if (text.starts_with("[")) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return builder.wrong("'" + std::string(text) + "' has no closing bracket");
    address = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return builder.wrong("cannot read '" + std::string(text) + "' as [ADDRESS]:PORT");
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) return builder.wrong("'" + std::string(text) + "' has no port behind the colon");
  } else if (const size_t colon = text.find(':'); colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    address = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return builder.wrong("'" + std::string(text) + "' has no port behind the colon");
  }
  return builder.set(address_key, address) && (port.empty() || builder.set(port_key, port));
}

using Kind = specs::JsonNode::Kind;

// A value as it would stand on the command line: ["SYN", "ACK"] is SYN,ACK.
std::string value_words(const specs::JsonNode& node) {
  switch (node.kind) {
    case Kind::null: return "none";
    case Kind::boolean: return node.truth ? "true" : "false";
    case Kind::number:
    case Kind::string: return node.text;
    case Kind::object: return "{…}";
    case Kind::array: break;
  }
  std::string list;
  for (const specs::JsonNode& item : node.items) list += (list.empty() ? "" : ",") + (item.kind == Kind::array ? "[…]" : value_words(item));
  return list.empty() ? "none" : list;
}

// A packet is one flat object: where in it an error is goes without saying.
std::string without_path(const std::string& message) { return message.starts_with("/: ") ? message.substr(3) : message; }

}  // namespace

// Nothing of the surroundings has touched it yet.
void settle_first(Packet& packet, bool answer) {
  const auto settle = [&](Field field, model::u128 value) {
    if (!packet.has(field)) packet.set(field, value);
  };
  settle(Field::mark, 0);
  settle(Field::fragment, 0);
  settle(Field::ct_dir, answer);
  if (!answer && packet.has(Field::state) && packet.get(Field::state) == model::state_new) {
    settle(Field::ct_status, 0);
    settle(Field::connmark, 0);
  }
}

PacketRequest parse_packet_words(std::string_view text) {
  Builder builder;
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string part; in >> part;) words.push_back(part);
  if (words.size() < 3) builder.wrong("expected 'PROTOCOL SOURCE[:PORT] TARGET[:PORT] …', found '" + std::string(text) + "'");
  else if (builder.set("protocol", words[0]) && set_endpoint(builder, words[1], "src", "src_port"))
    set_endpoint(builder, words[2], "dst", "dst_port");
  for (size_t i = 3; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    if (equals != std::string::npos) {
      builder.set(words[i].substr(0, equals), words[i].substr(equals + 1));
    } else if ((words[i] == "type" || words[i] == "code") && i + 1 < words.size()) {
      builder.set("icmp_" + words[i], words[i + 1]);
      ++i;
    } else {
      builder.wrong("cannot read '" + words[i] + "': expected FIELD=VALUE");
    }
  }
  return builder.take();
}

PacketRequest parse_packet_json(std::string_view text) {
  PlainMembers members;
  if (!read_plain_object(text, members)) return parse_packet_tree(text);
  Builder builder;
  for (size_t i = 0; i < members.count; ++i) builder.set(members.list[i].key, members.list[i].value);
  return builder.take();
}

PacketRequest parse_packet_tree(std::string_view text) {
  Builder builder;
  model::Sources sources;
  sources.files.push_back({"packet", std::string(text)});
  std::vector<model::Diagnostic> diagnostics;
  const auto json = specs::read_json(sources, 0, diagnostics);
  if (!json || !diagnostics.empty())
    builder.wrong(diagnostics.empty() ? "not JSON" : without_path(diagnostics[0].message));
  else if (json->kind != Kind::object)
    builder.wrong("not a JSON object");
  else
    for (size_t i = 0; i < json->items.size(); ++i)
      if (json->items[i].kind != Kind::null) builder.set(json->keys[i].text, value_words(json->items[i]));
  return builder.take();
}

Packet packet_for(const PacketRequest& request, const model::Policy& policy) {
  Packet packet = request.packet;
  for (const auto& [field, name] : request.names)
    if (const model::NameDomain* names = model::names_of(policy, field)) packet.set(field, names->atom_of(name));
  return packet;
}

}  // namespace fwproof::cli
