#include "specs/derive/doubts.h"

#include <algorithm>

#include "model/packet.h"
#include "specs/derive/doubt_words.h"
#include "specs/derive/rows.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

template <class Words>
bool is_one_of(std::string_view word, const Words& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); }
template <class Words>
bool holds_any(std::string_view lower, const Words& words) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return holds_phrase(lower, word); });
}

constexpr size_t kLongestText = 4000;   // tokens that are looked at
constexpr size_t kReach = 4;            // tokens between a negation and what it negates: "not have to be open"

constexpr std::string_view kTraffic[] = {"port", "ports", "traffic", "connection", "connections", "rule", "rules", "flow", "flows", "protocols", "communication", "portnummern", "verkehr",
                                         "verbindungen", "regeln", "trafic", "flux", "connexions", "puertos", "tráfico", "conexiones", "porte", "traffico", "portas", "tráfego"};
constexpr std::string_view kModals[] = {"must", "should", "shall", "have", "has", "muss", "müssen", "soll", "sollen", "sollten", "darf", "dürfen", "doit", "doivent", "debe", "deben", "deve", "devono", "devem"};
constexpr std::string_view kBe[] = {"be", "is", "are", "been", "remain", "remains", "stay", "stays", "keep", "kept", "get", "gets", "être", "est", "sont", "rester", "ser", "estar", "es", "son",
                                    "está", "están", "essere", "è", "sono", "rimanere", "são", "ficar", "permanecer", "ist", "sind", "wird", "werden", "bleiben"};
constexpr std::string_view kPointsDown[] = {"following", "below", "folgende", "folgenden", "unten", "suivant", "suivants", "suivante", "suivantes", "ci-dessous", "siguiente", "siguientes",
                                            "seguente", "seguenti", "seguinte", "seguintes"};
constexpr std::string_view kPointsUp[] = {"above", "listed here", "oben", "obigen", "ci-dessus", "anteriores", "arriba", "sopra", "acima"};
constexpr std::string_view kThese[] = {"these", "this", "all", "diese", "dieser", "alle", "ces", "tous", "estos", "estas", "todos", "questi", "queste", "tutti", "tutte", "estes", "estas"};

bool is_traffic(const Passage& text, size_t token) { return token < text.size() && is_one_of(text.word(token), kTraffic); }
bool is_modal(const Passage& text, size_t token) { return is_one_of(text.word(token), kModals); }
bool is_be(const Passage& text, size_t token) { return is_one_of(text.word(token), kBe); }

// Commas and the like end what a negation reaches.
bool ends_clause(const Passage& text, size_t token) {
  const Token& at = text.tokens[token];
  return at.kind == TokenKind::mark && (at.value == ',' || at.value == ';' || at.value == ':' || at.value == '(' || at.value == ')' || at.value == '.');
}

bool negates(const Passage& text, size_t token) {
  const bool only = text.is_word(token + 1, "only") || text.is_word(token + 1, "just") || text.is_word(token + 1, "but") || text.is_word(token + 1, "nur");   // "not only", "nothing but"
  return force_at(text, token) == Force::negates && !only;
}

// "n'ouvrez" is both.
Force force_behind_negation(const Passage& text, size_t token) {
  const std::string_view word = text.word(token);
  if (text.tokens[token].kind == TokenKind::word && word.starts_with("n'")) return force_of(word.substr(2));
  return force_at(text, token);
}

bool is_negated(const Passage& text, size_t token) {
  if (text.word(token).starts_with("n'")) return true;
  for (size_t at = token, steps = 0; at > 0 && steps < kReach && !ends_clause(text, at - 1); --at, ++steps)
    if (negates(text, at - 1)) return true;
  if (text.is_word(token + 1, "not") || text.is_word(token + 1, "nicht") || text.is_word(token + 1, "pas")) return true;   // "need not"
  size_t end = token;                                                                          // "Öffnen Sie Port 23 nicht"
  while (end + 1 < text.size() && !ends_clause(text, end + 1)) ++end;
  return end > token && text.is_word(end, "nicht");
}

// What a text says of letting through.
struct Speech {
  size_t grants = 0;
  size_t needless = 0;                 // "not required"
  size_t denials = 0;                  // "not open", "blocked"
  size_t first_denial = 0;
  size_t last_denial = 0;
  bool modal_denial = false;           // "must be blocked"
  bool commanded = false;              // "Block …"
  bool conditions = false;
};

void add_denial(Speech& speech, size_t token) {
  if (speech.denials++ == 0) speech.first_denial = token;
  speech.last_denial = token;
}

// "is dropped", "must stay closed", "Block these", "blocked ports", "ports to block"; other forms ("the ISP blocks it") tell, but demand nothing.
bool is_form_of_denial(const Passage& text, size_t token, Speech& speech) {
  bool passive = false;
  for (size_t at = token, steps = 0; at > 0 && steps < 3 && !ends_clause(text, at - 1); --at, ++steps) {
    passive = passive || is_be(text, at - 1);
    speech.modal_denial = speech.modal_denial || is_modal(text, at - 1);
  }
  const bool third_person = text.word(token).ends_with('s');
  const bool start = token == 0 && !third_person;
  speech.commanded = speech.commanded || start;
  const bool attribute = !third_person && (is_traffic(text, token + 1) || is_traffic(text, token + 2));
  const bool aim = token > 1 && (text.is_word(token - 1, "to") || text.is_word(token - 1, "zu")) && is_traffic(text, token - 2);
  return passive || start || attribute || aim || speech.modal_denial;
}

Speech speech_of(const Passage& text) {
  Speech speech;
  for (size_t token = 0; token < std::min(text.size(), kLongestText); ++token) {
    const Force force = force_behind_negation(text, token);
    if (force == Force::conditions) speech.conditions = true;
    if (force != Force::grants && force != Force::needs && force != Force::closes) continue;
    const bool aside = text.is_word(token, "enabled") && !(token > 0 && is_be(text, token - 1)) && !(token > 1 && is_be(text, token - 2));   // "with logging enabled"
    if (aside) continue;
    const bool negated = is_negated(text, token);
    if (force == Force::closes ? negated : !negated) ++speech.grants;
    else if (force == Force::needs) ++speech.needless;
    else if (force == Force::grants || is_form_of_denial(text, token, speech)) add_denial(speech, token);
  }
  return speech;
}

// ---- clear denials ------------------------------------------------------------------------------------------------

bool ends_with_the_port(const Passage& text, size_t token) {
  constexpr std::string_view kTail[] = {"this", "the", "these", "port", "ports", "it", "them", "at", "all", "sie", "den", "diesen", "ce", "le", "este", "el", "sein", "werden", "bleiben"};
  for (size_t at = token + 1; at < text.size(); ++at)
    if (text.tokens[at].kind == TokenKind::word && !is_one_of(text.word(at), kTail)) return false;
  return true;
}

bool heading_denies(const Passage& text, const Speech& speech) {
  constexpr size_t kMostWords = 14;
  const bool about = std::any_of(std::begin(kTraffic), std::end(kTraffic), [&](std::string_view word) { return holds_phrase(text.lower, word); });
  return about && text.size() <= kMostWords && (ends_with_the_port(text, speech.last_denial) || is_traffic(text, speech.last_denial + 1) || is_traffic(text, speech.last_denial + 2));
}

// "Closed by default" may as well be why they have to be opened, and "from the Internet" is not the row's source.
bool lead_denies(const Passage& text, const Speech& speech) {
  constexpr std::string_view kNarrows[] = {"from", "to the", "for", "except", "by default", "von", "aus", "für", "standardmäßig", "depuis", "pour", "par défaut", "desde", "para", "por defecto"};
  if (holds_any(text.lower, kNarrows) && !(speech.modal_denial && holds_phrase(text.lower, "by default"))) return false;
  return points_down(text.lower) || text.lower.ends_with(':');
}

bool cell_denies(const Passage& text, const Speech& speech) {
  constexpr size_t kMostWords = 9, kFirst = 4;
  const bool closes = force_behind_negation(text, speech.first_denial) == Force::closes;
  return text.size() <= kMostWords && speech.first_denial <= kFirst && ends_with_the_port(text, speech.last_denial) && (!closes || speech.modal_denial || (speech.commanded && text.size() > 1));
}

bool denies(const Passage& text, const Speech& speech, Stands stands) {
  constexpr size_t kMostOfItem = 12;
  if (stands == Stands::sentence) return (speech.denials > 0 || speech.needless > 0) && speech.grants == 0;
  if (speech.denials == 0 || speech.grants > 0 || speech.conditions) return false;
  switch (stands) {
    case Stands::heading: return heading_denies(text, speech);
    case Stands::lead: return lead_denies(text, speech);
    case Stands::cell:
    case Stands::name: return cell_denies(text, speech);
    case Stands::item: return text.size() <= kMostOfItem;
    case Stands::sentence: break;
  }
  return false;
}

const char* why_denied(Stands stands) {
  switch (stands) {
    case Stands::heading: return "below a heading that says not to open it";
    case Stands::lead: return "below a sentence that says not to open it";
    case Stands::cell:
    case Stands::name: return "in a row that says not to open it";
    case Stands::item:
    case Stands::sentence: return "in a sentence that does not ask for it";
  }
  return "";
}

// ---- doubts -------------------------------------------------------------------------------------------------------

// The word with what follows it, as written: "must not", "no longer used".
std::string quoted(const Passage& text, size_t token) {
  constexpr size_t kWords = 3, kMostBytes = 40;
  const size_t begin = token > 0 && (is_modal(text, token - 1) || text.is_word(token - 1, "do")) ? token - 1 : token;
  size_t end = token + 1;
  while (end < text.size() && end - token < kWords && text.tokens[end].kind != TokenKind::mark) ++end;
  return "'" + clip(text.between(begin, end), kMostBytes) + "'";
}

// "Not required" makes it optional at most, and what is not blocked is open.
bool negates_no_grant(const Passage& text, size_t token) {
  for (size_t at = token + 1; at < std::min(text.size(), token + 1 + kReach) && !ends_clause(text, at); ++at)
    if (const Force force = force_at(text, at); force == Force::needs || force == Force::grants || force == Force::closes) return force != Force::grants;
  return false;
}

// "If not available, …" tells what else there is.
bool is_alternative(const Passage& text, size_t token) { return token > 0 && force_at(text, token - 1) == Force::conditions; }

// "Not recommended" is no "not optional".
bool is_advice(std::string_view word) { return word.starts_with("recom") || word.starts_with("empf") || word.starts_with("consigl") || word.starts_with("raccom") || word.starts_with("suggest") || word == "desirable"; }

bool is_doubtful(const Passage& text, size_t token, Stands stands) {
  switch (force_at(text, token)) {
    case Force::negates: return negates(text, token) && !negates_no_grant(text, token) && !is_alternative(text, token);
    case Force::shows: return stands == Stands::heading;
    case Force::closes: return !is_negated(text, token);
    case Force::excepts:
    case Force::ages: return true;
    case Force::optional: return is_negated(text, token) && is_advice(text.word(token));
    case Force::none:
    case Force::grants:
    case Force::needs:
    case Force::may:
    case Force::conditions: return false;
  }
  return false;
}

constexpr std::string_view kStruck = "~~";

// Letters of Greek, Cyrillic, Hebrew, Arabic, Indian, Chinese, Japanese and Korean: the words of these languages are not read.
bool is_unread_letter(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(at);
  if (lead >= 0xce && lead <= 0xdf) return true;                                        // U+0380 to U+07FF
  if (lead == 0xe0 || lead == 0xe1) return true;                                        // U+0800 to U+1FFF
  return (lead == 0xe3 && byte(at + 1) >= 0x81) || (lead >= 0xe4 && lead <= 0xed);      // U+3040 to U+DFFF
}

bool is_unread(std::string_view text) {
  size_t letters = 0;
  for (size_t at = 0; at < text.size(); ++at) letters += is_unread_letter(text, at);
  return letters >= 2;
}

std::optional<std::string> doubtful_words(const Passage& text, Stands stands) {
  if (text.text.find(kStruck) != std::string::npos) return "struck-out text";
  constexpr size_t kMostBytes = 40;
  const bool local = stands == Stands::cell && (text.text.find("127.0.0.1") != std::string::npos || (holds_phrase(text.lower, "loopback") && !holds_phrase(text.lower, "nat loopback")));
  if (local || (stands == Stands::cell && !text.empty() && text.is_mark(text.size() - 1, '?'))) return "'" + clip(text.text, kMostBytes) + "'";
  if (stands != Stands::name && is_unread(text.text)) return "'" + clip(text.text, kMostBytes) + "', in a language that is not read";
  for (size_t token = 0; token < std::min(text.size(), kLongestText); ++token)
    if (is_doubtful(text, token, stands)) return quoted(text, token);
  return std::nullopt;
}

// "may be opened", "can be left closed"
bool is_permission(const Passage& text, size_t token) {
  if (force_at(text, token) != Force::may) return false;
  for (size_t at = token + 1; at < std::min(text.size(), token + 1 + kReach) && !ends_clause(text, at); ++at) {
    const Force force = force_at(text, at);
    if ((force == Force::grants && text.word(at).ends_with("ed")) || force == Force::closes || text.is_word(at, "open") || text.is_word(at, "left")) return is_be(text, token + 1) || is_be(text, at + 1);
  }
  return false;
}

constexpr std::string_view kInsists[] = {"always", "mandatory", "required", "needed", "must", "necessary", "immer", "pflicht", "zwingend", "erforderlich", "toujours", "obligatoire", "requis", "siempre",
                                         "obligatorio", "sempre", "obbligatorio", "obrigatório"};

std::optional<std::string> optional_words(const Passage& text) {
  for (size_t token = 0; token < std::min(text.size(), kLongestText); ++token) {
    const Force force = force_at(text, token);
    const bool needless = force == Force::needs && is_negated(text, token);
    if (force == Force::optional || needless || is_permission(text, token)) return quoted(text, needless && token > 0 ? token - 1 : token);
  }
  return std::nullopt;
}

// "Mandatory, not optional."
bool clearly_required(const Passage& text) {
  bool negated = false;
  for (size_t token = 0; token < std::min(text.size(), kLongestText); ++token) {
    if (force_at(text, token) != Force::optional) continue;
    if (!is_negated(text, token) || is_advice(text.word(token))) return false;
    negated = true;
  }
  return negated && speech_of(text).needless == 0;
}

// "Optional ports", "Optional"
bool heading_is_optional(const Passage& text) {
  constexpr size_t kMostWords = 5;
  if (text.size() > kMostWords || text.empty()) return false;
  for (size_t token = 0; token < text.size(); ++token)
    if (force_at(text, token) == Force::optional && !is_negated(text, token)) return text.size() == 1 || is_traffic(text, token + 1) || is_traffic(text, token + 2) || (token > 0 && is_traffic(text, 0));
  return false;
}

std::optional<bool> clear_need(const Passage& text, Stands stands) {
  if (text.empty()) return std::nullopt;
  if (stands == Stands::heading ? heading_is_optional(text) : clearly_optional(text.lower)) return true;
  if (clearly_required(text)) return false;
  return std::nullopt;
}

constexpr const char* kOptional = "optional";
constexpr const char* kNoPart = "not part of it";

Reading reading_of(std::string_view where, const std::string& words, const char* alternative) {
  return open_reading("requirement", (std::string_view(alternative) == kOptional ? "required, though " : "part of the specification, though ") + std::string(where) + " says " + words, alternative);
}

}  // namespace

Standing standing_of(std::string_view text, Stands stands, std::string_view where) {
  const Passage passage = make_passage(text, 1);
  const Speech speech = speech_of(passage);
  Standing standing;
  if (denies(passage, speech, stands)) standing.denied = why_denied(stands);
  standing.optional = clear_need(passage, stands);
  standing.demands = speech.grants > 0 && speech.denials == 0;
  if (standing.optional.has_value()) {
    if (*standing.optional)
      if (const auto words = doubtful_words(passage, stands)) standing.doubt = reading_of(where, *words, kNoPart);
    return standing;
  }
  if (const auto words = optional_words(passage)) standing.need = reading_of(where, *words, kOptional);
  if (const auto words = doubtful_words(passage, stands)) standing.doubt = reading_of(where, *words, kNoPart);
  return standing;
}

Standing in_doubt(Standing standing, std::string_view where) {
  if (standing.denied && !standing.doubt) standing.doubt = reading_of(where, "not to open it", kNoPart);
  if (standing.optional.value_or(false)) standing.need = reading_of(where, "'optional'", kOptional);
  standing.denied = nullptr;
  standing.optional.reset();
  return standing;
}

Standing within(const Standing& outer, const Standing& inner) {
  Standing result = inner;
  if (!result.denied) result.denied = inner.demands ? nullptr : outer.denied;
  if (!result.optional) result.optional = outer.optional;
  if (!result.doubt) result.doubt = outer.doubt;
  if (!result.need) result.need = outer.need;
  return result;
}

bool clearly_optional(std::string_view lower) {
  const Passage text = make_passage(lower, 1);
  for (size_t token = 0; token < std::min(text.size(), kLongestText); ++token) {
    if (force_at(text, token) != Force::optional || is_negated(text, token)) continue;
    const bool last = token + 1 >= text.size() || text.tokens[token + 1].kind == TokenKind::mark;
    size_t first = token;
    while (first > 0 && text.tokens[first - 1].kind == TokenKind::mark && text.tokens[first - 1].value != '(' && text.tokens[first - 1].value != '[') --first;
    const bool label = (first == 0 || text.is_mark(token - 1, ',') || text.is_mark(token - 1, '-') || text.is_mark(token - 1, ';')) && last;
    const bool bracket = token > 0 && (text.is_mark(token - 1, '(') || text.is_mark(token - 1, '['));
    const bool of_port = token > 1 && is_be(text, token - 1) && (is_traffic(text, token - 2) || text.is_number(token - 2) || text.is_word(token - 2, "this"));
    const bool heads = first == 0 && token + 1 < text.size() && (text.is_mark(token + 1, ':') || text.is_mark(token + 1, ')'));
    if (bracket || of_port || heads || (label && !holds_any(lower, kInsists))) return true;
  }
  return false;
}

namespace {

// "these ports", "all of these rules"
bool speaks_of_these(std::string_view lower) {
  const Passage text = make_passage(lower, 1);
  for (size_t token = 0; token + 1 < text.size(); ++token)
    if (is_one_of(text.word(token), kThese) && (is_traffic(text, token + 1) || is_traffic(text, token + 2))) return true;
  return false;
}

}  // namespace

bool is_about_rows(std::string_view lower) { return points_down(lower) || lower.ends_with(':') || holds_any(lower, kTraffic); }

bool points_down(std::string_view lower) { return holds_any(lower, kPointsDown) || speaks_of_these(lower); }
bool points_up(std::string_view lower) { return holds_any(lower, kPointsUp) || speaks_of_these(lower); }

std::optional<unsigned> stated_protocol_at(const Passage& passage, size_t token) {
  if (passage.tokens[token].kind != TokenKind::word) return std::nullopt;
  const auto protocol = transport(passage.word(token));
  for (size_t at = token, steps = 0; protocol && at > 0 && steps < kReach && !ends_clause(passage, at - 1); --at, ++steps) {
    const Force force = force_at(passage, at - 1);
    if (force == Force::negates || force == Force::excepts || force == Force::closes) return std::nullopt;
  }
  return protocol;
}

std::vector<unsigned> stated_protocols(const Passage& passage) {
  std::vector<unsigned> protocols;
  for (size_t token = 0; token < passage.size(); ++token)
    if (const auto protocol = stated_protocol_at(passage, token); protocol && std::find(protocols.begin(), protocols.end(), *protocol) == protocols.end()) protocols.push_back(*protocol);
  return protocols;
}

}  // namespace fwproof::specs::derive
