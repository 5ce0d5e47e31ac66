// One reader for all kinds of columns, since what one cell says changes what another means: that is the reason for the length.
#include "specs/derive/rows_from_table.h"

#include <algorithm>

#include "model/packet.h"
#include "specs/derive/columns.h"
#include "specs/derive/doubt_words.h"
#include "specs/derive/left_over.h"
#include "specs/derive/port_cell.h"
#include "specs/derive/table_gaps.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::pair<uint32_t, uint32_t> kEveryPort = {0, kLastPort};
constexpr const char* kNoPort = "a port that the document does not say";
constexpr size_t kMostMark = 12;

// "Server [1]" → "Server "
std::string without_notes(std::string_view text) {
  std::string rest;
  bool inside = false;
  for (const char c : text) {
    inside = (inside || c == '[') && c != ']';
    if (!inside && c != ']') rest += c;
  }
  return rest;
}

// Lines that each name somebody stay apart; lines that wrap one name are joined.
std::string names_of(const Passage& cell) {
  std::string text = cell.text;
  for (size_t i = 1; i < cell.starts.size(); ++i) {
    const size_t at = cell.starts[i].first;
    const char first = text[at];
    const bool same_line = cell.starts[i].second == cell.starts[i - 1].second;   // then it is a break of the format's
    if (first != '(' && (same_line || (first >= 'A' && first <= 'Z') || static_cast<unsigned char>(first) >= 0x80)) text[at - 1] = '\n';
  }
  return without_notes(text);
}

void append(std::string& text, std::string_view more, std::string_view separator) {
  if (more.empty()) return;
  if (!text.empty()) text += separator;
  text += more;
}

// "443 [1]", "NodePort†", "SMB (**)": the notes that the cell's marks lead to.
std::string notes_of(const Passage& cell, const Footnote& footnote) {
  std::string notes;
  for (size_t token = 0; token < cell.size(); ++token) {
    size_t end = token + 1;
    if (cell.is_mark(token, '[') || cell.is_mark(token, '(')) {
      while (end < cell.size() && !cell.is_mark(end, ']') && !cell.is_mark(end, ')') && end - token < 8) ++end;
      ++end;
    } else if (cell.is_mark(token, '*')) {
      while (cell.is_mark(end, '*')) ++end;
    } else if (cell.tokens[token].kind != TokenKind::mark || cell.tokens[token].value < 0x80) {
      continue;
    }
    const std::string_view mark = cell.between(token, end);
    if (mark.size() <= kMostMark) append(notes, footnote(mark), " ");
  }
  return notes;
}

// What readings call a column whose words may turn a row round; empty: others read them.
const char* place_of(Column column) {
  switch (column) {
    case Column::source:
    case Column::user: return "the source";
    case Column::target:
    case Column::component: return "the target";
    case Column::peer:
    case Column::flow: return "the connection";
    case Column::service: return "the service";
    case Column::description: return "the description";
    case Column::program: return "the program";
    case Column::direction: return "the direction";
    case Column::protocol: return "the protocol";
    case Column::none: return "the row";
    case Column::port:
    case Column::source_port:
    case Column::local_port:
    case Column::remote_port:
    case Column::tcp_ports:
    case Column::udp_ports:
    case Column::required:
    case Column::optional:
    case Column::action: return "";
  }
  return "";
}

bool holds_names(Column column) {
  return column == Column::source || column == Column::target || column == Column::user || column == Column::component || column == Column::peer || column == Column::flow || column == Column::service || column == Column::program;
}

struct RowReader {
  std::vector<Passage>& cells;
  const std::vector<Column>& columns;
  const TableReader& reader;
  Facts facts;
  bool blocks = false;          // an action that denies
  bool has_port_cell = false;   // something stands where ports do
  std::string port_text;
  bool as_above = false;        // "same as above"
  std::optional<PortList> local, remote;

  Column column(size_t i) const { return i < columns.size() ? columns[i] : Column::none; }

  void read() {
    std::string service, notes;
    for (size_t i = 0; i < cells.size(); ++i) {
      read_cell(column(i), cells[i], service);
      if (const char* where = place_of(column(i)); *where && !is_yes_or_no(cells[i].text) && !(column(i) == Column::protocol && rules_out(cells[i]))) hear(facts, cells[i].text, holds_names(column(i)) ? Stands::name : Stands::cell, where);
      read_answer(i);
      seek_notes(i);
      question(i);
      append(notes, notes_of(cells[i], reader.footnote), " ");
    }
    settle_sides();
    std::string description = service;
    append(description, facts.description, ": ");
    if (!notes.empty()) hear(facts, notes, Stands::cell, "the note");
    const std::string spoken = description + (notes.empty() ? "" : " [" + notes + "]");
    facts.description = spoken;
    const std::string_view condition = condition_in(spoken);
    if (facts.condition.empty()) facts.condition = condition;
    std::string all = lower_case(port_text) + " " + lower_case(spoken);
    if (facts.need_is_stated) return name_protocols();
    if (condition.empty() && says_optional(all)) facts.optional = true;
    if (says_optional(lower_case(spoken))) facts.optional = true;
    name_protocols();
    compare_protocols();
  }

  // "443/udp" beside "TCP"; "also UDP" in a description.
  void compare_protocols() {
    if (facts.protocols.empty()) return;
    const auto other = [&](unsigned protocol) { return model::has_ports(protocol) && std::find(facts.protocols.begin(), facts.protocols.end(), protocol) == facts.protocols.end(); };
    std::vector<unsigned> said;
    for (const Ports& ports : facts.ports.ports) said.insert(said.end(), ports.protocols.begin(), ports.protocols.end());
    const bool beside = std::any_of(said.begin(), said.end(), other);
    const std::vector<unsigned> told = stated_protocols(make_passage(facts.description, facts.line));
    const bool described = said.empty() && std::any_of(told.begin(), told.end(), other) && std::any_of(facts.protocols.begin(), facts.protocols.end(), model::has_ports);
    if (!beside && !described) return;
    facts.readings.push_back(beside ? open_reading("protocol", "the one beside the port", "the one of the column") : open_reading("protocol", "the one of the column", "the one that the description names, too"));
  }

  // "TCP, not UDP" is exact.
  bool rules_out(const Passage& cell) const { return stated_protocols(cell).size() < protocols_in(cell, 0, cell.size()).size(); }

  void read_answer(size_t i) {
    if (!reader.headers || i >= reader.headers->size()) return;
    if (column(i) != Column::none && column(i) != Column::description && column(i) != Column::service) return;
    if (auto reading = reading_of_answer((*reader.headers)[i], cells[i].text)) facts.readings.push_back(std::move(*reading));
  }

  // "!Client", "TCP?", "Client → Portal", "Portal:8443", "vice versa": a name or protocol that says more, or nothing.
  void question(size_t i) {
    const Column kind = column(i);
    if (kind != Column::source && kind != Column::target && kind != Column::peer && kind != Column::protocol) return;
    if (!is_questionable(cells[i])) return;
    facts.readings.push_back(open_reading(kind == Column::protocol ? "protocol" : kind == Column::source ? "source" : "target", "'" + clip(cells[i].text, 80) + "', as it stands", "somebody or something else"));
  }

  static bool is_questionable(const Passage& cell) {
    constexpr std::string_view kNobody[] = {"itself", "each other", "one another", "vice versa", "see note", "see notes", "see below", "unknown", "tbd", "varies", "various", "depends"};
    for (size_t token = 0; token < cell.size(); ++token) {
      if (cell.tokens[token].kind != TokenKind::mark) continue;
      const uint32_t mark = cell.tokens[token].value;
      if (mark == '?' || mark == '!' || mark == 0xac || (mark >= 0x2190 && mark <= 0x21ff) || (mark == '>' && token > 0 && cell.is_mark(token - 1, '-')) || (mark == ':' && cell.is_number(token + 1) && !cell.tokens[token + 1].spaced)) return true;
    }
    const std::string text = lower_case(strip(cell.text, "*`.()"));
    return std::find(std::begin(kNobody), std::end(kNobody), text) != std::end(kNobody);
  }

  // "443*", "443†": what the note says is not known where it is not found.
  void seek_notes(size_t i) {
    if (!is_port_column(column(i))) return;
    const Passage& cell = cells[i];
    for (size_t token = 1; token < cell.size(); ++token) {
      if (cell.tokens[token].kind != TokenKind::mark || cell.tokens[token].spaced || !cell.is_number(token - 1)) continue;
      const uint32_t mark = cell.tokens[token].value;
      size_t end = token + 1;
      while (mark == '*' && cell.is_mark(end, '*')) ++end;
      if ((mark == '*' && cell.is_number(end)) || !is_note_mark(mark) || !reader.footnote(cell.between(token, end)).empty()) continue;
      return facts.readings.push_back(open_reading("requirement", "without what the note '" + std::string(cell.between(token, end)) + "' says, which is not found", "optional, or not part of it"));
    }
  }

  // Superscript digits, daggers, section marks.
  static bool is_note_mark(uint32_t mark) { return mark == '*' || mark == 0xa7 || mark == 0xb9 || mark == 0xb2 || mark == 0xb3 || mark == 0x2020 || mark == 0x2021 || (mark >= 0x2070 && mark <= 0x2079); }

  // "All traffic": that is no port that something needs.
  bool is_everything() const {
    return facts.every_protocol && std::all_of(facts.ports.ports.begin(), facts.ports.ports.end(), [](const Ports& ports) { return ports.numbers.empty() && ports.lo == 0 && ports.hi == kLastPort; });
  }

  void read_cell(Column column, Passage& cell, std::string& service) {
    switch (column) {
      case Column::port: return read_ports(cell, {});
      case Column::tcp_ports: return read_ports(cell, {6});
      case Column::udp_ports: return read_ports(cell, {17});
      case Column::source_port: return read_source_ports(cell);
      case Column::local_port: return read_side(cell, local);
      case Column::remote_port: return read_side(cell, remote);
      case Column::source:
      case Column::user: return add_names(cell, facts.from);
      case Column::target: return add_names(cell, facts.to);
      case Column::peer: return add_names(cell, facts.peers);
      case Column::flow: return read_flow(cell, service);
      case Column::component:
        if (!is_nothing(cell.text)) facts.listener = cell.text;
        return append(service, cell.text, ", ");
      case Column::direction: return read_direction(cell);
      case Column::protocol: return read_protocol(cell, service);
      case Column::service: return append(service, is_nothing(cell.text) ? std::string_view() : cell.text, ", ");
      case Column::description:
        if (says_optional(cell.lower) && !facts.need_is_stated) facts.optional = true;
        return append(facts.description, is_nothing(cell.text) ? std::string_view() : cell.text, "; ");
      case Column::required: return read_need(cell, false);
      case Column::optional: return read_need(cell, true);
      case Column::program:
        if (!is_nothing(cell.text)) facts.program = cell.text;
        return;
      case Column::action: return read_action(cell);
      case Column::none: return;
    }
  }

  void add_names(const Passage& cell, std::vector<std::string>& names) {
    if (is_nothing(cell.text) && cell.text.find_first_of("/-") != std::string::npos) return;   // "N/A" names nobody
    if (strip(cell.text) == "*") return names.emplace_back(kAny), void();
    for (std::string& name : reader.book.split(names_of(cell))) names.push_back(std::move(name));
  }

  void read_flow(const Passage& cell, std::string& service) {
    const Scene scene = scene_of(cell.text);
    if (scene.from.empty() || scene.to.empty()) return append(service, is_nothing(cell.text) ? std::string_view() : cell.text, ", ");
    facts.from = reader.book.split(scene.from);
    facts.to = reader.book.split(scene.to);
    if (scene.both_ways) facts.direction = Direction::both;
  }

  // What the cell says, with its numbers accounted for; "any" is every port.
  PortList ports_in(Passage& cell) {
    PortCell read = read_port_cell(cell);
    facts.readings.insert(facts.readings.end(), read.readings.begin(), read.readings.end());
    as_above = as_above || read.as_above;
    if (read.list.ports.empty() && is_anyone(cell.text)) read.list.ports.push_back({kEveryPort.first, kEveryPort.second, read.list.protocols, {}});
    for (const Ports& ports : read.list.ports)
      for (const size_t number : ports.numbers) cell.tokens[number].used = true;
    return std::move(read.list);
  }

  void read_ports(Passage& cell, std::vector<unsigned> protocols) {
    PortList list = ports_in(cell);
    if (!cell.empty()) has_port_cell = true, append(port_text, cell.text, " ");
    for (Ports& ports : list.ports) {
      if (ports.protocols.empty()) ports.protocols = protocols;
      facts.ports.ports.push_back(std::move(ports));
    }
    facts.ports.alternatives = facts.ports.alternatives || list.alternatives;
    if (facts.ports.ports.empty() && !list.protocols.empty()) facts.protocols = list.protocols;
    if (facts.ports.ports.empty()) read_services(cell);
  }

  // ---- local and remote ports ----

  void read_side(Passage& cell, std::optional<PortList>& side) {
    if (!cell.empty()) has_port_cell = true, append(port_text, cell.text, " ");
    side = ports_in(cell);
  }

  static bool is_every_port(const std::optional<PortList>& side) {
    return !side || side->ports.empty() || (side->ports.size() == 1 && side->ports[0].lo <= 1 && side->ports[0].hi == kLastPort);
  }

  // What comes in is for the local port, what goes out for the remote one; the other is the source port.
  void settle_sides() {
    if (!local && !remote) return;
    Direction direction = facts.direction == Direction::unknown ? reader.setting.scene.direction : facts.direction;
    if (direction != Direction::in && direction != Direction::out) {
      const bool out = is_every_port(local) && !is_every_port(remote);
      facts.readings.push_back(open_reading("ports", out ? "the remote port is what is asked for" : "the local port is what is asked for", out ? "the local port" : "the remote port"));
      if (direction == Direction::unknown) facts.direction = out ? Direction::out : Direction::in;
      direction = out ? Direction::out : Direction::in;
    }
    const std::optional<PortList>& asked = direction == Direction::in ? local : remote;
    const std::optional<PortList>& other = direction == Direction::in ? remote : local;
    if (asked) facts.ports = *asked;
    if (!is_every_port(other))
      for (const Ports& ports : other->ports) facts.src_ports.push_back({ports.lo, ports.hi});
  }

  // ---- cells that say nothing of their own ----

  bool names_nothing_else() const {
    for (size_t i = 0; i < cells.size(); ++i)
      if (!cells[i].empty() && column(i) != Column::description && column(i) != Column::none && !is_port_column(column(i))) return false;
    return true;
  }

  // An empty cell of ports below a filled one: merged cells look like this where a format cannot say it.
  void take_ports_of(const std::vector<Passage>& above) {
    if (!facts.ports.ports.empty() || (has_port_cell && !as_above) || (!as_above && names_nothing_else())) return;
    if (!facts.protocols.empty() && std::none_of(facts.protocols.begin(), facts.protocols.end(), model::has_ports)) return;
    for (size_t i = 0; i < above.size(); ++i) {
      if (!is_port_column(column(i))) continue;
      Passage cell = above[i];
      for (Ports& ports : read_port_cell(cell).list.ports) {
        if (!facts.protocols.empty()) ports.protocols.clear();
        ports.numbers.clear();
        facts.ports.ports.push_back(std::move(ports));
      }
    }
    std::string text;
    for (const Ports& ports : facts.ports.ports) append(text, to_text(ports), ", ");
    if (!text.empty()) facts.readings.push_back(open_reading("ports", text + ", of the row above", kNoPort));
  }

  // "HTTPS" where a number should stand.
  void read_services(const Passage& cell) {
    const std::vector<NamedService> services = services_named(cell);
    if (services.empty()) return;
    std::string text;
    for (const NamedService& service : services) {
      facts.ports.ports.push_back({service.port, service.port, {service.protocol}, {}});
      append(text, std::string(transport_name(service.protocol)) + " " + std::to_string(service.port), ", ");
    }
    facts.readings.push_back(open_reading("ports", text + ", as assigned to " + clip(cell.text, 100), kNoPort));
  }

  void read_source_ports(Passage& cell) {
    for (const Ports& ports : ports_in(cell).ports) facts.src_ports.push_back({ports.lo, ports.hi});
  }

  // An action that is not known to let through is no requirement; where it is not known at all, somebody must look.
  void read_action(const Passage& cell) {
    if (is_nothing(cell.text)) return facts.readings.push_back(open_reading("requirement", "let through, though the action is '" + cell.text + "'", "blocked"));
    blocks = !lets_through(cell.lower);
    if (blocks || cell.size() < 2) return;
    facts.condition = condition_in(cell.text);                       // "Allow if needed"
    hear(facts, cell.text, Stands::cell, "the action");
    for (size_t token = 0; token < cell.size() && facts.condition.empty(); ++token)
      if (const Force force = force_at(cell, token); force == Force::conditions || force == Force::may || force == Force::needs) facts.condition = cell.text;
  }

  void read_direction(const Passage& cell) {
    if (const auto direction = direction_of_cell(cell.text)) facts.direction = *direction;
    else if (!is_nothing(cell.text)) facts.readings.push_back(open_reading("direction", "as the columns of sources and targets say", "what '" + cell.text + "' says"));
    if (!direction_of_cell(cell.text)) append(facts.description, is_nothing(cell.text) ? std::string_view() : cell.text, "; ");
  }

  void read_protocol(Passage& cell, std::string& service) {
    const bool rules_out = stated_protocols(cell).size() < protocols_in(cell, 0, cell.size()).size();   // "TCP, not UDP"
    std::vector<unsigned> protocols = rules_out ? stated_protocols(cell) : protocols_in(cell, 0, cell.size());
    if (protocols.empty() && is_number_of_protocol(cell)) return;
    if (protocols.empty() && (is_anyone(cell.text) || holds_phrase(cell.lower, "any"))) facts.every_protocol = true;
    else if (protocols.empty() && holds_phrase(cell.lower, "both")) protocols = {6, 17};
    else if (protocols.empty()) append(service, is_nothing(cell.text) ? std::string_view() : cell.text, ", ");
    facts.protocols.insert(facts.protocols.end(), protocols.begin(), protocols.end());
  }

  // "6" or "17" in a column of protocols.
  bool is_number_of_protocol(Passage& cell) {
    if (cell.size() != 1 || !cell.is_number(0) || transport_name(cell.tokens[0].value).empty()) return false;
    facts.protocols.push_back(cell.tokens[0].value);
    cell.tokens[0].why = "the number of a protocol";
    return true;
  }

  void read_need(const Passage& cell, bool says_whether_optional) {
    const auto need = need_of_cell(cell.text);
    facts.need_is_stated = need.has_value();
    if (!need && (is_nothing(cell.text) || cell.text == "☐"))
      return facts.readings.push_back(open_reading("requirement", "required, though the column that says so has '" + cell.text + "'", "optional"));
    if (!need || *need == Need::sometimes) facts.condition = cell.text;
    if (!need) return append(facts.description, cell.text, "; ");
    switch (*need) {
      case Need::yes: facts.optional = says_whether_optional; return;
      case Need::no: facts.optional = !says_whether_optional; return;
      case Need::optional: facts.optional = true; return;
      case Need::required:
      case Need::sometimes: return;
    }
  }

  // Protocols that stand in another cell only: "DNS (TCP and UDP)".
  void name_protocols() {
    if (!facts.protocols.empty() || facts.every_protocol) return;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (column(i) != Column::service && column(i) != Column::component && column(i) != Column::description && column(i) != Column::none) continue;
      for (const unsigned protocol : stated_protocols(cells[i]))
        if (model::has_ports(protocol) && std::find(facts.protocols.begin(), facts.protocols.end(), protocol) == facts.protocols.end()) facts.protocols.push_back(protocol);
    }
  }
};

const char* why_of(Column column) {
  switch (column) {
    case Column::port:
    case Column::tcp_ports:
    case Column::udp_ports: return "in a column of ports, but in no row";
    case Column::local_port:
    case Column::remote_port: return "in a column of ports, but in no row";
    case Column::source_port: return "a source port";
    case Column::source:
    case Column::target:
    case Column::peer:
    case Column::flow:
    case Column::user: return "in the name of a source or target";
    case Column::direction:
    case Column::protocol:
    case Column::service:
    case Column::component:
    case Column::description:
    case Column::required:
    case Column::optional:
    case Column::program:
    case Column::action:
    case Column::none: return "in a row's description";
  }
  return "";
}

// Protocols such as ICMP have no ports: what stands in the column is something else.
bool drop_ports_of_other_protocols(Facts& facts) {
  if (facts.protocols.empty() || std::any_of(facts.protocols.begin(), facts.protocols.end(), model::has_ports)) return false;
  facts.ports.ports.clear();
  std::erase_if(facts.readings, [](const Reading& reading) { return reading.open == "ports"; });
  return true;
}

// Without notes.
std::string words_of(std::string_view port_text) { return std::string(strip(clip(port_text.substr(0, port_text.find('[')), 80))); }

// Some number or word of its cells of ports is left over by itself.
bool is_listed(const std::vector<Passage>& cells, const std::vector<Column>& columns) {
  for (size_t i = 0; i < std::min(cells.size(), columns.size()); ++i)
    if (is_port_column(columns[i]) && std::any_of(cells[i].tokens.begin(), cells[i].tokens.end(), [](const Token& token) { return !token.used && (token.kind == TokenKind::number || token.why); })) return true;
  return false;
}

// A row that says no port: its cell of ports is listed, unless the numbers in it are already.
void leave_over_cell(const RowReader& row, const TableReader& reader) {
  if (!row.facts.ports.ports.empty() || (!row.has_port_cell && row.names_nothing_else())) return;
  if (row.port_text.find("~~") != std::string::npos) return;   // struck out: said so already
  const std::string words = row.has_port_cell ? words_of(row.port_text) : "(empty)";
  if (words.find_first_of("0123456789") != std::string::npos && is_listed(row.cells, row.columns)) return;
  LeftOver entry{words, "in a column of ports, without a number", {}};
  entry.citation.line = row.facts.line;
  reader.left_over.add(std::move(entry));
}

void release(std::vector<Passage>& cells, const char* why) {
  for (Passage& cell : cells)
    for (Token& token : cell.tokens)
      if (token.used && token.kind == TokenKind::number) token.used = false, token.why = why;
}

}  // namespace

void read_row(std::vector<Passage>& cells, const std::vector<Column>& columns, uint32_t line, const TableReader& reader, const std::vector<Passage>& above) {
  RowReader row{cells, columns, reader, {}, false, false, {}, false, {}, {}};
  row.read();
  row.take_ports_of(above);
  row.facts.readings.insert(row.facts.readings.end(), reader.open.begin(), reader.open.end());
  row.facts.line = line;
  row.facts.in_table = true;
  if (drop_ports_of_other_protocols(row.facts)) release(cells, "of a protocol without ports");
  if (row.is_everything()) row.facts.ports.ports.clear();
  const char* denied = denial_of(row.facts, reader.setting);
  if (denied) row.blocks = true;
  std::vector<Draft> drafts = row.blocks ? std::vector<Draft>{} : drafts_of(row.facts, reader.setting);
  if (row.blocks) release(cells, denied ? denied : "of a rule that blocks");
  else if (drafts.empty()) release(cells, "in a row that could not be formed");
  if (drafts.empty() && !row.blocks) leave_over_cell(row, reader);
  for (size_t i = 0; i < cells.size(); ++i) collect_left_over(cells[i], why_of(row.column(i)), reader.left_over);
  if (!drafts.empty()) reader.add(std::move(drafts));
}

}  // namespace fwproof::specs::derive
