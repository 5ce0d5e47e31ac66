// Access lists and object groups.
// Long because entries of every kind of list share their words: one cursor reads them all.
#include <algorithm>

#include "importers/cisco_ios/names.h"
#include "importers/cisco_ios/parser.h"
#include "importers/text/number.h"

namespace fwproof::importers::cisco_ios {
namespace {

using model::DiagnosticId;
using model::Family;
using model::Interval;
using model::IntervalSet;
using model::LineClass;
using model::Severity;

// RFC 9293's bits, all values that the predicate takes.
template <typename Predicate>
IntervalSet flag_values(Predicate predicate) {
  std::vector<Interval> values;
  for (unsigned value = 0; value < 256; ++value)
    if (predicate(value)) values.push_back({value, value});
  return IntervalSet::from(std::move(values));
}

// One entry, word by word. What is left when something cannot be read is an unknown condition.
class EntryReader {
 public:
  EntryReader(Cursor& cursor, Family family, bool standard, Entry& entry) : cursor_(cursor), family_(family), standard_(standard), entry_(entry) {}

  bool unreadable = false;
  size_t bad_word = 0;
  std::string wanted;

  void run() {
    entry_.standard = standard_;
    if (standard_) {
      address(entry_.src);
      if (!unreadable) trailer();
      return;
    }
    read_protocol();
    if (!unreadable) address(entry_.src);
    if (!unreadable && has_ports()) ports(entry_.service.source);
    if (!unreadable) address(entry_.dst);
    if (!unreadable && has_ports()) ports(entry_.service.destination);
    if (!unreadable) options();
    if (!unreadable && flags_given_) entry_.tcp_flags = flags_;
    entry_.has_flags = flags_given_;
  }

 private:
  void fail(size_t word, std::string what) {
    unreadable = true;
    bad_word = word;
    wanted = std::move(what);
  }

  bool is_protocol(unsigned number) const { return entry_.service.protocols == IntervalSet::of(number); }
  bool has_ports() const {
    return is_protocol(model::proto_tcp) || is_protocol(model::proto_udp) || is_protocol(model::proto_sctp);
  }
  bool is_icmp() const { return is_protocol(family_ == Family::v4 ? model::proto_icmp : model::proto_icmpv6); }

  void read_protocol() {
    if (cursor_.eat("object-group")) {
      entry_.service_group = std::string(cursor_.take());
      if (entry_.service_group.empty()) fail(cursor_.at(), "the name of an object group");
      return;
    }
    if (family_ == Family::v6 && !cursor_.done() && (same(cursor_.peek(), "any") || same(cursor_.peek(), "host") || cursor_.peek().find(':') != std::string_view::npos))
      return;  // "permit any any": IPv6 lists take the protocol for granted
    const auto number = protocol(cursor_.peek(), family_);
    if (!number) return fail(cursor_.at(), "a protocol");
    cursor_.take();
    entry_.service.protocols = *number;
  }

  void address(AddressSpec& spec) {
    TakenAddress taken = take_address(cursor_, family_, standard_);
    if (!taken.problem.empty()) return fail(taken.word, taken.problem);
    spec = std::move(taken.spec);
  }

  void ports(PortSpec& spec) {
    size_t word = cursor_.at();
    const bool tcp = !is_protocol(model::proto_udp), udp = !is_protocol(model::proto_tcp);
    if (!take_ports(cursor_, tcp, udp, spec, word)) fail(word, "a port");
  }

  void unknown(std::string_view kind, std::string text, Sharing sharing = Sharing::pure) {
    entry_.unknowns.push_back({std::string(kind), std::move(text), sharing});
  }

  // "log", hit counts, and what show commands add: nothing that matters to a packet.
  bool trailer() {
    if (cursor_.eat("log") || cursor_.eat("log-input")) {
      const std::string_view next = cursor_.peek();
      if (!next.empty() && !is_option(next) && next[0] != '(') cursor_.take();  // a cookie
      return true;
    }
    if (!cursor_.done() && cursor_.peek()[0] == '(') {
      while (!cursor_.done()) cursor_.take();
      return true;
    }
    if (!standard_ || cursor_.done()) return false;
    fail(cursor_.at(), "'log' or the end of the line");
    return false;
  }

  static bool is_option(std::string_view word) {
    for (const std::string_view option : {"time-range", "dscp", "precedence", "tos", "fragments", "established", "reflect", "sequence", "log", "log-input", "ttl", "option", "routing"})
      if (same(word, option)) return true;
    return false;
  }

  void options() {
    while (!cursor_.done() && !unreadable) {
      if (trailer() || unreadable || known_option() || header_option() || flag_option()) continue;
      if (is_icmp() && icmp()) continue;
      if (is_protocol(2)) {  // IGMP message types are not part of the packet model
        unknown("igmp", "igmp " + std::string(cursor_.take()));
        continue;
      }
      fail(cursor_.at(), "an option of an access list's entry");
    }
  }

  bool known_option() {
    if (cursor_.eat("fragments") || cursor_.eat("fragment")) return entry_.fragments = true;
    if (cursor_.eat("reflect")) {
      entry_.reflect = std::string(cursor_.take());
      if (cursor_.eat("timeout")) cursor_.take();
      return true;
    }
    if (cursor_.eat("time-range")) {
      unknown("time-range", "time-range " + std::string(cursor_.take()), Sharing::per_visit);
      return true;
    }
    if (cursor_.eat("sequence")) {
      if (const auto number = text::parse_decimal(cursor_.take(), 0xffffffff)) entry_.sequence = static_cast<uint32_t>(*number);
      return true;
    }
    return cursor_.eat("count") || cursor_.eat("timeout");
  }

  // Fields of the header that the packet model does not have.
  bool header_option() {
    for (const std::string_view name : {"dscp", "precedence", "tos", "option", "flow-label", "dest-option-type", "mobility-type", "routing-type"})
      if (cursor_.eat(name)) {
        unknown(name, std::string(name) + " " + std::string(cursor_.take()));
        return true;
      }
    for (const std::string_view name : {"routing", "auth", "dest-option", "mobility", "hbh", "undetermined-transport"})
      if (cursor_.eat(name)) {
        unknown(name, std::string(name));
        return true;
      }
    if (!cursor_.eat("ttl")) return false;
    const std::string operation(cursor_.take());
    std::string text = "ttl " + operation + " " + std::string(cursor_.take());
    if (same(operation, "range")) text += " " + std::string(cursor_.take());
    while (same(operation, "eq") && text::parse_decimal(cursor_.peek(), 255)) text += " " + std::string(cursor_.take());
    unknown("ttl", text);
    return true;
  }

  void restrict_flags(const IntervalSet& values) {
    flags_ = flags_given_ ? flags_.intersected(values) : values;
    flags_given_ = true;
  }

  // Cisco IOS Security Command Reference, "permit (IP)": established is ACK or RST; single keywords are the older form of match-any.
  bool flag_option() {
    if (!is_protocol(model::proto_tcp)) return false;
    if (cursor_.eat("established")) return restrict_flags(flag_values([](unsigned v) { return (v & (model::tcp_ack | model::tcp_rst)) != 0; })), true;
    const bool all = cursor_.eat("match-all"), any = !all && cursor_.eat("match-any");
    if (all || any) {
      unsigned set = 0, clear = 0;
      while (!cursor_.done() && (cursor_.peek()[0] == '+' || cursor_.peek()[0] == '-')) {
        const auto bit = tcp_flag(cursor_.peek().substr(1));
        if (!bit) break;
        (cursor_.take()[0] == '+' ? set : clear) |= *bit;
      }
      if ((set | clear) == 0) return fail(cursor_.at(), "'+' or '-' and a TCP flag"), true;
      restrict_flags(flag_values([&](unsigned v) { return all ? (v & set) == set && (v & clear) == 0 : (v & set) != 0 || (~v & clear) != 0; }));
      return true;
    }
    unsigned bits = 0;
    while (const auto bit = tcp_flag(cursor_.peek())) {
      bits |= *bit;
      cursor_.take();
    }
    if (bits == 0) return false;
    restrict_flags(flag_values([&](unsigned v) { return (v & bits) != 0; }));
    return true;
  }

  bool icmp() {
    const auto type = icmp_type(cursor_.peek(), family_);
    if (!type || !entry_.service.icmp_types.empty()) return false;
    cursor_.take();
    entry_.service.icmp_types = IntervalSet::of(type->type);
    if (type->code >= 0) entry_.service.icmp_codes = IntervalSet::of(static_cast<unsigned>(type->code));
    if (const auto code = text::parse_decimal(cursor_.peek(), 255); code && type->code < 0) {
      entry_.service.icmp_codes = IntervalSet::of(*code);
      cursor_.take();
    }
    return true;
  }

  Cursor& cursor_;
  Family family_;
  bool standard_;
  Entry& entry_;
  bool flags_given_ = false;
  IntervalSet flags_;
};

// But for the number: IOS adds no entry that is there already.
bool same_entry(const Entry& a, const Entry& b) {
  return a.verb == b.verb && a.service == b.service && a.service_group == b.service_group && a.src == b.src && a.dst == b.dst && a.has_flags == b.has_flags &&
         a.tcp_flags == b.tcp_flags && a.fragments == b.fragments && a.unknowns == b.unknowns && a.reflect == b.reflect && a.evaluate == b.evaluate;
}

bool standard_number(uint64_t number) { return (number >= 1 && number <= 99) || (number >= 1300 && number <= 1999); }
bool extended_number(uint64_t number) { return (number >= 100 && number <= 199) || (number >= 2000 && number <= 2699); }

AccessList& list_named(std::map<std::string, AccessList>& lists, std::string_view name, model::Origin origin, Family family, bool standard) {
  const auto [found, added] = lists.try_emplace(std::string(name));
  if (added) {
    found->second.name = std::string(name);
    found->second.origin = origin;
    found->second.family = family;
    found->second.standard = standard;
  }
  return found->second;
}

}  // namespace

void Parser::add_entry(AccessList& list, Cursor& cursor) {
  Entry entry;
  entry.origin = line_.origin;
  if (const auto number = text::parse_decimal(cursor.peek(), 0xffffffff)) {
    entry.sequence = static_cast<uint32_t>(*number);
    cursor.take();
  }
  if (cursor.eat("remark")) return set(LineClass::irrelevant, "remark");
  if (cursor.eat("evaluate")) {
    entry.verb = Entry::Verb::evaluate;
    entry.evaluate = std::string(cursor.take());
  } else if (cursor.eat("permit") || cursor.eat("deny")) {
    entry.verb = same(line_.words[cursor.at() - 1].text, "permit") ? Entry::Verb::permit : Entry::Verb::deny;
  } else {
    return refuse(DiagnosticId::line_unrecognised, cursor.at(), "'permit', 'deny', 'remark' or 'evaluate'");
  }
  modelled("access list entry");
  if (entry.evaluate.empty()) {
    EntryReader reader(cursor, list.family, list.standard, entry);
    reader.run();
    if (line_.too_many_words) reader.unreadable = true;
    for (const UnknownPart& part : entry.unknowns) set(LineClass::opaque, part.kind);
    if (reader.unreadable) {
      entry.unknowns.push_back({"access list entry", cursor.line().text.size() > 200 ? std::string(cursor.line().text.substr(0, 200)) : std::string(cursor.line().text), Sharing::per_visit});
      refuse(DiagnosticId::line_unrecognised, reader.bad_word, reader.wanted);
    }
    for (const AddressSpec* spec : {&entry.src, &entry.dst})
      if (spec->kind == AddressSpec::Kind::unknown && !reader.unreadable)
        opaque(hidden(spec->text) ? "value masked in the export" : "host name in an access list", "which addresses '" + spec->text + "' stands for cannot be told");
  }
  place(list, std::move(entry));
}

void Parser::add_dynamic(AccessList& list, uint32_t sequence, std::string text) {
  opaque("dynamic access list entry", "an entry that users switch on (lock and key)");
  Entry entry;
  entry.origin = line_.origin;
  entry.sequence = sequence;
  entry.unknowns.push_back({"dynamic", std::move(text), Sharing::per_visit});
  place(list, std::move(entry));
}

// By its number; without one it follows the last by 10 ("IP Access List Entry Sequence Numbering", "Sequence Numbering Behavior").
void Parser::place(AccessList& list, Entry entry) {
  const uint32_t last = list.entries.empty() ? 0 : list.entries.back().sequence;
  const bool given = entry.sequence != 0;
  if (!given) entry.sequence = last > 0xffffffff - 10 ? last : last + 10;
  if (!settle_number(list, entry, given)) return;
  if (entry.sequence >= last) return list.entries.push_back(std::move(entry));
  const auto place = std::upper_bound(list.entries.begin(), list.entries.end(), entry.sequence, [](uint32_t sequence, const Entry& other) { return sequence < other.sequence; });
  constexpr size_t kMaxMoved = 10'000'000;
  const bool told = moved_ > kMaxMoved;
  moved_ += static_cast<size_t>(list.entries.end() - place);
  if (moved_ > kMaxMoved) {
    if (!told)
      config_.everywhere.push_back({"access list", "an entry whose number lies before the ones above it: " + std::string(line_.text.substr(0, 150)), line_.origin, true, true, false, true});
    return opaque("access list entry", "an entry whose number lies far before the one above it");
  }
  if (std::any_of(place, list.entries.end(), [&](const Entry& other) { return same_entry(entry, other); }))
    entry.unknowns.push_back({"access list entry", "it stands behind already, under another number", Sharing::per_visit});
  list.entries.insert(place, std::move(entry));
}

// False: the entry is there already, and nothing changes. IOS refuses a number that is taken ("Duplicate sequence number") where it is typed in, but replaces
// the entry where it comes by a data model, whose key it is (Cisco-IOS-XE-acl.yang): which of the two stands is not told.
bool Parser::settle_number(AccessList& list, Entry& entry, bool given) {
  constexpr uint32_t kMaxSequence = 2147483647;   // of IPv4: "Exceeded maximum sequence number"
  if (!given) {
    if (list.family == Family::v6 || entry.sequence <= kMaxSequence) return true;
    entry.unknowns.push_back({"access list entry", "it stands behind the largest sequence number", Sharing::per_visit});
    return opaque("access list entry", "an entry behind the largest sequence number"), true;
  }
  if (list.entries.empty() || entry.sequence > list.entries.back().sequence) return true;
  const auto [first, end] = std::equal_range(list.entries.begin(), list.entries.end(), entry, [](const Entry& a, const Entry& b) { return a.sequence < b.sequence; });
  if (first == end) return true;
  if (end - first == 1 && same_entry(entry, *first)) return set(LineClass::irrelevant, "access list entry that is there already"), false;
  const UnknownPart unsure{"access list entry", "number " + std::to_string(entry.sequence) + " is taken", Sharing::per_visit};
  for (auto other = first; other != end; ++other)
    if (other->unknowns.empty() || !(other->unknowns.back() == unsure)) other->unknowns.push_back(unsure);
  entry.unknowns.push_back(unsure);
  opaque("access list entry", "another entry has the sequence number " + std::to_string(entry.sequence) + ": which of them stands is not told");
  return true;
}

void Parser::numbered_list(Cursor& cursor) {
  const size_t at = cursor.at();
  const std::string_view name = cursor.take();
  const auto number = text::parse_decimal(name, 2699);
  if (!number || (!standard_number(*number) && !extended_number(*number))) {
    // 200-1299: lists of other protocols (IPX, DECnet, MAC addresses).
    if (number || text::parse_decimal(name, 99999)) return set(LineClass::irrelevant, "access list of another protocol");
    return refuse(DiagnosticId::number_invalid, at, "the number of an access list");
  }
  AccessList& list = list_named(config_.lists, name, line_.origin, Family::v4, standard_number(*number));
  if (cursor.eat("dynamic")) {
    add_dynamic(list, 0, std::string(cursor.peek()));
  } else {
    add_entry(list, cursor);
  }
  mode_ = Mode::top;
}

void Parser::named_list(Cursor& cursor, Family family, bool standard) {
  if (family == Family::v6 && (same(cursor.peek(), "log-update") || same(cursor.peek(), "role-based"))) return skip("access list settings");
  const std::string_view name = cursor.take();
  if (name.empty()) return refuse(DiagnosticId::line_unrecognised, cursor.at(), "the name of an access list");
  list_ = &list_named(family == Family::v4 ? config_.lists : config_.lists6, name, line_.origin, family, standard);
  modelled("access list");
  enter(Mode::list);
}

void Parser::no_numbered_list(Cursor& cursor) {
  config_.lists.erase(std::string(cursor.take()));
  list_ = nullptr;
  modelled("access list removed");
}

void Parser::no_list(Cursor& cursor) {
  const bool v6 = same(line_.words[1].text, "ipv6");
  if (!v6) cursor.take();  // standard, extended
  (v6 ? config_.lists6 : config_.lists).erase(std::string(cursor.take()));
  list_ = nullptr;
  mode_ = Mode::top;
  modelled("access list removed");
}

bool Parser::list_sub(Cursor& cursor) {
  if (list_ == nullptr) return false;
  cursor.eat("sequence");
  std::string_view first = cursor.peek();
  const auto number = text::parse_decimal(first, 0xffffffff);
  if (number) first = cursor.peek(1);
  for (const std::string_view verb : {"permit", "deny", "remark", "evaluate"})
    if (same(first, verb)) return add_entry(*list_, cursor), true;
  if (same(first, "dynamic")) {
    return add_dynamic(*list_, static_cast<uint32_t>(number.value_or(0)), cursor.rest()), true;
  }
  if (cursor.eat("no")) {
    const auto sequence = text::parse_decimal(cursor.peek(), 0xffffffff);
    if (!sequence && line_.indent == 0 && same(cursor.peek().substr(0, 2), "ip")) return cursor.back(0), false;  // of the top
    if (!sequence || ++removals_ > 1000) {
      config_.everywhere.push_back({"access list", "an entry that is removed by its text: " + std::string(line_.text.substr(0, 150)), line_.origin, true, true, false, true});
      return opaque("access list entry removed", "which entry is removed is not followed"), true;
    }
    std::erase_if(list_->entries, [&](const Entry& entry) { return entry.sequence == *sequence; });
    modelled("access list entry removed");
    return true;
  }
  return false;
}

// ---- Object groups ----

void Parser::network_group(Cursor& cursor) {
  const auto [found, added] = config_.network_groups.try_emplace(std::string(cursor.take()));
  if (added) found->second.origin = line_.origin;
  network_group_ = &found->second;
  modelled("object group");
  enter(Mode::network_group);
}

void Parser::service_group(Cursor& cursor) {
  const auto [found, added] = config_.service_groups.try_emplace(std::string(cursor.take()));
  if (added) found->second.origin = line_.origin;
  service_group_ = &found->second;
  modelled("object group");
  enter(Mode::service_group);
}

void Parser::protocol_group(Cursor& cursor) {
  service_group(cursor);
  enter(Mode::protocol_group);
}

void Parser::port_group(Cursor& cursor) {
  // "object-group ip port" is NX-OS' own; nothing in an IOS list can ask for it.
  set(LineClass::irrelevant, "group of ports that no list can ask for");
  skip("group of ports that no list can ask for");
  static_cast<void>(cursor);
}

bool Parser::network_sub(Cursor& cursor) {
  if (network_group_ == nullptr) return false;
  if (cursor.eat("description")) return set(LineClass::irrelevant, "description"), true;
  if (cursor.eat("group-object")) {
    network_group_->groups.emplace_back(cursor.take());
    return modelled("object group member"), true;
  }
  cursor.eat("network-object");
  if (cursor.eat("range")) {
    const size_t at = cursor.at();
    const auto low = model::parse_address(cursor.take()), high = model::parse_address(cursor.take());
    if (!low || !high || low->family != Family::v4 || high->family != Family::v4 || low->value > high->value) {
      network_group_->unknown_member = true;
      return refuse(DiagnosticId::address_invalid, at, "a range of addresses"), true;
    }
    network_group_->members.push_back({low->value, high->value});
    return modelled("object group member"), true;
  }
  const size_t at = cursor.at();
  if (cursor.eat("any")) {
    network_group_->members.push_back({0, model::max_value(32)});
    return modelled("object group member"), true;
  }
  const bool host = cursor.eat("host");
  std::string_view text = cursor.peek();
  const bool slash = text.find('/') != std::string_view::npos;
  const auto prefix = model::parse_prefix(text);
  if (!prefix || prefix->address.family != Family::v4) {
    if (!host && !hidden(text) && (text.empty() || text[0] < '0' || text[0] > '9')) return false;
    network_group_->unknown_member = true;
    if (host || hidden(text)) return opaque("host name in an object group", "which address '" + std::string(text) + "' stands for cannot be told"), true;
    return refuse(DiagnosticId::address_invalid, at, "an address and a mask"), true;
  }
  cursor.take();
  std::optional<unsigned> length = host ? 32 : slash ? std::optional(prefix->length) : mask_length(cursor.peek());
  if (!length) {
    network_group_->unknown_member = true;
    return refuse(DiagnosticId::address_invalid, cursor.at(), "a network mask"), true;
  }
  network_group_->members.push_back(model::Prefix{prefix->address, *length}.interval());
  return modelled("object group member"), true;
}

bool Parser::service_sub(Cursor& cursor) {
  if (service_group_ == nullptr) return false;
  if (cursor.eat("description")) return set(LineClass::irrelevant, "description"), true;
  if (cursor.eat("group-object")) {
    service_group_->groups.emplace_back(cursor.take());
    return modelled("object group member"), true;
  }
  Service service;
  const size_t at = cursor.at();
  const std::string_view word = cursor.take();
  const bool both = same(word, "tcp-udp");
  if (same(word, "ip") && !cursor.done()) return cursor.back(at), false;  // "ip access-list …" of the top
  if (both) {
    service.protocols = IntervalSet::from({{model::proto_tcp, model::proto_tcp}, {model::proto_udp, model::proto_udp}});
  } else {
    const auto number = protocol(word, Family::v4);
    if (!number) return cursor.back(at), false;
    service.protocols = *number;
  }
  modelled("object group member");
  const bool tcp = both || service.protocols == IntervalSet::of(model::proto_tcp), udp = both || service.protocols == IntervalSet::of(model::proto_udp);
  size_t bad = cursor.at();
  bool good = true;
  if (tcp || udp) {
    if (cursor.eat("source")) good = take_ports(cursor, tcp, udp, service.source, bad);
    if (good) good = take_ports(cursor, tcp, udp, service.destination, bad);
    // "tcp 80" is "tcp eq 80".
    if (good && !service.destination.present && !cursor.done())
      if (const auto number = port(cursor.peek(), tcp, udp)) {
        service.destination = {true, IntervalSet::of(*number)};
        cursor.take();
      }
  } else if (service.protocols == IntervalSet::of(model::proto_icmp) && !cursor.done()) {
    const auto type = icmp_type(cursor.peek(), Family::v4);
    good = type.has_value();
    if (good) {
      cursor.take();
      service.icmp_types = IntervalSet::of(type->type);
      if (type->code >= 0) service.icmp_codes = IntervalSet::of(static_cast<unsigned>(type->code));
    }
  }
  if (good && !cursor.done()) {
    good = false;
    bad = cursor.at();
  }
  if (!good) {
    service_group_->unknown_member = true;
    return refuse(DiagnosticId::line_unrecognised, bad, "a port or a type of message"), true;
  }
  service_group_->services.push_back(std::move(service));
  return true;
}

bool Parser::protocol_sub(Cursor& cursor) {
  if (service_group_ == nullptr) return false;
  if (cursor.eat("description")) return set(LineClass::irrelevant, "description"), true;
  if (cursor.eat("group-object")) {
    service_group_->groups.emplace_back(cursor.take());
    return modelled("object group member"), true;
  }
  if (!cursor.eat("protocol-object")) return false;
  const size_t at = cursor.at();
  const auto number = protocol(cursor.take(), Family::v4);
  if (!number) {
    service_group_->unknown_member = true;
    return refuse(DiagnosticId::number_invalid, at, "a protocol"), true;
  }
  Service service;
  service.protocols = *number;
  service_group_->services.push_back(std::move(service));
  return modelled("object group member"), true;
}

}  // namespace fwproof::importers::cisco_ios
