#include "specs/derive/doubt_words.h"

#include <algorithm>
#include <array>
#include <vector>

namespace fwproof::specs::derive {
namespace {

// A stem ends with a star: every word that begins so. "öffn" and the like come in lower case.
struct Stems {
  Force force;
  std::vector<std::string_view> words;
};

const std::vector<Stems>& tables() {
  static const std::vector<Stems> kTables = {
      // Words that begin like a stem below but mean something else.
      {Force::none,
       {"blockchain*", "removable", "closest", "closely", "dropbox*", "dropdown", "rejoin*", "notes", "openssl", "openssh", "openvpn", "opens*", "openl*", "opent*", "openstack*", "usedom",
        "refuge", "fermi*", "ancient", "canal*", "cannes", "oldest", "preventive"}},
      {Force::negates,
       {"not",   "never", "cannot", "no",     "nor",    "neither", "nothing", "none",   "without", "nowhere", "nobody", "non",    "nicht",  "nie",   "niemals", "kein", "keine", "keinen", "keiner",
        "keinem", "keines", "keinesfalls", "keineswegs", "nichts", "ohne", "weder", "pas",     "jamais", "aucun",   "aucune",  "sans",   "rien",   "ni",     "nunca", "sin",     "ningún", "ninguna", "ningun",
        "nada",  "tampoco", "nessun", "nessuna", "nessuno", "senza", "mai",    "não",    "nao",     "nenhum",  "nenhuma", "sem",   "dont",   "cant",  "mustn",   "isn",  "aren",  "won",
        "niet",  "geen",  "nooit",  "zonder", "inte",   "ingen",   "inga",    "utan",   "ikke",    "uden",    "uten",   "není",   "nejsou", "bez",   "değil"}},
      {Force::grants,
       {"open",      "opened",   "opening",  "allow*",    "permit*",   "reach*",    "accessib*", "expos*",    "enabl*",   "unblock*",  "forward*",  "accept*",     "listen*",
        "let",       "lets",     "whitelist*", "öffne*",  "geöffnet*", "offen*",    "freigeb*",  "freigegeb*", "freigeschalt*", "freizugeben", "zulass*", "zugelass*",   "erlaub*",
        "erreichbar*", "ouvr*",  "ouvert*",  "autoris*",  "accessib*", "abr*",      "abiert*",   "abert*",    "permis*",  "autoriz*",  "apri*",     "apert*",      "aprire",
        "consent*",  "permess*", "liberar",  "liberad*"}},
      {Force::needs,
       {"need",     "needs",    "needed",    "requir*",   "necess*",   "mandatory", "benötig*",  "erforder*", "notwendig*", "nötig*",   "gebraucht",  "pflicht*",
        "zwingend", "requis*",  "nécess*",   "obligatoi*", "requer*",  "requier*",  "neces*",    "obligatori*", "richiest*", "obbligatori*", "exigid*", "obrigatóri*"}},
      {Force::closes,
       {"block",    "blocks",   "blocked",   "blocking",  "deny",      "denied",    "denies",    "denying",   "drop",     "drops",     "dropped",   "dropping",   "reject*",
        "disallow*", "close",   "closes",    "closed",    "closing",   "disable*",  "disabling", "forbid*",   "forbad*",  "prohibit*", "refus*",    "prevent*",   "avoid*",
        "remove",   "removes",  "removed",   "removing",  "discard*",  "banned",    "shut",      "sperr*",    "gesperrt*", "blockier*", "verwerf*", "verworfen*", "geschlossen*",
        "schließ*", "verbiet*", "verboten*", "untersagt*", "unterbind*", "deaktivier*", "abgelehnt*", "abweis*", "abgewiesen*", "entfern*", "vermeid*", "bloqu*",
        "ferm*",    "interdi*", "désactiv*", "desactiv*", "rejet*",    "évit*",     "supprim*",  "cerrar*",   "cierr*",   "cerrad*",   "prohíb*",   "prohib*",    "rechaz*",
        "deneg*",   "elimin*",  "blocc*",    "chiud*",    "chius*",    "vietat*",   "disabilit*", "disattiv*", "rifiut*", "negat*",    "fechar*",   "fechad*",    "proib*",
        "desativ*", "desabilit*", "recus*",  "negad*",  "blok*",     "geblok*",   "gesloten*", "zamkn*",    "wyłącz*",
        "zabloko*", "blocker*", "stäng*",    "uzavř*",   "zakáz*",   "verwijder*"}},
      {Force::excepts,
       {"wrong", "incorrect*", "unsupported", "falsch*", "except",   "excepting", "excluding", "excluded", "excludes", "exclude",  "instead",   "rather",    "replac*",  "supersed*", "außer",     "ausgenommen*", "ausser",
        "anstatt",  "statt",    "anstelle",  "ersetz*",   "stattdessen", "sauf",  "excepté",   "hormis",    "remplac*", "excepto",   "salvo",     "eccetto",    "tranne",
        "apart",    "besides",  "vervang*", "exceto",   "sustitu*", "reemplaz*", "sostitu*",  "substitu*"}},
      {Force::ages,
       {"unused",   "unneeded", "unnecessary", "deprecat*", "legacy",  "obsolete*", "obsolet*", "former",    "formerly", "previous",  "previously", "old",       "older",
        "historic*", "retired", "was",       "were",      "until",     "discontinu*", "abandoned", "superseded", "veraltet*", "früher*", "ehemal*", "bisher*",   "ungenutzt*",
        "obsolèt*", "ancien*",  "antigu*",   "vecchi*",   "antig*",    "déprécié*",  "précéd*",  "anterior*", "deja",     "dejado",    "dejar",     "plus",       "inutilis*", "hasta",
        "tbd", "tbc", "temporar*", "inactive", "planned",  "reserved", "outdated", "sunset",   "eol",       "decommission*", "localhost", "entfall*",  "entfäll*",   "wegfall*",  "verouderd*", "przestarzał*", "nieużywan*", "föråldra*"}},
      {Force::optional,
       {"optional*", "recommend*", "suggest*", "desirable", "voluntary", "fakultativ*", "wahlweise", "empfohlen*", "empfehl*", "optionnel*", "facultati*", "recommand*", "opcional*",
        "recomend*", "recomend*", "facultativ*", "opzional*", "consigliat*", "raccomand*", "facoltativ*", "opcjonaln*", "optioneel*", "optionele*", "valfri*", "valgfri*", "voliteln*"}},
      {Force::may, {"may", "can", "could", "might", "kann", "können", "könnte*", "darf", "dürfen", "peut", "peuvent", "puede", "pueden", "può", "pode", "podem"}},
      {Force::shows, {"troubleshoot*", "conflict*", "malware*", "trojan*", "attack*", "sample*", "example*", "beispiel*", "exemple*", "ejemplo*", "esempio*", "exemplo*"}},
      {Force::conditions, {"if", "unless", "whether", "wenn", "falls", "sofern", "si", "cuando", "lorsque", "why", "how", "warum", "wie", "pourquoi", "comment"}},
  };
  return kTables;
}

struct Stem {
  std::string_view text;
  bool whole;
  Force force;
};

// By first byte, in the order of the tables.
const std::array<std::vector<Stem>, 256>& stems() {
  static const std::array<std::vector<Stem>, 256> kStems = [] {
    std::array<std::vector<Stem>, 256> by_byte;
    for (const Stems& table : tables()) {
      for (std::string_view word : table.words) {
        const bool whole = !word.ends_with('*');
        if (!whole) word.remove_suffix(1);
        by_byte[static_cast<unsigned char>(word[0])].push_back({word, whole, table.force});
      }
    }
    return by_byte;
  }();
  return kStems;
}

template <class Words>
bool is_one_of(std::string_view word, const Words& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); }

bool is_everyone(std::string_view word) {
  constexpr std::string_view kEveryone[] = {"anyone", "anybody", "everyone", "everybody", "any", "all", "everything", "anything", "everywhere", "anywhere", "alle", "alles", "jeder"};
  return is_one_of(word, kEveryone);
}

bool is_before(std::string_view word) {
  constexpr std::string_view kBefore[] = {"before", "prior", "vor", "avant", "antes", "prima"};
  return is_one_of(word, kBefore);
}

// A version or a year soon behind the word.
bool is_version_near(const Passage& passage, size_t token) {
  constexpr size_t kNear = 5;
  for (size_t at = token + 1; at < std::min(passage.size(), token + kNear); ++at)
    if (passage.tokens[at].kind == TokenKind::number) return true;
  return false;
}

}  // namespace

Force force_of(std::string_view word) {
  if (word.empty()) return Force::none;
  for (const Stem& stem : stems()[static_cast<unsigned char>(word[0])])
    if (stem.whole ? word == stem.text : word.starts_with(stem.text)) return stem.force;
  return Force::none;
}

Force force_at(const Passage& passage, size_t token) {
  if (passage.tokens[token].kind != TokenKind::word) return Force::none;
  const std::string_view word = passage.word(token);
  constexpr uint32_t kApostrophe = 0x2019;
  if (word.ends_with("n't") || (word.ends_with('n') && passage.is_mark(token + 1, kApostrophe) && passage.is_word(token + 2, "t"))) return Force::negates;
  if (word == "n" && passage.is_mark(token + 1, kApostrophe)) return Force::negates;
  if (word.starts_with("n'") && word.size() > 2) return Force::negates;
  if (word == "no" && passage.is_mark(token + 1, '.')) return Force::none;    // "port no. 5"
  if (word == "plus" && (token == 0 || (passage.word(token - 1) != "est" && passage.word(token - 1) != "sont"))) return Force::none;
  if (word == "ne") return token + 1 < passage.size() ? Force::negates : Force::none;
  if (word == "but") return token > 0 && is_everyone(passage.word(token - 1)) ? Force::excepts : Force::none;                       // "anyone but guests"
  if (word == "than") return token > 0 && passage.is_word(token - 1, "other") ? Force::excepts : Force::none;
  if (word == "auf") return token > 1 && passage.is_word(token - 1, "bis") && is_everyone(passage.word(token - 2)) ? Force::excepts : Force::none;
  if (is_before(word)) return is_version_near(passage, token) ? Force::ages : Force::none;                                             // "used before 3.0"
  const bool storage = passage.is_word(token + 1, "storage") || passage.is_word(token + 1, "device") || passage.is_word(token + 1, "devices") || passage.is_word(token + 1, "size");
  if (word == "block" && (storage || (token > 0 && passage.is_word(token - 1, "message")))) return Force::none;
  return force_of(word);
}

}  // namespace fwproof::specs::derive
