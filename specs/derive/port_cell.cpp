// The tables of words, and a grammar whose parts share what they have taken, are the reason for the length.
#include "specs/derive/port_cell.h"

#include <algorithm>
#include <array>
#include <string>

#include "specs/derive/facts.h"
#include "specs/derive/thousands.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kAsAbove[] = {"same", "same as above", "same as previous", "as above", "see above", "ditto", "dito", "idem", "\"", "''", "“", "”", "〃", "do.", "wie oben",
                                         "siehe oben", "gleich", "comme ci-dessus", "voir ci-dessus", "igual", "como arriba", "come sopra", "same ports", "same port"};
constexpr std::string_view kExceptions[] = {"except", "excepting", "excluding", "excludes", "excl", "but", "not", "without", "minus", "außer", "ausser", "ausgenommen", "ohne", "nicht",
                                            "sauf", "hormis", "excepté", "excepto", "salvo", "menos", "exceto", "tranne", "eccetto", "bar"};
// With one of them a number in brackets is no port that is asked for, whatever else stands there.
constexpr std::string_view kRemarks[] = {"formerly", "former", "was", "were", "old", "previously", "previous", "default", "defaults", "legacy", "deprecated", "obsolete", "until", "before", "since",
                                         "after", "version", "versions", "release", "v", "from", "instead", "replaces", "replaced", "replacing", "no", "not", "never", "except", "without", "früher", "vormals",
                                         "ehemals", "alt", "standard", "ab", "bis", "seit", "vor", "ancien", "anciennement", "avant", "depuis", "par", "antes", "anteriormente", "antiguo", "prima", "see", "siehe",
                                         "voir", "up", "max", "maximum", "approx", "rfc", "note", "instances", "reserved", "used", "previously-used", "changed", "moved", "removed", "nicht", "ohne", "kein", "keine"};
// In brackets without a number they turn round what stands before them.
constexpr std::string_view kDoubts[] = {"not", "no", "never", "except", "without", "formerly", "former", "was", "were", "old", "previously", "legacy", "deprecated", "obsolete", "until", "before", "instead",
                                        "replaced", "unused", "removed", "blocked", "closed", "disabled", "reserved", "nicht", "kein", "keine", "ohne", "früher", "veraltet", "gesperrt", "geschlossen", "pas", "non",
                                        "fermé", "ancien", "obsolète", "cerrado", "bloqueado", "obsoleto", "chiuso", "bloccato", "fechado"};
// Words beside ports that say nothing against them.
constexpr std::string_view kHarmless[] = {
    "range", "ranges", "number", "numbers", "no", "nr", "s", "any", "all", "alle", "default", "dynamic", "ephemeral", "random", "high", "rpc", "ssl", "tls", "dtls", "http", "https", "http2", "http3", "quic", "ftp", "ftps",
    "sftp", "ssh", "telnet", "smtp", "smtps", "submission", "dns", "dhcp", "tftp", "pop3", "pop3s", "imap", "imap4", "imaps", "ntp", "snmp", "snmptrap", "trap", "traps", "bgp", "ldap", "ldaps", "gc", "smb", "cifs",
    "netbios", "nfs", "syslog", "rdp", "mysql", "postgresql", "postgres", "mssql", "sql", "oracle", "redis", "winrm", "wmi", "ike", "ipsec", "natt", "nat-t", "l2tp", "pptp", "radius", "sip", "sips", "rtp", "rtcp",
    "rtsp", "stun", "turn", "vnc", "amqp", "mqtt", "grpc", "ws", "wss", "websocket", "kerberos", "epmd", "ipv4", "ipv6", "ip", "protocol", "protocols", "protokoll", "the", "for", "in", "on", "of", "der", "die", "von", "le",
    "les", "el", "los", "each", "inclusive", "inkl", "each)", "inbound", "outbound", "listen", "listening"};
// The text of consoles' defaults: "disabled (8501)" names a port that the product does not listen on by default; the row is optional then.
constexpr std::string_view kDisabled = "disabled";

template <class Words>
bool is_one_of(std::string_view word, const Words& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); }

bool is_number(const Token& token) { return token.kind == TokenKind::number; }
bool is_struck_out(const Token& token) { return is_number(token) ? token.why == kStruckOut : token.kind == TokenKind::mark && token.value == 0; }
bool holds_digit(std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; }

// "TCP_8444", "https8445", "port8446" where the lexer took a word: a name that only says what the number is.
void split_glued(Passage& cell) {
  for (size_t i = 0; i < cell.size(); ++i) {
    const Token token = cell.tokens[i];
    if (token.kind != TokenKind::word || token.length < 5) continue;
    const std::string_view word = cell.word(i);
    const size_t digits = word.find_last_not_of("0123456789") + 1;
    if (digits == 0 || word.size() - digits < 2 || word.size() - digits > 5) continue;
    const std::string_view name = strip(word.substr(0, digits), "_-");
    if (!transport(name) && !is_port_word(name) && !is_one_of(name, kHarmless)) continue;
    const unsigned long value = std::stoul(std::string(word.substr(digits)));
    if (value == 0 || value > kLastPort) continue;
    Token number = token;
    number.kind = TokenKind::number;
    number.at = token.at + static_cast<uint32_t>(digits);
    number.length = token.length - static_cast<uint32_t>(digits);
    number.value = static_cast<uint32_t>(value);
    number.spaced = false;
    cell.tokens[i].length = static_cast<uint32_t>(name.size());
    cell.tokens.insert(cell.tokens.begin() + static_cast<long>(i) + 1, number);
  }
}

// A word with so many digits that they may be a port: "8446a", "0x1F90"; "99999" is one too many.
const char* why_no_port(const Passage& cell, size_t token) {
  const Token& of = cell.tokens[token];
  if (of.kind != TokenKind::word || of.why) return of.why;
  const std::string_view word = cell.word(token);
  if (!holds_digit(word)) return nullptr;
  if (word.find_first_not_of("0123456789") == std::string_view::npos) return "above the highest port";
  size_t run = 0, longest = 0;
  for (const char c : word) run = c >= '0' && c <= '9' ? run + 1 : 0, longest = std::max(longest, run);
  return longest >= 3 ? "glued to letters in a column of ports" : nullptr;
}

constexpr size_t kLongestCell = 1024;   // tokens; the grammar takes time that grows with the square

class CellReader {
 public:
  explicit CellReader(Passage& cell) : cell_(cell), taken_(cell.size(), false), left_out_(cell.size(), false), aside_(cell.size(), false) {}

  PortCell read() {
    if (cell_.empty()) return {};
    result_.as_above = says_as_above(cell_.text);
    if (result_.as_above) return std::move(result_);
    if (cell_.size() > kLongestCell) return read_long();
    find_asides();
    if (const size_t exception = exception_at(); exception < cell_.size()) return read_exception(exception);
    open_brackets();
    leave_out_remarks();
    leave_out_labels();
    result_.list = ports_between(0, cell_.size());
    take_everything();
    account();
    return std::move(result_);
  }

 private:
  // More ports than a row may have: what else stands there does not matter.
  PortCell read_long() {
    result_.list = ports_of_range(cell_, 0, cell_.size());
    open(texts(result_.list.ports), "what else the cell says");
    return std::move(result_);
  }

  // ---- exceptions ----

  size_t exception_at() const {
    for (size_t token = 0; token < cell_.size(); ++token)
      if (cell_.tokens[token].kind == TokenKind::word && is_one_of(cell_.word(token), kExceptions) && holds_number(token, cell_.size())) return token;
    return cell_.size();
  }

  bool holds_number(size_t begin, size_t end) const {
    return std::any_of(cell_.tokens.begin() + static_cast<long>(begin), cell_.tokens.begin() + static_cast<long>(end), is_number);
  }

  // "Any except 25", "1024-65535 (not 3389)".
  PortCell read_exception(size_t at) {
    PortList base = ports_of_range(cell_, 0, at);
    const PortList excepted = ports_of_range(cell_, at + 1, cell_.size());
    if (base.ports.empty() && says_everything(0, at)) base.ports.push_back({0, kLastPort, base.protocols, {}});
    const bool sure = !base.ports.empty() && !excepted.ports.empty() && is_plain(0, at) && is_plain(at + 1, cell_.size()) && within(excepted, base);
    explain_numbers(at, "an exception in a column of ports");
    result_.list = base;
    if (within(excepted, base))
      for (const Ports& ports : excepted.ports) result_.list.ports = without(result_.list.ports, ports);
    if (!sure && !base.ports.empty()) open(texts(result_.list.ports), "what else '" + shown() + "' says");
    return std::move(result_);
  }

  static bool within(const PortList& inner, const PortList& outer) {
    return std::all_of(inner.ports.begin(), inner.ports.end(), [&](const Ports& ports) {
      return std::any_of(outer.ports.begin(), outer.ports.end(), [&](const Ports& of) { return of.lo <= ports.lo && ports.hi <= of.hi; });
    });
  }

  static std::vector<Ports> without(const std::vector<Ports>& all, const Ports& hole) {
    std::vector<Ports> rest;
    for (const Ports& ports : all) {
      if (hole.hi < ports.lo || ports.hi < hole.lo) rest.push_back(ports);
      else {
        if (ports.lo < hole.lo) rest.push_back({ports.lo, hole.lo - 1, ports.protocols, ports.numbers});
        if (hole.hi < ports.hi) rest.push_back({hole.hi + 1, ports.hi, ports.protocols, ports.numbers});
      }
    }
    return rest;
  }

  // Nothing but ports, protocols and the words between them.
  bool is_plain(size_t begin, size_t end) const {
    for (size_t token = begin; token < end; ++token) {
      if (is_number(cell_.tokens[token])) continue;
      const std::string_view word = cell_.word(token);
      const bool mark = cell_.tokens[token].kind == TokenKind::mark && cell_.tokens[token].value < 0x80 && std::string_view(",;()/-").find(static_cast<char>(cell_.tokens[token].value)) != std::string_view::npos;
      const bool dash = cell_.tokens[token].kind == TokenKind::mark && is_number_line_mark(cell_.tokens[token].value);
      if (!mark && !dash && !transport(word) && !is_port_word(word) && !is_and(word) && !is_or(word) && !is_to(word) && !is_anyone(word) && word != "for" && word != "other" && word != "than" && word != "not") return false;
    }
    return true;
  }

  bool says_everything(size_t begin, size_t end) const {
    bool any = false;
    for (size_t token = begin; token < end; ++token) any = any || (cell_.tokens[token].kind == TokenKind::word && is_anyone(cell_.word(token)));
    return any && is_plain(begin, end);
  }

  // ---- what is no port of the row ----

  PortList ports_between(size_t begin, size_t end) {
    for (size_t token = begin; token < end; ++token)
      if (left_out_[token]) cell_.tokens[token].dotted = true;   // no number, while it is read
    PortList list = ports_of_range(cell_, begin, end);
    for (size_t token = begin; token < end; ++token)
      if (left_out_[token]) cell_.tokens[token].dotted = false;
    return list;
  }

  bool has_number_outside(uint32_t open, uint32_t close) const {
    bool inside = false;
    for (size_t token = 0; token < cell_.size(); ++token) {
      if (cell_.is_mark(token, open)) inside = true;
      else if (cell_.is_mark(token, close)) inside = false;
      else if (!inside && cell_.is_number(token)) return true;
    }
    return false;
  }

  // "[8080]" and "[22" alone are ports that somebody set in brackets, not the marks of footnotes.
  void open_brackets() {
    if (has_number_outside('[', ']')) return;
    for (size_t token = 0; token < cell_.size(); ++token) {
      if (!cell_.is_mark(token, '[') && !cell_.is_mark(token, ']')) continue;
      if (!cell_.is_mark(0, '[')) return;
      cell_.tokens[token].value = '(';
      doubtful_ = true;
    }
  }

  size_t closing(size_t open, uint32_t mark) const {
    size_t token = open + 1;
    while (token < cell_.size() && !cell_.is_mark(token, mark)) ++token;
    return token;
  }

  // Numbers in brackets behind ports: "(formerly 8443)", "(SQL Server 2019)", "(and 49152-65535)".
  void leave_out_remarks() {
    const bool outside = has_number_outside('(', ')');
    for (size_t token = 0; token < cell_.size(); ++token) {
      if (!cell_.is_mark(token, '(')) continue;
      const size_t end = closing(token, ')');
      if (outside && holds_port(token, end)) leave_out(token, end);
      else if (!holds_number(token, end)) doubtful_ = doubtful_ || holds_word(token, end, kDoubts);
      token = std::min(end, cell_.size() - 1);
    }
  }

  bool holds_port(size_t begin, size_t end) const {
    for (size_t token = begin; token < end; ++token)
      if (cell_.is_number(token)) return true;
    return false;
  }

  template <class Words>
  bool holds_word(size_t begin, size_t end, const Words& words) const {
    for (size_t token = begin; token < end; ++token)
      if (cell_.tokens[token].kind == TokenKind::word && is_one_of(cell_.word(token), words)) return true;
    return false;
  }

  // A number that a name leads to: "Server 2019".
  bool is_named(size_t token) const {
    if (token == 0 || cell_.tokens[token - 1].kind != TokenKind::word) return false;
    const std::string_view word = cell_.word(token - 1);
    return !transport(word) && !is_port_word(word) && !is_and(word) && !is_or(word) && !is_to(word) && !is_one_of(word, kHarmless);
  }

  void leave_out(size_t begin, size_t end) {
    bool remark = holds_word(begin, end, kRemarks);
    for (size_t token = begin; token < end; ++token) remark = remark || (cell_.is_number(token) && is_named(token));
    doubtful_ = true;
    if (!remark) return;
    for (size_t token = begin; token < end; ++token)
      if (cell_.is_number(token)) left_out_[token] = true;
    explain_numbers(begin, end, "in a remark on ports");
  }

  // "Port 1: 8446", "80 -> 8080", "8443:443", port 0.
  void leave_out_labels() {
    for (size_t token = 0; token < cell_.size(); ++token) {
      if (!cell_.is_number(token)) continue;
      const bool range = continues_range(token);
      if (cell_.tokens[token].value == 0 && !range) leave_out_number(token, "port 0 is reserved");
      else if (cell_.is_mark(token + 1, ':') && cell_.is_number(token + 2)) read_colon(token);
      else if (is_arrow(token + 1)) read_arrow(token);
    }
  }

  bool continues_range(size_t token) const {
    const auto mark = [&](size_t at) { return at < cell_.size() && !is_number(cell_.tokens[at]) && ((cell_.tokens[at].kind == TokenKind::mark && is_number_line_mark(cell_.tokens[at].value)) || is_to(cell_.word(at)) || cell_.is_mark(at, '.') || is_and(cell_.word(at))); };
    return mark(token + 1);
  }

  void read_colon(size_t token) {
    const Token& first = cell_.tokens[token];
    const Token& second = cell_.tokens[token + 2];
    doubtful_ = true;
    if (second.spaced) return leave_out_number(token, "a label in a column of ports");
    if (is_colon_range(cell_, token)) alternative_ = "a mapping of port " + std::to_string(first.value) + " to " + std::to_string(second.value);
    else leave_out_number(token + 2, "behind a colon in a column of ports"), alternative_ = first.value < second.value ? "the range " + std::to_string(first.value) + "-" + std::to_string(second.value) : "port " + std::to_string(second.value);
  }

  static bool is_arrow_mark(uint32_t mark) {
    return (mark >= 0x2190 && mark <= 0x21ff) || (mark >= 0x2794 && mark <= 0x27be) || (mark >= 0x27f0 && mark <= 0x27ff) || (mark >= 0x2900 && mark <= 0x297f);
  }

  bool is_arrow(size_t token) const {
    return (token < cell_.size() && cell_.tokens[token].kind == TokenKind::mark && is_arrow_mark(cell_.tokens[token].value)) ||
           ((cell_.is_mark(token, '-') || cell_.is_mark(token, '=')) && cell_.is_mark(token + 1, '>'));
  }

  void read_arrow(size_t token) {
    doubtful_ = true;
    for (size_t other = token + 1; other < std::min(cell_.size(), token + 5); ++other)
      if (cell_.is_number(other)) {
        alternative_ = "port " + std::to_string(cell_.tokens[other].value);
        return leave_out_number(other, "behind an arrow in a column of ports");
      }
  }

  void leave_out_number(size_t token, const char* why) {
    left_out_[token] = true;
    doubtful_ = true;
    explain_numbers(token, token + 1, why);
  }

  void explain_numbers(size_t begin, const char* why) { explain_numbers(begin, cell_.size(), why); }
  void explain_numbers(size_t begin, size_t end, const char* why) {
    for (size_t token = begin; token < std::min(end, cell_.size()); ++token)
      if (is_number(cell_.tokens[token]) && !cell_.tokens[token].why) cell_.tokens[token].why = why;
  }

  // ---- what the grammar takes ----

  void take_everything() {
    if (result_.list.ports.empty() && !doubtful_ && !holds_number(0, cell_.size()) && says_everything(0, cell_.size())) result_.list.ports.push_back({0, kLastPort, result_.list.protocols, {}});
    for (const Ports& ports : result_.list.ports)
      for (size_t i = 0; i < ports.numbers.size(); ++i) {
        taken_[ports.numbers[i]] = true;
        if (i > 0) std::fill(taken_.begin() + static_cast<long>(ports.numbers[0]), taken_.begin() + static_cast<long>(ports.numbers[i]) + 1, true);
      }
  }

  bool takes(size_t token) const {
    const Token& of = cell_.tokens[token];
    if (taken_[token] || left_out_[token] || is_struck_out(of)) return true;
    if (of.kind == TokenKind::number) return of.dotted && is_aside(token);
    if (of.kind == TokenKind::mark) return takes_mark(token);
    const std::string_view word = cell_.word(token);
    if (why_no_port(cell_, token) || turns_round(token, word)) return false;
    if (transport(word) || is_port_word(word) || is_and(word) || is_or(word) || is_above(word) || is_below(word) || is_between(word) || is_one_of(word, kHarmless)) return true;
    if (word == kDisabled && cell_.is_mark(token + 1, '(')) return true;
    const bool compared = word == "than" || word == "up" || word == "upwards" || word == "aufwärts" || word == "als";
    return compared || is_aside(token) || names_service(word);
  }

  // "no 443", "IP 50", "135, dynamic", "10 ports from 443", "1 of 443", "443 and": words that elsewhere say nothing.
  bool turns_round(size_t token, std::string_view word) const {
    const bool number_before = token > 0 && is_number(cell_.tokens[token - 1]), number_behind = cell_.is_number(token + 1);
    if (word == "no") return number_behind && !(token > 0 && is_port_word(cell_.word(token - 1)));
    if (word == "ip") return number_behind;
    if (word == "of") return number_before && number_behind;
    if (is_port_word(word)) return number_before && holds_number(token + 1, cell_.size()) && !number_behind && !cell_.is_mark(token + 1, ',') && !protocol_behind(token);
    if (is_and(word) || is_or(word)) return token + 1 == cell_.size() && !taken_[token] && !ends_upwards();
    const bool moves = word == "dynamic" || word == "ephemeral" || word == "random" || word == "high" || word == "rpc";
    return moves && !is_aside(token) && !result_.list.ports.empty() && std::none_of(result_.list.ports.begin(), result_.list.ports.end(), [](const Ports& ports) { return ports.lo < ports.hi; });
  }
  bool protocol_behind(size_t token) const { return token + 1 < cell_.size() && (transport(cell_.word(token + 1)) || cell_.tokens[token + 1].kind == TokenKind::mark); }
  bool ends_upwards() const { return !result_.list.ports.empty() && result_.list.ports.back().hi == kLastPort && result_.list.ports.back().lo < kLastPort; }

  bool names_service(std::string_view word) const {
    const std::vector<NamedService> services = services_named(make_passage(word, 1));
    return !services.empty();
  }

  // In brackets, where words without doubt are remarks.
  bool is_aside(size_t token) const { return aside_[token]; }

  void find_asides() {
    bool inside = false;
    for (size_t token = 0; token < cell_.size(); ++token) {
      if (cell_.is_mark(token, ')')) inside = false;
      aside_[token] = inside;
      if (cell_.is_mark(token, '(')) inside = true;
    }
  }

  // "- 443" is an item and "443 - web" a remark; "443-", "-443" and "443--445" may be anything.
  bool takes_dash(size_t token) const {
    const bool behind_number = token > 0 && is_number(cell_.tokens[token - 1]), glued = !cell_.tokens[token].spaced;
    const bool before_number = cell_.is_number(token + 1), glues = before_number && !cell_.tokens[token + 1].spaced;
    const bool before_dash = cell_.is_mark(token + 1, '-') || cell_.is_mark(token + 1, '~');
    if (behind_number) return !(before_number || before_dash || (glued && (token + 1 == cell_.size() || cell_.is_mark(token + 1, ',') || cell_.is_mark(token + 1, ';'))));
    return !(glues && (token == 0 || cell_.tokens[token - 1].kind == TokenKind::mark));
  }

  // "44 3", "8085 5": one blank parts them, and one of them may be a part of the other, or the mark of a note.
  bool is_torn(size_t token) const {
    if (!cell_.is_number(token) || !cell_.is_number(token + 1) || cell_.line_of(token) != cell_.line_of(token + 1)) return false;
    const uint32_t first = cell_.tokens[token].length, second = cell_.tokens[token + 1].length;
    return std::min(first, second) == 1 || std::max(first, second) > std::min(first, second) + 1;
  }

  // "8087 3)"
  bool has_stray_bracket() const {
    long open = 0;
    for (size_t token = 0; token < cell_.size() && open >= 0; ++token) open += cell_.is_mark(token, '(') ? 1 : cell_.is_mark(token, ')') ? -1 : 0;
    return open != 0;
  }

  bool takes_mark(size_t token) const {
    const uint32_t mark = cell_.tokens[token].value;
    if (mark >= 0x80) return mark < 0x2e80 && !is_arrow(token) && !(mark >= 0x20a0 && mark <= 0x20cf) && mark != 0x2026;
    const bool between = token > 0 && is_number(cell_.tokens[token - 1]) && cell_.is_number(token + 1);
    if ((mark == '=' || mark == '\\') && between) return false;
    if (mark == '.' && (cell_.is_mark(token + 1, '.') || (token > 0 && cell_.is_mark(token - 1, '.')))) return false;
    if (mark == '<' && cell_.is_mark(token + 1, '-')) return false;
    if (mark == '+' && token + 1 == cell_.size() && cell_.tokens[token].spaced) return false;                     // "1024 +"
    if (mark == '-' || mark == '~') return takes_dash(token);
    if (mark == '+' && cell_.is_number(token + 1)) return false;                                                  // "5000, +1"
    if (mark == '*' && token > 0 && cell_.is_number(token - 1) && cell_.is_number(token + 1)) return false;       // "5000*10"
    if (mark == '>' && token > 0 && !cell_.tokens[token].spaced && cell_.tokens[token - 1].kind == TokenKind::word) return false;
    if (mark == ':') return !(token > 0 && is_number(cell_.tokens[token - 1]) && token + 1 < cell_.size() && is_number(cell_.tokens[token + 1]));
    if (mark == '>' || mark == '<' || mark == '+') return true;   // "> 1023", "1024+"
    return std::string_view(",;/()&|*#`\"'.=_\\").find(static_cast<char>(mark)) != std::string_view::npos;
  }

  // "[1]" is the mark of a footnote; a note with numbers of its own is more.
  bool takes_note(size_t begin, size_t end) const {
    size_t numbers = 0;
    bool small = true;
    for (size_t token = begin; token < end; ++token)
      if (cell_.is_number(token)) ++numbers, small = small && cell_.tokens[token].value < 100;
    return numbers == 0 ? !holds_word(begin, end, kDoubts) : numbers == 1 && small;
  }

  void account() {
    bool whole = !doubtful_ && !has_stray_bracket();
    for (size_t token = 0; token < cell_.size(); ++token) {
      if (cell_.is_mark(token, '[')) {
        const size_t end = closing(token, ']');
        whole = whole && takes_note(token, end);
        token = end;
        continue;
      }
      if (const char* why = why_no_port(cell_, token)) cell_.tokens[token].why = why;
      whole = whole && takes(token) && !is_torn(token);
    }
    whole = whole && !result_.list.mixed;
    if (whole || result_.list.ports.empty()) return;
    if (result_.list.mixed && alternative_.empty()) alternative_ = "the protocols belong to other ports";
    open(texts(result_.list.ports), alternative_.empty() ? left_out_text() : alternative_);
  }

  // ---- words ----

  std::string left_out_text() const {
    std::string text;
    for (size_t token = 0; token < cell_.size(); ++token)
      if (cell_.is_number(token) && !taken_[token]) text.append(text.empty() ? "" : ", ").append(cell_.written(token));
    return text.empty() ? "what else the cell says" : "other ports, such as " + text;
  }

  static std::string texts(const std::vector<Ports>& list) {
    constexpr size_t kMostShown = 8;
    std::string text;
    for (size_t i = 0; i < std::min(list.size(), kMostShown); ++i) text.append(text.empty() ? "" : ", ").append(to_text(list[i]));
    return list.size() > kMostShown ? text + ", …" : text;
  }

  std::string shown() const {
    constexpr size_t kMost = 100;
    return clip(cell_.text, kMost);
  }

  void open(const std::string& chosen, const std::string& alternative) {
    result_.readings.push_back(open_reading("ports", chosen + ", of '" + shown() + "'", alternative));
  }

  Passage& cell_;
  std::vector<bool> taken_;       // by a port or range
  std::vector<bool> left_out_;    // numbers that are none of the row's ports
  std::vector<bool> aside_;       // in round brackets
  bool doubtful_ = false;
  std::string alternative_;
  PortCell result_;
};

}  // namespace

bool says_as_above(std::string_view cell) { return is_one_of(lower_case(strip(cell, ".()")), kAsAbove) || is_one_of(lower_case(strip(cell)), kAsAbove); }

PortCell read_port_cell(Passage& cell) {
  const std::string one_number = join_thousands(cell);
  split_glued(cell);
  PortCell result = CellReader(cell).read();
  if (!one_number.empty() && !result.list.ports.empty() && result.readings.empty()) {
    const bool joined = result.list.ports.size() == 1 && to_text(result.list.ports[0]) == one_number;
    result.readings.push_back(open_reading("ports", "'" + clip(cell.text, 100) + "' as " + (joined ? "one number" : "a list"), joined ? "a version, or something else" : "one number, " + one_number));
  }
  return result;
}

}  // namespace fwproof::specs::derive
