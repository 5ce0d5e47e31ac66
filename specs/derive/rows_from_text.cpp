#include "specs/derive/rows_from_text.h"

#include <algorithm>

#include "specs/derive/expressions.h"
#include "specs/derive/left_over.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kPeople[] = {"client", "clients", "user", "users", "browser", "browsers", "benutzer", "anwender", "utilisateur",
                                        "utilisateurs", "usuario", "usuarios"};
constexpr std::string_view kAmongHosts[] = {"replicate", "replicates", "replicated", "replicating", "replication", "inter-node", "between nodes", "between servers",
                                            "between the nodes", "between the servers", "across sites", "between sites", "cluster members", "each other",
                                            "transmit and receive", "replikation", "réplication", "replicación", "untereinander"};

// In a text that is sentences only, they tell what is used rather than ask for it.
constexpr std::string_view kUses[] = {"use", "uses", "used", "on port", "on ports", "via port", "via ports", "over port", "over ports", "through port", "through ports",
                                      "listen", "listens", "verwendet", "nutzt", "utilise", "utilisent", "usa", "utiliza"};

template <class Words>
bool holds_any(std::string_view lower_text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return holds_phrase(lower_text, word); });
}

void use(Passage& passage, const PortList& list) {
  for (const Ports& ports : list.ports)
    for (const size_t number : ports.numbers) passage.tokens[number].used = true;
}

bool is_dynamic_rpc(std::string_view lower) { return holds_phrase(lower, "rpc") && (holds_phrase(lower, "dynamic") || holds_phrase(lower, "dynamically")); }

bool tells_use(std::string_view lower) { return holds_any(lower, kUses); }

constexpr size_t kMostTokens = 1000;   // of a sentence

bool is_program(std::string_view word) { return word.size() > 4 && (word.ends_with(".exe") || word.ends_with(".dll")); }

std::vector<std::string> programs_in(const Passage& passage, size_t begin, size_t end) {
  std::vector<std::string> programs;
  for (size_t token = begin; token < end; ++token)
    if (passage.tokens[token].kind == TokenKind::word && is_program(passage.word(token))) programs.emplace_back(passage.written(token));
  return programs;
}

// Said of the item, not of one of its words: an item's own numbers stand in front of its description.
std::string item_text(const Passage& item, const ItemParent& parent) {
  return parent.text.empty() ? item.text : parent.text + ": " + item.text;
}

// "Some recommend TCP 8080 for tests." is a sentence like any other, though it stands in a list.
bool is_sentence(const Passage& item, const Expression& expression) {
  const bool labelled = expression.list.begin <= 1 || item.tokens[expression.list.begin - 1].kind == TokenKind::mark;
  return !labelled && item.is_mark(item.size() - 1, '.') && !asks(item.lower);
}

}  // namespace

std::optional<Facts> facts_of_item(Passage& item, const ItemParent& parent, const TableReader& reader) {
  auto expression = expression_of_item(item, reader.about_ports || !parent.protocols.empty());
  if (!expression && !parent.text.empty() && reader.about_ports) {
    const std::vector<Expression> all = expressions_in(item, 0, item.size());
    if (all.size() == 1 && all[0].list.begin == 0 && all[0].list.end == item.size()) expression = all[0];
  }
  if (!expression || expression->list.ports.size() > kMaxPortsOfRow || is_sentence(item, *expression)) return std::nullopt;
  Facts facts;
  facts.ports = expression->list;
  facts.protocols = parent.protocols;
  use(item, facts.ports);
  facts.line = item.line_of(facts.ports.ports[0].numbers[0]);
  facts.direction = direction_in(item.lower);
  facts.description = item_text(item, parent);
  facts.optional = says_optional(lower_case(facts.description));
  facts.condition = condition_in(facts.description);
  if (!parent.text.empty()) hear(facts, parent.text, Stands::heading, "the item above");
  hear(facts, item.text, Stands::item, "the item");
  if (facts.protocols.empty())
    for (size_t token = 0; token < item.size(); ++token)
      if (token < facts.ports.begin || token >= facts.ports.end)
        if (const auto protocol = stated_protocol_at(item, token); protocol && item.tokens[token].kind == TokenKind::word && (*protocol == 6 || *protocol == 17) && facts.protocols.empty()) facts.protocols.push_back(*protocol);
  explain(item, 0, item.size(), "in a row's description");
  return facts;
}

namespace {

struct SentenceReader {
  Passage& passage;
  const KnownPorts& known;
  const Setting& setting;
  bool only_text;
  std::vector<Facts> found;

  void read(std::pair<size_t, size_t> sentence, std::pair<size_t, size_t> previous) {
    const auto [begin, end] = sentence;
    if (end - begin > kMostTokens) return explain(passage, begin, end, "in a sentence that is too long to be one");
    const std::string lower = lower_case(passage.between(begin, end));
    std::vector<Expression> all = expressions_in(passage, begin, end);
    std::erase_if(all, [](const Expression& expression) { return !expression.evident; });
    if (all.empty()) return explain(passage, begin, end, "not named as a port");
    const Standing said = standing_of(passage.between(begin, end), Stands::sentence, "the sentence");
    if (said.denied || remarks(lower)) return explain(passage, begin, end, "in a sentence that does not ask for it");
    if (!asks(lower) && !(only_text && tells_use(lower))) return explain(passage, begin, end, "in a sentence that asks for nothing");
    Facts common = facts_of(lower, with_subject(lower, sentence, previous), sentence);
    common.said = said;
    for (const Expression& expression : all) read_expression(expression, common, sentence, previous);
    explain(passage, begin, end, "not named as a port");
  }

  // "It is done on port 2808": with the sentence before it.
  std::string with_subject(const std::string& lower, std::pair<size_t, size_t> sentence, std::pair<size_t, size_t> previous) const {
    constexpr std::string_view kPronouns[] = {"it", "this", "that", "these", "they", "so", "for this", "es", "dies", "dafür", "cela", "il", "esto"};
    const bool refers = std::any_of(std::begin(kPronouns), std::end(kPronouns), [&](std::string_view word) { return find_phrase(lower, word) == 0; });
    return refers && sentence.first > previous.first ? lower_case(passage.between(previous.first, sentence.second)) : lower;
  }

  // What all ports of the sentence have in common. `subject`: with the sentence that it refers to.
  Facts facts_of(const std::string& lower, const std::string& subject, std::pair<size_t, size_t> sentence) const {
    Facts facts;
    facts.protocols = protocols_in(passage, sentence.first, sentence.second);
    facts.description = std::string(passage.between(sentence.first, sentence.second));
    facts.optional = says_optional(lower);
    facts.condition = condition_in(facts.description);
    facts.direction = direction_in(lower);
    facts.dynamic_rpc = is_dynamic_rpc(lower);
    const std::string host = host_name();
    if (!facts.dynamic_rpc && holds_any(subject, kAmongHosts)) {
      facts.from = facts.to = {host};
      facts.readings.push_back(open_reading("direction, source and target", "between hosts of " + host + ", both ways", "from ANY to " + host));
    } else if (facts.direction == Direction::unknown && holds_any(subject, kPeople)) {
      facts.direction = Direction::in;
    }
    return facts;
  }

  std::string host_name() const { return setting.scene.host.empty() ? kServer : setting.scene.host; }

  // "TCP-Port 443"
  std::vector<unsigned> protocol_before(size_t number, size_t list) const {
    for (size_t token = list > 2 ? list - 2 : 0; token < number; ++token)
      if (const auto protocol = protocol_of_compound(passage.word(token))) return {*protocol};
    return {};
  }

  // One row for each number or range: a sentence has no rows of its own.
  void read_expression(const Expression& expression, const Facts& common, std::pair<size_t, size_t> sentence, std::pair<size_t, size_t> previous) {
    for (Ports ports : expression.list.ports) {
      if (ports.protocols.empty()) ports.protocols = protocol_before(ports.numbers[0], expression.list.begin);
      const std::vector<unsigned>& named = ports.protocols.empty() ? common.protocols : ports.protocols;
      if (known.has({ports.lo, ports.hi}, named) && !common.dynamic_rpc) {
        for (const size_t number : ports.numbers) passage.tokens[number].why = "named again: a row has it";
        continue;
      }
      Facts facts = common;
      facts.ports.ports = {ports};
      if (!common.dynamic_rpc && known.contains({ports.lo, ports.hi})) facts.ports.ports[0].protocols = known.missing({ports.lo, ports.hi}, named);
      facts.ports.alternatives = expression.list.alternatives;
      facts.line = passage.line_of(ports.numbers[0]);
      use(passage, facts.ports);
      if (facts.dynamic_rpc) add_dynamic(std::move(facts), host_name(), sentence, previous);
      else found.push_back(std::move(facts));
    }
  }

  // RPC gives each named program a port of the range. It is never offered to everyone.
  void add_dynamic(Facts facts, const std::string& host, std::pair<size_t, size_t> sentence, std::pair<size_t, size_t> previous) {
    facts.from = {kServer};
    facts.to = {host};
    if (facts.protocols.empty()) facts.protocols = {6};   // MS-RPCE, section 2.1.1.1: the dynamic ports of RPC over TCP
    facts.readings.push_back(open_reading("direction, source and target", std::string("from ") + kServer + " to " + host, "from ANY"));
    std::vector<std::string> programs = programs_in(passage, sentence.first, sentence.second);
    if (programs.empty()) programs = programs_in(passage, previous.first, previous.second);
    if (programs.empty()) programs.emplace_back();
    for (const std::string& program : programs) {
      facts.program = program;
      found.push_back(facts);
    }
  }
};

}  // namespace

std::vector<Facts> facts_of_sentences(Passage& passage, const KnownPorts& known, const Setting& setting, bool only_text) {
  SentenceReader reader{passage, known, setting, only_text, {}};
  std::pair<size_t, size_t> previous{0, 0};
  for (const auto& sentence : sentences(passage)) {
    reader.read(sentence, previous);
    previous = sentence;
  }
  return std::move(reader.found);
}

}  // namespace fwproof::specs::derive
